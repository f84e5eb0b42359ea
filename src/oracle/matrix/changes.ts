// Every change that may be made to the products of a case, but for factors.

import { borderChanges } from './border-changes.ts';
import { type Change, readBeyond } from './change.ts';
import { countChanges } from './count-changes.ts';
import { groupChanges } from './group-changes.ts';
import { indexChanges, indexKinds } from './index-changes.ts';
import { loopChanges } from './loop-changes.ts';
import { placeChanges } from './place-changes.ts';
import { positionChanges } from './position-changes.ts';
import type { Terms } from './terms.ts';
import { windowChanges } from './window-changes.ts';
import { numberChanges } from './window-numbers.ts';

/** The kinds of changes; `least` is the length of an axis that they may be about. */
const kinds: readonly ((terms: Terms, least: number) => readonly Change[])[] = [
  () => [{ text: 'the products are left out', cost: 1, apply: () => undefined }],
  ({ shapes, structure }) =>
    (['x', 'w', 'y'] as const)
      .filter((side) => side !== 'w' || structure.weight !== undefined)
      .map((side) => readBeyond(shapes, side)),
  numberChanges,
  windowChanges,
  borderChanges,
  positionChanges,
  placeChanges,
  loopChanges,
  indexChanges,
  groupChanges,
  countChanges,
];

/** Every change that is known, for the products of one case: thousands, of which one kind at a time is held. */
export function* changesOf(terms: Terms): Iterable<Change> {
  for (const kind of kinds) yield* kind(terms, 2);
}

/** Those that are looked through for a text: of indices, of which there are most, those of its own kind alone. */
const named = [...kinds.filter((kind) => kind !== indexChanges), ...indexKinds];

/** The changes of the last cases, by their kinds; a case has thousands of them. */
const wide = new Map<Terms, Map<number, readonly Change[]>>();
const CASES = 12;
const kindsByText = new Map<string, number>();

/** The change of a text in another case, where it may also be about axes of a single place. */
export function changeNamed(terms: Terms, text: string): Change | undefined {
  const known = wide.get(terms) ?? new Map<number, readonly Change[]>();
  wide.delete(terms);
  wide.set(terms, known); // the last one
  if (wide.size > CASES) wide.delete(wide.keys().next().value!);
  const kind = kindsByText.get(text);
  for (const i of kind === undefined ? named.keys() : [kind]) {
    const list = known.get(i) ?? named[i](terms, 1);
    known.set(i, list);
    const found = list.find((each) => each.text === text);
    if (!found) continue;
    kindsByText.set(text, i);
    return found;
  }
  return undefined;
}
