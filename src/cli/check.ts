// toeplitz check: the oracle judges an engine in another process.

import { parseArgs } from 'node:util';
import { campaign } from '../oracle/campaign.ts';
import type { Settings, Shard } from '../oracle/cases/questions.ts';
import type { Progress } from '../oracle/check-operator.ts';
import { joinParts } from '../oracle/report/merge.ts';
import type { Report } from '../oracle/report/report.ts';
import { aboveZero, readSettings, settingsOptions } from './campaign-options.ts';
import { engineCommand, splitArguments } from './engine-command.ts';
import { sayStray, withWords } from './engine-messages.ts';
import { sayNotStarted } from './not-started.ts';
import { openOutput, outputOptions } from './output.ts';
import { progressLine } from './progress.ts';
import { type Remote, remote } from './remote.ts';
import { withCommands } from './repeat-command.ts';
import { EXIT, UsageError } from './usage.ts';

export { help } from './check-help.ts';

const options = {
  ...settingsOptions,
  ...outputOptions,
  timeout: { type: 'string', default: '10' },
  time: { type: 'string' },
  jobs: { type: 'string', default: '1' },
  strict: { type: 'boolean', default: false },
  brief: { type: 'boolean', default: false },
  case: { type: 'string', multiple: true },
} as const;

/** Runs the command; gives the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  const [own, behind] = splitArguments(args);
  const { values, positionals } = parseArgs({ args: own, options, allowPositionals: true });
  const engine = engineCommand('check', positionals, behind);
  const { target, command, args: commandArgs, rest } = engine;
  const { strict, time, case: named } = values;
  const settings: Settings = {
    ...readSettings(values),
    strict,
    ...(time !== undefined && { time: aboveZero('time', time) }),
    ...(named && { case: named }),
  };
  const timeout = aboveZero('timeout', values.timeout);
  const jobs = readJobs(values.jobs);
  if (jobs > 1 && named) throw new UsageError('check: --jobs divides a campaign, not the cases that --case names');
  const finish = await openOutput(values);
  try {
    const engines = await start(command, commandArgs, timeout, jobs);
    const report = withWords(await checkAll(engines, settings, values.brief), engines);
    const words = ['toeplitz', 'check', target, ...(strict ? ['--strict'] : []), ...timeoutOf(values.timeout)];
    const code = await finish(withCommands(report, words, rest));
    return report.interrupted ? EXIT.interrupted : code;
  } catch (error) {
    return sayNotStarted('check', error, engine);
  }
}

const timeoutOf = (seconds: string): string[] => (seconds === options.timeout.default ? [] : ['--timeout', seconds]);

/** Processes at once: more than any machine has. */
const MOST_JOBS = 1024;

function readJobs(text: string): number {
  const jobs = Number(text);
  if (!(Number.isInteger(jobs) && jobs >= 1 && jobs <= MOST_JOBS))
    throw new UsageError(`--jobs must be a whole number from 1 to ${MOST_JOBS}, got '${text}' [campaign-jobs]`);
  return jobs;
}

/** Several processes of one engine; if one does not start, none stays. */
async function start(command: string, args: readonly string[], timeout: number, jobs: number): Promise<Remote[]> {
  const started = await Promise.allSettled(Array.from({ length: jobs }, () => remote(command, args, timeout)));
  const engines = started.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const failed = started.find((each) => each.status === 'rejected');
  if (failed === undefined) return engines;
  for (const each of engines) each.close();
  throw failed.reason;
}

/** Part `job` of what this command is asked for: every `jobs`th of its parts. Spec campaign-jobs. */
const partOf = ({ index, of }: Shard = { index: 1, of: 1 }, job: number, jobs: number): Shard => ({
  index: index + of * job,
  of: of * jobs,
});

async function checkAll(engines: readonly Remote[], settings: Settings, brief: boolean): Promise<Report> {
  const stop = new AbortController();
  const interrupt = (): void => (stop.signal.aborted ? process.exit(EXIT.interrupted) : stop.abort());
  process.on('SIGINT', interrupt);
  const progress = progressLine(process.stderr);
  const { length: jobs } = engines;
  const show = together(progress.show);
  const one = (engine: Remote, job: number): Promise<Report> =>
    campaign(engine, {
      ...settings,
      ...(jobs > 1 && { shard: partOf(settings.shard, job, jobs) }),
      brief,
      signal: stop.signal,
      onProgress: (each) => show(job, each),
    });
  try {
    const reports = await Promise.all(engines.map(one));
    return jobs > 1 ? joinParts(reports, settings.shard) : reports[0];
  } finally {
    process.off('SIGINT', interrupt);
    progress.clear();
    for (const engine of engines) engine.close();
    sayStray(engines.find((engine) => engine.stray() !== undefined) ?? engines[0]);
  }
}

/** The progress of several jobs as one: that of all jobs at the same operator. */
function together(show: (progress: Progress) => void): (job: number, progress: Progress) => void {
  const latest = new Map<number, Progress>();
  return (job, progress) => {
    latest.set(job, progress);
    const alike = [...latest.values()].filter(({ op }) => op === progress.op);
    const sum = (of: (each: Progress) => number): number => alike.reduce((all, each) => all + of(each), 0);
    show({ op: progress.op, done: sum((p) => p.done), of: sum((p) => p.of), failures: sum((p) => p.failures) });
  };
}
