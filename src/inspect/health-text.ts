// The figures of a health report as text.

import type { Correlations } from './column-correlation.ts';

export const percent = (value: number): string => `${Number((100 * value).toFixed(1))} %`;

export const decimal = (value: number): string => String(Number(value.toPrecision(3)));

/** The least, the middle and the greatest value of a list. */
export function spread(list: readonly number[], words: (value: number) => string): string {
  const sorted = [...list].sort((a, b) => a - b);
  const [least, middle, greatest] = [0, Math.floor(sorted.length / 2), sorted.length - 1].map((i) => words(sorted[i]));
  return least === greatest ? least : `${least} to ${greatest} (half of them ${middle} or more)`;
}

/** The most unit numbers that a line of text lists. */
const LISTED = 12;

/** How many, and which. */
export function listed(which: readonly number[]): string {
  if (which.length === 0) return 'none';
  const more = which.length > LISTED ? ', …' : '';
  return `${which.length} (${which.slice(0, LISTED).join(', ')}${more})`;
}

export function inWords({ mean, greatest }: Correlations): string {
  if (!greatest) return 'correlation: fewer than two that vary';
  return `correlation of two: mean |ρ| ${decimal(mean)}, greatest ${decimal(greatest.value)} between ${greatest.pair.join(' and ')}`;
}

export const verdictOf = (reasons: readonly string[]): string =>
  reasons.length === 0 ? 'good' : `bad, because ${reasons.join('; ')}`;
