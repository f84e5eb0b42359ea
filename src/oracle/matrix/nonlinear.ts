// What is seen where an engine's results are not what its matrix gives: a limit, the sign lost, a result that depends on the
// calls before.

import { ask, type Outcome } from '../ask/ask.ts';
import type { Part } from '../case.ts';
import type { EngineUnderTest } from '../engine-under-test.ts';
import type { Value } from './evaluate.ts';
import type { Terms } from './terms.ts';

export interface Checked {
  readonly outcome: Outcome;
  readonly theirs: Float32Array | undefined;
  readonly value: Value;
}

export interface Seen {
  readonly text: string;
  /** Whether the matrix with this predicts the answers. */
  readonly confirmed: boolean;
}

export async function nonlinear(
  subject: EngineUnderTest,
  { structure }: Terms,
  part: Part,
  checked: readonly Checked[],
): Promise<Seen> {
  const pairs = checked.flatMap(({ theirs, value }) => [...(theirs ?? [])].map((got, i) => [got, value.data[i]] as const));
  const wrong = pairs.filter(([got, expected]) => Math.abs(got - expected) > 1e-5 * Math.max(1, Math.abs(expected)));
  const [least, most] = [Math.min(...pairs.map(([got]) => got)), Math.max(...pairs.map(([got]) => got))];
  const follows = (f: (value: number) => number): boolean =>
    pairs.every(([got, expected]) => Math.abs(got - f(expected)) <= 1e-5 * Math.max(1, Math.abs(expected)));
  if (wrong.length > 1 && follows((v) => Math.max(v, least))) return { text: `results below ${least} become ${least}`, confirmed: true };
  if (wrong.length > 1 && follows((v) => Math.min(v, most))) return { text: `results above ${most} become ${most}`, confirmed: true };
  if (follows((v) => Math.min(most, Math.max(v, least))) && wrong.length > 2)
    return { text: `results are kept between ${least} and ${most}`, confirmed: true };
  if (follows(Math.abs)) return { text: 'the sign of the results is lost', confirmed: true };
  if (wrong.some(([got]) => Number.isNaN(got))) return { text: 'some results are NaN', confirmed: false };
  if (await depends(subject, part, checked)) return { text: 'the results depend on the calls before', confirmed: false };
  const what = structure.kind === 'maximum' && part === 'y' ? 'the largest of the cells that are read' : 'sums of the products that are read';
  return { text: `the results are not ${what}`, confirmed: false };
}

/** Whether the same questions in another order have other answers. */
async function depends(subject: EngineUnderTest, part: Part, checked: readonly Checked[]): Promise<boolean> {
  for (const { outcome, theirs } of checked.toReversed()) {
    const again = (await ask(subject, outcome.case)).theirs;
    const data = ((part === 'y' ? again : (again as Record<string, unknown> | undefined)?.[part]) as { data?: Float32Array } | undefined)?.data;
    if (!data || !theirs || data.some((value, i) => !Object.is(value, theirs[i]))) return true;
  }
  return false;
}
