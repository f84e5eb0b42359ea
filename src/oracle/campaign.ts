// A campaign: many cases to one engine, the failures gathered, named and reduced. Spec oracle-campaign.

import { wholeNumber } from '../attributes.ts';
import { SpecError, show, wrongType } from '../errors.ts';
import { ask, type Outcome } from './ask.ts';
import { caseId } from './caseid.ts';
import type { Case } from './cases.ts';
import { diagnose, explains, type Group, memory } from './diagnose.ts';
import { drawCase } from './draw.ts';
import type { Engine, Subject } from './engine.ts';
import { literal } from './literal.ts';
import { operators } from './operators.ts';
import { reduce } from './reduce.ts';
import type { Finding, OperatorReport, Report } from './report.ts';
import { inProcess } from './subject.ts';
import { isFailure, type VerdictKind } from './verdict.ts';

export interface CheckOptions {
  /** The operators to check; default: all that the engine offers, and the four 2-D ones are reported if it does not. */
  readonly ops?: readonly string[];
  /** Default 1. */
  readonly seed?: number;
  /** Cases per operator that the engine does not skip; default 200. */
  readonly cases?: number;
  /** Stops after the case that runs, and reports what is done. */
  readonly signal?: { readonly aborted: boolean };
  readonly onProgress?: (progress: Progress) => void;
}

export interface Progress {
  readonly op: string;
  readonly done: number;
  readonly of: number;
  readonly failures: number;
}

/** Questions spent on the reduction of one failure; each one costs a time-out where the engine hangs. */
const CALLS = 600;
const CALLS_AFTER_TIMEOUT = 12;
/** Skipped cases are replaced, up to this many questions per case asked for. */
const ASKED = 8;
/** An operator whose cases hang or kill the engine this often is left. */
const GIVE_UP = 3;
/** Failures of one kind that nothing else tells apart are shown once; of the named ones, this many names. */
const NAMES = 4;

const everyday = ['conv2d', 'depthwiseConv2d', 'maxPool2d', 'avgPool2d'];

/**
 * Checks an engine over generated cases, whose axes are drawn independently and whose whole-number tensors make every
 * sum exact; a failing case is reduced to the smallest and compared with known mistakes. An engine that throws, rejects,
 * gives the wrong type, shape or length, changes its arguments or is not deterministic is a finding.
 * Spec oracle-campaign.
 *
 * @throws {SpecError} oracle-engine, oracle-layout, oracle-operators, oracle-campaign.
 * @example
 * const zeros = { name: 'zeros', ops: { dense: ({ x, attributes }) => tensor([x.shape[0], attributes.units]) } };
 * (await checkEngine(zeros, { ops: ['dense'] })).clean // false
 */
export const checkEngine = (engine: Engine, options: CheckOptions = {}): Promise<Report> =>
  campaign(inProcess(engine), options);

/** The campaign over an engine of this process or another. */
export async function campaign(subject: Subject, options: CheckOptions = {}): Promise<Report> {
  const { seed, cases, ops } = readOptions(subject, options);
  const reports: OperatorReport[] = [];
  for (const op of ops) reports.push(await checkOperator(subject, op, false, seed, cases, options));
  for (const op of ops.filter((each) => subject.gradients.includes(each)))
    reports.push(await checkOperator(subject, op, true, seed, cases, options));
  const { name, version, traits, layout } = subject;
  const clean = reports.every((report) => report.findings.length === 0);
  return { engine: { name, version, traits, layout }, seed, cases, operators: reports, clean };
}

function readOptions(subject: Subject, options: CheckOptions) {
  const seed = options.seed ?? 1;
  if (!Number.isSafeInteger(seed))
    throw new SpecError('oracle-campaign', `checkEngine: seed must be a whole number, got ${show(seed)}`);
  const cases = wholeNumber('oracle-campaign', 'checkEngine', 'cases', options.cases ?? 200, 1);
  if (options.ops !== undefined && !Array.isArray(options.ops))
    throw wrongType('oracle-campaign', `checkEngine: ops must be an array of names, got ${show(options.ops)}`);
  for (const op of options.ops ?? []) {
    if (!Object.hasOwn(operators, op))
      throw new SpecError(
        'oracle-operators',
        `checkEngine: the operators are ${Object.keys(operators).join(', ')}, got ${show(op)}`,
      );
  }
  const offered = Object.keys(operators).filter((op) => everyday.includes(op) || subject.ops.includes(op));
  return { seed, cases, ops: options.ops ?? offered };
}

async function checkOperator(
  subject: Subject,
  op: string,
  gradient: boolean,
  seed: number,
  cases: number,
  { signal, onProgress }: CheckOptions,
): Promise<OperatorReport> {
  const name = gradient ? `${op} gradient` : op;
  if (!subject.ops.includes(op) && !gradient)
    return { op: name, status: 'not offered', cases: 0, counts: {}, margin: 0, skipped: {}, findings: [] };
  const outcomes: Outcome[] = [];
  const remember = memory();
  const count = (test: (kind: VerdictKind) => boolean): number =>
    outcomes.filter(({ verdict }) => test(verdict.kind)).length;
  const answered = (): number => count((kind) => kind !== 'skip');
  const deadly = (): number => count((kind) => kind === 'timeout' || kind === 'crash');
  const goesOn = (): boolean => answered() < cases && outcomes.length < ASKED * cases && deadly() < GIVE_UP;
  while (goesOn() && !signal?.aborted) {
    outcomes.push(remember(await ask(subject, drawCase(op, gradient, seed, outcomes.length, subject.traits))));
    onProgress?.({ op: name, done: answered(), of: cases, failures: count(isFailure) });
  }
  const findings = await findingsOf(subject, outcomes);
  return summaryOf(name, cases, outcomes, findings);
}

function summaryOf(
  op: string,
  cases: number,
  outcomes: readonly Outcome[],
  findings: readonly Finding[],
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
  const skips = counts.skip ?? 0;
  const finished = outcomes.length - skips >= cases || outcomes.length >= ASKED * cases;
  const status =
    findings.length > 0 ? 'fail' : !finished ? 'not finished' : skips === outcomes.length ? 'skipped' : 'pass';
  return { op, status, cases: outcomes.length, counts, margin, skipped, findings };
}

/** Groups the failures by the mistake that explains them, or by their kind, and reduces one of each group. */
async function findingsOf(subject: Subject, outcomes: readonly Outcome[]): Promise<Finding[]> {
  const groups = diagnose(outcomes).slice(0, NAMES);
  const explained = new Set(groups.flatMap((group) => group.outcomes));
  const rest = outcomes.filter((each) => isFailure(each.verdict.kind) && !explained.has(each));
  const isSpecial = ({ values }: Case): boolean => values === 'nan' || values === 'infinite';
  const key = ({ verdict: { kind }, case: c }: Outcome): string => (kind === 'fail' ? `${kind} ${isSpecial(c)}` : kind);
  for (const each of new Set(rest.map(key))) groups.push({ outcomes: rest.filter((outcome) => key(outcome) === each) });
  const names = groups.flatMap(({ mistake }) => mistake ?? []);
  const findings: Finding[] = [];
  for (const group of groups) findings.push(await findingOf(subject, group, names));
  return findings;
}

async function findingOf(
  subject: Subject,
  { outcomes: members, mistake, evidence }: Group,
  names: readonly string[],
): Promise<Finding> {
  const first = members.reduce((least, each) => (work(each) < work(least) ? each : least));
  const { kind } = first.verdict;
  const calls = kind === 'timeout' || kind === 'crash' ? CALLS_AFTER_TIMEOUT : CALLS;
  /** A smaller case must fail for the same reason: by the same mistake, or by none of those that have a name. */
  const isAlike = (outcome: Outcome): boolean =>
    outcome.verdict.kind === kind &&
    (mistake === undefined ? !names.some((name) => explains(name, outcome)) : explains(mistake, outcome));
  const smallest = await reduce(first.case, async (c) => isAlike(await ask(subject, c)), calls);
  const again = await ask(subject, smallest);
  // What does not fail again (a hang that depends on the load) is shown as it was seen.
  const shown = again.verdict.kind === kind ? again : first;
  return {
    kind,
    count: members.length,
    ...(mistake !== undefined && { mistake, evidence }),
    verdict: shown.verdict,
    id: caseId(shown.case),
    seenAs: caseId(first.case),
    literal: literal(shown.case),
  };
}

/** How much there is to reduce: cells of x and taps. */
const work = ({ case: c }: Outcome): number =>
  [c.batch, c.groups * c.channels, c.filters, ...c.space, ...c.size].reduce((product, each) => product * each, 1);
