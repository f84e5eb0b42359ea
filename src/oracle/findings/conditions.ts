// The failures of an operator divided by the conditions under which they occur, one after another. Spec oracle-where.
//
//   failures    ●●●●●●●●●●●●      groups > 1         8 of 8 inside, 4 outside
//                       ●●●●      stride > size      4 of 4 inside, none outside: two findings

import { ask, type Outcome } from '../ask/ask.ts';
import type { History } from '../ask/history.ts';
import { patient } from '../ask/patience.ts';
import type { Case } from '../case.ts';
import { type EngineUnderTest, isFailure, type VerdictKind } from '../engine-under-test.ts';
import { type Answered, conditionsOf, type Found, inPart } from '../where/where.ts';
import { explains, type Group, leavesOpen } from './diagnose.ts';
import { kindKey } from './failure-kinds.ts';
import type { Declaration, Where } from './finding.ts';
import { explainedBy } from './other-arithmetic.ts';

/** What is known of an operator, and how more can be asked. */
export interface Investigation {
  readonly subject: EngineUnderTest;
  readonly history: History;
  readonly outcomes: readonly Outcome[];
  /** The mistakes that were named: their failures are not those of another cause. */
  readonly names: readonly string[];
  /** The arithmetic that explains others of them. */
  readonly profile?: Declaration;
  /** Whether new cases are answered; else conditions are shown that no new case confirms. */
  readonly isLive: boolean;
  /** Called with the number of new cases asked so far. */
  readonly onQuestion?: (asked: number) => void;
  readonly isStopped: () => boolean;
}

/** Seconds that an engine may take for the conditions of one finding, and of all of an operator. */
const [SECONDS, ALL] = [30, 60];
/** How many conditions are looked for among failures without a name. */
const CONDITIONS = 4;

/** Failures of another cause may meet a condition by chance; less than this is none. */
const CHANCE = 0.02;

/** A hang costs its time-out again. */
const isAskedAgain = (kind: VerdictKind): boolean => kind !== 'timeout' && kind !== 'crash';

/** The named groups with their conditions, then one group for each condition of the rest, and what has none by its kind. */
export async function withConditions(
  investigation: Investigation,
  named: readonly Group[],
  rest: readonly Outcome[],
  search: Search = searching(investigation),
): Promise<Group[]> {
  const groups: Group[] = [];
  let unnamed = rest;
  for (const group of named) {
    const [found] = await search(group.outcomes, 1, group.mistake);
    const alike = found ? sharing(found, unnamed, investigation.outcomes.length) : [];
    const open = found ? unnamed.filter((each) => !alike.includes(each) && isLeftOpen(group, found, each)) : [];
    const absorbed = [...alike, ...open];
    unnamed = unnamed.filter((each) => !absorbed.includes(each));
    groups.push({ ...group, ...(absorbed.length > 0 && { absorbed }), ...(found && { found }) });
  }
  const open = unnamed.filter(({ verdict: { kind } }) => isFailure(kind) && isAskedAgain(kind));
  const divided = divide(open, await search(open, CONDITIONS));
  const covered = new Set(divided.flatMap(({ outcomes }) => outcomes));
  for (const outcomes of byKind(unnamed.filter((each) => !covered.has(each)))) {
    // All together have been tried: one kind of several may have a condition of its own.
    const isPart = outcomes.length < open.length && open.includes(outcomes[0]);
    const [found] = isPart ? await search(outcomes, 1) : [];
    divided.push({ outcomes, ...(found && { found }) });
  }
  return [...groups, ...divided].map((group) => counted(group, investigation.outcomes));
}

/** The group with the counts of its own cases: those of other findings are neither its failures nor right. */
function counted(group: Group, asked: readonly Outcome[]): Group {
  const { found, outcomes, absorbed = [] } = group;
  if (!found) return group;
  const passes = asked.filter(({ verdict: { kind } }) => kind === 'pass' || kind === 'suspect');
  const [fails, right] = [[...outcomes, ...absorbed], passes].map((list) => {
    const inside = list.filter((each) => found.isInside(each.case)).length;
    return { inside, outside: list.length - inside };
  });
  const tally = (side: 'inside' | 'outside') => [fails[side], fails[side] + right[side]] as const;
  return {
    ...group,
    found: { ...found, where: { ...found.where, inside: tally('inside'), outside: tally('outside') } },
  };
}

/** Whether a failure is such as those of a named mistake, and where they are, and the mistake does not say what is there. */
const isLeftOpen = ({ mistake, outcomes }: Group, { isInside }: Found, { case: c, verdict }: Outcome): boolean =>
  outcomes.every(({ verdict: { kind } }) => kind === verdict.kind) && isInside(c) && leavesOpen(mistake!, c);

/** The failures without a name that meet the condition of a named one, if these are more than by chance: their cause is the same. */
function sharing({ where, isInside }: Found, unnamed: readonly Outcome[], asked: number): readonly Outcome[] {
  const open = unnamed.filter(({ verdict: { kind } }) => isAskedAgain(kind) && isFailure(kind));
  const inside = open.filter(({ case: c }) => isInside(c));
  const share = where.inside[1] / asked;
  // C(n, k)·pᵏ: so likely are k of n or more inside, at most.
  const chance = inside.reduce((product, _, i) => (product * share * (open.length - i)) / (i + 1), 1);
  return inside.length > 0 && chance < CHANCE ? inside : [];
}

/**
 * The condition of a group whose smallest case does not meet the one that was found: another one that holds of it too, with
 * what new cases around it say.
 */
export async function withSmaller(search: Search, group: Group, smaller: Case): Promise<Group> {
  const [found] = await search(group.outcomes, 1, group.mistake, { smaller, instead: group.found });
  return found?.isInside(smaller) ? { ...group, found } : group;
}

/** Another case that fails in the same way, and the condition that it does not meet. */
interface Again {
  readonly smaller: Case;
  readonly instead?: Found;
}

type Search = (members: readonly Outcome[], most: number, mistake?: string, again?: Again) => Promise<readonly Found[]>;

/** Looks for conditions, and asks for what it has found until the time is up. */
export function searching(investigation: Investigation): Search {
  const { history, outcomes, names, profile, isLive, onQuestion, isStopped } = investigation;
  const all = patient(investigation.subject, ALL);
  const passes = outcomes.filter(({ verdict: { kind } }) => kind === 'pass' || kind === 'suspect');
  const known: Found[] = [];
  let asked = 0;
  return async (members, most, mistake, again) => {
    const kinds = new Set(members.map(({ verdict: { kind } }) => kind));
    const answered: Answered[] = [
      ...members.map((each) => ({ case: each.case, fails: true })),
      ...passes.map((each) => ({ case: each.case, fails: false })),
    ];
    const { subject, isOver: isOverHere } = patient(all.subject, SECONDS);
    const isKept = kinds.has('stale') || kinds.has('unstable');
    const probe = async (c: Case): Promise<boolean | undefined> => {
      onQuestion?.(++asked);
      const outcome = await (isKept ? history.ask(c, true) : ask(subject, c));
      const { kind } = outcome.verdict;
      if (!isFailure(kind)) return kind === 'skip' ? undefined : false;
      if (mistake !== undefined) return explains([mistake], outcome, subject) || undefined;
      const isOther =
        explains(names, outcome, subject) ||
        (profile !== undefined && explainedBy(profile, outcome, subject)) ||
        known.some((each) => each.isInside !== again?.instead?.isInside && each.isInside(c));
      return isOther ? undefined : true;
    };
    const isOver = (): boolean => isStopped() || isOverHere() || all.isOver();
    const around = again ? [again.smaller] : [];
    const found = await conditionsOf(answered, { subject, probe, isLive, isOver }, most, around);
    if (mistake === undefined) known.push(...found);
    return found.map((each) => ({
      ...each,
      where: withPart(
        each.where,
        members.filter(({ case: c }) => isOf(each, c)),
      ),
    }));
  };
}

/** The condition, in the gradient of one operand if every failure is there and nowhere else. */
function withPart(where: Where, members: readonly Outcome[]): Where {
  const [{ part }] = members.map(({ verdict }) => verdict);
  return members.every(({ verdict }) => verdict.isAlone && verdict.part === part) ? inPart(where, part) : where;
}

/** The failures of each condition; those of several belong to the first. */
function divide(open: readonly Outcome[], founds: readonly Found[]): Group[] {
  const groups: Group[] = [];
  let rest = open;
  for (const found of founds) {
    groups.push({ outcomes: rest.filter((each) => isOf(found, each.case)), found });
    rest = rest.filter((each) => !isOf(found, each.case));
  }
  return groups.filter(({ outcomes }) => outcomes.length > 0);
}

/** Whether a failure belongs to a condition: those outside of one that is whole have the same cause. */
export const isOf = ({ isWhole, isInside }: Found, c: Case): boolean => isWhole || isInside(c);

/** Failures of one kind, and those of NaN and infinities apart. */
export function byKind(rest: readonly Outcome[]): Outcome[][] {
  const key = ({ verdict: { kind }, case: c }: Outcome): string => kindKey(kind, c);
  return [...new Set(rest.map(key))].map((each) => rest.filter((outcome) => key(outcome) === each));
}
