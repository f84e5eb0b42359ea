// Files at the limits of their formats: ends of archives, most entries, colours of deep images, chunks that come twice.

import { afterEach, describe, expect, it, vi } from 'vitest';
import { readNpz, readPng, writeNpz, writeSafetensors } from '../../src/formats/index.ts';
import { chunk } from '../../src/formats/png-chunks.ts';
import { fromUtf8, toUtf8 } from '../../src/formats/utf8.ts';
import { zip } from '../../src/formats/zip.ts';
import { tensor } from '../../src/index.ts';
import { encode } from './png-encode.ts';

describe('the list of an archive', () => {
  const two = writeNpz({ a: tensor([1], [1]), b: tensor([2], [2, 3]) });
  const END = two.length - 22;
  const listAt = new DataView(two.buffer).getUint32(END + 16, true);

  /** The archive with an end of zip64, to which the named numbers of the plain end refer. */
  function zip64(...wide: ('count' | 'size' | 'start')[]): Uint8Array {
    const end = new DataView(two.buffer.slice(END));
    const large = new DataView(new ArrayBuffer(56 + 20));
    large.setUint32(0, 0x06064b50, true);
    large.setBigUint64(4, 44n, true);
    large.setBigUint64(32, 2n, true);
    large.setBigUint64(40, BigInt(end.getUint32(12, true)), true);
    large.setBigUint64(48, BigInt(end.getUint32(16, true)), true);
    large.setUint32(56, 0x07064b50, true);
    large.setBigUint64(64, BigInt(END), true);
    if (wide.includes('count')) end.setUint32(8, 0xffffffff, true);
    if (wide.includes('size')) end.setUint32(12, 0xffffffff, true);
    if (wide.includes('start')) end.setUint32(16, 0xffffffff, true);
    return Uint8Array.from([...two.subarray(0, END), ...new Uint8Array(large.buffer), ...new Uint8Array(end.buffer)]);
  }

  it('[format-npz] is where zip64 says, whichever number of the plain end refers to it', () => {
    for (const wide of [['count'], ['size'], ['start'], ['count', 'size', 'start']] as const)
      expect(readNpz(zip64(...wide))).toEqual(readNpz(two));
    expect(() => readNpz(zip64())).toThrow('the list of entries must end at byte');
  });

  /** The archive with another statement of how many entries its list has, and how many bytes. */
  const stated = (count: number, size: number, from = two): Uint8Array => {
    const file = from.slice();
    const end = new DataView(file.buffer, file.length - 22);
    for (const at of [8, 10]) end.setUint16(at, count, true);
    end.setUint32(12, size, true);
    return file;
  };

  it('[format-npz] must have as many entries and bytes as stated', () => {
    const size = END - listAt;
    expect(() => readNpz(stated(1, size))).toThrow(
      `readNpz: 1 entries take ${size / 2} bytes of list, but the file states ${size} [format-npz]`,
    );
    // 36 of the 46 bytes of a second entry.
    const first = writeNpz({ '123456': tensor([1]) });
    const list = first.subarray(first.length - 22 - 56, first.length - 22);
    const cut = Uint8Array.from([...first.subarray(0, -22), ...list.subarray(0, 36), ...first.subarray(-22)]);
    expect(() => readNpz(stated(2, 92, cut))).toThrow(
      `readNpz: the list of entries must have an entry at byte ${first.length - 22} [format-npz]`,
    );
  });

  it('[format-npz] has at most 65534 entries as it is written', () => {
    const by = { clause: 'format-npz', who: 'writeNpz' };
    const files = (count: number) => new Map(Array.from({ length: count }, (_, i) => [`${i}`, new Uint8Array()]));
    const most = zip(by, files(65534));
    expect(new DataView(most.buffer).getUint16(most.length - 12, true)).toBe(65534);
    expect(() => zip(by, files(65535))).toThrow(
      /^writeNpz: an archive of at most 4294967294 bytes and 65534 entries is written, got \d+ and 65535 \[format-npz\]$/,
    );
  });
});

describe('png', () => {
  const plain = { width: 1, height: 1, depth: 8, interlaced: false, filters: [0] };

  it('[format-png] a palette has at most 256 colours, and where samples are no numbers of them any length', async () => {
    const palette = (count: number) => Array.from({ length: 3 * count }, () => 0);
    const deep = { ...plain, colour: 2, depth: 16, samples: [65535, 0, 65535] };
    expect([...(await readPng(encode({ ...deep, palette: palette(257) }))).data]).toEqual([1, 0, 1]);
    const few = { ...plain, colour: 3, depth: 2, samples: [3] };
    for (const count of [4, 5, 256])
      expect([...(await readPng(encode({ ...few, palette: palette(count) }))).data]).toEqual([0, 0, 0]);
    await expect(readPng(encode({ ...few, palette: palette(257) }))).rejects.toThrow(
      '1 to 256 colours, got 771 bytes [',
    );
  });

  it('[format-png] with alpha has no transparent colour, whatever its length', async () => {
    for (const length of [2, 4, 6, 8])
      for (const [colour, samples] of [
        [4, [1, 2]],
        [6, [1, 2, 3, 4]],
      ] as const)
        expect(
          (await readPng(encode({ ...plain, colour, samples, transparency: Array(length).fill(0) }))).shape[2],
        ).toBe(samples.length);
  });

  it('[format-png] texts and transparency may come twice, the size may not', async () => {
    const file = encode({ ...plain, colour: 0, samples: [255] });
    const text = chunk('tEXt', Uint8Array.of(65, 0, 66));
    const after = 8 + 12 + 13;
    const withBefore = (...more: Uint8Array[]) =>
      Uint8Array.from([...file.subarray(0, after), ...more.flatMap((each) => [...each]), ...file.subarray(after)]);
    expect(await readPng(withBefore(text, text))).toEqual(await readPng(file));
    const clear = chunk('tRNS', Uint8Array.of(0, 0));
    expect(await readPng(withBefore(clear, clear))).toEqual(await readPng(withBefore(clear)));
    await expect(readPng(withBefore(file.slice(8, after)))).rejects.toThrow(
      'and only the first, got IHDR [format-png]',
    );
  });
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

  it('[format-safetensors] a header that no reader would take is not written', () => {
    expect(() => writeSafetensors({}, { text: 'a'.repeat(1e8) })).toThrow(
      'writeSafetensors: names and metadata must fit a header of 100000000 bytes, got 100000028 [format-safetensors]',
    );
  });

  it('[format-safetensors] options that are none are refused', () => {
    expect(() => writeSafetensors({}, {}, { typ: 'F16' } as never)).toThrow(
      "writeSafetensors: the options are type, got 'typ' [layer-attributes]",
    );
  });
});
