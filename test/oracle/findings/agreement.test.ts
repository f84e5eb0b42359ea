// Whether a mistake gives what an engine gave, one cell at a time, in units of the bound's error.

import { expect, it } from 'vitest';
import { FINITE } from '../../../src/oracle/bounds/number-kinds.ts';
import { parseCaseId } from '../../../src/oracle/cases/id.ts';
import { agreementOf } from '../../../src/oracle/findings/agreement.ts';
import { settingOf } from '../../../src/oracle/findings/predict.ts';

const shape = [1, 1];
/** One unit in the last place of float32 above 1. */
const ULP = 2 ** -23;
const at = (units: number): number => 1 + units * ULP;
const setting = settingOf(parseCaseId('dense/n1c1_u1b0/f32/given/x=1;weight=1'));

/** The exact value is 1 and the bound four units: of a mistake, and of an engine, how many units each is away. */
function agreement(mistaken: number, given: number) {
  const one = (value: number) => Float64Array.of(value);
  const bound = { value: one(1), error: one(4 * ULP), kinds: Uint8Array.of(FINITE), magnitude: one(1), terms: one(1) };
  const mistake = { name: 'it were another number', result: () => ({ shape, data: one(at(mistaken)) }) };
  const theirs = { shape, data: Float32Array.of(at(given)) };
  return agreementOf(mistake, { setting, parts: [['y', { shape, bound }]], theirs });
}

it.each([
  ['agrees with an engine that gives its result', 100, 100, 'agrees'],
  ['agrees with an engine that rounds otherwise on the way to it', 100, 101, 'agrees'],
  ['differs from an engine that is wrong otherwise', 100, 10000, 'differs'],
  ['is refuted by an engine that is right', 100, 0, 'refuted'],
  ['is refuted by an engine inside the bound', 100, 3, 'refuted'],
  ['is refuted by a right engine though it is hardly more than two bounds away', 9, 0, 'refuted'],
  ['changes nothing if it stays inside the bound', 3, 0, 'unchanged'],
  ['changes nothing if it is just outside and the engine inside', 5, 4, 'unchanged'],
  ['explains an engine just outside if it is just inside itself', 4, 5, 'agrees'],
  ['does not explain an engine that is further outside', 3, 7, 'unchanged'],
] as const)('[oracle-mistakes] a mistake %s', (_, mistaken, given, expected) => {
  expect(agreement(mistaken, given)).toBe(expected);
});
