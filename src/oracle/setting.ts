// An operator taken apart, so that a known mistake can be put in: geometry, operands, and the plain loops over them.

import type { Layer } from '../layer/layer.ts';
import * as conv from '../reference/convolution.ts';
import * as pool from '../reference/pool.ts';
import { type Axis, type ConvGeometry, outputs, type ThreeAxes, taps } from '../window.ts';
import { toDoubles } from './bound.ts';
import { type Case, layerOf, operandsOf, shapeOf } from './cases.ts';
import { operandsIn } from './dialect-results.ts';
import type { DialectName } from './dialects.ts';
import { geometryOf } from './forms.ts';
import { type Family, operatorOf } from './operators.ts';

/** Everything that one call computes from, in float64. */
export interface Setting {
  readonly case: Case;
  readonly dialect: DialectName;
  readonly layer: Layer;
  readonly family: Family;
  readonly rank: number;
  readonly g: ConvGeometry;
  readonly x: Float64Array;
  readonly w: Float64Array;
  readonly b: Float64Array | undefined;
  readonly dy: Float64Array | undefined;
  /** What each output of an average is divided by, per position. */
  readonly divisor: Float64Array | undefined;
}

/** A result that a mistake would give. */
export interface Prediction {
  readonly shape: readonly number[];
  readonly data: Float64Array;
  /** 1 where anything may be: over no cell. */
  readonly open?: Uint8Array;
}

export function settingOf(c: Case, dialect: DialectName = 'toeplitz'): Setting {
  const layer = layerOf(c);
  const { x, weight, bias, dy } = operandsIn(dialect, c, operandsOf(c, layer));
  const g = geometryOf(layer, shapeOf(c));
  const { family, rank } = operatorOf(c.op);
  const divisor = family === 'avg' ? pool.divisors({ ...g, channels: g.groups }, c.countPadding) : undefined;
  // A pool's window is a depthwise convolution with ones.
  const w = weight ? toDoubles(weight.data) : new Float64Array(taps(g.axes) * g.groups).fill(1);
  const b = bias && toDoubles(bias.data);
  const operands = { x: toDoubles(x.data), w, b, dy: dy && toDoubles(dy.data), divisor };
  return { case: c, dialect, layer, family, rank, g, ...operands };
}

export const channelsOut = ({ g }: Setting): number => g.groups * g.filters;

/** The output by the layer itself. */
function forward({ case: c, layer, x, w, b }: Setting): Prediction {
  const shapes = layer.params(shapeOf(c)) as Record<string, readonly number[]>;
  const bias = shapes.bias && { shape: shapes.bias, data: b ?? new Float64Array(shapes.bias[0]) };
  const params = { weight: { shape: shapes.weight, data: w }, ...(bias && { bias }) };
  const { shape, data } = layer.forward({ shape: shapeOf(c), data: x }, params);
  return { shape, data: data as Float64Array };
}

/** The output of a setting, by the plain loops; a transposed convolution by our own. */
export function evaluate(s: Setting): Prediction {
  const { g, family } = s;
  if (family === 'transpose') return forward(s);
  const O = channelsOut(s);
  const shape = [g.batch, ...g.axes.slice(3 - s.rank).map((axis) => axis.output), O];
  const data = new Float64Array(g.batch * outputs(g.axes) * O);
  if (family === 'max') pool.maxPool({ ...g, channels: O }, s.x, data);
  else conv.conv(g, s.x, s.w, s.b, data);
  if (s.divisor) for (let i = 0; i < data.length; i++) data[i] /= s.divisor[Math.floor(i / O) % s.divisor.length];
  return { shape, data };
}

/** The setting with its spatial axes changed. */
export function withAxes(s: Setting, change: (axis: Axis, i: number) => Axis): Setting {
  const first = 3 - s.rank;
  const axes = s.g.axes.map((axis, i) => (i < first ? axis : change(axis, i - first))) as unknown as ThreeAxes;
  return { ...s, g: { ...s.g, axes } };
}

/** The spatial axes alone. */
export const axesOf = (s: Setting): readonly Axis[] => s.g.axes.slice(3 - s.rank);

export const reachOf = (axis: Axis): number => (axis.size - 1) * axis.dilation + 1;

export const isSame = ({ case: c }: Setting): boolean => c.padding === 'same-upper' || c.padding === 'same-lower';

/** `same` padding before it is clamped at 0: negative where the stride skips cells. */
export const sameTotal = (axis: Axis): number => (axis.output - 1) * axis.stride + reachOf(axis) - axis.input;

/** w[k, c, o] := w at the place that `from` gives. */
export function rearranged(s: Setting, from: (k: number, c: number, o: number) => number): Setting {
  const [C, O] = [s.g.channels, channelsOut(s)];
  return { ...s, w: s.w.map((_, i) => s.w[from(Math.floor(i / O / C), Math.floor(i / O) % C, i % O)]) };
}

/** y[n, p, o] := f. */
export function eachOutput(
  s: Setting,
  y: Prediction,
  f: (value: number, at: { n: number; p: number; o: number; i: number }) => number,
): Prediction {
  const O = y.shape[y.shape.length - 1];
  const P = y.data.length / s.g.batch / O;
  return {
    shape: y.shape,
    data: y.data.map((value, i) => f(value, { n: Math.floor(i / O / P), p: Math.floor(i / O) % P, o: i % O, i })),
  };
}
