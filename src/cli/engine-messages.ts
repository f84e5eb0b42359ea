// What an engine in another process wrote in addition to its answers, added to the report. Spec oracle-protocol.

import type { Finding } from '../oracle/findings/finding.ts';
import type { OperatorReport, Report } from '../oracle/report/report.ts';
import type { Remote } from './remote.ts';

/**
 * The report with what the engine wrote to standard error at each finding, and a row for each operator that is not
 * known.
 */
export function withWords(report: Report, { saidOf, unknown }: Remote): Report {
  const told = (finding: Finding): Finding => {
    const words = saidOf(finding.id) ?? saidOf(finding.seenAs);
    const { verdict } = finding;
    if (words === undefined || verdict.message.includes(words)) return finding;
    return { ...finding, verdict: { ...verdict, message: `${verdict.message}; on standard error: ${words}` } };
  };
  const operators = report.operators.map((each) => ({ ...each, findings: each.findings.map(told) }));
  return { ...report, operators: [...operators, ...(report.ops ? [] : unknown.map(notKnown))] };
}

const notKnown = (op: string): OperatorReport => ({
  op,
  status: 'not offered',
  cases: 0,
  wanted: 0,
  counts: {},
  margin: 0,
  skipped: { 'the oracle knows no operator of this name': 1 },
  findings: [],
});

/** Tells the user once what was printed where only answers belong. */
export function sayStray({ stray }: Remote): void {
  const lines = stray();
  if (lines !== undefined)
    process.stderr.write(
      `toeplitz: on standard output the engine wrote something that is not an answer: ${lines}; standard output belongs to the protocol, print to standard error\n`,
    );
}
