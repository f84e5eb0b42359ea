// Conditions on the case under which a mistake is made: plain statements that hold of all cases where it is, and of none where
// it is not.

import type { Case } from '../case.ts';
import { propertiesOf } from '../where/case-properties.ts';
import type { Statement } from '../where/property.ts';
import { statementsAbout } from '../where/statements.ts';

/** `groups > 1 and a bias`; without a text it always holds. */
export interface Condition {
  readonly text: string;
  readonly cost: number;
  holds(c: Case): boolean;
}

export const always: Condition = { text: '', cost: 0, holds: () => true };

/** How many conditions are kept, how many statements are paired, and what the second costs. */
const [KEPT, PAIRED, SECOND] = [400, 80, 2];

const conditionOf = (statements: readonly Statement[], cost: number): Condition => ({
  text: statements.map(({ text }) => text).join(' and '),
  cost,
  holds: (c) => statements.every((each) => each.holds(propertiesOf(c))),
});

/** A limit of a large number is only suggested by the cases: with a second statement it may be nearly any. */
const isWideLimit = ({ text }: Statement): boolean => Number(/[<>≤≥] (\d+)$/.exec(text)?.[1] ?? 0) > 32;

/** The conditions that hold of all cases inside, and of none outside, the plainest first. */
export function conditionsBetween(inside: readonly Case[], outside: readonly Case[]): Condition[] {
  if (outside.length === 0) return [always];
  const within = inside.map((c) => ({ properties: propertiesOf(c), fails: true }));
  const without = outside.map((c) => ({ properties: propertiesOf(c), fails: false }));
  const covering = statementsAbout([...within, ...without]).filter((each) =>
    within.every(({ properties }) => each.holds(properties)),
  );
  const marks = covering.map((each) => without.map(({ properties }) => each.holds(properties)));
  const found: Condition[] = [];
  const open = new Map<string, number>();
  for (const [i, statement] of covering.entries()) {
    if (!marks[i].includes(true)) {
      found.push(conditionOf([statement], statement.cost));
      continue;
    }
    const key = marks[i].map(Number).join('');
    const known = open.get(key);
    if (
      marks[i].includes(false) &&
      !isWideLimit(statement) &&
      (known === undefined || statement.cost < covering[known].cost)
    )
      open.set(key, i);
  }
  const list = [...open.values()].sort((a, b) => covering[a].cost - covering[b].cost).slice(0, PAIRED);
  for (const [i, a] of list.entries()) {
    for (const b of list.slice(i + 1)) {
      if (marks[a].some((holds, j) => holds && marks[b][j])) continue;
      found.push(conditionOf([covering[a], covering[b]], covering[a].cost + covering[b].cost + SECOND));
    }
  }
  return found.sort((a, b) => a.cost - b.cost).slice(0, KEPT);
}
