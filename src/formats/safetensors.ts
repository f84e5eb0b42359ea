// safetensors: named tensors in one file. Spec format-safetensors.
//
//   | length of header: 8 bytes | header: JSON | data, without holes |      every number lowest byte first
//   {"__metadata__": {"epoch": "3"}, "conv1.weight": {"dtype": "F32", "shape": [5, 5, 1, 6], "data_offsets": [0, 600]}, …}

import { known } from '../attributes.ts';
import { SpecError, show, wrongType } from '../errors.ts';
import { checkParams, flatParams } from '../layer/flat-params.ts';
import type { Params } from '../layer/layer.ts';
import { reading } from '../reading.ts';
import { allocate, type Shape, sizeOf, type Tensor } from '../tensor.ts';
import { asBytes, type Bytes, reserve, viewOf } from './bytes.ts';
import { ELEMENTS, type Element, type FloatName, readExactly, UNREAD, writeElements } from './elements.ts';
import { notOf } from './format-hint.ts';
import { isObject, parseObject } from './json.ts';
import { hasLoneSurrogate, toUtf8 } from './utf8.ts';

const CLAUSE = 'format-safetensors';
const METADATA = '__metadata__';

/** The format's own limit on its header, in bytes (safetensors README). */
const MAX_HEADER = 100_000_000;

/** The character that a header begins with: the format allows no blank before it. */
const BRACE = 0x7b;

export interface SafetensorsFile {
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly metadata: Readonly<Record<string, string>>;
  /**
   * Tensors that are not read, by their names: those of F4, F6_E2M3, F6_E3M2, C64, and of types that are newer than this library,
   * and those of I64 and U64 with an integer that float64 cannot represent.
   */
  readonly unread: Readonly<Record<string, { readonly dtype: string; readonly shape: Shape }>>;
}

interface Entry {
  readonly name: string;
  readonly dtype: string;
  /** How it is read, if it is. */
  readonly element: Element | undefined;
  readonly shape: Shape;
  readonly begin: number;
  readonly end: number;
}

/**
 * Reads a safetensors file: F32, F16, BF16 and the F8 types become float32, F64 float64, each value exactly; 8- and 16-bit
 * integers and BOOL become float32, 32- and 64-bit integers float64. Tensors of other types, or with integers that float64
 * cannot represent, are named in `unread`.
 *
 * @throws {SpecError} format-safetensors for a file that is cut off or whose header is not true of it; tensor-size.
 * @example
 * readSafetensors(writeSafetensors({ weight: tensor([2], [1, 2]) })).tensors.weight.data // Float32Array [1, 2]
 */
export function readSafetensors(bytes: Bytes): SafetensorsFile {
  const file = asBytes(CLAUSE, 'readSafetensors', bytes);
  const view = viewOf(file);
  const { header, start } = readHeader(file, view);
  const entries = Object.keys(header)
    .filter((name) => name !== METADATA)
    .map((name) => readEntry(name, header[name]));
  checkCover(entries, file.length - start);
  const metadata = readMetadata(header[METADATA] ?? {});
  const tensors: [string, Tensor][] = [];
  const unread: [string, { dtype: string; shape: Shape }][] = [];
  for (const entry of entries) {
    const { name, dtype, shape } = entry;
    const tensor = readTensor(entry, view, start);
    if (tensor) tensors.push([name, tensor]);
    else unread.push([name, { dtype, shape }]);
  }
  return { tensors: Object.fromEntries(tensors), metadata, unread: Object.fromEntries(unread) };
}

/** The header, and where the data begin. A file that is something else is told by its first bytes. */
function readHeader(file: Uint8Array, view: DataView): { header: Record<string, unknown>; start: number } {
  const wrong = (what: string): never => {
    throw notOf(CLAUSE, 'readSafetensors', file, ['safetensors'], what);
  };
  if (file.length < 8) wrong(`a file starts with 8 bytes of header length, got ${file.length} bytes`);
  const length = view.getBigUint64(0, true);
  if (length > MAX_HEADER || length > file.length - 8)
    wrong(
      `the header states ${length} bytes, but the file has ${file.length - 8} after its length (and ${MAX_HEADER} is the limit)`,
    );
  const start = 8 + Number(length);
  if (length === 0n || file[8] !== BRACE)
    wrong(`the header must be a JSON object, got ${length === 0n ? 'no bytes' : `${file[8]} as its first byte`}`);
  return { header: parseObject(CLAUSE, 'readSafetensors', file.subarray(8, start)), start };
}

function readEntry(name: string, value: unknown): Entry {
  if (!isObject(value)) return refuse(`tensor ${show(name)} must be an object, got ${show(value)}`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string')
    return refuse(`the dtype of tensor ${show(name)} must be a string, got ${show(dtype)}`);
  if (!isWhole(shape))
    return refuse(`the shape of tensor ${show(name)} must be an array of whole numbers ≥ 0, got ${show(shape)}`);
  if (!isWhole(offsets) || offsets.length !== 2)
    return refuse(`the data_offsets of tensor ${show(name)} must be two whole numbers ≥ 0, got ${show(offsets)}`);
  const [begin, end] = offsets;
  const element = ELEMENTS.get(dtype);
  const bits = element === undefined ? UNREAD.get(dtype) : 8 * element.bytes;
  const bytes = bits === undefined ? Math.max(0, end - begin) : (sizeOf(shape) * bits) / 8; // of a newer type nothing is known
  if (end - begin !== bytes)
    return refuse(
      `tensor ${show(name)} of shape [${shape.slice(0, SHOWN)}${shape.length > SHOWN ? ', …' : ''}] and dtype ${show(dtype)} takes ${bytes} bytes, but its data_offsets are ${show(offsets)}`,
    );
  return { name, dtype, element, shape, begin, end };
}

/** Axes of a shape in a message. */
const SHOWN = 16;

const isWhole = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((each) => Number.isSafeInteger(each) && each >= 0);

/** In the order of their offsets the tensors follow each other from the first byte of data to the last. */
function checkCover(entries: readonly Entry[], length: number): void {
  let at = 0;
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== at)
      refuse(`tensor ${show(name)} must begin at byte ${at} of the data, where the one before it ends, got ${begin}`);
    at = end;
  }
  if (at !== length) refuse(`the tensors take ${at} bytes of data, but the file has ${length}`);
}

function readMetadata(value: unknown): Record<string, string> {
  if (!isObject(value)) return refuse(`${METADATA} must be an object of strings, got ${show(value)}`);
  for (const name of Object.keys(value))
    if (typeof value[name] !== 'string')
      refuse(`${METADATA} must hold strings, got ${show(value[name])} for ${show(name)}`);
  return value as Record<string, string>;
}

/** Undefined where the type is not read, or an integer does not fit into float64: the other tensors may be all that is wanted. */
function readTensor({ element, shape, begin }: Entry, view: DataView, start: number): Tensor | undefined {
  if (element === undefined) return undefined;
  const result = allocate('readSafetensors', shape, element.type);
  const inexact = readExactly(element, { view, start: start + begin, little: true }, result.data);
  return inexact === undefined ? result : undefined;
}

/**
 * Writes tensors under their names, or the parameters of a net under their flat names, with `metadata` of strings: float32
 * as F32, float64 as F64, or all of them as `type` F16 or BF16, rounded once to nearest, ties to even. The same arguments
 * give the same bytes. `loadWeights` reads them back.
 *
 * @throws {SpecError} format-safetensors for the name __metadata__ or an unknown type; format-float16 for a finite
 * value that F16 or BF16 cannot hold; tensor-shape and tensor-length for what is not a tensor.
 * @example
 * writeSafetensors({ weight: tensor([2], [1, 2]) }, { epoch: '3' }, { type: 'BF16' }).length // 108
 */
export function writeSafetensors(
  tensors: Params<Tensor>,
  metadata: Readonly<Record<string, string>> = {},
  options: { readonly type?: 'F16' | 'BF16' } = {},
): Uint8Array<ArrayBuffer> {
  options = known('writeSafetensors', options, ['type'], 'options');
  checkParams('writeSafetensors', tensors);
  const { type } = options;
  if (type !== undefined && type !== 'F16' && type !== 'BF16')
    refuseToWrite(`type must be 'F16' or 'BF16' or left out, got ${show(type)}`);
  const entries = layOut(flatParams(tensors), type);
  const header = headerOf(entries, metadata);
  const start = 8 + header.length;
  const file = reserve(CLAUSE, 'writeSafetensors', start + (entries.at(-1)?.end ?? 0));
  const view = viewOf(file);
  view.setBigUint64(0, BigInt(header.length), true);
  file.set(header, 8);
  for (const { name, dtype, tensor, begin } of entries)
    writeElements(`writeSafetensors: tensor ${show(name)}`, dtype, view, start + begin, tensor.data);
  return file;
}

/** float64 first, so that every tensor begins at a multiple of its element's size; otherwise the order of the record. */
function layOut(tensors: Readonly<Record<string, Tensor>>, type: FloatName | undefined) {
  let end = 0;
  const entries = Object.keys(tensors).map((name) => {
    if (name === METADATA) refuseToWrite(`a tensor cannot have the name ${METADATA}`);
    const dtype: FloatName = type ?? (tensors[name].data instanceof Float64Array ? 'F64' : 'F32');
    return { name, tensor: tensors[name], dtype, bytes: (ELEMENTS.get(dtype) as Element).bytes };
  });
  return entries
    .sort((a, b) => b.bytes - a.bytes)
    .map((entry) => {
      const begin = end;
      end += entry.tensor.data.length * entry.bytes;
      return { ...entry, begin, end };
    });
}

function headerOf(entries: ReturnType<typeof layOut>, metadata: unknown): Uint8Array {
  const given = reading(CLAUSE, 'writeSafetensors', 'metadata', () =>
    isObject(metadata) ? { ...metadata } : undefined,
  );
  if (given === undefined)
    throw wrongType(CLAUSE, `writeSafetensors: metadata must be an object of strings, got ${show(metadata)}`);
  for (const name of Object.keys(given))
    if (typeof given[name] !== 'string')
      throw wrongType(CLAUSE, `writeSafetensors: metadata must be strings, got ${show(given[name])} for ${show(name)}`);
  const lines = entries.map(({ name, dtype, tensor, begin, end }): [string, unknown] => [
    name,
    { dtype, shape: tensor.shape, data_offsets: [begin, end] },
  ]);
  const first: [string, unknown][] = Object.keys(given).length > 0 ? [[METADATA, given]] : [];
  const text = JSON.stringify(Object.fromEntries([...first, ...lines]));
  const lone = [...Object.entries(given as Record<string, string>).flat(), ...entries.map(({ name }) => name)].find(
    hasLoneSurrogate,
  );
  if (lone !== undefined) refuseToWrite(`names and metadata must be text that UTF-8 can say, got ${show(lone)}`);
  const bytes = toUtf8(text);
  if (bytes.length > MAX_HEADER - 7)
    refuseToWrite(`names and metadata must fit a header of ${MAX_HEADER} bytes, got ${bytes.length}`);
  // Blanks after the header, as the reference writer puts them, so that the data begin at a multiple of 8.
  const header = new Uint8Array(Math.ceil(bytes.length / 8) * 8).fill(0x20);
  header.set(bytes);
  return header;
}

function refuse(message: string, who = 'readSafetensors'): never {
  throw new SpecError(CLAUSE, `${who}: ${message}`);
}

const refuseToWrite = (message: string): never => refuse(message, 'writeSafetensors');
