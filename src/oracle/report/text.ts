// The report as text for people: a table, then a paragraph per finding. Spec oracle-report.

import type { Element } from '../ask/verdict.ts';
import { bitsOf } from '../bounds/precision.ts';
import type { LanguageName } from '../cases/languages.ts';
import {
  causeOf,
  type EnginePlaces,
  type Evidence,
  type Finding,
  type Instead,
  type Product,
  type Where,
} from '../findings/finding.ts';
import { inWords as inProfile } from '../findings/other-arithmetic.ts';
import { EVERY } from '../where/search.ts';
import { adviceOn } from './advice.ts';
import { headOf, inWords, type OperatorReport, type Report } from './report.ts';

/** Columns side by side, the first to the left, numbers to the right. */
export function table(rows: readonly (readonly (string | number)[])[]): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)));
  const line = (row: readonly (string | number)[]): string =>
    row
      .map((cell, i) => (typeof cell === 'number' ? String(cell).padStart(widths[i]) : String(cell).padEnd(widths[i])))
      .join('  ');
  return rows.map((row) => line(row).trimEnd()).join('\n');
}

export function text(report: Report): string {
  const { engine, operators, interrupted, unmet = [] } = report;
  const columns = ['operator', 'asked', 'pass', 'suspect', 'skip', 'fail', 'bits', ''];
  const remarks = operators.flatMap((each) => reasonsOf(each).map((reason) => `  ${each.op}: ${reason}`));
  const findings = operators.flatMap(({ op, findings }) =>
    findings.map((each) => (each.expected ? [expectation(op, each)] : paragraph(op, each, engine.language))),
  );
  return [
    headOf(report),
    '',
    table([columns, ...operators.map(row)]),
    ...(remarks.length > 0 ? ['', ...remarks] : []),
    ...findings.flatMap((each) => ['', ...each]),
    ...unmet.flatMap((line) => ['', `✗ expected, but does not fail so: ${line}`]),
    ...(interrupted ? ['', '✗ interrupted: the campaign did not come to its end'] : []),
    '',
  ].join('\n');
}

function row(report: OperatorReport): (string | number)[] {
  const { op, cases, counts, precision } = report;
  const { pass = 0, suspect = 0, skip = 0 } = counts;
  const failures = cases - pass - suspect - skip;
  return [op, cases, pass, suspect, skip, failures, bitsOf(precision), inWords(report)];
}

/** `358 skipped: no groups`, `batch > 1: 178 cases not asked`, `left after 2 crashes and 1 timeout: 36 of 60 cases were not asked` */
export const reasonsOf = ({
  skipped,
  avoided = {},
  unasked,
  late,
  wanted,
  counts,
  suspicion,
}: OperatorReport): string[] => {
  const { crash, timeout } = counts;
  const ends = [...counted(crash, 'crash', 'crashes'), ...counted(timeout, 'timeout', 'timeouts')].join(' and ');
  return [
    ...(suspicion ? [`suspect: ${suspicion}`] : []),
    ...Object.entries(skipped).map(([reason, count]) => `${count} skipped: ${reason}`),
    ...Object.entries(avoided).map(([what, count]) => `${what}: ${count} ${count === 1 ? 'case' : 'cases'} not asked`),
    ...(late === undefined ? [] : [`the time was over: ${late} of ${wanted} cases were not asked`]),
    ...(unasked === undefined ? [] : [`left after ${ends}: ${unasked} of ${wanted} cases were not asked`]),
  ];
};

const counted = (count: number | undefined, one: string, more: string): string[] =>
  count === undefined ? [] : [`${count} ${count === 1 ? one : more}`];

/** `fail in 62 cases` */
export const headline = ({ kind, cases }: Finding): string =>
  `${kind} in ${cases.length} ${cases.length === 1 ? 'case' : 'cases'}`;

/** `~ conv2d: fail in 62 cases, as expected: the bias were ignored` */
const expectation = (op: string, finding: Finding): string =>
  `~ ${op}: ${headline(finding)}, as expected: ${causeOf(finding)}`;

/** A finding in lines. */
export function paragraph(op: string, finding: Finding, language: LanguageName = 'typescript'): string[] {
  const { mistake, evidence, verdict, id, literal, after, again, passesAlone, passedBefore, intermittent } = finding;
  const { stderr, inEngine } = finding;
  const { first, worst, message } = verdict;
  return [
    `✗ ${op}: ${headline(finding)}`,
    ...(finding.where ? [`  ${conditionOf(finding.where)}`] : []),
    ...(finding.instead
      ? [`  ${insteadOf(finding.instead)}`, ...drawingOf(finding.instead, inEngine !== undefined)]
      : []),
    ...hints(finding).map((line) => `  ${line}`),
    ...(mistake ? [`  behaves as if ${mistake}: ${reasons(evidence!)}`] : []),
    `  ${message}`,
    ...(first ? [`  first at ${placed(first.index, inEngine?.first, inEngine)}: ${sentence(first)}`] : []),
    ...(worst && first && worst.index.join() !== first.index.join()
      ? [`  worst at ${placed(worst.index, inEngine?.worst, inEngine)}: ${sentence(worst)}`]
      : []),
    ...(stderr ? [`  on standard error: ${stderr}`] : []),
    ...(passesAlone ? ['  passes alone: depends on earlier calls'] : []),
    ...(passedBefore ? [`  depends on earlier calls: ${passedBefore} passed at first, and fails now`] : []),
    ...(intermittent ? ['  comes and goes: the same case, asked again, does not always fail so'] : []),
    passesAlone || passedBefore || intermittent ? '  seen in:' : '  smallest case:',
    ...(literal[language] ?? literal.typescript).split('\n').map((line) => `    ${line}`),
    ...adviceOn(finding).map((line) => `  ${line}`),
    ...(again ? [`  again: ${again}`] : [`  case ${id}`, ...(after ? [`  after ${after}`] : [])]),
  ];
}

/** `[0, 3, 1, 1]`, or in the layout of the engine `[0, 1, 3, 1] of NCHW`. */
const placed = (ours: readonly number[], theirs?: readonly number[], inEngine?: EnginePlaces): string =>
  theirs && inEngine ? `[${theirs.join(', ')}] of ${inEngine.axes}` : `[${ours.join(', ')}]`;

/** `fails in 41 of 41 cases with groups > 1 and a bias, in 0 of 159 others (and in 20 of 20 and 0 of 20 new ones)` */
export function conditionOf({ text, inside, outside, fresh }: Where): string {
  const [within, without] = [inside, outside].map((tally) => tally.join(' of '));
  // In every case, or in every case of a gradient: there are no others.
  if (text.startsWith(EVERY))
    return `fails in ${within} cases${text.slice(EVERY.length)}${fresh ? ` (and in ${fresh.inside.join(' of ')} new ones)` : ''}`;
  const anew = fresh ? ` (and in ${fresh.inside.join(' of ')} and ${fresh.outside.join(' of ')} new ones)` : '';
  return `fails in ${within} cases with ${text}, in ${without} others${anew}`;
}

/**
 * `computes instead: the products are left out where the output column is the last (confirmed on new tensors): predicts 24 of
 * 24 failures, contradicts none of 80 passes`; where no prediction speaks of other cases, it says so.
 */
export const insteadOf = ({ text, confirmed, evidence }: Instead): string => {
  const speaks = evidence
    ? `: predicts ${evidence.explained} of ${evidence.failures} failures, contradicts none of ${evidence.passes} passes`
    : '';
  const where = confirmed && !evidence ? ', in the smallest case' : '';
  return `computes instead${where}: ${text}${confirmed ? ' (confirmed on new tensors)' : ''}${speaks}`;
};

/** Both matrices of the smallest case side by side, or else the products that differ. */
const drawingOf = ({ matrices, products = [] }: Instead, isLabelled: boolean): string[] => {
  const lines = matrices ?? products.map(productIn);
  const label = isLabelled && lines.length > 0 ? ['(here in the order of NHWC and HWIO)'] : [];
  return [...label, ...lines].map((line) => `    ${line}`);
};

/** `output [0, 0, 1, 0] takes cell [0, 0, 0, 0] by tap [0, 1, 0, 0] 2 times, not 1` */
const productIn = ({ output, cell, tap, expected, got }: Product): string => {
  const place = (at: readonly number[]): string => `[${at.join(', ')}]`;
  const what = [cell && `cell ${place(cell)}`, tap && (cell ? `by tap ${place(tap)}` : `bias ${place(tap)}`)];
  return `output ${place(output)} takes ${what.filter(Boolean).join(' ')} ${got} times, not ${expected}`;
};

/**
 * What the engine may declare instead: `this is the rule of caffe; the engine declares toeplitz`,
 * `right on these cases with layout: { x: 'NCHW', weight: 'OIHW' }`.
 */
export function hints(finding: Finding): string[] {
  const { mistake, dialects, declared, layout, profile, isCutOff, closeness, unlikeRounding } = finding;
  if (closeness !== undefined) {
    const how = unlikeRounding ?? 'as if rounded, but as no arithmetic that can be declared';
    return [`all within ${closeness.toPrecision(2)}·Σ|a·w| of the right values: ${how}`];
  }
  if (layout) return [`right on these cases with layout: ${source(layout)}`];
  if (profile && isCutOff)
    return [
      `as with ${inProfile(profile).replace('rounded', 'cut off')}: once it is rounded to nearest, declare traits: ${source(profile)}`,
    ];
  if (profile)
    return [`inside the bound of ${inProfile(profile)}: if the engine means that, declare traits: ${source(profile)}`];
  if (!dialects) return [];
  const what = mistake ? 'this is the rule of' : 'right on these cases when asked in the dialect of';
  return [`${what} ${dialects.join(', ')}; the engine declares ${declared}`];
}

/** An object of strings, numbers and objects as it is written. */
const source = (value: unknown): string => {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = Object.entries(value).map(([name, each]) => `${name}: ${source(each)}`);
  return `{ ${entries.join(', ')} }`;
};

const reasons = ({ explained, failures, passes }: Evidence): string =>
  `explains ${explained} of ${failures} ${failures === 1 ? 'failure' : 'failures'}, contradicts none of ${passes} passes`;

const sentence = ({ expected, got, bound }: Element): string =>
  `expected ${expected}${!Number.isFinite(expected) ? '' : bound > 0 ? ` ± ${bound.toPrecision(2)}` : ' exactly'}, got ${got}`;
