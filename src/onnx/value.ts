// A value that flows through a model: an array in the order of the file, channels first, and the same channels last.

import { allocate, type Data, type Shape, sizeOf, type Tensor, typeOf } from '../tensor.ts';
import { isFloat } from './element-types.ts';

/** `first`: `[batch, channels, ...space]` as in the file. `last`: `[batch, ...space, channels]`. */
export type Order = 'first' | 'last';

/** What is known of a value before anything runs. */
export interface Kind {
  readonly type: string;
  /** In the order of the file. */
  readonly shape: Shape;
}

/** The order of axes that brings channels last. */
const lastAxes = (rank: number): number[] => [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1];
const firstAxes = (rank: number): number[] => [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, i) => i + 1)];

/** The shape with its channels last; up to two axes there is nothing to move. Spec onnx-layout. */
export const lastShape = (shape: Shape): Shape =>
  shape.length < 3 ? shape : lastAxes(shape.length).map((axis) => shape[axis]);

/** As many zeros of the same type. */
export const zerosLike = (x: Data, size: number): Data => allocate('run', [size], typeOf(x)).data;

/** Row-major: how far apart the elements of each axis are. */
export function stridesOf(shape: Shape): number[] {
  const strides: number[] = new Array(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1] * shape[axis + 1];
  return strides;
}

/** y[i, j, …] = x[offset + i·strides[0] + j·strides[1] + …]: transposing, slicing and broadcasting are this. */
export function strided(x: Data, shape: Shape, strides: readonly number[], offset = 0): Data {
  const y = zerosLike(x, sizeOf(shape));
  if (y.length === 0) return y;
  const rank = shape.length;
  const [inner, step] = rank === 0 ? [1, 0] : [shape[rank - 1], strides[rank - 1]];
  const index = new Array(rank).fill(0);
  for (let at = 0, from = offset; at < y.length; ) {
    for (let i = 0; i < inner; i++) y[at + i] = x[from + i * step];
    at += inner;
    for (let axis = rank - 2; axis >= 0; axis--) {
      from += strides[axis];
      if (++index[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return y;
}

/** Axis i of the result is axis order[i] of x. */
export function permuted(x: Data, shape: Shape, order: readonly number[]): Data {
  const strides = stridesOf(shape);
  return strided(
    x,
    order.map((axis) => shape[axis]),
    order.map((axis) => strides[axis]),
  );
}

export class Value implements Kind {
  readonly type: string;
  readonly shape: Shape;
  #first: Data | undefined;
  #last: Data | undefined;

  constructor(type: string, shape: Shape, data: Data, order: Order = 'first') {
    this.type = type;
    this.shape = shape;
    if (order === 'first' || shape.length < 3) this.#first = data;
    else this.#last = data;
  }

  /** The order that is there without moving anything; a value of two axes has both. */
  get order(): Order {
    return this.#first === undefined ? 'last' : 'first';
  }

  in(order: Order): Data {
    return order === 'first' ? this.first : this.last;
  }

  get first(): Data {
    this.#first ??= permuted(this.#last as Data, lastShape(this.shape), firstAxes(this.shape.length));
    return this.#first;
  }

  get last(): Data {
    if (this.shape.length < 3) return this.first;
    this.#last ??= permuted(this.first, this.shape, lastAxes(this.shape.length));
    return this.#last;
  }

  /** What a layer takes: channels last. */
  get image(): Tensor {
    return { shape: lastShape(this.shape), data: this.last };
  }

  /** As in the file. */
  get tensor(): Tensor {
    return { shape: this.shape, data: this.first };
  }

  /** Other values in the same place and order. */
  with(data: Data, type = this.type): Value {
    return new Value(type, this.shape, data, this.order);
  }

  /** Of a float: in float64 if `wide`. */
  widened(wide: boolean): Value {
    if (!wide || !isFloat(this.type) || this.in(this.order) instanceof Float64Array) return this;
    return this.with(Float64Array.from(this.in(this.order)));
  }
}
