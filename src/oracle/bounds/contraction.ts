// What the outputs of a contraction may be: sums of products, linear in x, in the weight and in the bias. Spec oracle-bound.

import type { Layer } from '../../layer/layer.ts';
import { biasGrad, convInputGrad, convWeightGrad } from '../../reference/convolution.ts';
import type { Tensor } from '../../tensor.ts';
import type { ConvGeometry } from '../../window.ts';
import type { Operands, Part } from '../case.ts';
import { type Bound, boundOf, type Profile, toDoubles } from './bound.ts';
import type { Sum } from './sum.ts';

/** Of the output. */
export function contractionBound(layer: Layer, { x, weight, bias }: Operands, profile: Profile): Bound {
  const apply: Sum['apply'] = (a, w, b) => {
    const p = { weight: { shape: weight!.shape, data: w! }, ...(bias && { bias: { shape: bias.shape, data: b! } }) };
    return layer.forward({ shape: x.shape, data: a }, p).data as Float64Array;
  };
  const [a, w, b] = [toDoubles(x.data), toDoubles(weight!.data), bias && toDoubles(bias.data)];
  return boundOf({ a, w, b, apply }, profile);
}

/** The gradients of a contraction by the loops of the reference: each is a contraction of the two other tensors. */
export interface GradientLoops {
  x(dy: Float64Array, w: Float64Array, dx: Float64Array): void;
  weight(x: Float64Array, dy: Float64Array, dw: Float64Array): void;
}

/** Those of a convolution; a transposed one exchanges input and output. */
export const convolutionGradients = (g: ConvGeometry): GradientLoops => ({
  x: (dy, w, dx) => convInputGrad(g, dy, w, dx),
  weight: (x, dy, dw) => convWeightGrad(g, x, dy, dw),
});

/** Of the gradients of x, the weight and the bias. */
export function contractionGradientBounds(
  loops: GradientLoops,
  { x, weight, bias, dy }: Operands,
  profile: Profile,
): Readonly<Record<Part, Bound>> {
  const filled = (like: Tensor, fill: (data: Float64Array) => void): Float64Array => {
    const data = new Float64Array(like.data.length);
    fill(data);
    return data;
  };
  const [X, W, DY] = [x, weight!, dy!].map((tensor) => toDoubles(tensor.data));
  return {
    x: boundOf({ a: DY, w: W, apply: (a, w) => filled(x, (dx) => loops.x(a, w!, dx)) }, profile),
    weight: boundOf({ a: X, w: DY, apply: (a, w) => filled(weight!, (dw) => loops.weight(a, w!, dw)) }, profile),
    ...(bias && {
      bias: boundOf({ a: DY, apply: (a) => filled(bias, (db) => biasGrad(x.shape[0], a, db)) }, profile),
    }),
  };
}
