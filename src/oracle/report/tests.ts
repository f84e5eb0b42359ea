// The report as tests, for machines that count those: one test per operator, whose names never change. Spec campaign-reporter.

import type { Finding } from '../findings/finding.ts';
import { headOf, inWords, type OperatorReport, type Report } from './report.ts';
import { conditionOf, headline, hints, insteadOf, paragraph, reasonsOf } from './text.ts';

interface Test {
  readonly name: string;
  readonly outcome: 'pass' | 'fail' | 'expected' | 'skip';
  /** One line. */
  readonly message: string;
  /** The findings in full. */
  readonly lines: readonly string[];
}

const testsOf = ({ operators, interrupted, unmet = [] }: Report): Test[] => [
  ...operators.map(testOf),
  ...unmet.map((line) => failed(`expected failure: ${line}`, 'does not fail so')),
  ...(interrupted ? [failed('the campaign', 'interrupted')] : []),
];

const failed = (name: string, message: string, lines: readonly string[] = []): Test => ({
  name,
  outcome: 'fail',
  message,
  lines,
});

function testOf(report: OperatorReport): Test {
  const { op: name, findings, status, cases } = report;
  const causes = oneLine(findings.map(summary).join('; '));
  const unexpected = findings.filter(({ expected }) => !expected);
  if (unexpected.length > 0)
    return failed(name, causes, [...reasonsOf(report), ...unexpected.flatMap((each) => paragraph(name, each))]);
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

const oneLine = (text: string): string => text.replace(/\s+/g, ' ');

/** TAP 14: https://testanything.org/tap-version-14-specification.html. The block is YAML: its strings are those of JSON. */
export function tap(report: Report): string {
  const tests = testsOf(report);
  const lines = tests.flatMap(({ name, outcome, message, lines }, i) => [
    `${outcome === 'fail' || outcome === 'expected' ? 'not ok' : 'ok'} ${i + 1} - ${tapText(name)}${directive(outcome, message)}`,
    ...(outcome === 'fail'
      ? ['  ---', `  message: ${JSON.stringify(message)}`, ...tapList('report', lines), '  ...']
      : []),
  ]);
  return ['TAP version 14', `1..${tests.length}`, `# ${oneLine(headOf(report))}`, ...lines, ''].join('\n');
}

/** A failure that is expected is what TAP calls a test to do. */
function directive(outcome: Test['outcome'], message: string): string {
  if (outcome === 'skip') return ` # SKIP ${tapText(message)}`;
  return outcome === 'expected' ? ` # TODO ${tapText(message)}` : '';
}

const tapText = (text: string): string => text.replace(/[\\#]/g, '\\$&');

const tapList = (name: string, lines: readonly string[]): string[] =>
  lines.length > 0 ? [`  ${name}:`, ...lines.map((line) => `    - ${JSON.stringify(line)}`)] : [];

/** JUnit's XML as CI systems read it: a suite for the engine, a case per operator. */
export function junit(report: Report): string {
  const tests = testsOf(report);
  const engine = xml(report.engine.name);
  const count = (...outcomes: Test['outcome'][]): number =>
    tests.filter(({ outcome }) => outcomes.includes(outcome)).length;
  const counts = `tests="${tests.length}" failures="${count('fail')}" errors="0" skipped="${count('skip', 'expected')}"`;
  const cases = tests.map(({ name, outcome, message, lines }) => {
    const open = `<testcase classname="${engine}" name="${xml(name)}"`;
    if (outcome === 'pass') return `    ${open}/>`;
    const why = outcome === 'expected' ? `expected: ${message}` : message;
    if (outcome !== 'fail') return `    ${open}><skipped message="${xml(why)}"/></testcase>`;
    return `    ${open}><failure message="${xml(message)}">${xml(lines.join('\n'))}</failure></testcase>`;
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="toeplitz" ${counts}>`,
    `  <testsuite name="${engine}" ${counts}>`,
    `    <properties><property name="campaign" value="${xml(headOf(report))}"/></properties>`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** What XML 1.0 §2.2 has no character for (most control characters, halves of pairs) becomes U+FFFD. */
const xml = (text: string): string =>
  text
    .replace(/[^\t\n\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replace(/[&<>"]/g, (each) => entities[each]);

/** Workflow commands of GitHub Actions: an annotation per test that fails, and a notice with the sum. */
export function github(report: Report): string {
  const tests = testsOf(report);
  const failed = tests.filter(({ outcome }) => outcome === 'fail');
  const command = (kind: string, title: string, message: string): string =>
    `::${kind} title=${percent(title).replace(/:/g, '%3A').replace(/,/g, '%2C')}::${percent(message)}`;
  const sum = `${headOf(report)}: ${failed.length} of ${tests.length} tests fail`;
  return [
    ...failed.map(({ name, message, lines }) => command('error', `toeplitz: ${name}`, [message, ...lines].join('\n'))),
    command('notice', 'toeplitz', sum),
    '',
  ].join('\n');
}

const percent = (text: string): string => text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
