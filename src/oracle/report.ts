// The report of a campaign: data, and the same as text. Spec oracle-report.

import type { Evidence } from './diagnose.ts';
import type { Layout, Traits } from './engine.ts';
import type { Literal } from './literal.ts';
import type { Element, Verdict, VerdictKind } from './verdict.ts';

/** Failures of one cause, and the smallest case that shows it. */
export interface Finding {
  readonly kind: VerdictKind;
  /** How many cases of the campaign fail so. */
  readonly count: number;
  /** The known mistake that gives exactly these results, if one does. */
  readonly mistake?: string;
  /** What speaks for it. */
  readonly evidence?: Evidence;
  readonly verdict: Verdict;
  /** Makes the smallest case again: `explain(id)`. */
  readonly id: string;
  /** The id of the case before it was reduced. */
  readonly seenAs: string;
  readonly literal: Literal;
}

export interface OperatorReport {
  readonly op: string;
  readonly status: 'pass' | 'fail' | 'skipped' | 'not offered' | 'not finished';
  /** Cases that were asked. */
  readonly cases: number;
  readonly counts: Partial<Readonly<Record<VerdictKind, number>>>;
  /** The largest |got − expected| / bound of a pass that rounds: below 1 is inside. */
  readonly margin: number;
  /** Reasons that the engine gave, and how often. */
  readonly skipped: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
}

export interface Report {
  readonly engine: {
    readonly name: string;
    readonly version?: string;
    readonly traits: Traits;
    readonly layout: Required<Layout>;
  };
  readonly seed: number;
  /** Cases per operator, as asked for. */
  readonly cases: number;
  readonly operators: readonly OperatorReport[];
  /** No failure of any kind; suspects do not count. */
  readonly clean: boolean;
}

/** Columns side by side, the first to the left, numbers to the right. */
export function table(rows: readonly (readonly (string | number)[])[]): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)));
  const line = (row: readonly (string | number)[]): string =>
    row
      .map((cell, i) => (typeof cell === 'number' ? String(cell).padStart(widths[i]) : String(cell).padEnd(widths[i])))
      .join('  ');
  return rows.map((row) => line(row).trimEnd()).join('\n');
}

/**
 * The report as text: a table, then each failure with its smallest case. Spec oracle-report.
 *
 * @example
 * const zeros = { name: 'zeros', ops: { dense: ({ x, attributes }) => tensor([x.shape[0], attributes.units]) } };
 * render(await checkEngine(zeros, { ops: ['dense'], seed: 1, cases: 20 })).split('\n')[0] // zeros: seed 1, 20 cases per operator
 */
export function render(report: Report): string {
  const { name, version } = report.engine;
  const head = `${name}${version ? ` ${version}` : ''}: seed ${report.seed}, ${report.cases} cases per operator`;
  const rows = report.operators.map(({ op, cases, counts, margin, status }) => {
    const { pass = 0, suspect = 0, skip = 0 } = counts;
    const failures = cases - pass - suspect - skip;
    return [op, cases, pass, suspect, skip, failures, margin > 0 ? margin.toFixed(2) : '', status];
  });
  const columns = ['operator', 'cases', 'pass', 'suspect', 'skip', 'fail', 'margin', ''];
  const skipped = report.operators.flatMap(({ op, skipped }) =>
    Object.entries(skipped).map(([reason, count]) => `  ${op}: ${count} skipped: ${reason}`),
  );
  const findings = report.operators.flatMap(({ op, findings }) => findings.map((each) => renderFinding(op, each)));
  return [
    head,
    '',
    table([columns, ...rows]),
    ...(skipped.length > 0 ? ['', ...skipped] : []),
    ...findings.flatMap((each) => ['', each]),
    '',
  ].join('\n');
}

function renderFinding(op: string, { kind, count, mistake, evidence, verdict, id, literal }: Finding): string {
  const { first, worst, message } = verdict;
  return [
    `✗ ${op}: ${kind} in ${count} ${count === 1 ? 'case' : 'cases'}`,
    ...(mistake ? [`  behaves as if ${mistake}: ${reasons(evidence!)}`] : []),
    `  ${message}`,
    ...(first ? [`  first at [${first.index.join(', ')}]: ${sentence(first)}`] : []),
    ...(worst && first && worst.index.join() !== first.index.join()
      ? [`  worst at [${worst.index.join(', ')}]: ${sentence(worst)}`]
      : []),
    '  smallest case:',
    ...literal.typescript.split('\n').map((line) => `    ${line}`),
    `  case ${id}`,
  ].join('\n');
}

const reasons = ({ explained, failures, passes }: Evidence): string =>
  `explains ${explained} of ${failures} ${failures === 1 ? 'failure' : 'failures'}, contradicts none of ${passes} passes`;

const sentence = ({ expected, got, bound }: Element): string =>
  `expected ${expected}${bound > 0 ? ` ± ${bound.toPrecision(2)}` : ' exactly'}, got ${got}`;
