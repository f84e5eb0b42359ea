// The forms that a report can take. Spec campaign-reporter.

import { SpecError, show, wrongType } from '../../errors.ts';
import { json } from './json.ts';
import { plainReport } from './plain-report.ts';
import { readReport } from './read-report.ts';
import type { Report } from './report.ts';
import { github, junit, tap } from './tests.ts';
import { text } from './text.ts';

const reporters = { text, json, junit, tap, github } as const;

/** The form of a report. */
export type Reporter = keyof typeof reporters;

export const reporterNames = Object.keys(reporters) as readonly Reporter[];

/** Spec campaign-reporter. */
export function readReporter(name: string): Reporter {
  if (typeof name !== 'string')
    throw wrongType('campaign-reporter', `render: the name of a reporter must be a string, got ${show(name)}`);
  if (!Object.hasOwn(reporters, name))
    throw new SpecError(
      'campaign-reporter',
      `render: the reporters are ${reporterNames.join(', ')}, got ${show(name)}`,
    );
  return name as Reporter;
}

/**
 * The report as text: a table, then each failure with its smallest case; or as `'json'`, `'junit'` (XML), `'tap'`
 * (version 14) or `'github'` (annotations). Nothing in it is obeyed. Spec oracle-report, campaign-plain.
 *
 * @throws {SpecError} campaign-reporter for another name, and what is no report.
 * @example
 * const zeros = { name: 'zeros', ops: { dense: ({ x, attributes }) => tensor([x.shape[0], attributes.units]) } };
 * render(await checkEngine(zeros, { ops: ['dense'], seed: 1, cases: 20 })).split('\n')[0] // zeros: seed 1, 20 cases per operator
 */
export const render = (report: Report, reporter: Reporter = 'text'): string =>
  reporters[readReporter(reporter)](plainReport(readReport('render', report)));
