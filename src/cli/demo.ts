// toeplitz demo: the oracle over this library's own kernels, then over an engine with a realistic mistake.

import { parseArgs } from 'node:util';
import { bitsOf } from '../oracle/bounds/precision.ts';
import { checkEngine } from '../oracle/campaign.ts';
import type { CheckOptions } from '../oracle/check-operator.ts';
import type { Engine } from '../oracle/engine.ts';
import { render } from '../oracle/report/reporters.ts';
import { table } from '../oracle/report/text.ts';
import { aboveZero } from './campaign-options.ts';
import { ownEngines } from './library-engines.ts';
import example from './mistaken-engine.ts';
import { progressLine } from './progress.ts';
import { EXIT, UsageError } from './usage.ts';

export const help = `toeplitz demo [--seed N] [--cases N]

Runs the oracle over three implementations of this library (SIMD kernels: direct
and im2col; plain JavaScript), and over an example engine with a mistake. Exit
code 0 if the first three are clean and the mistake is found. --cases says how
many cases each operator gets (70).
`;

/** Enough to ask every range of sizes several times, in about ten seconds for all engines. */
const CASES = '70';

export async function run(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { seed: { type: 'string', default: '1' }, cases: { type: 'string', default: CASES } },
  });
  const seed = Number(values.seed);
  if (!Number.isSafeInteger(seed)) throw new UsageError(`--seed must be a whole number, got '${values.seed}'`);
  const cases = aboveZero('cases', values.cases);
  const progress = progressLine(process.stderr);
  const options: CheckOptions = { seed, cases, onProgress: progress.show };
  const check = async (engine: Engine) => {
    const report = await checkEngine(engine, options);
    progress.clear();
    return report;
  };
  const say = (text: string): boolean => process.stdout.write(text);
  say(`Three implementations of one spec, ${cases} generated cases per operator (forward, then gradient):\n\n`);
  let clean = true;
  const rows: (string | number)[][] = [];
  for (const engine of ownEngines()) {
    const report = await check(engine);
    clean &&= report.clean;
    for (const { op, cases, counts, precision } of report.operators) {
      const row = rows.find(([name]) => name === op) ?? rows[rows.push([op, cases]) - 1];
      row.push(`${counts.pass ?? 0} pass${precision ? `, ${bitsOf(precision)} bits` : ''}`);
    }
    if (!report.clean) say(`${render(report)}\n`);
  }
  say(`${table([['operator', 'cases', ...ownEngines().map(({ name }) => name)], ...rows])}\n`);
  say('\nbits: of the arithmetic, seen from the errors of sums of 9 terms and more; float32 has 23 to 26\n');
  say('\nAnd an engine that looks right with stride 1 and odd kernels:\n\n');
  const report = await check(example);
  say(render(report));
  return clean && !report.clean ? EXIT.clean : EXIT.mismatch;
}
