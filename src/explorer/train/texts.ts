// What the controls of the training tab hold, and what they mean.

import { numberIn } from '../numbers.ts';

export const defaults = {
  data: 'generated',
  examples: '1000',
  batch: '20',
  rate: '0.02',
  momentum: '0.9',
  epochs: '6',
  seed: '1',
  digit: '4',
  panel: 'activations',
  layer: 'conv2',
} as const;

export type TrainTexts = { readonly [name in keyof typeof defaults]: string };

export interface Plan {
  readonly examples: number;
  readonly batch: number;
  readonly rate: number;
  readonly momentum: number;
  readonly epochs: number;
  readonly seed: number;
}

/** The least and greatest value of each number. */
const ranges: Readonly<Record<keyof Plan, readonly [least: number, most: number, isWhole: boolean]>> = {
  examples: [50, 20_000, true],
  batch: [1, 500, true],
  rate: [0.000001, 10, false],
  momentum: [0, 0.999, false],
  epochs: [1, 1000, true],
  seed: [0, 1_000_000, true],
};

export function readPlan(t: TrainTexts): { readonly plan?: Plan; readonly problems: Readonly<Record<string, string>> } {
  const problems: Record<string, string> = {};
  const values = Object.entries(ranges).map(([name, [least, most, isWhole]]) => {
    const text = t[name as keyof Plan].trim();
    const value = numberIn(text);
    const fits = value >= least && value <= most && (!isWhole || Number.isInteger(value));
    if (!fits) problems[name] = `A ${isWhole ? 'whole ' : ''}number from ${least} to ${most}, not “${text}”.`;
    return [name, value] as const;
  });
  const plan = Object.fromEntries(values) as unknown as Plan;
  return Object.keys(problems).length > 0 ? { problems } : { plan, problems };
}
