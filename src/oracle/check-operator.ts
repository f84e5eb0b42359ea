// The questions of one operator: asked, judged, and their failures made into findings. Spec oracle-campaign.

import type { Outcome } from './ask/ask.ts';
import { type Crashes, crashesOf, isDeadly } from './ask/crashes.ts';
import { type History, historyOf } from './ask/history.ts';
import { pooled, suspicionOf } from './bounds/precision.ts';
import type { Case } from './case.ts';
import { caseId } from './cases/id.ts';
import { mixtures } from './cases/mixtures.ts';
import type { Complete, Questions, Settings } from './cases/questions.ts';
import { type EngineUnderTest, isFailure, type VerdictKind } from './engine-under-test.ts';
import { familyOf } from './families/index.ts';
import { memory } from './findings/diagnose.ts';
import type { Finding } from './findings/finding.ts';
import { findingsOf } from './findings/make-findings.ts';
import { withEnginePlaces } from './report/engine-layout.ts';
import { type OperatorReport, statusOf, unaskedReport } from './report/report.ts';

export interface CheckOptions extends Settings {
  /** Stops at the case that runs, which does not count, and reports what is done. */
  readonly signal?: { readonly aborted: boolean };
  readonly onProgress?: (progress: Progress) => void;
  /** Of `checkEngine`: seconds for one question to an engine whose promises may never settle; default 10. Spec oracle-timeout. */
  readonly timeout?: number;
  /** Whether failures are named and reduced only, and no further case is asked about them; default false. Spec campaign-brief. */
  readonly brief?: boolean;
}

export interface Progress {
  readonly op: string;
  readonly done: number;
  readonly of: number;
  readonly failures: number;
}

/** As many new cases confirm a condition in which an engine fails, as a rule. */
const QUESTIONS = 40;
/** One in this many right answers is followed by a probe for what the engine keeps, which costs up to three more calls. */
const PROBED = 8;

/** What else may be done with the answers to an operator's questions. */
export interface Watching extends CheckOptions {
  onOutcomes?(outcomes: readonly Outcome[]): Promise<void>;
}

/** Asks the cases of one operator, and makes findings of its failures. */
export async function checkOperator(
  subject: EngineUnderTest,
  questions: Questions,
  { strict, shard }: Complete,
  options: Watching,
  { share, end }: { readonly share: number; readonly end: number },
): Promise<OperatorReport> {
  const { op, gradient, quota, isLive = false, isNamed = false } = questions;
  const { signal, onProgress, onOutcomes, brief = false } = options;
  const name = gradient ? `${op} gradient` : op;
  if (!subject.ops.includes(op) && !gradient) return unaskedReport(name, 'not offered', quota);
  const isFinding = (kind: VerdictKind): boolean => isFailure(kind) || (strict && kind === 'suspect');
  const history = isNamed ? historyOf(subject, 1) : historyOf(subject); // whoever names two cases suspects that one affects the other
  const crashes = crashesOf(isLive);
  const count = (outcomes: readonly Outcome[]): number =>
    outcomes.filter(({ verdict }) => isFinding(verdict.kind)).length;
  const { outcomes, unfinished, late } = await askedOf(subject, questions, { history, crashes, signal, share }, (all) =>
    onProgress?.({ op: name, done: answersIn(all), of: quota, failures: count(all) }),
  );
  const avoided = crashes.avoided();
  const isShort = late === 0 && (crashes.isHopeless() || Object.keys(avoided).length > 0);
  const unasked = isShort && !unfinished ? quota - answersIn(outcomes) : 0;
  const onQuestion = (done: number): void =>
    onProgress?.({ op: `${name}: where it fails`, done, of: Math.max(done, QUESTIONS), failures: count(outcomes) });
  const effort = {
    isReduced: !isNamed,
    isDescribed: !isNamed && !brief,
    isLive,
    onQuestion,
    isStopped: () => (signal?.aborted ?? false) || performance.now() >= end,
  };
  const suspicion = suspicionIn(subject, op, outcomes);
  const judged = suspicion ? outcomes.map((each) => suspected(each, suspicion)) : outcomes;
  await onOutcomes?.(judged);
  const found = await findingsOf(subject, history, judged, isFinding, effort);
  const findings = found.map((each) => withEnginePlaces(subject, each));
  return {
    ...summaryOf(name, quota, judged, findings, unfinished),
    ...(suspicion && { suspicion }),
    ...(unasked > 0 && { unasked }),
    ...(late > 0 && { late }),
    ...(Object.keys(avoided).length > 0 && { avoided }),
    ...(shard && { answers: verdictsOf(outcomes) }),
  };
}

/** What asking goes by. */
interface Asking {
  readonly history: History;
  readonly crashes: Crashes;
  readonly signal: CheckOptions['signal'];
  /** When the time of the operator is over. */
  readonly share: number;
}

interface Asked {
  readonly outcomes: readonly Outcome[];
  /** Whether it was stopped from outside. */
  readonly unfinished: boolean;
  /** How many answers are missing because the time was over. */
  readonly late: number;
}

const answersIn = (outcomes: readonly Outcome[]): number =>
  outcomes.filter(({ verdict }) => verdict.kind !== 'skip').length;

/** The outcomes of an operator's cases, until there are as many answers as are wanted. */
async function askedOf(
  subject: EngineUnderTest,
  { cases, quota, isLive = false, isNamed = false }: Questions,
  { history, crashes, signal, share }: Asking,
  onOutcome: (outcomes: readonly Outcome[]) => void,
): Promise<Asked> {
  const outcomes: Outcome[] = [];
  const remember = memory();
  const { towardsAnswers, note } = mixtures(subject.dialect);
  const put = (c: Case): Promise<Outcome> =>
    isLive
      ? history.ask(c, answersIn(outcomes) % PROBED === 0)
      : history.ask(c, isNamed && outcomes.length === quota - 1);
  for (const each of crashes.worthAsking(isLive ? mixed(cases, towardsAnswers) : cases)) {
    const missing = quota - answersIn(outcomes);
    if (missing <= 0 || crashes.isHopeless()) break;
    if (performance.now() >= share) return { outcomes, unfinished: false, late: missing };
    const outcome = signal?.aborted ? undefined : await put(each);
    // The signal that stops the campaign may have stopped the engine too, so this answer does not count.
    if (outcome === undefined || signal?.aborted) return { outcomes, unfinished: true, late: 0 };
    outcomes.push(remember(outcome));
    crashes.note(outcome);
    if (!isDeadly(outcome.verdict.kind)) note(outcome.case, outcome.verdict.kind === 'skip');
    onOutcome(outcomes);
  }
  return { outcomes, unfinished: signal?.aborted ?? false, late: 0 };
}

/** What the sums of an operator say of the arithmetic, where that is not declared. */
function suspicionIn({ traits }: EngineUnderTest, op: string, outcomes: readonly Outcome[]): string | undefined {
  const isDeclared = traits.precision !== undefined || traits.winograd !== undefined || traits.fft === true;
  if (isDeclared || !familyOf(op).showsPrecision) return undefined;
  const rounding = outcomes.flatMap(({ case: c, verdict: { kind, precision } }) =>
    isSum(c) && precision && (!isFailure(kind) || precision.rms < FINE) ? precision : [],
  );
  return suspicionOf(pooled(rounding));
}

/** Failures that are as close as this, 2⁻¹⁸ of Σ|a·w|, are those of roundings. */
const FINE = 1 / 262144;

const isSum = ({ values }: Case): boolean => values === 'real';

/** A right answer among those that together are suspect. */
const suspected = (outcome: Outcome, message: string): Outcome =>
  outcome.verdict.kind === 'pass' && isSum(outcome.case) && outcome.verdict.precision
    ? { ...outcome, verdict: { ...outcome.verdict, kind: 'suspect', message, isOfCampaign: true } }
    : outcome;

/** The ids of all answers, by verdict. */
function verdictsOf(outcomes: readonly Outcome[]): OperatorReport['answers'] {
  const answers: Partial<Record<VerdictKind, string[]>> = {};
  for (const { case: c, verdict } of outcomes) {
    const ids = answers[verdict.kind] ?? [];
    ids.push(caseId(c));
    answers[verdict.kind] = ids;
  }
  return answers;
}

/** Each case as it is asked, when it is its turn. */
function* mixed(cases: Iterable<Case>, towardsAnswers: (drawn: Case) => Case): Generator<Case> {
  for (const c of cases) yield towardsAnswers(c);
}

function summaryOf(
  op: string,
  wanted: number,
  outcomes: readonly Outcome[],
  findings: readonly Finding[],
  unfinished: boolean,
): OperatorReport {
  const counts: Partial<Record<VerdictKind, number>> = {};
  const skipped: Record<string, number> = {};
  for (const { verdict } of outcomes) {
    counts[verdict.kind] = (counts[verdict.kind] ?? 0) + 1;
    if (verdict.kind === 'skip') skipped[verdict.message] = (skipped[verdict.message] ?? 0) + 1;
  }
  const margin = Math.max(
    0,
    ...outcomes.filter(({ verdict }) => !isFailure(verdict.kind)).map(({ verdict }) => verdict.margin),
  );
  const status = statusOf(findings, counts, wanted, unfinished);
  // Wrong results say nothing of the arithmetic, unless it is their cause.
  const wrong = new Set(
    findings.flatMap(({ kind, cases }) => (kind === 'wrong-profile' || kind === 'suspect' ? [] : cases)),
  );
  const precision = pooled(
    outcomes.map(({ case: c, verdict }) => (isSum(c) && !wrong.has(caseId(c)) ? verdict.precision : undefined)),
  );
  return {
    op,
    status,
    cases: outcomes.length,
    wanted,
    counts,
    margin,
    ...(precision && { precision }),
    skipped,
    findings,
  };
}
