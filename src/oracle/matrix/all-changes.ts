// Every change that may be made to the products of a case: those of factors apart, and each by its text.

import { borderChanges } from './border-changes.ts';
import { type Change, readBeyond } from './change.ts';
import { countChanges } from './count-changes.ts';
import { factorChanges } from './factor-changes.ts';
import { groupChanges } from './group-changes.ts';
import { indexChanges, indexKinds } from './index-changes.ts';
import { loopChanges } from './loop-changes.ts';
import { placeChanges } from './place-changes.ts';
import { positionChanges } from './position-changes.ts';
import type { Terms } from './terms.ts';
import { widthChanges } from './width-changes.ts';
import { windowChanges } from './window-changes.ts';
import { numberChanges } from './window-numbers.ts';

/** The kinds of changes; `least` is the length of an axis that they may be about. */
const kinds: readonly ((terms: Terms, least: number) => Iterable<Change>)[] = [
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
  widthChanges,
];

/** Every change that is known, for the products of one case: thousands, of which one at a time is held. */
export function* changesOf(terms: Terms): Iterable<Change> {
  for (const kind of kinds) yield* kind(terms, 2);
}

/** Those that are looked through for a text: of indices, of which there are most, those of its own kind alone. */
const named = [
  ...kinds.filter((kind) => kind !== indexChanges),
  ...indexKinds,
  (terms: Terms) => factorChanges(terms, []),
];

/** The changes of one kind and case that were looked for, and for how many texts. */
interface Searched {
  readonly found: Map<string, Change>;
  texts: number;
}

/** The texts that are looked for, numbered, with their kinds once these are known; and what was found of the last cases. */
const wanted = new Map<string, { readonly number: number; kind?: number }>();
const searched = new Map<Terms, readonly Searched[]>();
/** Of so many cases; and so many texts at most, with more of which a case would have many of its changes kept. */
const [CASES, TEXTS] = [12, 1500];

/** A text that will be looked for in other cases: one search finds all of those that are known by then. */
export function wantedLater(text: string): void {
  if (wanted.has(text)) return;
  if (wanted.size === TEXTS) for (const each of [wanted, searched]) each.clear();
  wanted.set(text, { number: wanted.size });
}

/** The change of a text in another case, where it may also be about axes of a single place; of factors, except plain numbers. */
export function changeNamed(terms: Terms, text: string): Change | undefined {
  wantedLater(text);
  const own = wanted.get(text)!;
  const known = searched.get(terms) ?? named.map(() => ({ found: new Map(), texts: 0 }));
  searched.delete(terms);
  searched.set(terms, known); // the last one
  if (searched.size > CASES) searched.delete(searched.keys().next().value!);
  for (const i of own.kind === undefined ? named.keys() : [own.kind]) {
    if (known[i].texts <= own.number) search(named[i](terms, 1), known[i]);
    const found = known[i].found.get(text);
    if (!found) continue;
    own.kind = i;
    return found;
  }
  return undefined;
}

/** Goes through one kind of changes of a case, and keeps those that are wanted: all of them would be megabytes. */
function search(changes: Iterable<Change>, known: Searched): void {
  known.texts = wanted.size;
  for (const change of changes)
    if (wanted.has(change.text) && !known.found.has(change.text)) known.found.set(change.text, change);
}
