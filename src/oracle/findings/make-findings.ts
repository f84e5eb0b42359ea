// The failures of an operator made into findings: gathered by cause, one of each reduced. Spec oracle-campaign, oracle-reduce.

import { ask, type Outcome } from '../ask/ask.ts';
import { type History, historyOf } from '../ask/history.ts';
import type { Case } from '../case.ts';
import { caseId, parseCaseId } from '../cases/id.ts';
import { literal } from '../cases/literal.ts';
import { type Budget, reduce } from '../cases/reduce.ts';
import { workOf } from '../cases/tensors.ts';
import { type EngineUnderTest, isFailure, type VerdictKind } from '../engine-under-test.ts';
import { isOneCause, withInstead } from '../matrix/describe-finding.ts';
import { closeness } from './closeness.ts';
import { byKind, type Investigation, searching, withConditions, withSmaller } from './conditions.ts';
import { confirmed } from './confirmed.ts';
import { diagnose, explains, type Group } from './diagnose.ts';
import type { Declaration, Finding } from './finding.ts';
import { absorbing, inSameWords, isExplained, type Made } from './one-cause.ts';
import { explainedBy } from './other-arithmetic.ts';
import { dialectsOf } from './other-dialects.ts';
import { layoutOf } from './other-layouts.ts';
import { passedBefore } from './passed-before.ts';
import { profileOf } from './profile.ts';

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
  /** Whether it is asked where and what instead. */
  readonly isDescribed: boolean;
  /** Whether new cases are answered. */
  readonly isLive: boolean;
  readonly onQuestion?: (asked: number) => void;
  /** Whether the campaign was stopped from outside. */
  readonly isStopped: () => boolean;
}

/** The causes that have a name: what they explain is not the cause of another finding. */
interface Known {
  readonly names: readonly string[];
  readonly profile?: Declaration;
}

/** Groups the failures by the mistake that explains them, by a condition or by their kind, and reduces one of each group. */
export async function findingsOf(
  watched: EngineUnderTest,
  history: History,
  outcomes: readonly Outcome[],
  isFinding: (kind: VerdictKind) => boolean,
  { isReduced, isDescribed, ...effort }: Effort,
): Promise<Finding[]> {
  const subject = outcomes.every(isSteady) ? unwatched(watched) : watched;
  const toFinding = (group: Group, known: Known): Promise<Finding> =>
    findingOf(subject, history, group, known, isReduced);
  const turned = effort.isLive ? await passedBefore(subject, outcomes) : undefined;
  if (turned) {
    const all = byKind(outcomes.filter((each) => isFinding(each.verdict.kind)));
    const alone = (members: readonly Outcome[]): Promise<Finding> =>
      findingOf(subject, history, { outcomes: members }, { names: [] }, false);
    const findings = await Promise.all(all.map(alone));
    return findings.map((each) => ({ ...each, passedBefore: turned }));
  }
  const causes = causesOf(subject, outcomes, isFinding);
  const { profiled, failures, unnamed, passes } = causes;
  // Of several causes some may only seem to be known ones: they have a common one if a description says so.
  const mayBeOne = isDescribed && effort.isLive && !profiled && causes.named.length > 0;
  const isMixed = mayBeOne && (causes.others.length > 0 || causes.named.length > 1);
  const isOne = isMixed && (await isOneCause(subject, failures, passes));
  const { named, others } = isOne ? { named: [], others: failures } : causes;
  const foreign = unnamed.length > 0 && !profiled ? await foreignTo(subject, outcomes) : undefined;
  if (foreign) return [await toFinding({ outcomes: failures, ...foreign }, { names: [] })];
  const known = { names: named.flatMap(({ mistake }) => mistake ?? []), profile: profiled?.profile };
  const investigation: Investigation = { subject, history, outcomes, ...known, ...effort };
  const search = searching(investigation);
  const groups: Group[] = [
    ...(isDescribed
      ? await withConditions(investigation, named, others, search)
      : [...named, ...byKind(others).map((each) => ({ outcomes: each }))]),
    ...(profiled ? [profiled] : []),
  ];
  let made: readonly Made[] = [];
  for (const group of groups) {
    const cause = made.find((each) => isExplained(subject, each, group.outcomes));
    if (cause) {
      const cases = [...group.outcomes, ...(group.absorbed ?? [])].map((each) => caseId(each.case));
      const other: Made = { finding: { ...cause.finding, cases }, outcomes: group.outcomes };
      made = made.map((each) => (each === cause ? absorbing(each, other, passes) : each));
      continue;
    }
    const first = await toFinding(group, known);
    const smaller = effort.isLive ? beyondCondition(group, first) : undefined;
    const finding = smaller
      ? await toFinding({ ...(await withSmaller(search, group, smaller)), isInsideAlone: true }, known)
      : first;
    const next: Made = {
      finding: isDescribed && effort.isLive ? await withInstead(subject, finding, group.outcomes, passes) : finding,
      outcomes: group.outcomes,
    };
    const same = made.filter((each) => isExplained(subject, next, each.outcomes));
    made = [
      ...made.filter((each) => !same.includes(each)),
      same.reduce((sum, each) => absorbing(sum, each, passes), next),
    ];
  }
  return joined(inSameWords(made, passes).map(({ finding }) => finding));
}

/** Whether an answer came twice with the same bits, and nothing else went wrong with the call. */
const isSteady = ({ verdict: { kind } }: Outcome): boolean =>
  ['pass', 'suspect', 'skip', 'fail', 'wrong-shape', 'error'].includes(kind);

/** The engine, called once for each further question. */
const unwatched = (subject: EngineUnderTest): EngineUnderTest => ({ ...subject, run: subject.once ?? subject.run });

/** The failures of mistakes that have a name, those of arithmetic that may be declared, and the others. */
function causesOf(subject: EngineUnderTest, outcomes: readonly Outcome[], isFinding: (kind: VerdictKind) => boolean) {
  const named: readonly Group[] = diagnose(outcomes, subject).slice(0, NAMES);
  const explained = new Set(named.flatMap((group) => group.outcomes));
  const failures = outcomes.filter((each) => isFinding(each.verdict.kind));
  const rest = failures.filter((each) => !explained.has(each));
  const unnamed = rest.filter(({ verdict: { kind } }) => isFailure(kind));
  const passes = outcomes.filter(({ verdict: { kind } }) => kind === 'pass' || kind === 'suspect');
  const profiled = profileOf(subject, unnamed, passes);
  const others = rest.filter((each) => !profiled?.outcomes.includes(each) && !profiled?.absorbed?.includes(each));
  return { named, profiled, others, failures, unnamed, passes };
}

/**
 * The new cases by which the conditions of these failures would be confirmed. A program that answers by files is asked them in
 * a second round; a campaign over the same questions then finds their answers. Spec oracle-where.
 */
export async function newCases(subject: EngineUnderTest, outcomes: readonly Outcome[]): Promise<readonly Case[]> {
  const asked: Case[] = [];
  const run: EngineUnderTest['run'] = async (_, c) => {
    if (c) asked.push(c);
    return { kind: 'skip', message: 'not asked yet' };
  };
  const silent: EngineUnderTest = { ...subject, run };
  const { named, profiled, others } = causesOf(silent, outcomes, isFailure);
  const known = { names: named.flatMap(({ mistake }) => mistake ?? []), profile: profiled?.profile };
  const [history, isStopped] = [historyOf(silent), (): boolean => false];
  const investigation = { subject: silent, history, outcomes, ...known, isLive: false, isStopped };
  await withConditions(investigation, named, others);
  return asked;
}

/** The smallest case, its tensors filled as in the campaign, if it does not meet the condition that all failures seemed to. */
function beyondCondition({ found, outcomes }: Group, { id, seenAs }: Finding): Case | undefined {
  const seen = outcomes.find((each) => caseId(each.case) === seenAs)?.case;
  if (!found || !seen || id === seenAs) return undefined;
  const { given: _, ...rest } = parseCaseId(id);
  const smaller: Case = { ...rest, values: seen.values, seed: seen.seed };
  return found.isInside(smaller) ? undefined : smaller;
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
  {
    outcomes: members,
    mistake,
    evidence,
    profile,
    isCutOff,
    layout,
    dialects = [],
    absorbed = [],
    found,
    isInsideAlone,
  }: Group,
  known: Known,
  isReduced: boolean,
): Promise<Finding> {
  const inside = isInsideAlone && found ? members.filter((each) => found.isInside(each.case)) : members;
  const first = inside.reduce((least, each) => (workOf(each.case) < workOf(least.case) ? each : least));
  const { kind } = first.verdict;
  const { dialect } = subject;
  /** Tensors are written out in smaller cases; the condition may be about how they were filled. */
  const isInside = (c: Case): boolean => found!.isInside({ ...c, values: first.case.values });
  const isForeign = layout !== undefined || (dialects.length > 0 && mistake === undefined);
  /** A smaller case must fail for the same reason: by the same mistake, or by none of those that have a name. */
  const isAlike = (outcome: Outcome): boolean =>
    outcome.verdict.kind === kind &&
    (found === undefined || (found.isWhole && !isInsideAlone) || isInside(outcome.case)) &&
    (profile === undefined
      ? known.profile === undefined || !explainedBy(known.profile, outcome, subject)
      : explainedBy(profile, outcome, subject)) &&
    (mistake === undefined ? !explains(known.names, outcome, subject) : explains([mistake], outcome, subject));
  const isKept = kind === 'stale' || kind === 'unstable';
  const put = (c: Case): Promise<Outcome> => (isKept ? history.ask(c, true) : ask(subject, c));
  const stillFails = async (c: Case): Promise<boolean> => isAlike(await put(c));
  const smaller = (): Promise<readonly Case[]> => reduce(first.case, stillFails, isForeign ? FOREIGN : BUDGET, dialect);
  const { shown, isFickle } =
    isReduced && !first.verdict.isOfCampaign
      ? await confirmed(subject, kind, put, [...(await smaller()), first.case])
      : { shown: first, isFickle: false };
  const near = isForeign || profile ? undefined : closeness(subject, members);
  const told = dialects.length > 0 ? 'wrong-dialect' : layout ? 'wrong-layout' : profile ? 'wrong-profile' : kind;
  return {
    kind: told,
    cases: [...members, ...absorbed].map((each) => caseId(each.case)),
    ...(dialects.length > 0 && { declared: dialect ?? 'toeplitz', dialects }),
    ...(layout && { layout }),
    ...(profile && { profile }),
    ...(isCutOff && { isCutOff }),
    ...(near && { closeness: near.most, ...(near.unlikeRounding && { unlikeRounding: near.unlikeRounding }) }),
    ...(mistake !== undefined && { mistake, evidence }),
    ...(found && { where: found.where }),
    ...(!shown && (isFickle ? { intermittent: true } : { passesAlone: true })),
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
