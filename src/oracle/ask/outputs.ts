// The verdict on all outputs of one call. Spec oracle-verdict.

import { type Precision, pooled } from '../bounds/precision.ts';
import type { Part } from '../case.ts';
import type { Expected } from '../family.ts';
import { judge, type Verdict } from './verdict.ts';

/** The verdict on everything an engine gave for one call: the first failure, or the pass with the largest margin. */
export function checkParts(parts: readonly (readonly [Part, Expected])[], theirs: unknown): Verdict {
  let worst: Verdict | undefined;
  let wrong: Verdict | undefined;
  const [failing, right]: [Part[], Part[]] = [[], []];
  const precisions: (Precision | undefined)[] = [];
  for (const [part, { shape, bound }] of parts) {
    const given: unknown = part === 'y' ? theirs : (theirs as Record<string, unknown> | null | undefined)?.[part];
    // An engine may offer the gradient of x alone.
    if (part !== 'y' && given === undefined && typeof theirs === 'object' && theirs !== null && 'x' in theirs) continue;
    const verdict = judge(part, shape, bound, given);
    const isWrong = verdict.kind !== 'pass' && verdict.kind !== 'suspect';
    (isWrong ? failing : right).push(part);
    if (isWrong) wrong ??= verdict;
    if (isWrong) continue;
    precisions.push(verdict.precision);
    if (!worst || verdict.kind === 'suspect' || (worst.kind === 'pass' && verdict.margin > worst.margin))
      worst = verdict;
  }
  // One part alone is wrong: that is worth knowing.
  if (wrong) return { ...wrong, ...(failing.length === 1 && right.length > 0 && { isAlone: true }) };
  const precision = pooled(precisions);
  return { ...worst!, ...(precision && { precision }) };
}
