// The health of hidden units over a batch (lecture L0): good training leaves units that are sparse, differ between
// samples and are not correlated; bad training leaves many that ignore the input or repeat each other.

import { finiteNumber, known } from '../attributes.ts';
import { SpecError } from '../errors.ts';
import { checkTensor, type Tensor } from '../tensor.ts';
import { type Correlations, correlations } from './column-correlation.ts';
import { decimal, inWords, listed, percent, spread, verdictOf } from './health-text.ts';

export interface UnitHealth {
  readonly samples: number;
  readonly units: number;
  /** Units that are 0 on all samples. */
  readonly dead: readonly number[];
  /** Units with one value on all samples, including dead ones. */
  readonly constant: readonly number[];
  /** Mean squared deviation of each unit. */
  readonly variance: readonly number[];
  /** For each unit the share of samples on which it is 0; for each sample the share of units that are 0. */
  readonly zeros: { readonly units: readonly number[]; readonly samples: readonly number[] };
  /** The correlation between the units that are not constant. */
  readonly correlation: Correlations;
  readonly verdict: 'good' | 'bad';
  /** Why the verdict is bad; empty when it is good. */
  readonly reasons: readonly string[];
  /** The report as text. */
  readonly text: string;
}

export interface UnitHealthOptions {
  /** Bad when a greater share of the units is constant; the default is 0.25. */
  readonly constant?: number;
  /** Bad when the mean |ρ| between two units is greater; the default is 0.5. */
  readonly correlation?: number;
}

/**
 * How the units of a layer behave over a batch: sparsity over samples and over units, dead and constant units, variance,
 * correlation, and a verdict with its reasons. Spec inspect-health.
 *
 * @param y The layer's output `[batch, ...space, units]`; every place of every image is a sample.
 * @throws {SpecError} inspect-health for no samples or units, a threshold outside 0 to 1, or values that are not finite.
 * @example
 * unitHealth(tensor([4, 2], [0, 1, 0, 1, 0, 1, 0, 1])).reasons // ['100 % of the units are constant over the batch, more than 25 %']
 */
export function unitHealth(y: Tensor, options: UnitHealthOptions = {}): UnitHealth {
  const who = 'unitHealth';
  const limits = { constant: 0.25, correlation: 0.5, ...known(who, options, ['constant', 'correlation'], 'options') };
  share(who, 'constant', limits.constant);
  share(who, 'correlation', limits.correlation);
  const columns = columnsOf(who, 'y', y);
  const [samples, units] = [columns[0].length, columns.length];
  const constant = which(columns, (column) => column.every((value) => value === column[0]));
  const dead = constant.filter((o) => columns[o][0] === 0);
  const zeros = {
    units: columns.map((column) => column.filter((value) => value === 0).length / samples),
    samples: Array.from({ length: samples }, (_, i) => columns.filter((column) => column[i] === 0).length / units),
  };
  const correlation = correlations(columns);
  const reasons = [
    ...(constant.length / units > limits.constant
      ? [
          `${percent(constant.length / units)} of the units are constant over the batch, more than ${percent(limits.constant)}`,
        ]
      : []),
    ...(correlation.mean > limits.correlation
      ? [`the units are correlated: mean |ρ| ${decimal(correlation.mean)}, more than ${limits.correlation}`]
      : []),
  ];
  const found = { samples, units, dead, constant, variance: columns.map(varianceOf), zeros, correlation };
  return { ...found, verdict: reasons.length > 0 ? 'bad' : 'good', reasons, text: textOf(found, reasons) };
}

function textOf(found: Omit<UnitHealth, 'verdict' | 'reasons' | 'text'>, reasons: readonly string[]): string {
  const { samples, units, dead, constant, variance, zeros, correlation } = found;
  return [
    `${units} units over ${samples} samples: ${verdictOf(reasons)}`,
    `  zeros: a unit is 0 on ${spread(zeros.units, percent)} of the samples; in a sample ${spread(zeros.samples, percent)} of the units are 0`,
    `  dead (always 0): ${listed(dead)}; constant: ${listed(constant)}`,
    `  variance of a unit: ${spread(variance, decimal)}`,
    `  ${inWords(correlation)}`,
  ].join('\n');
}

/** The values of each unit over all samples. Spec inspect-health. */
export function columnsOf(who: string, what: string, value: Tensor): Float64Array[] {
  checkTensor(who, what, value);
  const units = value.shape[value.shape.length - 1];
  if (value.shape.length < 2 || value.data.length === 0)
    throw new SpecError(
      'inspect-health',
      `${who}: ${what} must have at least two axes and one element, got shape [${value.shape}]`,
    );
  const odd = value.data.findIndex((each) => !Number.isFinite(each));
  if (odd >= 0)
    throw new SpecError('inspect-health', `${who}: ${what} must be finite, got ${value.data[odd]} at index ${odd}`);
  const length = value.data.length / units;
  return Array.from({ length: units }, (_, o) => Float64Array.from({ length }, (_, i) => value.data[i * units + o]));
}

/** A threshold from 0 to 1. */
export const share = (who: string, what: string, value: unknown): number =>
  finiteNumber('inspect-health', who, what, value, 'a number from 0 to 1', (each) => each >= 0 && each <= 1);

export const which = <T>(list: readonly T[], holds: (each: T) => boolean): number[] =>
  list.flatMap((each, i) => (holds(each) ? [i] : []));

function varianceOf(column: Float64Array): number {
  const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
  return column.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / column.length;
}
