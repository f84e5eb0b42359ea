// The option --expected: a list of known failures. Spec campaign-expected.

import { existsSync } from 'node:fs';
import { expectFailures, fixLines, readLines } from '../oracle/report/expected-failures.ts';
import type { Report } from '../oracle/report/report.ts';
import { destination } from './destination.ts';
import { readInput } from './files.ts';
import { UsageError } from './usage.ts';

export const expectedOptions = {
  expected: { type: 'string' },
  fix: { type: 'boolean', default: false },
} as const;

export const expectedHelp = `\
  --expected FILE failures that are known, a line each: 'conv2d: CAUSE' or
                  'CASE: CAUSE', the cause a mistake or a verdict as the report
                  names it. What is listed must fail so, or the run fails.
  --fix           rewrites FILE to what this run found`;

interface Values {
  readonly expected?: string;
  readonly fix: boolean;
  readonly shard?: string;
  readonly case?: readonly string[];
}

/** Reads the list before the work begins; the function that it returns compares the report with it. */
export async function openExpected(values: Values): Promise<(report: Report) => Promise<Report>> {
  const { expected: file, fix } = values;
  if (file === undefined) {
    if (fix) throw new UsageError('--fix needs --expected FILE');
    return async (report) => report;
  }
  if (fix && values.case !== undefined) throw new UsageError('--fix needs a campaign, not single cases');
  if (fix && values.shard !== undefined) throw new UsageError('--fix needs the whole campaign: use it with merge');
  const place = fix ? await destination(file, true) : undefined;
  const lines = fix && !existsSync(file) ? [] : readLines(file, new TextDecoder().decode(await readInput(file)));
  return async (report) => {
    if (place === undefined || report.interrupted) return expectFailures(report, lines);
    const fixed = fixLines(report, lines);
    await place.write(fixed.map(({ text }) => `${text}\n`).join(''));
    return expectFailures(report, fixed);
  };
}
