// A windowed operator taken apart: geometry and operands in float64, and the plain loops over them.

import type { Layer } from '../../layer/layer.ts';
import { conv, convInputGrad, convWeightGrad } from '../../reference/convolution.ts';
import { type Data, type Shape, sizeOf, type Tensor } from '../../tensor.ts';
import { type Axis, type ConvGeometry, outputs, type ThreeAxes, taps } from '../../window.ts';
import type { Operands } from '../case.ts';
import type { DialectName } from '../dialect.ts';
import type { Prediction, Predictions, Setting } from '../mistake.ts';
import { inputOf, isSame as isSameCase, type WindowedCase } from './case.ts';

/** What one call of a windowed operator computes from. */
export interface WindowSetting extends Setting {
  readonly case: WindowedCase;
  readonly rank: number;
  readonly g: ConvGeometry;
  readonly x: Float64Array;
  readonly w: Float64Array;
  readonly b: Float64Array | undefined;
  readonly dy: Float64Array | undefined;
  /** What each output of an average is divided by, per position. */
  readonly divisor: Float64Array | undefined;
}

/** What a family adds: its geometry, its loops, and the divisors of an average. */
export interface Loops {
  geometry(layer: Layer, x: Shape): ConvGeometry;
  evaluate(s: WindowSetting): Prediction;
  divisor?(c: WindowedCase, g: ConvGeometry): Float64Array;
  moved?(changed: WindowSetting, s: WindowSetting): Predictions;
}

const doublesOf = (data: Data): Float64Array => (data instanceof Float64Array ? data : new Float64Array(data));

/** The setting of a case. The window of a pool is a depthwise convolution with ones. */
export function windowSetting(
  loops: Loops,
  dialect: DialectName,
  c: WindowedCase,
  layer: Layer,
  { x, weight, bias, dy }: Operands,
): WindowSetting {
  const g = loops.geometry(layer, x.shape);
  const w = weight ? doublesOf(weight.data) : new Float64Array(taps(g.axes) * g.groups).fill(1);
  return {
    case: c,
    dialect,
    layer,
    rank: c.space.length,
    g,
    x: doublesOf(x.data),
    w,
    b: bias && doublesOf(bias.data),
    dy: dy && doublesOf(dy.data),
    divisor: loops.divisor?.(c, g),
    products: g.batch * outputs(g.axes) * taps(g.axes) * g.groups * g.filters * g.channels,
    cells: Math.min(x.data.length + w.length, g.batch * x.data.length),
    evaluate: (s) => loops.evaluate(s as WindowSetting),
    gradients: (s) => gradientsOf(s as WindowSetting),
    moved: (changed, s) => movedBy(loops, changed as WindowSetting, s as WindowSetting),
  };
}

/** The setting of another case with the operands of this one. */
export function windowAnswering(loops: Loops, s: WindowSetting, instead: WindowedCase, layer: Layer): WindowSetting {
  const g = loops.geometry(layer, inputOf(instead));
  return { ...s, layer, g, divisor: loops.divisor?.(instead, g) };
}

/** What `f` makes of a setting, computed once: most mistakes begin with the right answer. Nobody writes into it. */
function once<T>(f: (s: WindowSetting) => T): (s: WindowSetting) => T {
  const known = new WeakMap<WindowSetting, T>();
  return (s) => {
    const found = known.get(s) ?? f(s);
    known.set(s, found);
    return found;
  };
}

/** The outputs of a setting by the loops of its family. */
export const evaluate: (s: WindowSetting) => Prediction = once((s) => s.evaluate(s));

export const channelsOut = ({ g }: WindowSetting): number => g.groups * g.filters;

/** The output of a contraction, by the loops of the reference. */
export function contracted(s: WindowSetting): Prediction {
  const y = emptyOutput(s);
  conv(s.g, s.x, s.w, s.b, y.data);
  return y;
}

/** An output of the shape that the geometry says, all zeros. */
export function emptyOutput(s: WindowSetting): Prediction {
  const shape = [s.g.batch, ...axesOf(s).map((axis) => axis.output), channelsOut(s)];
  return { shape, data: new Float64Array(sizeOf(shape)) };
}

/** The output by the layer itself. */
export function byLayer({ case: c, layer, x, w, b }: WindowSetting): Prediction {
  const { shape, data } = layer.forward({ shape: inputOf(c), data: x }, parametersFor(layer, c, w, b));
  return { shape, data: data as Float64Array };
}

/** The weight and the bias as the layer takes them; a bias that is left out counts as 0. */
function parametersFor(
  layer: Layer,
  c: WindowedCase,
  w: Float64Array,
  b: Float64Array | undefined,
): Readonly<Record<string, Tensor>> {
  const shapes = layer.params(inputOf(c)) as Record<string, Shape>;
  const { weight, bias } = shapes;
  return {
    ...(weight && { weight: { shape: weight, data: w } }),
    ...(bias && { bias: { shape: bias, data: b ?? new Float64Array(sizeOf(bias)) } }),
  };
}

/** The right gradients, from the layer itself. */
export const gradientsOf: (s: WindowSetting) => Predictions = once(({ case: c, layer, x, w, b, dy }) => {
  const shape = inputOf(c);
  const pull = layer.vjp({ shape, data: x }, parametersFor(layer, c, w, b))[1];
  const gradient = pull({ shape: layer.shape(shape), data: dy! });
  const all = { x: gradient.x, ...(gradient.params as Record<string, Tensor>) };
  return Object.fromEntries(
    Object.entries(all).map(([name, { shape, data }]) => [name, { shape, data: doublesOf(data) }]),
  );
});

/** The gradients of a contraction whose windows lie elsewhere, by the plain loops. */
export function contractedGradients(changed: WindowSetting, s: WindowSetting): Predictions {
  const all = gradientsOf(s);
  const [x, weight] = [new Float64Array(s.x.length), new Float64Array(s.w.length)];
  convInputGrad(changed.g, s.dy!, changed.w, x);
  convWeightGrad(changed.g, changed.x, s.dy!, weight);
  return { ...all, x: { ...all.x, data: x }, weight: { ...all.weight, data: weight } };
}

const movedBy = (loops: Loops, changed: WindowSetting, s: WindowSetting): Predictions | undefined =>
  outputs(changed.g.axes) === outputs(s.g.axes) ? loops.moved?.(changed, s) : undefined;

/** The setting with its spatial axes changed. */
export function withAxes(s: WindowSetting, change: (axis: Axis, i: number) => Axis): WindowSetting {
  const first = 3 - s.rank;
  const axes = s.g.axes.map((axis, i) => (i < first ? axis : change(axis, i - first))) as unknown as ThreeAxes;
  return { ...s, g: { ...s.g, axes } };
}

/** The spatial axes alone. */
export const axesOf = (s: WindowSetting): readonly Axis[] => s.g.axes.slice(3 - s.rank);

export const reachOf = (axis: Axis): number => (axis.size - 1) * axis.dilation + 1;

export const isSame = ({ case: c }: WindowSetting): boolean => isSameCase(c);

/** `same` padding before it is clamped at 0: negative where the stride skips cells. */
export const sameTotal = (axis: Axis): number => (axis.output - 1) * axis.stride + reachOf(axis) - axis.input;

/** w[k, c, o] is at this index. */
export const weightAt = (s: WindowSetting, k: number, c: number, o: number): number =>
  (k * s.g.channels + c) * channelsOut(s) + o;

/** w[k, c, o] := w at the index that `from` gives. */
export function rearranged(s: WindowSetting, from: (k: number, c: number, o: number) => number): WindowSetting {
  const [C, O] = [s.g.channels, channelsOut(s)];
  return { ...s, w: s.w.map((_, i) => s.w[from(Math.floor(i / O / C), Math.floor(i / O) % C, i % O)]) };
}

/** An output: image, position, channel, and its index. */
export interface OutputAt {
  readonly n: number;
  readonly p: number;
  readonly o: number;
  readonly i: number;
}

/** y[n, p, o] := f. */
export function eachOutput(s: WindowSetting, y: Prediction, f: (value: number, at: OutputAt) => number): Prediction {
  const O = y.shape[y.shape.length - 1];
  const P = y.data.length / s.g.batch / O;
  return {
    shape: y.shape,
    data: y.data.map((value, i) => f(value, { n: Math.floor(i / O / P), p: Math.floor(i / O) % P, o: i % O, i })),
  };
}
