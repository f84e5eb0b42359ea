// Dropout: some cells, chosen by a seed, become 0; the others are scaled so that the mean stays the same.

import { finiteNumber, known } from '../attributes.ts';
import { SpecError, show, wrongType } from '../errors.ts';
import { identity } from '../layer/identity.ts';
import type { Layer } from '../layer/layer.ts';
import { random } from '../random.ts';
import { roundingOf } from '../rounding.ts';
import type { Data } from '../tensor.ts';
import { pointwise } from './activation.ts';

export interface DropoutAttributes {
  /** The share of cells that become 0, at least 0 and below 1; the default is ½. */
  readonly rate?: number;
  /** Another seed drops other cells: training gives each step its own. The default is 0. */
  readonly seed?: number;
}

/**
 * Dropout as in training: each cell is 0 with probability `rate`, else `x / (1 − rate)`. Cell i, row-major, is dropped when
 * the i-th uniform number of `seed` is below `rate`; with rate 0 it is the identity. Spec dropout-forward.
 *
 * @throws {SpecError} dropout-rate for a rate outside [0, 1); dropout-seed for a seed that is not a whole number.
 * @example
 * dropout({ rate: 0.5, seed: 4 }).forward(tensor([1, 6], [1, 2, 3, 4, 5, 6]), {}).data // [2, 0, 0, 0, 10, 12]
 */
export function dropout(attributes: DropoutAttributes = {}): Layer {
  const name = 'dropout';
  attributes = known(name, attributes, ['rate', 'seed']);
  const rule = 'a number from 0 to below 1';
  const rate = finiteNumber(
    'dropout-rate',
    name,
    'rate',
    attributes.rate ?? 0.5,
    rule,
    (value) => value >= 0 && value < 1,
  );
  const seed = readSeed(name, attributes.seed ?? 0);
  const drop = (x: Data, y: Data): void => {
    const round = roundingOf(x);
    const factor = round(1 / (1 - rate));
    const { uniform } = random(seed);
    for (let i = 0; i < y.length; i++) y[i] = uniform() < rate ? 0 : x[i] * factor;
  };
  return pointwise(name, { rate, seed }, dropout, {
    forward: drop,
    gradient: ({ dy, dx }) => drop(dy, dx),
    roles: { random: { reseeded: (other) => dropout({ rate, seed: other }), after: identity() } },
  });
}

/** Spec dropout-seed. */
function readSeed(who: string, seed: unknown): number {
  if (typeof seed !== 'number')
    throw wrongType('dropout-seed', `${who}: seed must be a whole number, got ${show(seed)}`);
  if (!Number.isSafeInteger(seed))
    throw new SpecError(
      'dropout-seed',
      `${who}: seed must be a whole number of at most 2⁵³ − 1 in magnitude, got ${show(seed)}`,
    );
  return seed;
}
