// What each output of an operator is: a sum of products (a form), or a choice among its inputs (a maximum).

import { SpecError } from '../errors.ts';
import { spaceOf } from '../layer/field.ts';
import type { Layer, Params } from '../layer/layer.ts';
import { mirroredAxes, type TransposeWindow } from '../ops/conv-transpose.ts';
import { conv, convInputGrad } from '../reference/convolution.ts';
import { divisors } from '../reference/pool.ts';
import { type Shape, sizeOf, type Tensor } from '../tensor.ts';
import { type ConvGeometry, type Padding, taps, threeAxes, type Window, windowAxes } from '../window.ts';
import { type Bound, boundOf, type Form, type Profile, stored, toDoubles } from './bound.ts';
import { kindOf } from './kinds.ts';
import { rounding } from './narrow.ts';
import { operatorOf, type Part } from './operators.ts';
import { mayTransform, transformed } from './winograd.ts';

/** The operands of one call: what the engine was given. `dy` is there for gradients alone. */
export interface Operands {
  readonly x: Tensor;
  readonly weight?: Tensor;
  readonly bias?: Tensor;
  readonly dy?: Tensor;
}

const doubles = (tensor: Tensor): Tensor => ({ shape: tensor.shape, data: toDoubles(tensor.data) });

/** The operands as parameters of the layer. */
export const paramsOf = ({ weight, bias }: Operands): Params<Tensor> => ({
  ...(weight && { weight }),
  ...(bias && { bias }),
});

/** The geometry of a windowed operator, groups and channels as its family counts them; of a transposed one, from y to x. */
export function geometryOf(layer: Layer, x: Shape): ConvGeometry {
  const { family } = operatorOf(layer.name);
  const C = x[x.length - 1];
  const a = layer.attributes as Record<string, number> & { filters: number; units: number; multiplier: number };
  if (family === 'dense') return { batch: x[0], groups: 1, channels: C, filters: a.units, axes: threeAxes([]) };
  if (family === 'transpose') {
    const axes = threeAxes(mirroredAxes(layer.name, layer.attributes as unknown as TransposeWindow, spaceOf(x)));
    return { batch: x[0], groups: a.groups, channels: a.filters / a.groups, filters: C / a.groups, axes };
  }
  const window = { ...layer.attributes, ceil: layer.attributes.ceil ?? false } as unknown as Window;
  const axes = threeAxes(windowAxes(layer.name, window, spaceOf(x)));
  if (family === 'conv')
    return { batch: x[0], groups: a.groups, channels: C / a.groups, filters: a.filters / a.groups, axes };
  return { batch: x[0], groups: C, channels: 1, filters: family === 'depthwise' ? a.multiplier : 1, axes };
}

/** The outputs of a call and what each may be. Spec oracle-bound. */
export function expected(layer: Layer, operands: Operands, profile: Profile = {}): Partial<Record<Part, Bound>> {
  const { family } = operatorOf(layer.name);
  const { x, dy } = operands;
  if (family === 'max') return dy ? { x: maxGradient(layer, operands, profile) } : { y: maximum(layer, x, profile) };
  if (family === 'avg')
    return dy ? { x: averageGradient(layer, operands, profile) } : { y: average(layer, x, profile) };
  if (dy) return gradients(layer, operands, profile);
  return { y: product(...explicit(layer, operands, profile), profile) };
}

/** Forward: linear in x, in the weight and in the bias. */
function product(layer: Layer, { x, weight, bias }: Operands, profile: Profile): Bound {
  const apply: Form['apply'] = (a, w, b) => {
    const p = { weight: { shape: weight!.shape, data: w! }, ...(bias && { bias: { shape: bias.shape, data: b! } }) };
    return layer.forward({ shape: x.shape, data: a }, p).data as Float64Array;
  };
  const [a, w, b] = [toDoubles(x.data), toDoubles(weight!.data), bias && toDoubles(bias.data)];
  const bound = boundOf({ a, w, b, apply }, profile);
  return mayTransform(layer) ? transformed(bound, geometryOf(layer, x.shape), profile, a, w, b) : bound;
}

function gradients(layer: Layer, { x, weight, bias, dy }: Operands, profile: Profile): Partial<Record<Part, Bound>> {
  const zeros = bias && { bias: { shape: bias.shape, data: new Float64Array(bias.data.length) } };
  const pull = (ax: Float64Array, aw: Float64Array, ady: Float64Array) => {
    const p = { weight: { shape: weight!.shape, data: aw }, ...zeros };
    const g = layer.vjp({ shape: x.shape, data: ax }, p)[1]({ shape: dy!.shape, data: ady });
    return { x: g.x.data, ...(g.params as Record<string, Tensor>) } as { x: Float64Array } & Record<
      'weight' | 'bias',
      Tensor
    >;
  };
  const [X, W, DY] = [x, weight!, dy!].map((tensor) => toDoubles(tensor.data));
  return {
    x: boundOf({ a: DY, w: W, apply: (a, w) => pull(X, w!, a).x }, profile),
    weight: boundOf({ a: X, w: DY, apply: (a, w) => pull(a, W, w!).weight.data as Float64Array }, profile),
    ...(bias && { bias: boundOf({ a: DY, apply: (a) => pull(X, W, a).bias.data as Float64Array }, profile) }),
  };
}

/** The call with the padding written into x as zeros, where the engine multiplies it. Spec oracle-traits. */
function explicit(layer: Layer, operands: Operands, profile: Profile): [Layer, Operands] {
  const isPadded = layer.attributes.padding !== undefined && operatorOf(layer.name).family !== 'transpose';
  if (profile.padding !== 'multiplied' || !isPadded) return [layer, operands];
  const { x } = operands;
  const axes = windowAxes(layer.name, { ...layer.attributes, ceil: false } as unknown as Window, spaceOf(x.shape));
  const space = axes.map((axis) => axis.before + axis.input + axis.after);
  const C = x.shape[x.shape.length - 1];
  const shape = [x.shape[0], ...space, C];
  const data = new Float32Array(sizeOf(shape));
  for (let i = 0; i < x.data.length / C; i++) {
    let [rest, place, scale] = [i, 0, 1];
    for (let axis = axes.length - 1; axis >= 0; axis--) {
      place += ((rest % axes[axis].input) + axes[axis].before) * scale;
      rest = Math.floor(rest / axes[axis].input);
      scale *= space[axis];
    }
    data.set(x.data.subarray(i * C, (i + 1) * C), (rest * scale + place) * C);
  }
  const padding: Padding = 'valid';
  return [layer.with({ attributes: { padding } }), { ...operands, x: { shape, data } }];
}

/** A result of which every order of operations gives the same value: a maximum chooses, it does not round. */
function exactly(value: Float64Array): Bound {
  const zero = new Float64Array(value.length);
  return { value, error: zero, kinds: Uint8Array.from(value, kindOf), magnitude: value.map(Math.abs), terms: zero };
}

/** The largest stays the largest when all are rounded alike. Spec oracle-precision. */
function maximum(layer: Layer, x: Tensor, profile: Profile): Bound {
  const bound = exactly(layer.forward(doubles(x), {}).data as Float64Array);
  const { precision: { operands = 'float32' } = {}, subnormals } = profile;
  const error = bound.value.map((each) => rounding(each, operands, subnormals === 'ieee'));
  return stored({ ...bound, error }, profile);
}

function maxGradient(layer: Layer, { x, dy }: Operands, profile: Profile): Bound {
  const pull = layer.vjp(doubles(x), {})[1];
  const apply = (a: Float64Array): Float64Array => pull({ shape: dy!.shape, data: a }).x.data as Float64Array;
  return boundOf({ a: toDoubles(dy!.data), apply }, profile);
}

/** The number of cells each window divides by, once per channel. */
function perOutput(layer: Layer, x: Shape, y: Shape, countPadding: boolean): Float64Array {
  const each = divisors(geometryOf(layer, x), countPadding);
  const C = y[y.length - 1];
  return Float64Array.from({ length: sizeOf(y) }, (_, i) => each[Math.floor(i / C) % each.length]);
}

/** The weight of a depthwise convolution that sums each window. */
const onesFor = (g: ConvGeometry): Float64Array => new Float64Array(taps(g.axes) * g.groups).fill(1);

function average(layer: Layer, x: Tensor, profile: Profile): Bound {
  const y = layer.shape(x.shape);
  const divisor = perOutput(layer, x.shape, y, layer.attributes.countPadding as boolean);
  const g = geometryOf(layer, x.shape);
  const apply = (a: Float64Array): Float64Array => {
    const sum = new Float64Array(divisor.length);
    conv(g, a, onesFor(g), undefined, sum);
    return sum;
  };
  const bound = boundOf({ a: toDoubles(x.data), apply, divisor }, profile);
  // Over no cell: 0/0.
  for (let i = 0; i < divisor.length; i++) if (divisor[i] === 0) bound.kinds[i] = kindOf(NaN);
  return bound;
}

function averageGradient(layer: Layer, { x, dy }: Operands, profile: Profile): Bound {
  const g = geometryOf(layer, x.shape);
  const shares = perOutput(layer, x.shape, dy!.shape, layer.attributes.countPadding as boolean);
  const apply = (a: Float64Array): Float64Array => {
    const dx = new Float64Array(x.data.length);
    convInputGrad(g, a, onesFor(g), dx);
    return dx;
  };
  return boundOf({ a: toDoubles(dy!.data).map((each, i) => each / shares[i]), apply, shares }, profile);
}

/** Spec oracle-operators. */
export function checkKnown(layer: Layer): void {
  if (Object.keys(layer.children).length > 0)
    throw new SpecError('oracle-operators', `oracle: one operator at a time, got '${layer.name}' with children`);
  operatorOf(layer.name);
}
