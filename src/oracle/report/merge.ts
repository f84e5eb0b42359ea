// The reports of all shards of one campaign made into the report of the whole. Spec campaign-merge.

import { SpecError, show } from '../../errors.ts';
import { pooled } from '../bounds/precision.ts';
import type { Shard } from '../cases/questions.ts';
import { mergeFindings, sums } from './merge-findings.ts';
import { type OperatorReport, type Report, reportOf, statusOf } from './report.ts';

/** A report, and where it comes from. */
export interface SourcedReport {
  readonly source: string;
  readonly report: Report;
}

/** What the reports of one campaign have in common. */
const common = ['version', 'numerics', 'engine', 'seed', 'cases', 'strict', 'ops', 'time', 'case'] as const;

const refuse = (message: string): never => {
  throw new SpecError('campaign-merge', `merge: ${message}`);
};

/** The whole campaign of its reports; a report of the whole alone stays as it is. @throws {SpecError} campaign-merge. */
export function merge(reports: readonly SourcedReport[]): Report {
  if (reports.length === 0) refuse('there must be a report, got none');
  const [first, ...rest] = reports;
  if (rest.length === 0 && !first.report.shard) return first.report;
  for (const each of rest) checkAlike(first, each);
  return joined(inOrder(reports));
}

/** The report of what one command asked by several processes of an engine: the whole campaign, or a part of it. @throws {SpecError} campaign-merge. */
export function joinParts(parts: readonly Report[], shard: Shard | undefined): Report {
  const [first, ...rest] = parts.map((report, i) => ({ source: `process ${i + 1}`, report }));
  for (const each of rest) checkAlike(first, each);
  return joined(parts, shard);
}

function joined(all: readonly Report[], shard?: Shard): Report {
  const [{ numerics, engine, seed, cases, strict, ops, time, operators }] = all;
  const facts = { numerics, engine, seed, cases, strict, ...(ops && { ops }), ...(time !== undefined && { time }) };
  const interrupted = all.some((each) => each.interrupted);
  const merged = operators.map((_, i) => {
    const parts = all.map((each) => each.operators[i]);
    return { ...mergeOperator(parts), ...(shard && { answers: answersOf(parts) }) };
  });
  return reportOf({ ...facts, ...(shard && { shard }), operators: merged, interrupted });
}

/** The ids of all answers, by verdict. */
function answersOf(parts: readonly OperatorReport[]): NonNullable<OperatorReport['answers']> {
  const answers: Record<string, string[]> = {};
  for (const { answers: own = {} } of parts)
    for (const [kind, ids] of Object.entries(own)) answers[kind] = [...(answers[kind] ?? []), ...ids];
  return answers;
}

function checkAlike(a: SourcedReport, b: SourcedReport): void {
  const differ = (what: string, of: (report: Report) => unknown): void => {
    const [one, other] = [a, b].map(({ report }) => JSON.stringify(of(report)));
    if (one !== other)
      refuse(`the reports must have one ${what}, got ${one} in ${a.source} and ${other} in ${b.source}`);
  };
  for (const name of common) differ(name, (report) => report[name]);
  differ('list of operators', ({ operators }) => operators.map(({ op }) => op));
}

/** Every shard once, in order. */
function inOrder(reports: readonly SourcedReport[]): Report[] {
  const whole = reports.find(({ report }) => !report.shard);
  if (whole) refuse(`the reports must be shards, got the whole campaign in ${whole.source}`);
  const { of } = reports[0].report.shard!;
  const found: SourcedReport[] = [];
  for (const each of reports) {
    const { index, of: theirs } = each.report.shard!;
    if (theirs !== of) refuse(`the reports must be shards of ${of}, got one of ${theirs} in ${each.source}`);
    if (found[index])
      refuse(`each shard must be there once, got ${index}/${of} in ${found[index].source} and ${each.source}`);
    found[index] = each;
  }
  const missing = Array.from({ length: of }, (_, i) => i + 1).filter((index) => !found[index]);
  if (missing.length > 0) refuse(`all ${of} shards must be there, got none for ${show(missing)}`);
  return found.slice(1).map(({ report }) => report);
}

function mergeOperator(reports: readonly OperatorReport[]): OperatorReport {
  const [{ op, status }] = reports;
  const counts = sums(reports.map((each) => each.counts as Record<string, number>));
  const findings = mergeFindings(
    reports.flatMap((each) => each.findings),
    reports.flatMap((each) => each.answers ?? []),
  );
  const cases = reports.reduce((sum, each) => sum + each.cases, 0);
  const precision = pooled(reports.map((each) => each.precision));
  const suspicion = reports.flatMap((each) => each.suspicion ?? [])[0];
  const wanted = reports.reduce((sum, each) => sum + each.wanted, 0);
  const unasked = reports.reduce((sum, each) => sum + (each.unasked ?? 0), 0);
  const late = reports.reduce((sum, each) => sum + (each.late ?? 0), 0);
  const avoided = sums(reports.map((each) => each.avoided ?? {}));
  const unfinished = reports.some((each) => each.status === 'not finished');
  return {
    op,
    status:
      status === 'not offered' || status === 'not known' ? status : statusOf(findings, counts, wanted, unfinished),
    cases,
    wanted,
    ...(unasked > 0 && { unasked }),
    ...(late > 0 && { late }),
    ...(Object.keys(avoided).length > 0 && { avoided }),
    counts,
    margin: Math.max(...reports.map(({ margin }) => margin)),
    ...(precision && { precision }),
    ...(suspicion && { suspicion }),
    skipped: sums(reports.map(({ skipped }) => skipped)),
    findings,
  };
}
