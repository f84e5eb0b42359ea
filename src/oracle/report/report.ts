// The report of a campaign: data, and all that reporters, `merge` and lists of expected failures read. Spec oracle-report.

import { NUMERICS } from '../../numerics.ts';
import type { Precision } from '../bounds/precision.ts';
import type { LanguageName } from '../cases/languages.ts';
import type { Shard } from '../cases/questions.ts';
import type { DialectName, Layout } from '../dialect.ts';
import type { Traits } from '../engine.ts';
import type { VerdictKind } from '../engine-under-test.ts';
import type { Finding } from '../findings/finding.ts';
import { VERSION } from './version.ts';

/** Changes whenever a reader of older reports would misread a newer one. */
export const FORMAT = 'toeplitz report 2';

export interface OperatorReport {
  readonly op: string;
  /** `not known`: the engine offers it, the oracle has no operator of this name; nothing was asked, and nothing is wrong. */
  readonly status:
    | 'pass'
    | 'fail'
    | 'expected'
    | 'hardly answered'
    | 'skipped'
    | 'not offered'
    | 'not known'
    | 'not finished';
  /** Cases that were asked, skipped ones among them. */
  readonly cases: number;
  /** Answers that the campaign wanted. */
  readonly wanted: number;
  /** Of them, those that were not asked for: the engine hung or ended too often. Spec oracle-crashes. */
  readonly unasked?: number;
  /** Answers that were wanted and not asked for, because the time was over. Spec campaign-time. */
  readonly late?: number;
  /** Cases that others were asked for, and how many, by what they share with those that crash. Spec oracle-crashes. */
  readonly avoided?: Readonly<Record<string, number>>;
  readonly counts: Partial<Readonly<Record<VerdictKind, number>>>;
  /** The largest |got − expected| / bound of a pass that rounds: below 1 is inside. */
  readonly margin: number;
  /** Of its sums of real numbers, if they round. Spec oracle-bits. */
  readonly precision?: Precision;
  /** What these sums say against the arithmetic. Spec oracle-suspect. */
  readonly suspicion?: string;
  /** Reasons that the engine gave, and how often. */
  readonly skipped: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
  /** Of a shard: the ids of the cases that were answered, by verdict, so that `merge` can look for conditions again. */
  readonly answers?: Partial<Readonly<Record<VerdictKind, readonly string[]>>>;
}

export interface Report {
  readonly format: typeof FORMAT;
  /** Of this library. */
  readonly version: string;
  /** Which bits the library gave that judged the engine; a report that does not say is of version 1. Spec numerics-version. */
  readonly numerics: number;
  readonly engine: {
    readonly name: string;
    readonly version?: string;
    readonly dialect: DialectName;
    readonly traits: Traits;
    readonly layout: Required<Layout>;
    readonly requires?: readonly string[];
    readonly same?: 'numbers';
    readonly language?: LanguageName;
  };
  readonly seed: number;
  /** Cases per operator, as asked for. */
  readonly cases: number;
  /** The operators, if they were named. */
  readonly ops?: readonly string[];
  /** Whether a suspect is a finding. */
  readonly strict: boolean;
  /** The part of the campaign that this is, if it is one. */
  readonly shard?: Shard;
  /** Seconds after which no further case was drawn. */
  readonly time?: number;
  /** The cases, if they were named. */
  readonly case?: readonly string[];
  readonly operators: readonly OperatorReport[];
  /** Stopped from outside before its end. */
  readonly interrupted: boolean;
  /** Lines of the list of expected failures that do not hold. */
  readonly unmet?: readonly string[];
  /**
   * Nothing failed but what is listed, every operator that is offered answered enough, and the campaign came to its end;
   * suspects do not count unless `strict`.
   */
  readonly clean: boolean;
}

/** What a campaign or a merge found out, as a report. */
export function reportOf(facts: Facts & Partial<Pick<Report, 'numerics'>>): Report {
  const clean = !isWrong(facts) && !isThin(facts);
  return { format: FORMAT, version: VERSION, numerics: NUMERICS, ...facts, clean };
}

type Facts = Omit<Report, 'format' | 'version' | 'numerics' | 'clean'>;

/** Whether something failed that is not listed, is listed but did not fail, or was not asked. */
export const isWrong = ({ operators, interrupted, unmet = [] }: Facts): boolean =>
  operators.some(({ findings }) => findings.some(({ expected }) => !expected)) || interrupted || unmet.length > 0;

/** Whether an operator was skipped so often that its campaign says little. Spec oracle-skips. */
export const isThin = ({ operators }: Pick<Report, 'operators'>): boolean =>
  operators.some(({ status }) => status === 'hardly answered' || status === 'skipped');

/** Of an operator of which nothing is asked. */
export const unaskedReport = (op: string, status: 'not offered' | 'not known', wanted: number): OperatorReport => ({
  op,
  status,
  cases: 0,
  wanted,
  counts: {},
  margin: 0,
  skipped: {},
  findings: [],
});

/** An operator that answers a smaller share of what was wanted is hardly answered: nothing can be said of it. */
const ENOUGH = 0.5;

export const answersOf = (counts: OperatorReport['counts']): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0) - (counts.skip ?? 0);

/** Of an operator that is offered. */
export function statusOf(
  findings: readonly Finding[],
  counts: OperatorReport['counts'],
  wanted: number,
  unfinished: boolean,
): OperatorReport['status'] {
  if (findings.length > 0) return 'fail';
  if (unfinished) return 'not finished';
  const answers = answersOf(counts);
  if (answers === 0 && wanted > 0) return 'skipped';
  return answers < ENOUGH * wanted ? 'hardly answered' : 'pass';
}

/** `only 4 of 200 answered`, or another status. */
export const inWords = ({ status, counts, wanted }: OperatorReport): string =>
  status === 'hardly answered' ? `only ${answersOf(counts)} of ${wanted} answered` : status;

/** `right 1.2, dialect torch: seed 1, 200 cases per operator, shard 2/4`, and the numerics if they are not those of this library. */
export function headOf({ engine, seed, cases, shard, case: named, numerics }: Report): string {
  const { name, version, dialect } = engine;
  const part = shard ? `, shard ${shard.index}/${shard.of}` : '';
  const speaks = dialect === 'toeplitz' ? '' : `, dialect ${dialect}`;
  const asked = named ? `case ${named.join(', ')}` : `seed ${seed}, ${cases} cases per operator${part}`;
  const other = numerics === NUMERICS ? '' : `, judged by version ${numerics} of the numerics`;
  return `${name}${version ? ` ${version}` : ''}${speaks}: ${asked}${other}`;
}
