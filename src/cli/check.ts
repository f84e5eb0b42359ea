// toeplitz check: the oracle judges an engine in another process.

import { parseArgs } from 'node:util';
import { SpecError } from '../errors.ts';
import { campaign } from '../oracle/campaign.ts';
import type { Settings } from '../oracle/cases/questions.ts';
import type { Report } from '../oracle/report/report.ts';
import { plainLines } from '../plain-text.ts';
import { engineCommand, splitArguments } from './engine-command.ts';
import { sayStray, withWords } from './engine-messages.ts';
import { openOutput, outputOptions } from './output.ts';
import { progressLine } from './progress.ts';
import { type Remote, remote, StartError } from './remote.ts';
import { withCommands } from './repeat-command.ts';
import { aboveZero, readSettings, settingsOptions } from './settings.ts';
import { EXIT, UsageError } from './usage.ts';

export { help } from './check-help.ts';

const options = {
  ...settingsOptions,
  ...outputOptions,
  timeout: { type: 'string', default: '10' },
  strict: { type: 'boolean', default: false },
  case: { type: 'string', multiple: true },
} as const;

/** Runs the command; gives the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  const [own, behind] = splitArguments(args);
  const { values, positionals } = parseArgs({ args: own, options, allowPositionals: true });
  const { target, command, args: commandArgs, rest } = engineCommand('check', positionals, behind);
  const { strict, case: named } = values;
  const settings: Settings = { ...readSettings(values), strict, ...(named && { case: named }) };
  const timeout = aboveZero('timeout', values.timeout);
  const finish = await openOutput(values);
  try {
    const engine = await remote(command, commandArgs, timeout);
    const report = withWords(await checkRemote(engine, settings), engine);
    const words = ['toeplitz', 'check', target, ...(strict ? ['--strict'] : []), ...timeoutOf(values.timeout)];
    return await finish(withCommands(report, words, rest));
  } catch (error) {
    if (error instanceof SpecError) throw new UsageError(error.message);
    if (!(error instanceof StartError)) throw error;
    process.stderr.write(`toeplitz: the engine could not start: ${plainLines(error.message)}\n`);
    return EXIT.start;
  }
}

const timeoutOf = (seconds: string): string[] => (seconds === options.timeout.default ? [] : ['--timeout', seconds]);

async function checkRemote(engine: Remote, settings: Settings): Promise<Report> {
  const stop = new AbortController();
  const interrupt = (): void => (stop.signal.aborted ? process.exit(EXIT.interrupted) : stop.abort());
  process.on('SIGINT', interrupt);
  const progress = progressLine(process.stderr);
  try {
    return await campaign(engine, { ...settings, signal: stop.signal, onProgress: progress.show });
  } finally {
    process.off('SIGINT', interrupt);
    progress.clear();
    engine.close();
    sayStray(engine);
  }
}
