// The error bound of Winograd's minimal filtering.

import type { Round } from '../rounding.ts';
import type { Data } from '../tensor.ts';
import { type ConvGeometry, outputs } from '../window.ts';
import { cellsOf, eachTile, type Transform, twice, type WinogradTile, weightsOf } from './winograd.ts';

/** Half a unit in the last place of 1 in float32. */
const U = 1 / 0x1000000;

/** The smallest float32: what divisions in G (twice) and a product may lose below the normal numbers, generously. */
const TINY = 1.401298464324817e-45;

type Matrix = readonly (readonly number[])[];

/** |Bᵀ|, |G| and |Aᵀ| of F(m×m, 3×3), and the roundings that a term meets in the six transforms and in its product. */
interface Magnitudes {
  readonly input: Matrix;
  readonly weight: Matrix;
  readonly output: Matrix;
  readonly roundings: number;
}

/** A term meets 1 rounding in Bᵀ, 2 in G, 2 in Aᵀ; twice each, and 1 in the product. */
const two: Magnitudes = {
  input: [
    [1, 0, 1, 0],
    [0, 1, 1, 0],
    [0, 1, 1, 0],
    [0, 1, 0, 1],
  ],
  weight: [
    [1, 0, 0],
    [1 / 2, 1 / 2, 1 / 2],
    [1 / 2, 1 / 2, 1 / 2],
    [0, 0, 1],
  ],
  output: [
    [1, 1, 1, 0],
    [0, 1, 1, 1],
  ],
  roundings: 11,
};

/** A term meets at most 2 roundings in Bᵀ, 3 in G, 3 in Aᵀ; twice each, and 1 in the product. */
const four: Magnitudes = {
  input: [
    [4, 0, 5, 0, 1, 0],
    [0, 4, 4, 1, 1, 0],
    [0, 4, 4, 1, 1, 0],
    [0, 2, 1, 2, 1, 0],
    [0, 2, 1, 2, 1, 0],
    [0, 4, 0, 5, 0, 1],
  ],
  weight: [
    [1 / 4, 0, 0],
    [1 / 6, 1 / 6, 1 / 6],
    [1 / 6, 1 / 6, 1 / 6],
    [1 / 24, 1 / 12, 1 / 6],
    [1 / 24, 1 / 12, 1 / 6],
    [0, 0, 1],
  ],
  output: [
    [1, 1, 1, 1, 1, 0],
    [0, 1, 1, 2, 2, 0],
    [0, 1, 1, 4, 4, 0],
    [0, 1, 1, 8, 8, 1],
  ],
  roundings: 17,
};

const magnitudes: Readonly<Record<WinogradTile, Magnitudes>> = { 2: two, 4: four };

const absolute =
  (matrix: Matrix): Transform =>
  (v) =>
    matrix.map((row) => row.reduce((sum, entry, i) => sum + entry * Math.abs(v[i]), 0));

/**
 * How far each output of a float32 `winograd` may be from the exact y, as float64 values: with K roundings on a path,
 * γ_K · |Aᵀ| [ Σ_c |G||w_c||Gᵀ| ∘ |Bᵀ||x_c||B| ] |A| [Barabasz et al. 2020]. It depends on the whole tile.
 * Spec winograd-bound.
 */
export function winogradBound(g: ConvGeometry, m: WinogradTile, x: Data, w: Data, b: Data | undefined): Float64Array {
  const matrices = magnitudes[m];
  const [input, weight, output] = [matrices.input, matrices.weight, matrices.output].map(absolute);
  const K = matrices.roundings + g.channels - 1 + (b ? 1 : 0);
  const gamma = (K * U) / (1 - K * U);
  const exactly: Round = (value) => value;
  const bound = new Float64Array(g.batch * outputs(g.axes) * g.groups * g.filters);
  eachTile(g, m, bound, {
    input: (tile, c) => twice(input, cellsOf(g, x, tile, c, m + 2), exactly),
    weight: (c, o) => twice(weight, weightsOf(g, w, c, o), exactly),
    add: (sum, u, v) => sum + gamma * u * v + 4 * TINY * (v + 1),
    output: (sums, o) =>
      twice(output, sums, exactly).map((line) => line.map((value) => value + (b ? gamma * Math.abs(b[o]) : 0))),
  });
  return bound;
}
