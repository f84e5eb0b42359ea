// IDX: the files of MNIST and its relatives. Spec format-idx.
//
//   | 0 0 | element type | number of axes | axis, 4 bytes each | data |      every number highest byte first
//   images [n, rows, cols] and labels [n] of unsigned bytes

import { SpecError } from '../errors.ts';
import { MAX_ELEMENTS, type Shape, sizeOf } from '../tensor.ts';
import { asBytes, type Bytes, viewOf } from './bytes.ts';
import { ELEMENTS, type Element, readElements } from './elements.ts';
import { notOf } from './format-hint.ts';
import { gunzip, gunzipStart, isGzip } from './inflate.ts';

const CLAUSE = 'format-idx';

/** The longest header, of 255 axes, in bytes. */
const HEADER = 4 + 4 * 255;

export type IdxData = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;

export interface IdxArray {
  readonly shape: Shape;
  readonly data: IdxData;
}

interface IdxType {
  readonly name: string;
  readonly make: (size: number) => IdxData;
}

const TYPES: ReadonlyMap<number, IdxType> = new Map<number, IdxType>([
  [0x08, { name: 'U8', make: (size) => new Uint8Array(size) }],
  [0x09, { name: 'I8', make: (size) => new Int8Array(size) }],
  [0x0b, { name: 'I16', make: (size) => new Int16Array(size) }],
  [0x0c, { name: 'I32', make: (size) => new Int32Array(size) }],
  [0x0d, { name: 'F32', make: (size) => new Float32Array(size) }],
  [0x0e, { name: 'F64', make: (size) => new Float64Array(size) }],
]);

/**
 * Reads an IDX file, also inside gzip: the shape it states and its values in the element type of the file.
 * Pixels stay whole numbers 0 to 255.
 *
 * @throws {SpecError} format-idx for a file that is not IDX, is cut off, or does not hold what its header states;
 * format-inflate for broken gzip (the promise rejects with it).
 * @example
 * await readIdx(new Uint8Array([0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1])) // { shape: [3], data: Uint8Array [7, 2, 1] }
 */
export async function readIdx(bytes: Bytes): Promise<IdxArray> {
  const packed = asBytes(CLAUSE, 'readIdx', bytes);
  const isPacked = isGzip(packed);
  const { type, shape, start, element } = readHeader(isPacked ? gunzipStart('readIdx', packed, HEADER) : packed);
  const size = sizeOf(shape);
  if (!isPacked && size * element.bytes !== packed.length - start)
    refuse(`shape [${shape}] takes ${size * element.bytes} bytes of data, but the file has ${packed.length - start}`);
  if (size > MAX_ELEMENTS) refuse(`an array holds at most ${MAX_ELEMENTS} values, got ${size} for shape [${shape}]`);
  const file = isPacked ? gunzip('readIdx', packed, start + size * element.bytes) : packed;
  const data = type.make(size);
  readElements(CLAUSE, 'readIdx', element, { view: viewOf(file), start, little: false }, data);
  return Object.freeze({ shape: Object.freeze(shape), data });
}

/** What the first bytes of a file state. */
function readHeader(file: Uint8Array): { type: IdxType; shape: number[]; start: number; element: Element } {
  const type = TYPES.get(file[2]);
  if (file.length < 4 || file[0] !== 0 || file[1] !== 0 || type === undefined || file[3] === 0) {
    const what = `a file starts with 0, 0, a type of 8, 9, 11, 12, 13 or 14 and a number of axes from 1 on, got [${[...file.subarray(0, 4)]}]`;
    throw notOf(CLAUSE, 'readIdx', file, ['idx'], what);
  }
  const start = 4 + 4 * file[3];
  if (file.length < start) refuse(`${file[3]} axes take ${start} bytes of header, got ${file.length}`);
  const view = viewOf(file);
  const shape = Array.from({ length: file[3] }, (_, axis) => view.getUint32(4 + 4 * axis));
  return { type, shape, start, element: ELEMENTS.get(type.name) as Element };
}

function refuse(message: string): never {
  throw new SpecError(CLAUSE, `readIdx: ${message}`);
}
