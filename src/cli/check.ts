// toeplitz check: an engine in another process against the oracle.

import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { SpecError } from '../errors.ts';
import { campaign } from '../oracle/campaign.ts';
import { operators } from '../oracle/operators.ts';
import type { Settings } from '../oracle/plan.ts';
import type { Report } from '../oracle/report.ts';
import { withCommands } from './again.ts';
import { openOutput, outputHelp, outputOptions } from './output.ts';
import { progressLine } from './progress.ts';
import { type Remote, remote, StartError } from './remote.ts';
import { aboveZero, readSettings, settingsHelp, settingsOptions } from './settings.ts';
import { EXIT, UsageError } from './usage.ts';

export const help = `toeplitz check FILE.mjs [options]
toeplitz check COMMAND [options] -- ARGUMENTS

Checks an engine against the oracle. FILE.mjs exports the engine as its default;
it runs in a process of its own. COMMAND is any program that speaks the protocol
of spec/oracle.md (oracle-protocol) on its standard input and output.

  --ops a,b       operators to check; default: all that the engine offers
${settingsHelp}
  --case ID       this case alone, as a report names it; may be given more than once
  --timeout S     seconds for one call before the engine is killed (10)
  --strict        results far from the exact one are failures, inside the bound too
${outputHelp}

Exit code: 0 clean, 1 the engine is wrong somewhere, 2 wrong usage, 3 the engine
could not start, 4 nothing is wrong, but too little was answered to say more.

An engine, my-engine.mjs:

  export default {
    name: 'my engine',
    // dialect: 'torch',                        or onnx, tensorflow, webnn, caffe: calls in
    //                                          its words and layout, see spec/dialects.md
    // layout: { x: 'NCHW', weight: 'OIHW' },   default: NHWC and HWIO
    // traits: { padding: 'multiplied' },       see spec/oracle.md, oracle-traits
    ops: {
      // attributes: filters, size [h, w], stride, dilation, groups, bias, and
      // padding 'valid', 'same-upper', 'same-lower' or [[before, after], …]
      conv2d({ attributes, x, weight, bias }) {
        // if (attributes.groups > 1) throw Object.assign(new Error('no groups'), { name: 'Skip' });
        return { shape: [n, h, w, filters], data: new Float32Array(…) };  // or a promise
      },
    },
  };

The operators: ${Object.keys(operators).slice(0, 4).join(', ')},
${Object.keys(operators).slice(4, 9).join(', ')},
${Object.keys(operators).slice(9).join(', ')}.
`;

const options = {
  ...settingsOptions,
  ...outputOptions,
  timeout: { type: 'string', default: '10' },
  strict: { type: 'boolean', default: false },
  case: { type: 'string', multiple: true },
} as const;

/** Runs the command; gives the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  const split = args.includes('--') ? args.indexOf('--') : args.length;
  const { values, positionals } = parseArgs({ args: args.slice(0, split), options, allowPositionals: true });
  if (positionals.length !== 1)
    throw new UsageError('check: name one FILE.mjs or COMMAND (arguments of the command go after --)');
  const { strict, case: named } = values;
  const settings: Settings = { ...readSettings(values), strict, ...(named && { case: named }) };
  const timeout = aboveZero('timeout', values.timeout);
  const finish = await openOutput(values);
  const [target] = positionals;
  const isAdapter = /\.[cm]?[jt]s$/.test(target);
  const command = isAdapter ? process.execPath : target;
  const commandArgs = isAdapter ? [fileURLToPath(new URL('host.js', import.meta.url)), target] : args.slice(split + 1);
  try {
    const engine = await remote(command, commandArgs, timeout);
    const report = await checkRemote(engine, settings);
    const words = ['toeplitz', 'check', target, ...(strict ? ['--strict'] : []), ...timeoutOf(values.timeout)];
    return await finish(withCommands(report, words, isAdapter ? [] : args.slice(split)));
  } catch (error) {
    if (error instanceof SpecError) throw new UsageError(error.message);
    if (!(error instanceof StartError)) throw error;
    process.stderr.write(`toeplitz: the engine could not start: ${error.message}\n`);
    return EXIT.start;
  }
}

const timeoutOf = (seconds: string): string[] => (seconds === options.timeout.default ? [] : ['--timeout', seconds]);

async function checkRemote(engine: Remote, settings: Settings): Promise<Report> {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const progress = progressLine(process.stderr);
  try {
    return await campaign(engine, { ...settings, signal: stop.signal, onProgress: progress.show });
  } finally {
    progress.clear();
    engine.close();
  }
}
