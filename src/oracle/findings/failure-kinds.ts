// How failures without a name and without a condition are told apart.

import type { Case } from '../case.ts';
import type { VerdictKind } from '../engine-under-test.ts';
import { isNonFinite } from '../values.ts';

/** By their kind, and those of NaN and infinities from the others. */
export const kindKey = (kind: VerdictKind, { values }: Case): string =>
  kind === 'fail' ? `${kind} ${isNonFinite(values)}` : kind;
