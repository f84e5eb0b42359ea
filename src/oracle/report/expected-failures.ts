// A list of known failures. It cannot go stale, since each listed failure must happen, and as it is listed. Spec campaign-expected.
//
//   conv2d: the odd cell of `same` padding were on the other side      an operator and a cause: any number of cases
//   maxPool2d/n1h4w4c1_k2x2s2x2pvd1x1e1/f32/exact/17: fail             a case and its cause
//   # a comment

import { SpecError, show } from '../../errors.ts';
import { parseCaseId } from '../cases/id.ts';
import { operatorOf } from '../families/index.ts';
import { causeOf, causesOf, type Finding } from '../findings/finding.ts';
import { answersOf, type OperatorReport, type Report, reportOf, statusOf } from './report.ts';

/** A line of the list; comments have no cause. */
export interface Line {
  readonly text: string;
  /** As in the report: `conv2d`, `conv2d gradient`. */
  readonly op: string;
  /** The case, if the line names one. */
  readonly id?: string;
  readonly cause?: string;
}

/** @throws {SpecError} campaign-expected for a line that is none; oracle-caseid, oracle-operators for what it names. */
export const readLines = (source: string, text: string): Line[] =>
  text
    .replace(/\n$/, '')
    .split(/\r?\n/)
    .map((line, i) => readLine(`${source}:${i + 1}`, line.trimEnd()));

function readLine(place: string, text: string): Line {
  if (text === '' || text.startsWith('#')) return { text, op: '' };
  const [, what, cause] = /^(\S+(?: gradient)?): (.+)$/.exec(text) ?? [];
  if (cause === undefined)
    throw new SpecError(
      'campaign-expected',
      `${place}: a line must read 'operator: cause' or 'case id: cause', got ${show(text)}`,
    );
  if (what.includes('/')) {
    const { op, gradient } = parseCaseId(what);
    return { text, op: gradient ? `${op} gradient` : op, id: what, cause };
  }
  operatorOf(what.replace(/ gradient$/, ''));
  return { text, op: what, cause };
}

/** The report with the listed failures marked as expected, and with the lines that do not hold. */
export function expectFailures(report: Report, lines: readonly Line[]): Report {
  const operators = report.operators.map((each) => marked(each, lines, report.interrupted));
  const isPart = report.shard !== undefined || report.case !== undefined || report.interrupted;
  const unmet = isPart ? [] : lines.filter((line) => isJudged(report, line) && !holds(report, line));
  const { format: _, version: __, clean: ___, ...facts } = report;
  return reportOf({ ...facts, operators, unmet: unmet.map(({ text }) => text) });
}

function marked(operator: OperatorReport, lines: readonly Line[], interrupted: boolean): OperatorReport {
  const own = lines.filter(({ op }) => op === operator.op);
  const findings = operator.findings.map((finding) => {
    const alike = own.filter(({ cause }) => names(finding, cause));
    const listed = new Set(alike.map(({ id }) => id));
    const expected = listed.has(undefined) || finding.cases.every((id) => listed.has(id));
    return { ...finding, expected };
  });
  if (findings.length === 0 || !findings.every(({ expected }) => expected)) return { ...operator, findings };
  // An operator that hardly answers, or did not come to its end, is no cleaner for failing as expected.
  const { counts, wanted } = operator;
  const otherwise = statusOf([], counts, wanted, interrupted && answersOf(counts) < wanted);
  return { ...operator, findings, status: otherwise === 'pass' ? 'expected' : otherwise };
}

/** Whether a line speaks of a finding: by its mistake, its condition, what is computed instead, or its verdict. A mistake that
 * has a name is not merely a verdict. */
const names = (finding: Finding, cause: string | undefined): boolean =>
  cause !== undefined &&
  causesOf(finding).includes(cause) &&
  !(cause === finding.kind && finding.mistake !== undefined);

/** A run of some operators says nothing about the others; a comment says nothing at all. */
const isJudged = ({ ops }: Report, { op, cause }: Line): boolean =>
  cause !== undefined && (ops === undefined || ops.includes(op.replace(/ gradient$/, '')));

const holds = ({ operators }: Report, { op, id, cause }: Line): boolean =>
  operators.some(
    (each) =>
      each.op === op &&
      each.findings.some((finding) => names(finding, cause) && (id === undefined || finding.cases.includes(id))),
  );

/** The corrected list: the lines that hold or that this run does not judge, and a line for every other finding. */
export function fixLines(report: Report, lines: readonly Line[]): Line[] {
  const kept = lines.filter((line) => !isJudged(report, line) || holds(report, line));
  const more = expectFailures(report, kept).operators.flatMap(({ op, findings }) =>
    findings
      .filter(({ expected }) => !expected)
      .map((finding) => ({ text: `${op}: ${causeOf(finding)}`, op, cause: causeOf(finding) })),
  );
  return [...kept, ...more.filter(({ text }, i) => more.findIndex((each) => each.text === text) === i)];
}
