// Sums that an engine keeps in a narrow format, told from operands that are rounded: what becomes of a single product is known
// to the bit. Spec oracle-profile.
//
//   x·w = 0.058620743…    sum in bfloat16, rounded 0.0586, cut off 0.0585; of rounded operands another number

import { type Outcome, partsOf } from '../ask/ask.ts';
import { isOutside } from '../ask/verdict.ts';
import { type Format, formats, unitAt } from '../bounds/formats.ts';
import { FINITE } from '../bounds/number-kinds.ts';
import type { EngineUnderTest } from '../engine-under-test.ts';
import { isNonFinite } from '../values.ts';
import type { Declaration } from './finding.ts';

type Numbers = { readonly data: ArrayLike<number> } | undefined;

const givenIn = (theirs: unknown, part: string): Numbers =>
  (part === 'y' ? theirs : (theirs as Readonly<Record<string, unknown>>)?.[part]) as Numbers;

/** So many single products, which differ from the right ones, must be what a rounding makes of them. */
const PRODUCTS = 6;
/** A number that is cut off is twice as far away at most as one that is rounded. */
const CUT = 2;

/** How single products come: all of them rounded to nearest, all of them cut off, or otherwise. */
export function kindOfSums(
  format: Format,
  outcomes: readonly Outcome[],
  subject: EngineUnderTest,
): 'rounded' | 'cut off' | undefined {
  let [seen, rounded, cut] = [0, true, true];
  for (const { case: c, theirs } of outcomes) {
    for (const [part, { bound }] of partsOf(subject, c)) {
      const given = givenIn(theirs, part);
      for (let i = 0; i < (given?.data.length ?? 0); i++) {
        const got = given!.data[i];
        if (bound.terms[i] !== 1 || !isOutside(bound, i, got)) continue;
        seen++;
        const value = Math.fround(bound.value[i]);
        const unit = unitAt(value, formats[format]);
        rounded &&= Math.abs(got - value) <= unit / 2 && Number.isInteger(got / unit);
        cut &&= got === Math.trunc(value / unit) * unit;
        if (!rounded && !cut) return undefined;
      }
    }
  }
  return seen < PRODUCTS ? undefined : rounded ? 'rounded' : 'cut off';
}

/** Whether all wrong numbers of an answer are inside the bound of an arithmetic, or where sums are cut off in place of rounded. */
export function isWithinCut(declaration: Declaration, { case: c, theirs }: Outcome, subject: EngineUnderTest): boolean {
  if (theirs === undefined || isNonFinite(c.values)) return false;
  const wide = partsOf({ ...subject, traits: { ...subject.traits, ...declaration } }, c);
  return wide.every(([part, { bound }]) => {
    const given = givenIn(theirs, part);
    if (given === undefined) return part !== 'y';
    return bound.value.every((value, i) => {
      const got = given.data[i];
      return !isOutside(bound, i, got) || (bound.kinds[i] === FINITE && Math.abs(got - value) <= CUT * bound.error[i]);
    });
  });
}
