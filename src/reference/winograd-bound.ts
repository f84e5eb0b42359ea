// How far Winograd's minimal filtering may be from the exact sum.

import type { Data } from '../tensor.ts';
import { type ConvGeometry, outputs } from '../window.ts';
import type { Round } from './conv.ts';
import { cellsOf, eachTile, schemes, type Transform, twice, type WinogradTile, weightsOf } from './winograd.ts';

/** Half a unit in the last place of 1 in float32. */
const U = 1 / 0x1000000;

/** The smallest float32: what divisions in G (twice) and a product may lose below the normal numbers, generously. */
const TINY = 1.401298464324817e-45;

const absolute =
  (matrix: readonly (readonly number[])[]): Transform =>
  (v) =>
    matrix.map((row) => row.reduce((sum, entry, i) => sum + entry * Math.abs(v[i]), 0));

/**
 * How far each output of a float32 `winograd` may be from the exact y, as float64 values: with K roundings on a path,
 * γ_K · |Aᵀ| [ Σ_c |G||w_c||Gᵀ| ∘ |Bᵀ||x_c||B| ] |A| [Barabasz et al. 2020]. It depends on the whole tile.
 * Spec winograd-bound.
 */
export function winogradBound(g: ConvGeometry, m: WinogradTile, x: Data, w: Data, b: Data | undefined): Float64Array {
  const scheme = schemes[m];
  const [input, weight, output] = [scheme.absInput, scheme.absWeight, scheme.absOutput].map(absolute);
  const K = scheme.roundings + g.channels - 1 + (b ? 1 : 0);
  const gamma = (K * U) / (1 - K * U);
  const exactly: Round = (value) => value;
  const bound = new Float64Array(g.batch * outputs(g.axes) * g.groups * g.filters);
  eachTile(
    g,
    m,
    bound,
    (n, row, column, c) => twice(input, cellsOf(g, x, n, row, column, c, m + 2), exactly),
    (c, o) => twice(weight, weightsOf(g, w, c, o), exactly),
    (sum, u, v) => sum + gamma * u * v + 4 * TINY * (v + 1),
    (sums, o) =>
      twice(output, sums, exactly).map((line) => line.map((value) => value + (b ? gamma * Math.abs(b[o]) : 0))),
  );
  return bound;
}
