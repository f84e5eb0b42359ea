// The report as tests, for machines that count those: one test per operator, whose names never change. Spec campaign-reporter.

import type { LanguageName } from '../cases/languages.ts';
import type { Finding } from '../findings/finding.ts';
import { headOf, inWords, type OperatorReport, type Report } from './report.ts';
import { failed, githubOf, junitOf, oneLine, type Test, tapOf } from './test-formats.ts';
import { conditionOf, headline, hints, insteadOf, paragraph, reasonsOf } from './text.ts';

const testsOf = ({ engine: { language }, operators, interrupted, unmet = [] }: Report): Test[] => [
  ...operators.map((each) => testOf(each, language)),
  ...unmet.map((line) => failed(`expected failure: ${line}`, 'does not fail so')),
  ...(interrupted ? [failed('the campaign', 'interrupted')] : []),
];

function testOf(report: OperatorReport, language?: LanguageName): Test {
  const { op: name, findings, status, cases } = report;
  const causes = oneLine(findings.map(summary).join('; '));
  const unexpected = findings.filter(({ expected }) => !expected);
  if (unexpected.length > 0)
    return failed(name, causes, [
      ...reasonsOf(report),
      ...unexpected.flatMap((each) => paragraph(name, each, language)),
    ]);
  if (status === 'not finished') return failed(name, status);
  if (status === 'expected') return { name, outcome: 'expected', message: causes, lines: [] };
  if (status === 'pass') return { name, outcome: 'pass', message: `${cases} cases`, lines: [] };
  return { name, outcome: 'skip', message: oneLine([inWords(report), ...reasonsOf(report)].join('; ')), lines: [] };
}

/** `fail in 62 cases, fails in 62 of 62 cases with a bias, in 0 of 138 others, as if the bias were ignored` */
const summary = (finding: Finding): string =>
  [
    headline(finding),
    ...(finding.where ? [conditionOf(finding.where)] : []),
    ...(finding.instead ? [insteadOf(finding.instead)] : []),
    ...hints(finding),
    ...(finding.mistake ? [`as if ${finding.mistake}`] : []),
  ].join(', ');

export const tap = (report: Report): string => tapOf(headOf(report), testsOf(report));
export const junit = (report: Report): string => junitOf(report.engine.name, headOf(report), testsOf(report));
export const github = (report: Report): string => githubOf(headOf(report), testsOf(report));
