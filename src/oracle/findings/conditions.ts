// The failures of an operator divided by the conditions under which they occur, one after another. Spec oracle-where.
//
//   failures    ●●●●●●●●●●●●      groups > 1         8 of 8 inside, 4 outside
//                       ●●●●      stride > size      4 of 4 inside, none outside: two findings

import { ask, type Outcome } from '../ask/ask.ts';
import type { History } from '../ask/history.ts';
import type { Case } from '../case.ts';
import { type EngineUnderTest, isFailure, type VerdictKind } from '../engine-under-test.ts';
import { type Answered, type Confirming, type Found, whereOf } from '../where/where.ts';
import { explains, type Group } from './diagnose.ts';
import { kindKey } from './kinds.ts';

/** What is known of an operator, and how more can be asked. */
export interface Investigation {
  readonly subject: EngineUnderTest;
  readonly history: History;
  readonly outcomes: readonly Outcome[];
  /** The mistakes that were named: their failures are not those of another cause. */
  readonly names: readonly string[];
  /** Whether new cases are answered; else conditions are shown that no new case confirms. */
  readonly isLive: boolean;
  /** Called with the number of new cases asked so far. */
  readonly onQuestion?: (asked: number) => void;
}

/** Seconds for the conditions of one finding, and of all of an operator. */
const [SECONDS, ALL] = [10, 30];
/** How many conditions are looked for among failures without a name. */
const CONDITIONS = 4;

/** A hang costs its time-out again. */
const isAskedAgain = (kind: VerdictKind): boolean => kind !== 'timeout' && kind !== 'crash';

/** The named groups with their conditions, then one group for each condition of the rest, and what has none by its kind. */
export async function withConditions(
  investigation: Investigation,
  named: readonly Group[],
  rest: readonly Outcome[],
): Promise<Group[]> {
  const search = searching(investigation);
  const groups: Group[] = [];
  for (const group of named) groups.push({ ...group, ...(await search(group.outcomes, group.mistake)) });
  const open = rest.filter(({ verdict: { kind } }) => isFailure(kind) && isAskedAgain(kind));
  const divided = await divide(open, search);
  const covered = new Set(divided.flatMap(({ outcomes }) => outcomes));
  for (const outcomes of byKind(rest.filter((each) => !covered.has(each)))) {
    // All together have been tried: one kind of several may have a condition of its own.
    const isPart = divided.length === 0 && outcomes.length < open.length;
    const isOpen = isPart && isAskedAgain(outcomes[0].verdict.kind) && isFailure(outcomes[0].verdict.kind);
    divided.push({ outcomes, ...(isOpen && (await search(outcomes))) });
  }
  return [...groups, ...divided];
}

type Search = (members: readonly Outcome[], mistake?: string) => Promise<{ readonly found?: Found }>;

/** Looks for conditions, and asks for what it has found until the time is up. */
function searching({ subject, history, outcomes, names, isLive, onQuestion }: Investigation): Search {
  const passes = outcomes.filter(({ verdict: { kind } }) => kind === 'pass' || kind === 'suspect');
  const end = performance.now() + 1000 * ALL;
  const known: { readonly found: Found; readonly members: ReadonlySet<Outcome> }[] = [];
  let asked = 0;
  return async (members, mistake) => {
    const kinds = new Set(members.map(({ verdict: { kind } }) => kind));
    const answered: Answered[] = [
      ...members.map((each) => ({ case: each.case, fails: true })),
      ...passes.map((each) => ({ case: each.case, fails: false })),
    ];
    const isKept = kinds.has('stale') || kinds.has('unstable');
    const probe = async (c: Case): Promise<boolean | undefined> => {
      onQuestion?.(++asked);
      const outcome = await (isKept ? history.ask(c, true) : ask(subject, c));
      const { kind } = outcome.verdict;
      if (!isFailure(kind)) return kind === 'skip' ? undefined : false;
      if (mistake !== undefined) return explains([mistake], outcome, subject) || undefined;
      const isOther = explains(names, outcome, subject) || known.some(({ found }) => found.isInside(c));
      return isOther ? undefined : true;
    };
    const until = Math.min(end, performance.now() + 1000 * SECONDS);
    const confirming: Confirming = { drawing: subject, probe, isLive, isOver: () => performance.now() > until };
    const found = await whereOf(answered, confirming);
    if (found && mistake === undefined) known.push({ found, members: new Set(members) });
    return found ? { found } : {};
  };
}

/** Failures without a name: those of one condition after another, each with the failures that it covers. */
async function divide(open: readonly Outcome[], search: Search): Promise<Group[]> {
  const groups: Group[] = [];
  let rest = open;
  while (groups.length < CONDITIONS && rest.length > 0) {
    const { found } = await search(rest);
    if (!found) break;
    const isMember = ({ case: c }: Outcome): boolean => found.isWhole || found.isInside(c);
    groups.push({ outcomes: rest.filter(isMember), found });
    rest = rest.filter((each) => !isMember(each));
  }
  return groups;
}

/** Failures of one kind, and those of NaN and infinities apart. */
export function byKind(rest: readonly Outcome[]): Outcome[][] {
  const key = ({ verdict: { kind }, case: c }: Outcome): string => kindKey(kind, c);
  return [...new Set(rest.map(key))].map((each) => rest.filter((outcome) => key(outcome) === each));
}
