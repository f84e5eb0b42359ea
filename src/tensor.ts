// Tensors: dense, row-major arrays of float32 or float64, channels last.

import { SpecError, show, wrongType } from './errors.ts';
import { isList, isObject, reading } from './reading.ts';

export type Shape = readonly number[];
export type ElementType = 'float32' | 'float64';
export type Data = Float32Array | Float64Array;

/** A dense row-major array: `data.length` is the product of `shape`. Images are `[batch, ...space, channels]`. */
export interface Tensor {
  readonly shape: Shape;
  readonly data: Data;
}

/** The most elements a tensor may hold: an index fits a signed 32-bit integer. Spec tensor-size. */
export const MAX_ELEMENTS = 0x7fffffff;

/** The most axes a shape may have, as in NumPy. Spec tensor-shape. */
export const MAX_AXES = 64;

/** Number of elements of a shape: the product of its axes (1 for no axes). */
export const sizeOf = (shape: Shape): number => shape.reduce((product, axis) => product * axis, 1);

export const typeOf = (data: Data): ElementType => (data instanceof Float32Array ? 'float32' : 'float64');

/**
 * Makes a tensor of the given shape: zeros, or a copy of `values` in row-major order. The shape comes first:
 * `tensor([3], [1, 2, 3])` is a vector; `tensor([1, 2, 3])` is 1×2×3 zeros.
 *
 * @param values a flat list in row-major order, however many axes there are.
 * @param type `'float32'` (default) runs the SIMD kernels; `'float64'` runs them in convolutions and dense layers, elsewhere loops.
 * @throws {SpecError} tensor-shape for an axis that is not a whole number ≥ 0; tensor-size for more than 2³¹ − 1
 * elements; tensor-length when the number of values is not the product of the shape.
 * @example
 * tensor([2, 2], [1, 2, 3, 4]).data // Float32Array [1, 2, 3, 4]
 */
export function tensor(shape: Shape, values?: ArrayLike<number>, type: ElementType = 'float32'): Tensor {
  checkShape('tensor', shape);
  if (type !== 'float32' && type !== 'float64')
    throw wrongType('tensor-type', `tensor: type must be 'float32' or 'float64', got ${show(type)}`);
  const result = allocate('tensor', shape, type);
  if (values === undefined) return result;
  if (!isObject(values) || typeof lengthOf(values) !== 'number')
    throw wrongType('tensor-type', `tensor: values must be an array of numbers, got ${show(values)}`);
  const odd = reading('tensor-type', 'tensor', 'values', () => {
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (typeof value !== 'number') return i;
      result.data[i] = value;
    }
    return -1;
  });
  if (odd >= 0)
    throw wrongType(
      'tensor-type',
      `tensor: values must be a flat array of numbers, got ${show(values[odd])} at index ${odd}`,
    );
  if (values.length !== result.data.length)
    throw new SpecError(
      'tensor-length',
      `tensor: shape [${shape}] holds ${result.data.length} values, got ${values.length}`,
    );
  return result;
}

/** Of a proxy around a typed array it cannot be asked. */
function lengthOf(values: { readonly length?: unknown }): unknown {
  try {
    return values.length;
  } catch {
    return undefined;
  }
}

/** A tensor of a shape that has already been checked, filled with zeros unless all of it `isWritten` next. Spec tensor-size. */
export function allocate(who: string, shape: Shape, type: ElementType, isWritten = false): Tensor {
  const size = sizeOf(shape);
  if (!(size <= MAX_ELEMENTS)) {
    const got = `${size} for shape [${shape}]`;
    throw new SpecError('tensor-size', `${who}: a tensor holds at most ${MAX_ELEMENTS} elements, got ${got}`);
  }
  const make = (): Data => (type === 'float32' ? floats(size, isWritten) : new Float64Array(size));
  return Object.freeze({ shape: Object.freeze([...shape]), data: orRefused(who, size, type, make) });
}

/** Gives float32 tensors their memory: with a copy of `values`, as it comes where that is true, or else with zeros. */
export type Floats = (size: number, values?: Float32Array | boolean) => Float32Array;

let floats: Floats = (size, values) => (typeof values === 'object' ? values.slice() : new Float32Array(size));

/** Runs `body`, whose float32 tensors get their memory from `make`. */
export function allocating<T>(make: Floats, body: () => T): T {
  const before = floats;
  floats = make;
  try {
    return body();
  } finally {
    floats = before;
  }
}

/** A float32 tensor with a copy of values; its memory is not zeroed first, which saves a third (measured). */
export const allocateFrom = (who: string, shape: Shape, values: Float32Array): Tensor =>
  Object.freeze({ shape, data: orRefused(who, values.length, 'float32', () => floats(values.length, values)) });

/** Spec tensor-size. */
function orRefused<T>(who: string, size: number, type: ElementType, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    if (cause instanceof SpecError) throw cause;
    throw new SpecError(
      'tensor-size',
      `${who}: the host refuses ${size} elements of ${type} (${(cause as Error).message})`,
    );
  }
}

/** Spec tensor-shape: axes are whole numbers ≥ 0, at most 64 of them. */
export function checkShape(who: string, shape: Shape): void {
  const isOf = (isRight: (axis: unknown) => boolean): boolean =>
    reading('tensor-shape', who, 'a shape', () => {
      for (let i = 0; i < shape.length; i++) if (!isRight(shape[i])) return false;
      return true;
    });
  if (!isList(shape) || !isOf((axis) => typeof axis === 'number'))
    throw wrongType('tensor-shape', `${who}: a shape must be an array of whole numbers, got ${show(shape)}`);
  if (shape.length > MAX_AXES)
    throw new SpecError('tensor-shape', `${who}: a shape may have at most ${MAX_AXES} axes, got ${shape.length}`);
  if (!isOf((axis) => Number.isSafeInteger(axis) && (axis as number) >= 0))
    throw new SpecError('tensor-shape', `${who}: the axes of a shape must be whole numbers ≥ 0, got [${shape}]`);
}

/**
 * The elements that an array holds, whatever `length` says: a caller may have defined one of his own, and optimised code of
 * some hosts (V8 11.3) gives that of a transferred array as it was.
 */
export const heldBy = (data: Data): number =>
  Math.min(data.length, Math.floor((data.buffer.byteLength - data.byteOffset) / data.BYTES_PER_ELEMENT));

/** Checks that `value` is a tensor whose data match its shape. Spec tensor-length. */
export function checkTensor(who: string, what: string, value: Tensor): void {
  const has = (name: 'shape' | 'data'): boolean => isObject(value) && name in value;
  const given = reading('tensor-type', who, what, () =>
    has('shape') && has('data') ? { shape: value.shape, data: value.data } : undefined,
  );
  if (given === undefined)
    throw wrongType('tensor-type', `${who}: ${what} must be a tensor {shape, data}, got ${show(value)}`);
  const { shape, data } = given;
  checkShape(who, shape);
  // A proxy of a typed array is an instance, but no view.
  if (!ArrayBuffer.isView(data) || !(data instanceof Float32Array || data instanceof Float64Array))
    throw wrongType(
      'tensor-type',
      `${who}: the data of ${what} must be a Float32Array or Float64Array, got ${show(data)}`,
    );
  const size = sizeOf(shape);
  const length = heldBy(data) === size ? data.length : heldBy(data);
  if (length !== size)
    throw new SpecError('tensor-length', `${who}: ${what} of shape [${shape}] holds ${size} values, got ${length}`);
}

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((axis, i) => axis === b[i]);
