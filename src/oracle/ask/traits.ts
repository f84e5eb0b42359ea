// The conventions that an engine declares, read. Spec oracle-traits.

import { finiteNumber } from '../../attributes.ts';
import { SpecError, show, wrongType } from '../../errors.ts';
import { formats } from '../bounds/formats.ts';
import type { Traits } from '../engine.ts';

const choices: Readonly<Record<string, readonly unknown[]>> = {
  padding: ['skipped', 'multiplied'],
  subnormals: ['ieee', 'either'],
  nan: ['kept', 'free'],
  variance: ['two-pass', 'one-pass'],
  validates: [true, false],
};

const parts: Readonly<Record<string, readonly unknown[]>> = {
  operands: Object.keys(formats),
  accumulator: Object.keys(formats),
  output: Object.keys(formats),
};

const tiles = { m: [2, 4], r: [3] };

/** Spec oracle-traits, oracle-precision, oracle-winograd. */
export function readTraits(traits: unknown = {}): Traits {
  if (typeof traits !== 'object' || traits === null)
    throw wrongType('oracle-traits', `engine: traits must be an object, got ${show(traits)}`);
  const { precision, winograd, ulp, ...rest } = traits as Record<string, unknown>;
  checkChoices(
    'oracle-traits',
    'traits',
    { ...choices, ulp: ['a number'], precision: ['{…}'], winograd: ['{…}'] },
    rest,
  );
  if (ulp !== undefined)
    finiteNumber(
      'bound-functions',
      'engine',
      'traits.ulp',
      ulp,
      'a number from 0 to 65536',
      (k) => k >= 0 && k <= 65536,
    );
  if (precision !== undefined) checkChoices('oracle-precision', 'traits.precision', parts, precision);
  if (winograd !== undefined) {
    checkChoices('oracle-winograd', 'traits.winograd', tiles, winograd);
    const { m, r } = winograd as Record<string, unknown>;
    if (m === undefined || r === undefined)
      throw new SpecError(
        'oracle-winograd',
        `engine: traits.winograd must be {m: 2 or 4, r: 3}, got ${show(winograd)}`,
      );
  }
  return traits;
}

function checkChoices(
  clause: string,
  what: string,
  known: Readonly<Record<string, readonly unknown[]>>,
  value: unknown,
): void {
  if (typeof value !== 'object' || value === null)
    throw wrongType(
      clause,
      `engine: ${what} must be an object of ${Object.keys(known).join(', ')}, got ${show(value)}`,
    );
  for (const [name, each] of Object.entries(value)) {
    if (each === undefined || (Object.hasOwn(known, name) && known[name].includes(each))) continue;
    const list = Object.entries(known).map(([one, values]) => `${one} (${values.join(', ')})`);
    throw new SpecError(clause, `engine: ${what} are ${list.join(', ')}, got ${name}: ${show(each)}`);
  }
}
