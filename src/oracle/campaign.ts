// A campaign: many cases to one engine, the failures gathered, named and reduced. Spec oracle-campaign.

import { checkFunction, finiteNumber, flag, known } from '../attributes.ts';
import { show, wrongType } from '../errors.ts';
import { reading } from '../reading.ts';
import type { Outcome } from './ask/ask.ts';
import { crashesOf, isDeadly } from './ask/crashes.ts';
import { historyOf } from './ask/history.ts';
import { inProcess } from './ask/in-process.ts';
import { pooled, suspicionOf } from './bounds/precision.ts';
import type { Case } from './case.ts';
import { caseId } from './cases/id.ts';
import { mixtures } from './cases/mixtures.ts';
import { planCampaign, readSettings } from './cases/plan-campaign.ts';
import type { Complete, Questions, Settings } from './cases/questions.ts';
import type { Engine } from './engine.ts';
import { type EngineUnderTest, isFailure, type VerdictKind } from './engine-under-test.ts';
import { familyOf } from './families/index.ts';
import { memory } from './findings/diagnose.ts';
import type { Finding } from './findings/finding.ts';
import { findingsOf } from './findings/findings.ts';
import { withEnginePlaces } from './report/engine-layout.ts';
import { type OperatorReport, type Report, reportOf, statusOf, unaskedReport } from './report/report.ts';

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

const optionNames = [
  'ops',
  'seed',
  'cases',
  'shard',
  'time',
  'strict',
  'case',
  'signal',
  'onProgress',
  'timeout',
  'brief',
];

/** As many new cases confirm a condition in which an engine fails, as a rule. */
const QUESTIONS = 40;
/** One in this many right answers is followed by a probe for what the engine keeps, which costs up to three more calls. */
const PROBED = 8;

/**
 * Checks an engine over generated cases, whose axes are drawn independently and whose whole-number tensors make every
 * sum exact; a failing case is reduced to the smallest and compared with known mistakes. An engine that throws, rejects,
 * gives the wrong type, shape or length, changes its arguments or is not deterministic is a finding.
 * Spec oracle-campaign.
 *
 * @throws {SpecError} oracle-engine, oracle-layout, oracle-operators, oracle-campaign, oracle-timeout,
 * campaign-shards, campaign-time, campaign-strict, campaign-cases, campaign-brief.
 * @example
 * const zeros = { name: 'zeros', ops: { dense: ({ x, attributes }) => tensor([x.shape[0], attributes.units]) } };
 * (await checkEngine(zeros, { ops: ['dense'] })).clean // false
 */
export function checkEngine(engine: Engine, options: CheckOptions = {}): Promise<Report> {
  const read = known('checkEngine', options, optionNames, 'options', 'oracle-campaign');
  const { signal, onProgress } = read;
  if (
    signal !== undefined &&
    typeof reading('oracle-campaign', 'checkEngine', 'signal', () => signal.aborted) !== 'boolean'
  )
    throw wrongType('oracle-campaign', `checkEngine: signal must be an object {aborted}, got ${show(signal)}`);
  if (onProgress !== undefined) checkFunction('oracle-campaign', 'checkEngine', 'onProgress', onProgress);
  return campaign(inProcess(engine, readTimeout(read)), read);
}

/** As that of the command line. */
const TIMEOUT = 10;

const readTimeout = ({ timeout = TIMEOUT }: CheckOptions): number =>
  timeout === Infinity
    ? timeout
    : finiteNumber('oracle-timeout', 'checkEngine', 'timeout', timeout, 'a number of seconds above 0', (s) => s > 0);

/** The campaign over an engine of this process or another. */
export async function campaign(subject: EngineUnderTest, options: CheckOptions = {}): Promise<Report> {
  const settings = readSettings(options);
  flag('campaign-brief', 'checkEngine', 'brief', options.brief ?? false);
  return examine(subject, settings, planCampaign(subject, settings), options);
}

/** What else may be done with the answers to an operator's questions. */
export interface Watching extends CheckOptions {
  onOutcomes?(outcomes: readonly Outcome[]): Promise<void>;
}

/** Asks the questions of a plan, and reports. */
export async function examine(
  subject: EngineUnderTest,
  settings: Complete,
  questions: readonly Questions[],
  options: Watching = {},
): Promise<Report> {
  const operators: OperatorReport[] = [];
  const end = performance.now() + 1000 * (settings.time ?? Infinity);
  for (const [i, each] of questions.entries()) {
    const now = performance.now();
    const share = now + (end - now) / (questions.length - i);
    operators.push(await checkOperator(subject, each, settings, options, { share, end }));
  }
  const { seed, cases, ops, strict, shard, time, case: named } = settings;
  if (!ops && !named) operators.push(...(subject.unknown ?? []).map((op) => unaskedReport(op, 'not known', 0)));
  const { name, version, dialect = 'toeplitz', traits, layout, requires, same, language } = subject;
  const interrupted = options.signal?.aborted ?? false;
  const engine = {
    name,
    version,
    dialect,
    traits,
    layout,
    ...(requires && { requires: requires.map(({ text }) => text) }),
    ...(same && { same }),
    ...(language && { language }),
  };
  return reportOf({
    engine,
    seed,
    cases,
    ...(ops && { ops }),
    strict,
    ...(shard && { shard }),
    ...(time !== undefined && { time }),
    ...(named && { case: named }),
    operators,
    interrupted,
  });
}

async function checkOperator(
  subject: EngineUnderTest,
  { op, gradient, quota, cases, isLive = false, isNamed = false }: Questions,
  { strict, shard }: Complete,
  { signal, onProgress, onOutcomes, brief = false }: Watching,
  { share, end }: { readonly share: number; readonly end: number },
): Promise<OperatorReport> {
  const name = gradient ? `${op} gradient` : op;
  if (!subject.ops.includes(op) && !gradient) return unaskedReport(name, 'not offered', quota);
  const isFinding = (kind: VerdictKind): boolean => isFailure(kind) || (strict && kind === 'suspect');
  const outcomes: Outcome[] = [];
  const remember = memory();
  const count = (test: (kind: VerdictKind) => boolean): number =>
    outcomes.filter(({ verdict }) => test(verdict.kind)).length;
  const answered = (): number => count((kind) => kind !== 'skip');
  const history = isNamed ? historyOf(subject, 1) : historyOf(subject); // whoever names two cases suspects that one affects the other
  const { towardsAnswers, note } = mixtures(subject.dialect);
  const crashes = crashesOf(isLive);
  const put = (c: Case): Promise<Outcome> =>
    isLive ? history.ask(c, answered() % PROBED === 0) : history.ask(c, isNamed && outcomes.length === quota - 1);
  let [unfinished, late] = [false, 0];
  for (const each of crashes.worthAsking(isLive ? mixed(cases, towardsAnswers) : cases)) {
    if (answered() >= quota || crashes.isHopeless()) break;
    if (performance.now() >= share) {
      late = quota - answered();
      break;
    }
    const outcome = signal?.aborted ? undefined : await put(each);
    unfinished = signal?.aborted ?? false; // the signal that stops the campaign may have stopped the engine too, so this answer does not count
    if (outcome === undefined || unfinished) break;
    outcomes.push(remember(outcome));
    crashes.note(outcome);
    if (!isDeadly(outcome.verdict.kind)) note(outcome.case, outcome.verdict.kind === 'skip');
    onProgress?.({ op: name, done: answered(), of: quota, failures: count(isFinding) });
  }
  const avoided = crashes.avoided();
  const isShort = late === 0 && (crashes.isHopeless() || Object.keys(avoided).length > 0);
  const unasked = isShort && !unfinished ? quota - answered() : 0;
  const onQuestion = (done: number): void =>
    onProgress?.({ op: `${name}: where it fails`, done, of: Math.max(done, QUESTIONS), failures: count(isFinding) });
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
    ...(shard && { answers: answersIn(outcomes) }),
  };
}

/** What the sums of an operator with a weight say of the arithmetic: averages of overlapping windows are not independent,
 * and arithmetic that is declared is no surprise. */
function suspicionIn({ traits }: EngineUnderTest, op: string, outcomes: readonly Outcome[]): string | undefined {
  const isDeclared = traits.precision !== undefined || traits.winograd !== undefined || traits.fft === true;
  if (isDeclared || !Object.hasOwn(familyOf(op).tensors, 'weight')) return undefined;
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
function answersIn(outcomes: readonly Outcome[]): OperatorReport['answers'] {
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
