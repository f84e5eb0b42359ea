// Tests in the forms that machines read: TAP, JUnit's XML, annotations of GitHub. Spec campaign-reporter.

export interface Test {
  readonly name: string;
  readonly outcome: 'pass' | 'fail' | 'expected' | 'skip';
  /** One line. */
  readonly message: string;
  /** The findings in full. */
  readonly lines: readonly string[];
}

export const failed = (name: string, message: string, lines: readonly string[] = []): Test => ({
  name,
  outcome: 'fail',
  message,
  lines,
});

export const oneLine = (text: string): string => text.replace(/\s+/g, ' ');

/** TAP 14: https://testanything.org/tap-version-14-specification.html. The block is YAML: its strings are those of JSON. */
export function tapOf(title: string, tests: readonly Test[]): string {
  const lines = tests.flatMap(({ name, outcome, message, lines }, i) => [
    `${outcome === 'fail' || outcome === 'expected' ? 'not ok' : 'ok'} ${i + 1} - ${tapText(name)}${directive(outcome, message)}`,
    ...(outcome === 'fail'
      ? ['  ---', `  message: ${JSON.stringify(message)}`, ...tapList('report', lines), '  ...']
      : []),
  ]);
  return ['TAP version 14', `1..${tests.length}`, `# ${oneLine(title)}`, ...lines, ''].join('\n');
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
export function junitOf(name: string, title: string, tests: readonly Test[]): string {
  const engine = xml(name);
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
    `    <properties><property name="campaign" value="${xml(title)}"/></properties>`,
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
export function githubOf(title: string, tests: readonly Test[]): string {
  const failed = tests.filter(({ outcome }) => outcome === 'fail');
  const command = (kind: string, title: string, message: string): string =>
    `::${kind} title=${percent(title).replace(/:/g, '%3A').replace(/,/g, '%2C')}::${percent(message)}`;
  const sum = `${title}: ${failed.length} of ${tests.length} tests fail`;
  return [
    ...failed.map(({ name, message, lines }) => command('error', `toeplitz: ${name}`, [message, ...lines].join('\n'))),
    command('notice', 'toeplitz', sum),
    '',
  ].join('\n');
}

const percent = (text: string): string => text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
