// Every change that may be made to the products of a case, but for factors.

import type { Change } from './change.ts';
import { indexChanges } from './index-changes.ts';
import { loopChanges } from './loop-changes.ts';
import { placeChanges } from './place-changes.ts';
import { positionChanges } from './position-changes.ts';
import type { Terms } from './terms.ts';
import { windowChanges } from './window-changes.ts';
import { numberChanges } from './window-numbers.ts';

const [wide, narrow] = [new WeakMap<Terms, readonly Change[]>(), new WeakMap<Terms, readonly Change[]>()];

/** Every change that is known, for the products of one case; with `all` also those along axes of a single place. */
export function changesOf(terms: Terms, all = false): readonly Change[] {
  const known = all ? wide : narrow;
  const found = known.get(terms) ?? [
    { text: 'the products are left out', cost: 1, apply: () => undefined },
    ...numberChanges(terms),
    ...windowChanges(terms),
    ...positionChanges(terms),
    ...placeChanges(terms, all ? 1 : 2),
    ...loopChanges(terms),
    ...indexChanges(terms),
  ];
  known.set(terms, found);
  return found;
}
