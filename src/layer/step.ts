// The values and the steps of a compiled net, as layers describe them to a program.

import type { Shape, Tensor } from '../tensor.ts';
import type { ConvGeometry } from '../window.ts';

/** Which kernels a convolution may use. Spec conv-algorithm. */
export const algorithms = ['auto', 'direct', 'im2col', 'winograd'] as const;
export type Algorithm = (typeof algorithms)[number];

/** A tensor of a compiled net. Its place in memory is decided when the whole program is known. */
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
 * A function of one number: limits a and b; min(max(a·x + b, 0), 1), by itself or times x; or x < 0 ? slope·x : x with a
 * slope for each channel.
 */
export interface PointwiseStep {
  readonly operation: 'clip' | 'hardSigmoid' | 'hardSwish' | 'prelu';
  readonly a?: number;
  readonly b?: number;
  readonly slope?: Float32Array;
}
