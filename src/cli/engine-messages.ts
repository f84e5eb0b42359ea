// What an engine in another process wrote in addition to its answers, added to the report. Spec oracle-protocol.

import type { Finding } from '../oracle/findings/finding.ts';
import type { Report } from '../oracle/report/report.ts';
import type { Remote } from './remote.ts';

/** The report with what the engine wrote to standard error at each finding. */
export function withWords(report: Report, engines: readonly Remote[]): Report {
  const saidOf = (id: string): string | undefined => engines.map((each) => each.saidOf(id)).find((said) => said);
  const told = (finding: Finding): Finding => {
    const stderr = saidOf(finding.id) ?? saidOf(finding.seenAs);
    return stderr === undefined || finding.verdict.message.includes(stderr) ? finding : { ...finding, stderr };
  };
  const operators = report.operators.map((each) => ({ ...each, findings: each.findings.map(told) }));
  return { ...report, operators };
}

/** Tells the user once what was printed where only answers belong, or that a question was answered twice. */
export function sayStray({ stray, answeredTwice }: Remote): void {
  const lines = stray();
  if (lines === undefined) return;
  const seq = answeredTwice();
  process.stderr.write(
    seq === undefined
      ? `toeplitz: on standard output the engine wrote something that is not an answer: ${lines}; standard output belongs to the protocol, print to standard error\n`
      : `toeplitz: the engine answered question ${seq} once more: ${lines}; a question has one answer, and the first counts\n`,
  );
}
