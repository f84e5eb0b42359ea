// The failures of an operator made into findings: gathered by cause, one of each reduced. Spec oracle-campaign, oracle-reduce.

import { ask, type Outcome } from '../ask/ask.ts';
import type { History } from '../ask/history.ts';
import type { Case } from '../case.ts';
import { caseId } from '../cases/id.ts';
import { literal } from '../cases/literal.ts';
import { type Budget, reduce } from '../cases/reduce.ts';
import { workOf } from '../cases/tensors.ts';
import { type EngineUnderTest, isFailure, type VerdictKind } from '../engine-under-test.ts';
import { withInstead } from '../matrix/describe.ts';
import { byKind, type Investigation, withConditions } from './conditions.ts';
import { diagnose, explains, type Group } from './diagnose.ts';
import type { Finding } from './finding.ts';
import { closeness, explainedBy, profileOf } from './other-arithmetic.ts';
import { dialectsOf } from './other-dialects.ts';
import { layoutOf } from './other-layouts.ts';

/** What the reduction of one failure may cost. Most need fewer than a hundred questions; the limit of time matters where each
 * question ends in a time-out. */
const BUDGET: Budget = { calls: 600, seconds: 30 };
/** The same where every case fails because the engine speaks another dialect. */
const FOREIGN: Budget = { ...BUDGET, calls: 12 };
/** How many named mistakes are shown; unnamed failures of one kind are shown once. */
const NAMES = 4;

/** How much is asked about failures. */
export interface Effort {
  readonly isReduced: boolean;
  /** Whether new cases are answered. */
  readonly isLive: boolean;
  readonly onQuestion?: (asked: number) => void;
}

/** Groups the failures by the mistake that explains them, by a condition or by their kind, and reduces one of each group. */
export async function findingsOf(
  subject: EngineUnderTest,
  history: History,
  outcomes: readonly Outcome[],
  isFinding: (kind: VerdictKind) => boolean,
  { isReduced, isLive, onQuestion }: Effort,
): Promise<Finding[]> {
  const toFinding = (group: Group, names: readonly string[]): Promise<Finding> =>
    findingOf(subject, history, group, names, isReduced);
  const named: Group[] = diagnose(outcomes, subject).slice(0, NAMES);
  const explained = new Set(named.flatMap((group) => group.outcomes));
  const failures = outcomes.filter((each) => isFinding(each.verdict.kind));
  const rest = failures.filter((each) => !explained.has(each));
  const unnamed = rest.filter(({ verdict: { kind } }) => isFailure(kind));
  const profile = profileOf(subject, unnamed);
  const foreign = unnamed.length > 0 && !profile ? await foreignTo(subject, outcomes) : undefined;
  if (foreign) return [await toFinding({ outcomes: failures, ...foreign }, [])];
  const names = named.flatMap(({ mistake }) => mistake ?? []);
  const investigation: Investigation = { subject, history, outcomes, names, isLive, onQuestion };
  const divided = isReduced ? await withConditions(investigation, named, profile ? [] : rest) : undefined;
  const groups = [
    ...(divided ?? named),
    ...(profile ? [{ outcomes: rest, profile }] : divided ? [] : byKind(rest).map((each) => ({ outcomes: each }))),
  ];
  const findings: Finding[] = [];
  for (const group of groups) {
    const finding = await toFinding(group, names);
    findings.push(isReduced ? await withInstead(subject, finding, group.outcomes, outcomes) : finding);
  }
  return joined(findings);
}

/** Another dialect or layout in which the engine is right. */
async function foreignTo(
  subject: EngineUnderTest,
  outcomes: readonly Outcome[],
): Promise<Pick<Group, 'dialects' | 'layout'> | undefined> {
  const dialects = await dialectsOf(subject, outcomes);
  if (dialects.length > 0) return { dialects };
  const layout = await layoutOf(subject, outcomes);
  return layout && { layout };
}

/** Findings that reduce to the same smallest case have one cause and are joined. */
export function joined(findings: readonly Finding[]): Finding[] {
  const keyOf = ({ id, kind, mistake, dialects, layout, profile, where }: Finding): string =>
    JSON.stringify([id, kind, mistake, dialects, layout, profile, where?.text]);
  const keys = findings.map(keyOf);
  const first = (finding: Finding): Finding => findings[keys.indexOf(keyOf(finding))];
  return findings
    .filter((each) => first(each) === each)
    .map((each) => ({ ...each, cases: findings.flatMap((other) => (first(other) === each ? other.cases : [])) }));
}

async function findingOf(
  subject: EngineUnderTest,
  history: History,
  { outcomes: members, mistake, evidence, profile, layout, dialects = [], found }: Group,
  names: readonly string[],
  isReduced: boolean,
): Promise<Finding> {
  const first = members.reduce((least, each) => (workOf(each.case) < workOf(least.case) ? each : least));
  const { kind } = first.verdict;
  const { dialect } = subject;
  const isForeign = layout !== undefined || (dialects.length > 0 && mistake === undefined);
  /** A smaller case must fail for the same reason: by the same mistake, or by none of those that have a name. */
  const isAlike = (outcome: Outcome): boolean =>
    outcome.verdict.kind === kind &&
    (found === undefined || found.isWhole || found.isInside(outcome.case)) &&
    (profile === undefined || explainedBy(profile, outcome, subject)) &&
    (mistake === undefined ? !explains(names, outcome, subject) : explains([mistake], outcome, subject));
  const isKept = kind === 'stale' || kind === 'unstable';
  const put = (c: Case): Promise<Outcome> => (isKept ? history.ask(c, true) : ask(subject, c));
  const stillFails = async (c: Case): Promise<boolean> => isAlike(await put(c));
  const smaller = (): Promise<readonly Case[]> => reduce(first.case, stillFails, isForeign ? FOREIGN : BUDGET, dialect);
  const shown = isReduced ? await confirmed(subject, kind, put, [...(await smaller()), first.case]) : first;
  const isUnnamed = kind === 'fail' && mistake === undefined && !isForeign && !profile;
  const near = isUnnamed ? closeness(subject, members) : undefined;
  const told = dialects.length > 0 ? 'wrong-dialect' : layout ? 'wrong-layout' : profile ? 'wrong-profile' : kind;
  return {
    kind: told,
    cases: members.map((each) => caseId(each.case)),
    ...(dialects.length > 0 && { declared: dialect ?? 'toeplitz', dialects }),
    ...(layout && { layout }),
    ...(profile && { profile }),
    ...(near !== undefined && { closeness: near }),
    ...(mistake !== undefined && { mistake, evidence }),
    ...(found && { where: found.where }),
    ...(!shown && isTimeless(kind) && { passesAlone: true }),
    ...describe(subject, shown ?? first),
    seenAs: caseId(first.case),
  };
}

const describe = (subject: EngineUnderTest, { verdict, case: c, after }: Outcome) => ({
  verdict,
  id: caseId(c),
  literal: literal(c, subject),
  ...(after && { after: caseId(after) }),
});

/** Whether a failure happens again at any time; a hang may depend on the load of the machine. */
const isTimeless = (kind: VerdictKind): boolean => kind !== 'timeout' && kind !== 'crash';

/** The first of the cases that fails again. Where the engine can be restarted, each is asked of a fresh one. */
async function confirmed(
  subject: EngineUnderTest,
  kind: VerdictKind,
  put: (c: Case) => Promise<Outcome>,
  cases: readonly Case[],
): Promise<Outcome | undefined> {
  for (const c of cases) {
    if (isTimeless(kind)) await subject.restart?.();
    const again = await put(c);
    if (again.verdict.kind === kind) return again;
  }
  return undefined;
}
