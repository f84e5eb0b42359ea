// Files in another format: every reader says what the file looks like.

import { deflateRawSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { SpecError } from '../../src/errors.ts';
import {
  readIdx,
  readNpy,
  readNpz,
  readPng,
  readSafetensors,
  writeNpy,
  writeNpz,
  writePng,
  writeSafetensors,
} from '../../src/formats/index.ts';
import { zip } from '../../src/formats/zip.ts';
import { tensor } from '../../src/tensor.ts';
import { errorOf } from './broken-files.ts';

const readers = { npy: readNpy, npz: readNpz, idx: readIdx, png: readPng, safetensors: readSafetensors };

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

const bytes = (...values: number[]): Uint8Array => Uint8Array.of(...values, ...new Array(64).fill(9));

const x = tensor([2], [1, 2]);

const archive = (...names: string[]) =>
  zip({ clause: 'format-npz', who: 'test' }, new Map(names.map((name) => [name, text(name)])));

/** Files of other formats, and how the error calls them. */
const files: Readonly<Record<string, [RegExp, Uint8Array]>> = {
  lfs: [
    /Git LFS pointer.*git lfs pull/,
    text(
      'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n',
    ),
  ],
  html: [/an HTML page/, text('<!DOCTYPE html>\n<html lang="en"><head><title>Sign in</title></head></html>')],
  htmlAfterBlanks: [/an HTML page/, text('\ufeff\n  <!-- a proxy -->\n<HTML><body>404 Not Found</body></HTML>')],
  xml: [/XML/, text('<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>')],
  pickle: [/a Python pickle/, bytes(0x80, 2, 0x7d, 0x71, 0)],
  pickle4: [/a Python pickle/, bytes(0x80, 4, 0x95, 0x12, 0, 0, 0, 0, 0, 0, 0)],
  torch: [/a PyTorch checkpoint/, archive('model/data.pkl', 'model/data/0', 'model/version')],
  keras: [/a Keras model/, archive('metadata.json', 'config.json', 'model.weights.h5')],
  zip: [/a zip archive/, archive('readme.txt')],
  gzip: [/gzip/, gzipSync(writeSafetensors({ x }))],
  zstd: [/zstd/, bytes(0x28, 0xb5, 0x2f, 0xfd)],
  xz: [/xz/, bytes(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0)],
  bzip2: [/bzip2/, text('BZh91AY&SY0123456789')],
  tar: [/a tar archive/, text(`${'model.bin'.padEnd(257, '\0')}ustar\0${'0'.repeat(300)}`)],
  hdf5: [/HDF5/, bytes(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a)],
  ort: [/ONNX Runtime's own format/, text('\x18\0\0\0ORTM\0\0\0\0')],
  gguf: [/GGUF/, text('GGUF\x03\0\0\0\0\0\0\0\0\0\0\0')],
  jpeg: [/JPEG/, bytes(0xff, 0xd8, 0xff, 0xe0)],
  gif: [/GIF/, text('GIF89a0000000000')],
  webp: [/WebP/, text('RIFF0000WEBPVP8 ')],
  bmp: [/BMP/, bytes(0x42, 0x4d, 1, 2, 0, 0, 0, 0, 0, 0)],
  json: [/JSON/, text('{"error": "Repository not found"}')],
  list: [/JSON/, text('[1, 2, 3, 4]')],
  prose: [/text/, text('Not Found, and nothing else')],
  accents: [/text/, text('Fichier non trouvé, et rien d’autre')],
  utf16: [/UTF-16/, Uint8Array.of(0xff, 0xfe, ...Buffer.from('<html>', 'utf16le'))],
  utf16be: [/UTF-16/, Uint8Array.of(0xfe, 0xff, ...Buffer.from('<html>', 'utf16le').swap16())],
  wasm: [/WebAssembly/, bytes(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)],
  onnx: [/ONNX: readOnnx/, Uint8Array.of(8, 7, 0x12, 4, ...text('test'), 0x3a, 0)],
  lineEnds: [/PNG with other line ends/, bytes(0x89, 0x50, 0x4e, 0x47, 0x0a, 0x1a, 0x0a)],
  readAsText: [/read as text/, text(Buffer.from(writeNpy(x)).toString('utf8'))],
  readAsLatin: [/read as text/, text(Buffer.from(writeNpy(x)).toString('latin1'))],
  base64: [/base64/, text(Buffer.from(writeNpy(x)).toString('base64'))],
  empty: [/it is empty/, new Uint8Array(0)],
  zeros: [/all 0/, new Uint8Array(5000)],
};

const own: Readonly<Record<string, Uint8Array>> = {
  npy: writeNpy(x),
  npz: writeNpz({ x }),
  idx: Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 9),
  png: await writePng(tensor([1, 1, 1])),
  safetensors: writeSafetensors({ x }),
};

async function messageOf(reader: keyof typeof readers, file: Uint8Array): Promise<string> {
  const error = await errorOf(readers[reader], file);
  expect(error).toBeInstanceOf(SpecError);
  expect((error as SpecError).clause).toMatch(/^format-/);
  return (error as SpecError).message;
}

test.each(Object.keys(readers) as (keyof typeof readers)[])(
  '[format-hint] the reader of %s says what a file looks like that is none',
  async (reader) => {
    for (const [name, [what, file]] of Object.entries(files)) {
      if (name === 'gzip' && reader === 'idx') continue; // gzip is unpacked there: what is inside counts
      const message = await messageOf(reader, file);
      expect(message, name).toMatch(/: the file looks like /);
      expect(message, name).toMatch(what);
    }
    for (const [format, file] of Object.entries(own)) {
      if (format === reader) expect(await errorOf(readers[reader], file)).toBeUndefined();
      else expect(await messageOf(reader, file)).toMatch(new RegExp(`looks like .*: read${format}`, 'i'));
    }
    const almostUtf16 = [
      [0xff, 0xfe, 60, 1],
      [0xff, 1, 60, 0],
      [1, 0xfe, 60, 0],
      [0xfe, 0xff, 1, 60],
      [0xfe, 1, 0, 60],
      [1, 0xff, 0, 60],
    ].map((start) => bytes(...start));
    for (const file of [bytes(1, 2, 3, 200), deflateRawSync(own.npy), ...almostUtf16])
      expect(await messageOf(reader, file)).not.toMatch(/looks like/);
  },
);

test('[format-hint] the content of a gzip file is examined too', async () => {
  for (const file of [own.npy, files.html[1], files.lfs[1]])
    expect(await messageOf('idx', gzipSync(file))).toMatch(/looks like/);
  expect(await messageOf('idx', gzipSync(files.html[1]))).toMatch(/an HTML page/);
});

test('[format-hint] for a damaged file of the right format, the error says what is wrong with it', async () => {
  for (const [format, file] of Object.entries(own)) {
    if (format === 'safetensors') continue; // without its bracket nothing tells it
    expect(await messageOf(format as keyof typeof readers, file.slice(0, file.length - 1))).not.toMatch(/looks like/);
  }
  const cut = own.safetensors.slice(0, 40);
  expect(await messageOf('safetensors', cut)).toMatch(/the header states \d+ bytes, but the file has 32/);
});

/** The text of a file, and how it is called. */
const looks: readonly (readonly [what: RegExp, text: string])[] = [
  [/a Python pickle/, "(dp0\nS'weight'\np1\nF1.0\ns."],
  [/like text/, '(dp0 is the first line of such a file, and this is none'],
  [/a Python pickle/, 'cnumpy\nndarray\np0\n.'],
  [/like text/, 'Nothing here but a sentence that ends.'],
  [/bzip2/, 'BZh91AY&SY and then some'],
  [/like text/, 'not BZh91AY&SY at the start'],
  [/TensorFlow Lite/, '\x1c\0\0\0TFL3\0\0\0\0\0\0\0\0'],
  [/like JSON/, ' [1, 2, 3]'],
  [/like JSON/, '{ "a": 1 }'],
  [/like text/, 'a [1, 2] in the middle'],
  [/base64/, 'QUJDRA=='.slice(0, 6).repeat(11).slice(0, 64)],
  [/like text/, 'QUJDRAxx'.repeat(8).slice(0, 63)],
];

test.each(looks)('[format-hint] a file is called %s by %j', async (what, text) => {
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  for (const read of [readSafetensors, readNpy, readPng])
    expect(((await errorOf(read, bytes)) as SpecError).message).toMatch(what);
});

test('[format-hint] a broken file of the right format is not called by its name, and the reader names itself', async () => {
  const npy = new Uint8Array(writeNpy(tensor([2], [1, 2])));
  const messageOf = async (read: (bytes: never) => unknown, bytes: unknown) =>
    ((await errorOf(read as never, bytes as never)) as SpecError).message;
  expect(await messageOf(readNpy, npy.slice(0, 8))).toMatch(/^readNpy: a file starts with the six bytes 93 'NUMPY'/);
  expect(await messageOf(readNpy, 5)).toMatch(/^readNpy: .*\[format-npy\]$/);
  expect(await messageOf(readNpz, new Uint8Array([0x50, 0x4b, 9, 9]))).not.toContain('looks like');
  const archive = zip({ clause: 'format-npz', who: 'test' }, new Map([['a.txt', Uint8Array.of(1)]]));
  expect(await messageOf(readNpz, archive)).toMatch(/^readNpz: .*an archive must hold \.npy files, got \['a\.txt'\]/);
  const long = npy.slice();
  long[9] = 1; // 256 bytes more of header than there are
  expect(await messageOf(readNpy, long)).toMatch(
    /^readNpy: the header states \d+ bytes, but the file has \d+ after its length/,
  );
});
