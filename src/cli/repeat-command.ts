// The command that asks the smallest case of a finding again. Spec campaign-cases.

import type { Finding } from '../oracle/findings/finding.ts';
import type { Report } from '../oracle/report/report.ts';

/** A word in the quotes that a shell needs, because case ids contain `;` and `=`. */
const quoted = (word: string): string => (/^[\w./:@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/** The report with a command for each finding; `words` come before its options, `rest` after them. */
export function withCommands(report: Report, words: readonly string[], rest: readonly string[]): Report {
  const again = ({ id, after }: Finding): string => {
    const ids = after === undefined ? [id] : [after, id];
    return [...words, ...ids.flatMap((each) => ['--case', each]), ...rest].map(quoted).join(' ');
  };
  const operators = report.operators.map((each) => ({
    ...each,
    findings: each.findings.map((finding) => (finding.passesAlone ? finding : { ...finding, again: again(finding) })),
  }));
  return { ...report, operators };
}
