// For a file that is not in the format of its reader: what it looks like, and what to do about it. Spec format-hint.

import { SpecError } from '../errors.ts';

interface Kind {
  /** The name of the format that its reader uses, if there is one. */
  readonly format?: string;
  /** Completes "the file looks like …". */
  readonly what: string;
  readonly is: (head: Head) => boolean;
}

/** A file, and its first and last bytes as text, one character per byte. */
interface Head {
  readonly bytes: Uint8Array;
  readonly text: string;
  /** In lower case, without white space and byte order mark. */
  readonly words: string;
  /** Where a zip archive lists its entries. */
  readonly tail: string;
}

/** Enough for every signature below; tar's stands at byte 257. */
const HEAD = 512;
const TAIL = 65_536;

const starts =
  (...signatures: readonly string[]) =>
  ({ text }: Head): boolean =>
    signatures.some((each) => text.startsWith(each));

/** How fields of a model of ONNX begin: producer, its version, domain, documentation, graph, opsets, metadata. */
const FIELDS: readonly (number | undefined)[] = [0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42, 0x72];

const isZip = starts('PK\x03\x04', 'PK\x05\x06');

/** The first one that fits is taken. */
const kinds: readonly Kind[] = [
  { what: 'nothing: it is empty', is: ({ bytes }) => bytes.length === 0 },
  {
    what: 'a Git LFS pointer: fetch the file it stands for, with `git lfs pull` or by its download link',
    is: starts('version https://git-lfs.github.com/', 'version https://hawser.github.com/'),
  },
  {
    what: 'an HTML page: the address gave a page (an error, a login, a view of the file) and not the file',
    is: ({ words }) => /^(<!--[\s\S]*?-->\s*)*<(!doctype html|html|head|body|script|meta|title)\b/.test(words),
  },
  { what: 'XML', is: ({ words }) => /^<(\?xml|svg|error)\b/.test(words) },
  { format: 'npy', what: "NumPy's .npy: readNpy reads it", is: starts('\x93NUMPY') },
  { format: 'png', what: 'PNG: readPng reads it', is: starts('\x89PNG\r\n\x1a\n') },
  {
    what: 'PNG with other line ends, as after a transfer as text: fetch it again as bytes',
    is: starts('\x89PNG\r', '\x89PNG\n'),
  },
  {
    what: 'bytes that were read as text and written again, which loses some: read the file as bytes, without an encoding',
    is: (head) => head.text.includes('\xef\xbf\xbd') || starts('\xc2\x89PNG', '\xc2\x93NUMPY', '\x1f\xc2\x8b')(head),
  },
  { format: 'npz', what: "NumPy's .npz: readNpz reads it", is: (head) => isZip(head) && /\.npy/.test(head.tail) },
  {
    what: 'a PyTorch checkpoint (.pt, .pth): it holds pickled Python, which is not run here; in Python, `safetensors.torch.save_file(torch.load(file), …)` converts it',
    is: (head) => isZip(head) && /\/data\.pkl|\/version/.test(head.tail),
  },
  {
    what: 'a Keras model (.keras): in Python, save its weights as safetensors',
    is: (head) => isZip(head) && /model\.weights\.h5/.test(head.tail),
  },
  { what: 'a zip archive: unpack it first', is: isZip },
  {
    what: 'a Python pickle (as torch.save and pickle.dump write): it is a program, which is not run here; in Python, save the tensors as safetensors or .npy',
    is: ({ text, bytes }) =>
      (bytes[0] === 0x80 && bytes[1] >= 2 && bytes[1] <= 5) ||
      (bytes.at(-1) === 0x2e && /^(\(dp0|\(lp0|c\w+\n\w+\n)/.test(text)),
  },
  { format: 'gzip', what: 'gzip: unpack it first, with `gunzip` or DecompressionStream', is: starts('\x1f\x8b') },
  { what: 'zstd: unpack it first', is: starts('\x28\xb5\x2f\xfd') },
  { what: 'xz: unpack it first', is: starts('\xfd7zXZ') },
  { what: 'bzip2: unpack it first', is: ({ text }) => /^BZh[1-9]1AY&SY/.test(text) },
  { what: 'a 7-Zip archive: unpack it first', is: starts('7z\xbc\xaf\x27\x1c') },
  { what: 'a tar archive: unpack it first', is: ({ text }) => text.slice(257, 262) === 'ustar' },
  { what: 'HDF5 (.h5, .hdf5): in Python, h5py reads it', is: starts('\x89HDF\r\n\x1a\n') },
  { what: 'WebAssembly', is: starts('\0asm') },
  {
    // The version of its format is the first field of a model, and one of its other fields is next.
    format: 'onnx',
    what: 'a model of ONNX: readOnnx of toeplitz/onnx reads it',
    is: ({ bytes: [first, version, next] }) => first === 8 && version >= 1 && version <= 31 && FIELDS.includes(next),
  },
  { what: 'GGUF, the format of llama.cpp', is: starts('GGUF') },
  { what: 'TensorFlow Lite', is: ({ text }) => text.slice(4, 8) === 'TFL3' },
  { what: 'JPEG: convert it to PNG', is: starts('\xff\xd8\xff') },
  { what: 'GIF: convert it to PNG', is: starts('GIF87a', 'GIF89a') },
  { what: 'WebP: convert it to PNG', is: ({ text }) => text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP' },
  { what: 'AVIF or HEIC: convert it to PNG', is: ({ text }) => /^ftyp(avif|avis|heic|heix|mif1)/.test(text.slice(4)) },
  { what: 'TIFF: convert it to PNG', is: starts('II*\x00', 'MM\x00*') },
  { what: 'BMP: convert it to PNG', is: ({ text }) => text.startsWith('BM') && text.slice(6, 10) === '\0\0\0\0' },
  { what: 'PDF', is: starts('%PDF-') },
  { what: 'a matrix of MATLAB (.mat)', is: starts('MATLAB ') },
  {
    format: 'idx',
    what: 'IDX: readIdx reads it',
    is: ({ bytes: [a, b, type, axes] }) => a === 0 && b === 0 && type >= 8 && type <= 14 && axes >= 1 && axes <= 8,
  },
  {
    format: 'safetensors',
    what: 'safetensors: readSafetensors reads it',
    is: ({ text }) => text.slice(4, 10) === '\0\0\0\0{"',
  },
  { what: 'JSON', is: ({ words }) => /^(\{\s*("|\}|$)|\[\s*([[{"\d\]-]|$))/.test(words) },
  {
    what: 'base64: decode it first',
    is: ({ text }) => text.length >= 64 && /^[A-Za-z0-9+/\r\n]{64,}=*\s*$/.test(text),
  },
  {
    what: 'nothing: its first bytes are all 0, as in a download that was interrupted',
    is: ({ text }) => text.length >= 16 && text === '\0'.repeat(text.length),
  },
  {
    what: 'text in UTF-16, as `>` of PowerShell writes it',
    is: ({ bytes: [a, b, c, d] }) => (a === 0xff && b === 0xfe && d === 0) || (a === 0xfe && b === 0xff && c === 0),
  },
  {
    what: 'text',
    // The last character of the head may be cut.
    is: ({ text }) => text.length >= 8 && /^([\t\n\r -~]|[\xc2-\xf4][\x80-\xbf]{1,3})+[\xc2-\xf4]?$/.test(text),
  },
];

const textOf = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

function tailOf(bytes: Uint8Array): string {
  const tail = bytes.subarray(-TAIL);
  let text = '';
  for (let at = 0; at < tail.length; at += HEAD) text += textOf(tail.subarray(at, at + HEAD));
  return text;
}

/** What the file looks like, unless it is one of the formats of its reader. */
function looksLike(bytes: Uint8Array, ...own: readonly string[]): string | undefined {
  const text = textOf(bytes.subarray(0, HEAD));
  const words = text
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart()
    .toLowerCase();
  const head: Head = { bytes, text, words, tail: text.startsWith('PK') ? tailOf(bytes) : '' };
  const kind = kinds.find(({ is }) => is(head));
  return kind?.format !== undefined && own.includes(kind.format) ? undefined : kind?.what;
}

/** The error for a file in a wrong format: what it looks like, or otherwise `what`, which is wrong with it. */
export function notOf(clause: string, who: string, bytes: Uint8Array, own: readonly string[], what: string): SpecError {
  const looks = looksLike(bytes, ...own);
  return new SpecError(clause, `${who}: ${looks === undefined ? what : `the file looks like ${looks} (${what})`}`);
}
