// The bound of an engine that convolves by fast Fourier transforms: it depends on the whole image. Spec oracle-fft.
//
//   |ŷ − s| ≤ Σ_c ‖x_c‖₂·((2·t·η + 4u)·‖w_c‖₂ + t·η·‖w_c‖₁) + γ·Σ_c ‖x_c‖₂·‖w_c‖₂        t steps of a transform
//
// Each transform of t = log₂ L steps has the relative error t·η in the 2-norm, η = μ + γ₄·(√2 + μ), with factors known to
// within μ = 4u [Higham, ASNA 2e, theorem 24.2]. Those of x and w meet a product (3u) and, by Cauchy and Schwarz, give
// 2·t·η·‖x‖₂·‖w‖₂; that back gives t·η·‖x ∗ w‖₂, which is at most t·η·‖x‖₂·‖w‖₁ [Young].

import { type Axis, type ConvGeometry, inputs, outputs, taps } from '../../window.ts';
import type { Operands } from '../case.ts';
import { type Bound, gamma, type Profile, toDoubles, U } from './bound.ts';
import { ANYTHING } from './number-kinds.ts';

const MU = 4 * U;
const ETA = MU + gamma(4, U) * (Math.SQRT2 + MU);

/** Steps along an axis: padded to a power of two that holds the image and the window, or to the next one. */
function stepsOf({ input, before, after, size, dilation }: Axis): number {
  let steps = 1;
  for (let length = 1; length < input + before + after + (size - 1) * dilation; length *= 2) steps++;
  return steps;
}

/** The direct bound and that of the transforms; a NaN or an infinity may fill everything. */
export function byFourier(bound: Bound, g: ConvGeometry, { fft }: Profile, { x, weight, bias }: Operands): Bound {
  if (!fft) return bound;
  const [X, W] = [toDoubles(x.data), toDoubles(weight!.data)];
  const isClean = [X, W, bias?.data].every((data) => data?.every((v) => Number.isFinite(v)) ?? true);
  if (!isClean) {
    const infinite = new Float64Array(bound.error.length).fill(Infinity);
    return { ...bound, error: infinite, kinds: bound.kinds.map(() => ANYTHING), isWide: true };
  }
  const [I, P, K] = [inputs(g.axes), outputs(g.axes), taps(g.axes)];
  const [C, O] = [g.groups * g.channels, g.groups * g.filters];
  const t = g.axes.reduce((sum, axis) => sum + stepsOf(axis), 0);
  const sums = gamma(g.channels + 2, U);
  const image = (n: number, c: number): number => norm(I, (i) => X[(n * I + i) * C + c]);
  const images = Array.from({ length: g.batch }, (_, n) => Array.from({ length: C }, (_, c) => image(n, c)));
  const error = bound.error.slice();
  for (let o = 0; o < O; o++) {
    const first = Math.floor(o / g.filters) * g.channels;
    for (let n = 0; n < g.batch; n++) {
      let E = 0;
      for (let c = 0; c < g.channels; c++) {
        const tap = (k: number): number => W[(k * g.channels + c) * O + o];
        let one = 0;
        for (let k = 0; k < K; k++) one += Math.abs(tap(k));
        const two = norm(K, tap);
        E += images[n][first + c] * ((2 * t * ETA + 4 * U + sums) * two + t * ETA * one);
      }
      // What these roundings do to one another is far below a hundredth of them.
      for (let p = 0; p < P; p++) error[(n * P + p) * O + o] += 1.01 * E;
    }
  }
  return { ...bound, error, isWide: true };
}

function norm(size: number, of: (i: number) => number): number {
  let squares = 0;
  for (let i = 0; i < size; i++) squares += of(i) * of(i);
  return Math.sqrt(squares);
}
