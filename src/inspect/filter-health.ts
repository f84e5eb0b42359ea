// The health of the filters themselves (lecture L0): after good training they show structure and are not correlated.

import { known } from '../attributes.ts';
import { sizeOf, type Tensor } from '../tensor.ts';
import { type Correlations, correlations } from './column-correlation.ts';
import { columnsOf, share, which } from './health.ts';
import { decimal, inWords, listed, percent, spread, verdictOf } from './health-text.ts';
import { correlation as pearson } from './pixel-correlation.ts';

export interface FilterHealth {
  readonly filters: number;
  /** The square root of the sum of squares of each filter. */
  readonly norm: readonly number[];
  /** Filters whose norm is at most a hundredth of the greatest. */
  readonly dead: readonly number[];
  /** Correlation of neighbouring weights within each filter: 1 is smooth, about 0 is noise. NaN without neighbours that vary. */
  readonly structure: readonly number[];
  /** The correlation between filters that are not constant. */
  readonly correlation: Correlations;
  readonly verdict: 'good' | 'bad';
  /** Why the verdict is bad; empty when it is good. */
  readonly reasons: readonly string[];
  /** The report as text. */
  readonly text: string;
}

export interface FilterHealthOptions {
  /** Bad when a greater share of the filters is dead; the default is 0.25. */
  readonly dead?: number;
  /** Bad when the mean |ρ| between two filters is greater; the default is 0.5. */
  readonly correlation?: number;
  /** Bad when the mean structure is less; the default is 0.1. Not judged where filters have one cell. */
  readonly structure?: number;
}

/**
 * The norm below which a filter counts as dead, as a share of the greatest norm: its output is two orders of magnitude
 * weaker.
 */
const DEAD = 0.01;

/**
 * The health of the filters of a convolution: norm, dead ones, structure (correlation of neighbouring weights on the
 * spatial axes), correlation between filters, and a verdict with its reasons. Spec inspect-filter-health.
 *
 * @param weight `[...size, channels, filters]`.
 * @throws {SpecError} inspect-health for another shape, a threshold outside 0 to 1, or values that are not finite.
 * @example
 * filterHealth(tensor([1, 4, 1, 2], [0, 1, 1, 2, 2, 2, 3, 1])).verdict // 'good'
 */
export function filterHealth(weight: Tensor, options: FilterHealthOptions = {}): FilterHealth {
  const who = 'filterHealth';
  const given = known(who, options, ['dead', 'correlation', 'structure'], 'options');
  const limits = { dead: 0.25, correlation: 0.5, structure: 0.1, ...given };
  for (const [name, value] of Object.entries(limits)) share(who, name, value);
  const columns = columnsOf(who, 'weight', weight);
  const norm = columns.map((column) => Math.sqrt(column.reduce((sum, value) => sum + value * value, 0)));
  const greatest = norm.reduce((most, each) => Math.max(most, each), 0);
  const dead = which(norm, (each) => each <= DEAD * greatest);
  const structure = columns.map((column) => structureOf(column, weight.shape.slice(0, -1)));
  const judged = structure.filter((each) => !Number.isNaN(each));
  const mean = judged.reduce((sum, each) => sum + each, 0) / judged.length;
  const correlation = correlations(columns);
  const deadShare = dead.length / columns.length;
  const reasons = [
    ...(deadShare > limits.dead
      ? [`${percent(deadShare)} of the filters are dead, more than ${percent(limits.dead)}`]
      : []),
    ...(correlation.mean > limits.correlation
      ? [`the filters are correlated: mean |ρ| ${decimal(correlation.mean)}, more than ${limits.correlation}`]
      : []),
    ...(mean < limits.structure
      ? [`they look like noise: structure ${decimal(mean)}, less than ${limits.structure}`]
      : []),
  ];
  const text = [
    `${columns.length} filters of ${weight.shape.slice(0, -1).join('×')}: ${verdictOf(reasons)}`,
    `  norm: ${spread(norm, decimal)}; dead: ${listed(dead)}`,
    `  structure (correlation of neighbouring weights): ${judged.length > 0 ? `${spread(judged, decimal)}, mean ${decimal(mean)}` : 'no neighbours that vary'}`,
    `  ${inWords(correlation)}`,
  ].join('\n');
  const verdict = reasons.length > 0 ? 'bad' : 'good';
  return { filters: columns.length, norm, dead, structure, correlation, verdict, reasons, text };
}

/** Pearson's correlation of all pairs of weights that are neighbours on a spatial axis; `shape` is `[...size, channels]`. */
function structureOf(filter: Float64Array, shape: readonly number[]): number {
  const [first, second]: [number[], number[]] = [[], []];
  for (let axis = 0; axis < shape.length - 1; axis++) {
    const inner = sizeOf(shape.slice(axis + 1));
    for (let i = 0; i < filter.length; i++) {
      if (Math.floor(i / inner) % shape[axis] === shape[axis] - 1) continue;
      first.push(filter[i]);
      second.push(filter[i + inner]);
    }
  }
  return first.length > 0 ? pearson(first, second) : Number.NaN;
}
