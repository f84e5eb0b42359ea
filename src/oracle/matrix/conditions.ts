// Conditions on the case under which a mistake is made: plain statements, their contraries, and two statements together.

import type { Case } from '../case.ts';
import { statementsOf as saidOf } from '../cases/predicates.ts';

/** `groups > 1 and a bias`, `unless stride > 1 on some axis` */
export interface Condition {
  /** Completes a sentence about the mistake. */
  readonly text: string;
  readonly cost: number;
  holds(said: ReadonlySet<string>): boolean;
}

export const always: Condition = { text: '', cost: 0, holds: () => true };

const known = new WeakMap<Case, ReadonlySet<string>>();

/** Everything that is said of a case, found once. */
export function statementsFor(c: Case): ReadonlySet<string> {
  const found = known.get(c) ?? saidOf(c);
  known.set(c, found);
  return found;
}

/** How many conditions are kept, and how many statements are paired. */
const [KEPT, PAIRED] = [400, 60];

const with1 = (statement: string, rank: number): Condition => ({
  text: `with ${statement}`,
  cost: 4 + rank / 50,
  holds: (said) => said.has(statement),
});

const without1 = (statement: string, rank: number): Condition => ({
  text: `unless with ${statement}`,
  cost: 6 + rank / 50,
  holds: (said) => !said.has(statement),
});

/** The conditions that hold of all cases inside, and of none outside, the plainest first. */
export function conditionsBetween(
  inside: readonly ReadonlySet<string>[],
  outside: readonly ReadonlySet<string>[],
): Condition[] {
  if (outside.length === 0) return [always];
  const [first] = inside;
  if (!first) return [];
  const common = [...first].filter((each) => inside.every((said) => said.has(each)));
  const missing = [...new Set(outside.flatMap((said) => [...said]))].filter(
    (each) => !inside.some((said) => said.has(each)),
  );
  const all = [...common.map(with1), ...missing.map(without1)];
  const telling = (condition: Condition): boolean => !outside.some((said) => condition.holds(said));
  const found = all.filter(telling);
  const open = all.filter((each) => !telling(each)).sort((a, b) => a.cost - b.cost);
  const distinct = new Map<string, Condition>();
  for (const each of open) {
    const key = outside.map((said) => Number(each.holds(said))).join('');
    if (key.includes('0') && !distinct.has(key)) distinct.set(key, each);
  }
  const list = [...distinct.values()].slice(0, PAIRED);
  for (const [i, a] of list.entries()) {
    for (const b of list.slice(i + 1)) {
      const both: Condition = {
        text: `${a.text} and ${b.text}`,
        cost: a.cost + b.cost + 2,
        holds: (said) => a.holds(said) && b.holds(said),
      };
      if (telling(both)) found.push(both);
    }
  }
  return found.sort((a, b) => a.cost - b.cost).slice(0, KEPT);
}
