// A campaign: many cases to one engine, the failures gathered, named and reduced. Spec oracle-campaign.

import { checkFunction, finiteNumber, flag, known } from '../attributes.ts';
import { show, wrongType } from '../errors.ts';
import { reading } from '../reading.ts';
import { inProcess } from './ask/in-process.ts';
import { planCampaign, readSettings } from './cases/plan-campaign.ts';
import type { Complete, Questions } from './cases/questions.ts';
import { type CheckOptions, checkOperator, type Watching } from './check-operator.ts';
import type { Engine } from './engine.ts';
import type { EngineUnderTest } from './engine-under-test.ts';
import { type OperatorReport, type Report, reportOf, unaskedReport } from './report/report.ts';

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
