// Programs: what the operators of a compiled net append, one after the other. Types only; src/kernels/ runs them.

import type { Algorithm } from '../kernels/choose.ts';
import type { Shape, Tensor } from '../tensor.ts';
import type { ConvGeometry, PoolGeometry } from '../window.ts';
import type { Layer, Params } from './layer.ts';

/** A tensor of a compiled net. Where it lies in memory is decided when all of the program is known. */
export interface Value {
  readonly shape: Shape;
}

/** A convolution with its parameters, which are read once. */
export interface ConvStep {
  readonly geometry: ConvGeometry;
  readonly weight: Tensor;
  readonly bias?: Tensor | undefined;
  readonly algorithm: Algorithm;
}

/** For each channel: y = (x − mean)·scale + shift, every operation rounded. Spec norm-frozen. */
export interface NormStep {
  readonly mean: Float32Array;
  readonly scale: Float32Array;
  readonly shift: Float32Array;
}

/** y = x / (k + alpha · Σ x²)^beta over the channels from `before` below to `after` above. Spec lrn-forward. */
export interface LrnStep {
  readonly before: number;
  readonly after: number;
  readonly k: number;
  readonly alpha: number;
  readonly beta: number;
}

/**
 * What a layer may append to a compiled net; every member gives the value of its result, whose `shape` is named where
 * it is not x's. The same bits as the layer's `forward`. Spec compile-bits.
 */
export interface Program {
  /** Any layer: what it emits itself, or else a call of its `forward`. */
  layer(layer: Layer, x: Value, p: Params<Tensor>): Value;
  /** A call of `forward` from the kernels' memory and back. */
  call(layer: Layer, x: Value, p: Params<Tensor>): Value;
  /** `undefined` where the kernels would not give the bits: ∞ or NaN in a weight that meets padding. */
  conv(x: Value, shape: Shape, step: ConvStep): Value | undefined;
  /** The input gradient of the convolution, plus the bias. */
  convTranspose(x: Value, shape: Shape, step: ConvStep): Value | undefined;
  maxPool(x: Value, shape: Shape, geometry: PoolGeometry): Value;
  avgPool(x: Value, shape: Shape, geometry: PoolGeometry, countPadding: boolean): Value;
  norm(x: Value, step: NormStep): Value;
  relu(x: Value): Value;
  lrn(x: Value, step: LrnStep): Value;
  /** ((first + second) + third) … */
  sum(parts: readonly Value[]): Value;
  /** The parts one after the other on the channel axis. */
  concat(parts: readonly Value[], shape: Shape): Value;
  /** The same numbers under another shape. */
  reshape(x: Value, shape: Shape): Value;
}
