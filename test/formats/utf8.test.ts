// Texts as UTF-8, with and without TextEncoder and TextDecoder.

import { afterEach, describe, expect, it, test, vi } from 'vitest';
import { readNpy, readNpz, readSafetensors, writeNpy, writeNpz, writeSafetensors } from '../../src/formats/index.ts';
import { fromUtf8, toUtf8 } from '../../src/formats/utf8.ts';
import { tensor } from '../../src/index.ts';

afterEach(() => vi.unstubAllGlobals());

const withoutCoders = (): void => {
  vi.stubGlobal('TextEncoder', undefined);
  vi.stubGlobal('TextDecoder', undefined);
};

const texts = [
  '',
  'a',
  '\u007f\u0080\u07ff\u0800\uffff',
  '\u{10000}\u{10ffff}é€😀',
  'a\ud800b\udc00',
  '\ufeffx',
  '\ufeff\ufeffx',
];

const broken = [[0x80], [0xc0, 0x80], [0xe2, 0x82], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xff]];

test('[format-safetensors] a host without TextEncoder gives the same bytes and texts', () => {
  const bytes = texts.map(toUtf8);
  const back = bytes.map(fromUtf8);
  withoutCoders();
  expect(texts.map(toUtf8)).toEqual(bytes.map((each) => Uint8Array.from(each)));
  expect(bytes.map(fromUtf8)).toEqual(back);
  expect(broken.map((each) => fromUtf8(Uint8Array.from(each)))).toEqual(broken.map(() => undefined));
});

test('[format-npz] a host without TextEncoder reads and writes files', () => {
  const x = tensor([2], [1, 2]);
  const written = () => [writeSafetensors({ é: x }), writeNpz({ é: x }), writeNpy(x)];
  const before = written();
  withoutCoders();
  const [file, archive, array] = written();
  expect([file, archive, array]).toEqual(before);
  expect(readSafetensors(file).tensors.é).toEqual(x);
  expect(readNpz(archive).é).toEqual(x);
  expect(readNpy(array)).toEqual(x);
});

test('[format-npz] [format-safetensors] a name that UTF-8 cannot say is refused, so that two names stay two', () => {
  const x = tensor([1]);
  for (const name of ['a\ud800', '\udc00b', 'x\udc00\ud800']) {
    expect(() => writeNpz({ [name]: x })).toThrow(/^writeNpz: .* text that UTF-8 can say, got .* \[format-npz\]$/);
    for (const written of [
      () => writeSafetensors({ [name]: x }),
      () => writeSafetensors({ x }, { key: name }),
      () => writeSafetensors({ x }, { [name]: 'value' }),
    ])
      expect(written).toThrow(/^writeSafetensors: .* text that UTF-8 can say, got .* \[format-safetensors\]$/);
  }
  const pair = { '😀': x, '\ufeffa': x, a: x };
  expect(Object.keys(readNpz(writeNpz(pair)))).toEqual(Object.keys(pair));
  expect(Object.keys(readSafetensors(writeSafetensors(pair)).tensors)).toEqual(Object.keys(pair));
});

describe('texts', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('[format-safetensors] keep a byte order mark, with and without TextDecoder', () => {
    const bytes = ['\ufeffa\ufeffb', 'a\ufeff'].map(toUtf8);
    expect(bytes.map(fromUtf8)).toEqual(['\ufeffa\ufeffb', 'a\ufeff']);
    vi.stubGlobal('TextEncoder', undefined);
    vi.stubGlobal('TextDecoder', undefined);
    expect(bytes.map(fromUtf8)).toEqual(['\ufeffa\ufeffb', 'a\ufeff']);
  });

  it('[format-safetensors] an error of the host that says nothing of the text is let through', () => {
    vi.stubGlobal(
      'TextDecoder',
      class {
        decode() {
          throw new RangeError('no memory');
        }
      },
    );
    expect(() => fromUtf8(Uint8Array.of(65))).toThrow('no memory');
  });
});
