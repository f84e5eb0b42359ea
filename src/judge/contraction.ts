// Convolutions, transposed ones and dense layers over values that are known within a radius. Spec enclosure-contraction.
//
//   |ŷ − w∗x − b| ≤ |w|∗r + γ_m·(|w|∗(|x| + r) + |b|) + what is lost near 0 + what float64 rounds
//
// The value is computed in float64, once. What is only an upper bound, |w|∗(…), is computed by the kernels in float32 from
// operands that were rounded up, and made good: a sum of m terms of one sign is at most its float32 result / (1 − γ_m).

import type { Layer } from '../layer/layer.ts';
import { type Bound, gamma, LAMBDA } from '../oracle/bounds/bound.ts';
import { formats, rounding } from '../oracle/bounds/formats.ts';
import { ANYTHING, FINITE, overflow } from '../oracle/bounds/number-kinds.ts';
import { mayTransform, transformed } from '../oracle/bounds/winograd.ts';
import { familyOf } from '../oracle/families/index.ts';
import { type Data, type Shape, sizeOf, type Tensor } from '../tensor.ts';
import { type ConvGeometry, cellsUnder, inputs, outputs, taps } from '../window.ts';
import { arithmeticOf, type Declared, roundingOf, sound } from './enclosure.ts';

export interface Contraction {
  readonly layer: Layer;
  /** Channels last; float64. */
  readonly x: Float64Array;
  readonly shape: Shape;
  readonly radius?: Float64Array | undefined;
  readonly weight: Tensor;
  readonly bias?: Tensor | undefined;
  /** Roundings that each product may meet besides: of a norm folded into the weight. */
  readonly more: number;
}

/** The smallest float32 that is not below v ≥ 0; of a model of float64 the number itself. */
function up(values: ArrayLike<number>, { isDouble }: Declared): Data {
  if (isDouble) return new Float64Array(values);
  const result = new Float32Array(values);
  const bits = new Int32Array(result.buffer);
  for (let i = 0; i < result.length; i++) if (result[i] < values[i]) bits[i]++;
  return result;
}

const sizeUp = (values: ArrayLike<number>, declared: Declared): Data =>
  up(new Float64Array(values).map(Math.abs), declared);

/** y[o] = Σ x·w of every window in float64; zeros are left out, since they add nothing to a finite sum. */
export function convolved(g: ConvGeometry, x: Float64Array, w: Float64Array, y: Float64Array): void {
  const [I, P, K] = [inputs(g.axes), outputs(g.axes), taps(g.axes)];
  const { channels, filters, groups } = g;
  const [C, O] = [groups * channels, groups * filters];
  const cells = new Int32Array(K);
  for (let p = 0; p < P; p++) {
    cellsUnder(g.axes, p, cells);
    for (let n = 0; n < g.batch; n++) {
      const to = (n * P + p) * O;
      for (let k = 0; k < K; k++) {
        if (cells[k] < 0) continue;
        const pixel = (n * I + cells[k]) * C;
        if (channels === 1 && filters === 1) for (let o = 0; o < O; o++) y[to + o] += x[pixel + o] * w[k * O + o];
        else for (let group = 0; group < groups; group++) ungrouped(pixel, to, k, group);
      }
    }
  }
  function ungrouped(pixel: number, to: number, k: number, group: number): void {
    const first = to + group * filters;
    for (let c = 0; c < channels; c++) {
      const v = x[pixel + group * channels + c];
      if (v === 0) continue;
      const row = (k * channels + c) * O + group * filters;
      for (let o = 0; o < filters; o++) y[first + o] += v * w[row + o];
    }
  }
}

/** In float64; of a transposed convolution by the layer itself. */
function exactOf({ layer, x, shape, weight, bias }: Contraction, size: number): Float64Array {
  const w = new Float64Array(weight.data);
  const y = new Float64Array(size);
  if (isForward(layer)) convolved(layer.geometry?.(shape) as ConvGeometry, x, w, y);
  else
    y.set(
      layer.forward({ shape, data: x }, { weight: { shape: weight.shape, data: w }, ...none(bias, 'float64') }).data,
    );
  if (bias) for (let i = 0; i < y.length; i++) y[i] += bias.data[i % bias.data.length];
  return y;
}

/** A bias of zeros for a layer that has one. */
const none = (bias: Tensor | undefined, type: 'float32' | 'float64'): { bias?: Tensor } =>
  bias
    ? {
        bias: {
          shape: bias.shape,
          data: type === 'float32' ? new Float32Array(bias.data.length) : new Float64Array(bias.data.length),
        },
      }
    : {};

const isForward = ({ name }: Layer): boolean => familyOf(name).structure(name)?.over !== 'y';

/** How many products each output has. */
function termsOf({ layer, x, shape, weight, bias }: Contraction, size: number): Float64Array {
  if (!isForward(layer)) {
    const ones = (like: Tensor): Tensor => ({ shape: like.shape, data: new Float32Array(like.data.length).fill(1) });
    const p = { weight: ones(weight), ...none(bias, 'float32') };
    return Float64Array.from(layer.forward(ones({ shape, data: x }), p).data);
  }
  const g = layer.geometry?.(shape) as ConvGeometry;
  const [P, O] = [outputs(g.axes), g.groups * g.filters];
  const cells = new Int32Array(taps(g.axes));
  const counts = new Float64Array(size);
  for (let p = 0; p < P; p++) {
    cellsUnder(g.axes, p, cells);
    let count = 0;
    for (const cell of cells) if (cell >= 0) count += g.channels;
    for (let n = 0; n < g.batch; n++) counts.fill(count, (n * P + p) * O, (n * P + p + 1) * O);
  }
  return counts;
}

/**
 * Upper bounds of Σ a·w of numbers ≥ 0; `terms` of each sum. Where float32 overflows, and in a model of float64, float64 does
 * the work. A product loses at most half of the smallest number.
 */
function atMost(c: Contraction, a: Data, w: Data, terms: Float64Array): Float64Array {
  const { layer, shape, bias } = c;
  const weight = { shape: c.weight.shape, data: w };
  const wide = (): Float64Array =>
    exactOf({ ...c, x: new Float64Array(a), weight, bias: bias && none(bias, 'float32').bias }, terms.length);
  const isDouble = a instanceof Float64Array;
  const { u, eta } = isDouble ? arithmeticOf({ isDouble }) : formats.float32;
  let y = isDouble
    ? wide()
    : new Float64Array(layer.forward({ shape, data: a }, { weight, ...none(bias, 'float32') }).data);
  if (!isDouble && y.some((each) => each === Number.POSITIVE_INFINITY)) y = wide();
  return y.map((each, i) => {
    const m = terms[i] + 1;
    return ((each + m * eta) / (1 - m * u * 1.01)) * (1 + 1e-12);
  });
}

/** Of so many terms the float32 sum says little. */
const MOST_TERMS = 1 << 22;

/** What every element of the output may be; undefined where an operand is not finite, or there are too many terms. */
export function enclosedContraction(c: Contraction, declared: Declared): Bound | undefined {
  const { layer, x, shape, radius, weight, bias, more } = c;
  const parts = [x, weight.data, ...(bias ? [bias.data] : [])];
  if (!parts.every((part) => (part as Float64Array).every(Number.isFinite))) return undefined;
  const size = sizeOf(layer.shape(shape));
  const terms = termsOf(c, size);
  if (terms.some((m) => m > MOST_TERMS)) return undefined;
  const value = exactOf(c, size);
  const { u, eta, tiny } = roundingOf(declared);
  const ieee = declared.subnormals === 'ieee';
  const w = sizeUp(weight.data, declared);
  const reach = radius
    ? up(
        new Float64Array(x).map((v, i) => Math.abs(v) + radius[i]),
        declared,
      )
    : sizeUp(x, declared);
  const magnitude = atMost(c, reach, w, terms);
  const spread = radius && atMost(c, up(radius, declared), w, terms);
  const narrow = declared.precision?.operands ?? 'float32';
  const dw = new Float64Array(weight.data).map((w) => rounding(w, narrow, ieee));
  const moved = dw.some((each) => each > 0) ? atMost(c, reach, up(dw, declared), terms) : undefined;
  const lost = ieee
    ? undefined
    : flushed(c, reach, w, terms, declared.isDouble ? arithmeticOf(declared).lambda : LAMBDA);
  const whole =
    !radius && !moved && more === 0 && parts.every((part) => (part as Float64Array).every(Number.isInteger));
  const error = new Float64Array(size);
  const kinds = new Uint8Array(size).fill(FINITE);
  const O = bias?.data.length ?? 1;
  const db = bias && new Float64Array(bias.data).map((b) => rounding(b, narrow, ieee));
  for (let i = 0; i < size; i++) {
    const b = bias ? Math.abs(bias.data[i % O]) : 0;
    const m = terms[i] + (b > 0 ? 1 : 0);
    const E = (spread?.[i] ?? 0) + (moved?.[i] ?? 0) + (db?.[i % O] ?? 0);
    const A = magnitude[i] + (moved?.[i] ?? 0) + b + (db?.[i % O] ?? 0);
    const B =
      E + gamma(m + more, u) * A + (m * eta) / 2 + (ieee ? 0 : tiny * m) + (lost?.[i] ?? 0) + m * Number.EPSILON * A;
    error[i] = whole && A <= 1 / u ? 0 : sound(B);
    kinds[i] =
      error[i] < Number.POSITIVE_INFINITY
        ? overflow(value[i], A * (1 + gamma(m, u)), error[i], arithmeticOf(declared))
        : ANYTHING;
    magnitude[i] = A;
    terms[i] = m;
  }
  const isWide = declared.precision !== undefined || radius !== undefined || more > 0;
  const bound: Bound = {
    value,
    error,
    kinds,
    magnitude,
    terms,
    ...(isWide && { isWide }),
    ...(declared.isDouble && { isDouble: true }),
  };
  if (!declared.winograd || !mayTransform(layer)) return bound;
  const wide = { shape, data: new Float32Array(reach) };
  return transformed(bound, layer.geometry?.(shape) as ConvGeometry, declared, {
    x: radius ? wide : { shape, data: new Float32Array(x) },
    weight,
    bias,
  });
}

/** What subnormal operands take with them when they are read as 0. */
function flushed(c: Contraction, a: Data, w: Data, terms: Float64Array, lambda: number): Float64Array | undefined {
  const isSmall = (v: number): boolean => v !== 0 && v < lambda;
  const mask = (data: Data): Data => data.map((v) => (isSmall(v) ? 1 : 0));
  const sides = [
    a.some(isSmall) ? atMost(c, mask(a), w, terms) : undefined,
    w.some(isSmall) ? atMost(c, a, mask(w), terms) : undefined,
  ].filter((side) => side !== undefined);
  if (sides.length === 0) return undefined;
  return sides[0].map((each, i) => lambda * (each + (sides[1]?.[i] ?? 0)));
}
