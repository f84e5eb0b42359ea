// Tensors: dense, row-major arrays of float32 or float64, channels last.

import { SpecError, show, wrongType } from './errors.ts';

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

/** Number of elements of a shape: the product of its axes (1 for no axes). */
export const sizeOf = (shape: Shape): number => shape.reduce((product, axis) => product * axis, 1);

export const typeOf = (data: Data): ElementType => (data instanceof Float32Array ? 'float32' : 'float64');

/**
 * Makes a tensor of the given shape: zeros, or a copy of `values` in row-major order. The shape comes first:
 * `tensor([3], [1, 2, 3])` is a vector; `tensor([1, 2, 3])` is 1×2×3 zeros.
 *
 * @param values a flat list in row-major order, however many axes there are.
 * @param type `'float32'` (default) runs the SIMD kernels, `'float64'` the reference loops.
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
  if (typeof values !== 'object' || values === null || typeof lengthOf(values) !== 'number')
    throw wrongType('tensor-type', `tensor: values must be an array of numbers, got ${show(values)}`);
  for (let i = 0; i < values.length; i++) {
    if (typeof values[i] !== 'number')
      throw wrongType(
        'tensor-type',
        `tensor: values must be a flat array of numbers, got ${show(values[i])} at index ${i}`,
      );
    result.data[i] = values[i];
  }
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

/** A zero-filled tensor of a shape that has already been checked. Spec tensor-size. */
export function allocate(who: string, shape: Shape, type: ElementType): Tensor {
  const size = sizeOf(shape);
  if (!(size <= MAX_ELEMENTS)) {
    const got = `${size} for shape [${shape}]`;
    throw new SpecError('tensor-size', `${who}: a tensor holds at most ${MAX_ELEMENTS} elements, got ${got}`);
  }
  return Object.freeze({ shape: Object.freeze([...shape]), data: allocateData(who, size, type) });
}

const allocateData = (who: string, size: number, type: ElementType): Data =>
  orRefused(who, size, type, () => (type === 'float32' ? new Float32Array(size) : new Float64Array(size)));

/** A float32 tensor with a copy of values; its memory is not zeroed first, which saves a third (measured). */
export const allocateFrom = (who: string, shape: Shape, values: Float32Array): Tensor =>
  Object.freeze({ shape, data: orRefused(who, values.length, 'float32', () => new Float32Array(values)) });

/** Spec tensor-size. */
function orRefused<T>(who: string, size: number, type: ElementType, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    throw new SpecError(
      'tensor-size',
      `${who}: the host refuses ${size} elements of ${type} (${(cause as Error).message})`,
    );
  }
}

/** Spec tensor-shape: axes are whole numbers ≥ 0. */
export function checkShape(who: string, shape: Shape): void {
  if (!Array.isArray(shape))
    throw wrongType('tensor-shape', `${who}: a shape must be an array of whole numbers, got ${show(shape)}`);
  for (const axis of shape)
    if (typeof axis !== 'number')
      throw wrongType('tensor-shape', `${who}: a shape must be an array of whole numbers, got ${show(shape)}`);
  for (const axis of shape) {
    if (!Number.isSafeInteger(axis) || axis < 0)
      throw new SpecError('tensor-shape', `${who}: the axes of a shape must be whole numbers ≥ 0, got [${shape}]`);
  }
}

/** Checks that `value` is a tensor whose data match its shape. Spec tensor-length. */
export function checkTensor(who: string, what: string, value: Tensor): void {
  if (typeof value !== 'object' || value === null || !('shape' in value) || !('data' in value))
    throw wrongType('tensor-type', `${who}: ${what} must be a tensor {shape, data}, got ${show(value)}`);
  checkShape(who, value.shape);
  // A proxy of a typed array is an instance, but no view.
  if (!ArrayBuffer.isView(value.data) || !(value.data instanceof Float32Array || value.data instanceof Float64Array))
    throw wrongType(
      'tensor-type',
      `${who}: the data of ${what} must be a Float32Array or Float64Array, got ${show(value.data)}`,
    );
  const size = sizeOf(value.shape);
  if (value.data.length !== size)
    throw new SpecError(
      'tensor-length',
      `${who}: ${what} of shape [${value.shape}] holds ${size} values, got ${value.data.length}`,
    );
}

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((axis, i) => axis === b[i]);
