// What the outputs of a contraction may be: sums of products, linear in x, in the weight and in the bias. Spec oracle-bound.

import type { Layer } from '../../layer.ts';
import type { Tensor } from '../../tensor.ts';
import type { Operands } from '../case.ts';
import { type Bound, boundOf, type Profile, toDoubles } from './bound.ts';
import type { Form } from './form.ts';

/** Of the output. */
export function contractionBound(layer: Layer, { x, weight, bias }: Operands, profile: Profile): Bound {
  const apply: Form['apply'] = (a, w, b) => {
    const p = { weight: { shape: weight!.shape, data: w! }, ...(bias && { bias: { shape: bias.shape, data: b! } }) };
    return layer.forward({ shape: x.shape, data: a }, p).data as Float64Array;
  };
  const [a, w, b] = [toDoubles(x.data), toDoubles(weight!.data), bias && toDoubles(bias.data)];
  return boundOf({ a, w, b, apply }, profile);
}

/** Of the gradients of x, the weight and the bias. */
export function contractionGradientBounds(
  layer: Layer,
  { x, weight, bias, dy }: Operands,
  profile: Profile,
): Readonly<Record<string, Bound>> {
  const zeros = bias && { bias: { shape: bias.shape, data: new Float64Array(bias.data.length) } };
  const pull = (ax: Float64Array, aw: Float64Array, ady: Float64Array): Record<string, Float64Array> => {
    const p = { weight: { shape: weight!.shape, data: aw }, ...zeros };
    const g = layer.vjp({ shape: x.shape, data: ax }, p)[1]({ shape: dy!.shape, data: ady });
    const all = { ...(g.params as Record<string, Tensor>), x: g.x };
    return Object.fromEntries(Object.entries(all).map(([name, { data }]) => [name, data as Float64Array]));
  };
  const [X, W, DY] = [x, weight!, dy!].map((tensor) => toDoubles(tensor.data));
  return {
    x: boundOf({ a: DY, w: W, apply: (a, w) => pull(X, w!, a).x }, profile),
    weight: boundOf({ a: X, w: DY, apply: (a, w) => pull(a, W, w!).weight }, profile),
    ...(bias && { bias: boundOf({ a: DY, apply: (a) => pull(X, W, a).bias }, profile) }),
  };
}

/** Of the output or, with dy, of the gradients. */
export const contractionBounds = (
  layer: Layer,
  operands: Operands,
  profile: Profile,
): Readonly<Record<string, Bound>> =>
  operands.dy ? contractionGradientBounds(layer, operands, profile) : { y: contractionBound(layer, operands, profile) };
