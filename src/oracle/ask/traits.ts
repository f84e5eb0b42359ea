// The conventions that an engine declares, read. Spec oracle-traits.

import { finiteNumber } from '../../attributes.ts';
import { SpecError, show, wrongType } from '../../errors.ts';
import { plain } from '../../plain-text.ts';
import { isRecord, reading } from '../../reading.ts';
import { formats } from '../bounds/formats.ts';
import type { Traits } from '../engine.ts';

const choices: Readonly<Record<string, readonly unknown[]>> = {
  padding: ['skipped', 'multiplied'],
  subnormals: ['ieee', 'either'],
  nan: ['kept', 'free'],
  fft: [true, false],
  variance: ['two-pass', 'one-pass'],
  validates: [true, false],
};

const parts: Readonly<Record<string, readonly unknown[]>> = {
  operands: Object.keys(formats),
  accumulator: Object.keys(formats),
  output: Object.keys(formats),
};

const tiles = { m: [2, 4], r: [3] };

/** A plain copy, each member read once. Spec oracle-traits, oracle-precision, oracle-winograd, oracle-fft. */
export function readTraits(traits: unknown = {}): Traits {
  const all = { ...choices, ulp: ['a number'], precision: ['{…}'], winograd: ['{…}'] };
  const read = recordOf('oracle-traits', 'traits', all, traits);
  const { precision, winograd, ulp, ...rest } = read;
  checkChoices('oracle-traits', 'traits', all, rest);
  if (ulp !== undefined)
    finiteNumber(
      'bound-functions',
      'engine',
      'traits.ulp',
      ulp,
      'a number from 0 to 65536',
      (k) => k >= 0 && k <= 65536,
    );
  if (precision !== undefined) read.precision = chosen('oracle-precision', 'traits.precision', parts, precision);
  if (winograd !== undefined) {
    const tile = chosen('oracle-winograd', 'traits.winograd', tiles, winograd);
    if (tile.m === undefined || tile.r === undefined)
      throw new SpecError(
        'oracle-winograd',
        `engine: traits.winograd must be {m: 2 or 4, r: 3}, got ${show(winograd)}`,
      );
    read.winograd = tile;
  }
  return read;
}

type Choices = Readonly<Record<string, readonly unknown[]>>;

function chosen(clause: string, what: string, known: Choices, value: unknown): Record<string, unknown> {
  const read = recordOf(clause, what, known, value);
  checkChoices(clause, what, known, read);
  return read;
}

/** A plain copy of an object. */
function recordOf(clause: string, what: string, known: Choices, value: unknown): Record<string, unknown> {
  if (!isRecord(value))
    throw wrongType(
      clause,
      `engine: ${what} must be an object of ${Object.keys(known).join(', ')}, got ${show(value)}`,
    );
  return reading(clause, 'engine', what, () => ({ ...value }));
}

function checkChoices(clause: string, what: string, known: Choices, value: Readonly<Record<string, unknown>>): void {
  for (const [name, each] of Object.entries(value)) {
    if (each === undefined || (Object.hasOwn(known, name) && known[name].includes(each))) continue;
    const list = Object.entries(known).map(([one, values]) => `${one} (${values.join(', ')})`);
    throw new SpecError(clause, `engine: ${what} are ${list.join(', ')}, got ${plain(name, 200)}: ${show(each)}`);
  }
}
