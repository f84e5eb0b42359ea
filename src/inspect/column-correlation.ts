// Pearson's correlation of every pair of columns: ρ_ij = Σ u_i·u_j of columns with mean 0 and length 1.

import { allocate, type Tensor } from '../tensor.ts';

export interface Correlations {
  /** Mean |ρ| over all pairs of columns that vary; 0 without a pair. */
  readonly mean: number;
  /** The pair with the greatest |ρ|, the first of equal ones. */
  readonly greatest?: { readonly pair: readonly [number, number]; readonly value: number };
  /** float64 `[columns, columns]`; NaN where a column does not vary. */
  readonly matrix: Tensor;
}

export function correlations(columns: readonly Float64Array[]): Correlations {
  const units = columns.map(normalized);
  const n = units.length;
  const matrix = allocate('correlations', [n, n], 'float64');
  matrix.data.fill(Number.NaN);
  let [total, pairs] = [0, 0];
  let greatest: Correlations['greatest'];
  for (const [i, a] of units.entries()) {
    if (a === undefined) continue;
    matrix.data[i * n + i] = 1;
    for (const [j, b] of units.entries()) {
      if (b === undefined || j <= i) continue;
      const value = dot(a, b);
      matrix.data[i * n + j] = value;
      matrix.data[j * n + i] = value;
      total += Math.abs(value);
      pairs++;
      if (greatest === undefined || Math.abs(value) > Math.abs(greatest.value)) greatest = { pair: [i, j], value };
    }
  }
  return { mean: pairs === 0 ? 0 : total / pairs, ...(greatest && { greatest }), matrix };
}

/** A plain loop: 512 filters of ResNet-18 take 600 million steps. */
function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** The column minus its mean, scaled to length 1; undefined where it does not vary. */
function normalized(column: Float64Array): Float64Array | undefined {
  if (column.every((value) => value === column[0])) return undefined;
  const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
  const centred = column.map((value) => value - mean);
  const length = Math.sqrt(centred.reduce((sum, value) => sum + value * value, 0));
  return length > 0 ? centred.map((value) => value / length) : undefined;
}
