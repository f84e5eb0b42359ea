// .npy: one NumPy array in one file. Spec format-npy.
//
//   | 93 'NUMPY' | version: 2 bytes | length of header: 2 bytes, from version 2 on 4 | header | data |
//   {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }      a Python dictionary, padded with blanks

import { SpecError, show } from '../errors.ts';
import { allocate, checkTensor, type Data, type Shape, sizeOf, type Tensor } from '../tensor.ts';
import { asBytes, type Bytes, reserve, viewOf } from './bytes.ts';
import { ELEMENTS, type Element, readElements, writeElements } from './elements.ts';
import { notOf } from './format-hint.ts';
import { fromUtf8, toUtf8 } from './utf8.ts';

const CLAUSE = 'format-npy';
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** NumPy's own limits: `max_header_size` of numpy.load in characters, and NPY_MAXDIMS of NumPy 2. */
const MAX_HEADER = 10_000;
const MAX_AXES = 64;

interface Header {
  readonly element: Element;
  readonly little: boolean;
  readonly fortran: boolean;
  readonly shape: Shape;
}

/**
 * Reads a .npy file of version 1, 2 or 3 in either byte order: f2, f4, b1 and 8- and 16-bit integers become float32,
 * f8 and 32- and 64-bit integers float64, each value exactly. Fortran order is turned into row-major order.
 *
 * @throws {SpecError} format-npy for any other element type (objects among them), a file that is cut off, or a header
 * that is not true of the file; tensor-size.
 * @example
 * readNpy(writeNpy(tensor([2], [1, 2]))).data // Float32Array [1, 2]
 */
export function readNpy(bytes: Bytes): Tensor {
  const file = asBytes(CLAUSE, 'readNpy', bytes);
  const view = viewOf(file);
  if (file.length < 10 || MAGIC.some((byte, i) => file[i] !== byte))
    throw notOf(
      CLAUSE,
      'readNpy',
      file,
      ['npy'],
      `a file starts with the six bytes 93 'NUMPY', a version and a length, got ${file.length} bytes that do not`,
    );
  const version = file[6];
  if (version < 1 || version > 3 || file[7] !== 0)
    refuse(`the version must be 1.0, 2.0 or 3.0, got ${version}.${file[7]}`);
  if (version > 1 && file.length < 12)
    refuse(`the file ends within the length of its header, after ${file.length} bytes`);
  const start = version === 1 ? 10 : 12;
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > file.length - start)
    refuse(`the header states ${length} bytes, but the file has ${file.length - start} after its length`);
  if (length > MAX_HEADER) refuse(`the header states ${length} bytes, and ${MAX_HEADER} is the limit`);
  const { element, little, fortran, shape } = parseHeader(headerText(version, file.subarray(start, start + length)));
  const size = sizeOf(shape) * element.bytes;
  if (size !== file.length - start - length)
    refuse(`shape [${shape}] takes ${size} bytes of data, but the file has ${file.length - start - length}`);
  const result = allocate('readNpy', shape, element.type);
  readElements(CLAUSE, 'readNpy', element, { view, start: start + length, little }, result.data);
  return fortran ? { shape: result.shape, data: rowMajor(result) } : result;
}

/** One entry: a name, and a string, a truth value or a tuple. A `descr` in square brackets is a record type. */
const ENTRY = /\s*(['"])(\w+)\1\s*:\s*('[^']*'|"[^"]*"|True|False|\([^()]*\))\s*(?:,\s*|$)/gy;

/** UTF-8 from version 3.0 on, before one character per byte (NEP 1). */
function headerText(version: number, bytes: Uint8Array): string {
  if (version < 3) return String.fromCharCode(...bytes);
  return fromUtf8(bytes) ?? refuse('the header must be UTF-8');
}

function parseHeader(text: string): Header {
  const body =
    /^\s*\{(.*)\}\s*$/s.exec(text)?.[1] ?? refuse(`the header must be a dictionary, got ${show(text.slice(0, 40))}`);
  const entries = [...body.matchAll(ENTRY)];
  const read = entries.reduce((total, [entry]) => total + entry.length, 0);
  if (read < body.length)
    refuse(
      `the header must hold strings, True or False, and tuples (no record types), got ${show(body.slice(read, read + 40))}`,
    );
  const names = entries.map((entry) => entry[2]);
  if (names.sort().join() !== 'descr,fortran_order,shape')
    refuse(`the header must hold descr, fortran_order and shape, got ${show(names)}`);
  const literal = (name: string): string => entries.find((entry) => entry[2] === name)?.[3] as string;
  return {
    ...parseType(literal('descr')),
    fortran: parseFlag(literal('fortran_order')),
    shape: parseShape(literal('shape')),
  };
}

/**
 * `'<f4'`: byte order, kind, bytes. One byte has no order; '=', the order of the host that wrote it, means nothing in a
 * file.
 */
function parseType(literal: string): { element: Element; little: boolean } {
  const [, , order, kind] = /^(['"])([<>|])(b1|[fiu][1248])\1$/.exec(literal) ?? ['', '', '', ''];
  const element = ELEMENTS.get(kind === 'b1' ? 'BOOL' : `${kind.charAt(0).toUpperCase()}${8 * Number(kind.charAt(1))}`);
  if (element === undefined || (order === '|' && element.bytes > 1))
    return refuse(
      `descr must be f2, f4, f8, i1 to i8, u1 to u8 or b1 behind '<' or '>' (objects and strings are not read), got ${literal}`,
    );
  return { element, little: order !== '>' };
}

function parseFlag(text: string): boolean {
  if (text !== 'True' && text !== 'False') refuse(`fortran_order must be True or False, got ${show(text)}`);
  return text === 'True';
}

/** A tuple: `()` for no axes, `(3,)` for one, `(2, 3)` or `(2, 3,)` for more. Python 2 wrote `2L`. */
function parseShape(literal: string): number[] {
  const inside = literal.startsWith('(') ? literal.slice(1, -1) : literal;
  const axes = inside.split(',').map((axis) => axis.trim());
  const closed = axes.at(-1) === '';
  if (closed) axes.pop();
  if ((axes.length === 1 && !closed) || axes.length > MAX_AXES || axes.some((axis) => !/^\d+L?$/.test(axis)))
    refuse(`shape must be a tuple of at most ${MAX_AXES} whole numbers, got ${literal.slice(0, 40)}`);
  const shape = axes.map((axis) => Number.parseInt(axis, 10));
  if (!shape.every(Number.isSafeInteger)) refuse(`shape must hold whole numbers below 2^53, got [${shape}]`);
  return shape;
}

/** Converts the order in which the first axis varies fastest to that in which the last one does. */
function rowMajor({ shape, data }: Tensor): Data {
  const result = data.slice();
  const index = shape.map(() => 0);
  const step = shape.map((_, axis) => sizeOf(shape.slice(0, axis)));
  let from = 0;
  for (let to = 0; to < data.length; to++) {
    result[to] = data[from];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += step[axis];
      if (++index[axis] < shape[axis]) break;
      from -= step[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return result;
}

/**
 * Writes a tensor as .npy, version 1.0: `<f4` for float32, `<f8` for float64, row-major.
 *
 * @throws {SpecError} tensor-shape and tensor-length.
 * @example
 * writeNpy(tensor([2], [1, 2])).length // 136
 */
export function writeNpy(tensor: Tensor): Uint8Array<ArrayBuffer> {
  checkTensor('writeNpy', 'the argument', tensor);
  const bytes = tensor.data.BYTES_PER_ELEMENT;
  const shape = tensor.shape.length === 1 ? `${tensor.shape[0]},` : tensor.shape.join(', ');
  const text = `{'descr': '<f${bytes}', 'fortran_order': False, 'shape': (${shape}), }`;
  // Blanks up to a multiple of 64, so that the data may be mapped into memory; the last one is a line's end (NEP 1).
  const start = Math.ceil((MAGIC.length + 4 + text.length + 1) / 64) * 64;
  const file = reserve(CLAUSE, 'writeNpy', start + tensor.data.length * bytes);
  const view = viewOf(file);
  file.set([...MAGIC, 1, 0]);
  view.setUint16(8, start - 10, true);
  file.set(toUtf8(`${text.padEnd(start - 11)}\n`), 10);
  writeElements('writeNpy', bytes === 4 ? 'F32' : 'F64', view, start, tensor.data);
  return file;
}

function refuse(message: string, who = 'readNpy'): never {
  throw new SpecError(CLAUSE, `${who}: ${message}`);
}
