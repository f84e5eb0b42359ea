// The destination and the form of a report, for check, verify and merge. Spec campaign-reporter.

import { isWrong, type Report } from '../oracle/report/report.ts';
import { type Reporter, readReporter, render, reporterNames } from '../oracle/report/reporters.ts';
import { destination } from './destination.ts';
import { expectedHelp, expectedOptions, openExpected } from './expected-option.ts';
import { EXIT } from './usage.ts';

export const outputOptions = {
  reporter: { type: 'string', default: 'text' },
  out: { type: 'string' },
  ...expectedOptions,
} as const;

export const outputHelp = `\
  --reporter R    ${reporterNames.join(', ')} (text)
  --out FILE      the report goes there instead of standard output
${expectedHelp}`;

interface Values {
  readonly reporter: string;
  readonly out?: string;
  readonly expected?: string;
  readonly fix: boolean;
  readonly shard?: string;
  readonly case?: readonly string[];
}

/** Checks the options before the work begins; the function that it returns writes the report and gives the exit code. */
export async function openOutput(values: Values): Promise<(report: Report) => Promise<number>> {
  const { out } = values;
  const form: Reporter = readReporter(values.reporter);
  const place = out === undefined ? undefined : await destination(out);
  const holdAgainst = await openExpected(values);
  return async (found) => {
    const report = await holdAgainst(found);
    const text = render(report, form);
    if (place === undefined) process.stdout.write(text);
    else await place.write(text);
    if (report.clean) return EXIT.clean;
    return isWrong(report) ? EXIT.mismatch : EXIT.thin;
  };
}
