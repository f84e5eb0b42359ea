// Winograd's minimal filtering as plain loops: the definition of its bits.
//
//   y = Aᵀ [ Σ_c (G w_c Gᵀ) ∘ (Bᵀ x_c B) ] A + b      on tiles of m × m outputs; c ascending from +0
//
// Bᵀ, G and Aᵀ are applied as the formulas below, down the columns first. Spec winograd-transforms,
// winograd-formulas.

import { type Round, roundingOf } from '../rounding.ts';
import type { Data } from '../tensor.ts';
import { type ConvGeometry, inputs, outputs } from '../window.ts';

export type Transform = (v: readonly number[], r: Round) => number[];

/** F(m×m, 3×3): its one-dimensional transforms Bᵀ, G and Aᵀ. */
interface Scheme {
  readonly input: Transform;
  readonly weight: Transform;
  readonly output: Transform;
}

/** Points 0, ±1, ∞. */
const two: Scheme = {
  input: ([x0, x1, x2, x3], r) => [r(x0 - x2), r(x1 + x2), r(x2 - x1), r(x1 - x3)],
  weight: ([w0, w1, w2], r) => {
    const s = r(w0 + w2);
    return [w0, r(r(s + w1) * 0.5), r(r(s - w1) * 0.5), w2];
  },
  output: ([s0, s1, s2, s3], r) => [r(s0 + r(s1 + s2)), r(r(s1 - s2) - s3)],
};

/** Points 0, ±1, ±2, ∞. */
const four: Scheme = {
  input: ([x0, x1, x2, x3, x4, x5], r) => {
    const [a, b] = [r(x4 - r(4 * x2)), r(x3 - r(4 * x1))];
    const [c, e] = [r(x4 - x2), r(x3 - x1)];
    const d = r(e + e);
    return [r(r(4 * r(x0 - x2)) + c), r(a + b), r(a - b), r(c + d), r(c - d), r(r(x5 - x3) - r(4 * e))];
  },
  weight: ([w0, w1, w2], r) => {
    const s = r(w0 + w2);
    const [p, q] = [r(r(w0 + r(4 * w2)) / 24), r(w1 / 12)];
    return [r(w0 * 0.25), r(r(s + w1) / -6), r(r(s - w1) / -6), r(p + q), r(p - q), w2];
  },
  output: ([s0, s1, s2, s3, s4, s5], r) => {
    const [a, b, c, d] = [r(s1 + s2), r(s1 - s2), r(s3 + s4), r(s3 - s4)];
    return [r(r(s0 + a) + c), r(b + r(2 * d)), r(a + r(4 * c)), r(r(b + r(8 * d)) + s5)];
  },
};

export type WinogradTile = 2 | 4;

const schemes: Readonly<Record<WinogradTile, Scheme>> = { 2: two, 4: four };

/** Tiles of m × m outputs that cover an image. */
export const tilesOn = ({ axes: [, b, c] }: ConvGeometry, m: WinogradTile): number =>
  Math.ceil(b.output / m) * Math.ceil(c.output / m);

/**
 * The tile of a convolution under `algorithm: 'winograd'`, or undefined where it does not apply: 4 where it multiplies
 * less even if its 36 multiplications count as 45, for their weights take more memory (measured from 3×3 to 56×56 at 4 to
 * 512 channels; below 8 tiles, those of a net come from memory too slowly). Spec winograd-window.
 */
export function winogradTile(g: ConvGeometry): WinogradTile | undefined {
  const [a, b, c] = g.axes;
  const plane = a.input === 1 && a.size === 1 && a.output === 1;
  const fits = plane && [b, c].every((axis) => axis.size === 3 && axis.stride === 1 && axis.dilation === 1);
  if (!fits) return undefined;
  const large = tilesOn(g, 4);
  return large >= 8 && 45 * large < 16 * tilesOn(g, 2) ? 4 : 2;
}

/** A square of rows × columns values, transformed down the columns and then along the rows. */
export function twice(transform: Transform, square: readonly (readonly number[])[], r: Round): number[][] {
  const down = square[0].map((_, j) =>
    transform(
      square.map((row) => row[j]),
      r,
    ),
  );
  return down[0].map((_, i) =>
    transform(
      down.map((column) => column[i]),
      r,
    ),
  );
}

/** Where a tile of outputs begins: in image n, at a row and a column of y. */
interface Tile {
  readonly n: number;
  readonly row: number;
  readonly column: number;
}

/** The cells under one tile of one channel; padding is 0. */
export function cellsOf(g: ConvGeometry, x: Data, { n, row, column }: Tile, channel: number, size: number): number[][] {
  const [, b, c] = g.axes;
  const C = g.groups * g.channels;
  return Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (_, j) => {
      const [ib, ic] = [row + i - b.before, column + j - c.before];
      const inside = ib >= 0 && ib < b.input && ic >= 0 && ic < c.input;
      return inside ? x[(n * inputs(g.axes) + ib * c.input + ic) * C + channel] : 0;
    }),
  );
}

/** The 3×3 weights of channel c (of its group) and filter o. */
export const weightsOf = (g: ConvGeometry, w: Data, c: number, o: number): number[][] =>
  [0, 1, 2].map((i) => [0, 1, 2].map((j) => w[((i * 3 + j) * g.channels + c) * g.groups * g.filters + o]));

/** The steps of the computation: V and U, their sum over the channels, and the values of the outputs from that sum. */
interface Steps {
  input(tile: Tile, channel: number): number[][];
  weight(c: number, o: number): number[][];
  add(sum: number, u: number, v: number): number;
  output(sums: number[][], o: number): number[][];
}

/** Σ_c U_c ∘ V_c for every image, tile and filter; the outputs made of it go to y where they are inside. */
export function eachTile(g: ConvGeometry, m: WinogradTile, y: Data, { input, weight, add, output }: Steps): void {
  const [, b, c] = g.axes;
  const O = g.groups * g.filters;
  const U = Array.from({ length: O }, (_, o) => Array.from({ length: g.channels }, (_, k) => weight(k, o)));
  for (let n = 0; n < g.batch; n++) {
    for (let row = 0; row < b.output; row += m) {
      for (let column = 0; column < c.output; column += m) {
        const V = Array.from({ length: g.groups * g.channels }, (_, k) => input({ n, row, column }, k));
        for (let o = 0; o < O; o++) {
          const first = Math.floor(o / g.filters) * g.channels;
          const sums = U[o][0].map((line, i) =>
            line.map((_, j) => U[o].reduce((sum, u, k) => add(sum, u[i][j], V[first + k][i][j]), 0)),
          );
          output(sums, o).forEach((line, i) => {
            line.forEach((value, j) => {
              if (row + i >= b.output || column + j >= c.output) return;
              y[(n * outputs(g.axes) + (row + i) * c.output + column + j) * O + o] = value;
            });
          });
        }
      }
    }
  }
}

/** y = x ∗ w + b by tiles of m × m outputs. Spec winograd-transforms. */
export function winograd(g: ConvGeometry, m: WinogradTile, x: Data, w: Data, b: Data | undefined, y: Data): void {
  const r = roundingOf(x);
  const { input, weight, output } = schemes[m];
  eachTile(g, m, y, {
    input: (tile, c) => twice(input, cellsOf(g, x, tile, c, m + 2), r),
    weight: (c, o) => twice(weight, weightsOf(g, w, c, o), r),
    add: (sum, u, v) => r(sum + r(u * v)),
    output: (sums, o) => twice(output, sums, r).map((line) => line.map((value) => (b ? r(value + b[o]) : value))),
  });
}
