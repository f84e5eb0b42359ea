// Statements about cases, with the limits and remainders that tell failing cases from passing ones. Spec oracle-where.
//
//   stride      fail 3 2 4    pass 1 1 2        "stride > 2", "stride = 1", "stride even", …, each at its price in bits

import { comparisons } from './comparisons.ts';
import type { Properties, Quantity, Statement } from './property.ts';

/** A case by its properties, and whether the engine fails in it. */
export interface Sample {
  readonly properties: Properties;
  readonly fails: boolean;
}

/** Everything that may be said of the samples and does not hold of all of them alike. */
export function statementsAbout(samples: readonly Sample[]): Statement[] {
  const quantities = new Map<string, Quantity>();
  for (const { properties } of samples) for (const each of properties.numbers.values()) quantities.set(each.name, each);
  const all = [...quantities.values()];
  return [...factsIn(samples), ...all.flatMap((each) => numbersIn(samples, each)), ...comparisons(all)];
}

function factsIn(samples: readonly Sample[]): Statement[] {
  const names = new Set(samples.flatMap(({ properties }) => [...properties.facts.keys()]));
  return [...names].flatMap((name) => {
    const { yes, no, cost } = samples.find(({ properties }) => properties.facts.has(name))!.properties.facts.get(name)!;
    const is = (wanted: boolean) => (properties: Properties) => properties.facts.get(name)?.holds === wanted;
    return [
      { text: yes, cost, holds: is(true) },
      { text: no, cost: cost + 0.5, holds: is(false) },
    ];
  });
}

/** One number made of those of all axes, and how a statement about it is worded. */
interface View {
  readonly cost: number;
  of(values: readonly number[]): number;
  above(limit: string): string;
  upTo(limit: string): string;
  /** Whether it is the number of one axis, of which more can be said. */
  readonly isSingle: boolean;
  said(what: string): string;
}

function viewsOf({ name, values, cost, each }: Quantity): View[] {
  const single = (words: string, where: string, of: View['of'], more: number): View => ({
    cost: cost + more,
    of,
    isSingle: true,
    above: (limit) => `${words} > ${limit}${where}`,
    upTo: (limit) => `${words} ≤ ${limit}${where}`,
    said: (what) => `${words} ${what}${where}`,
  });
  if (values.length === 1) return [single(name, '', ([value]) => value, 0)];
  const [some, every] = [' on some axis', ' on every axis'];
  const many = (of: View['of'], where: string, other: string, more: number): View => ({
    cost: cost + more,
    of,
    isSingle: false,
    above: (limit) => `${name} > ${limit}${where}`,
    upTo: (limit) => `${name} ≤ ${limit}${other}`,
    said: (what) => `${name} ${what}${where}`,
  });
  const last = values.length - 1;
  const axis = (i: number): View =>
    each
      ? single(each[i], '', (all) => all[i], 2)
      : single(name, i === 0 ? ' on the first axis' : ' on the last axis', (all) => all[i], 2);
  return [
    many((all) => Math.max(...all), some, every, 1),
    many((all) => Math.min(...all), every, some, 1.5),
    axis(0),
    axis(last),
  ];
}

/** At most so many limits of one number are tried. */
const LIMITS = 12;

function numbersIn(samples: readonly Sample[], quantity: Quantity): Statement[] {
  const rank = quantity.values.length;
  const known = samples.flatMap(({ fails, properties }) => {
    const values = properties.numbers.get(quantity.name)?.values;
    return values?.length === rank ? [{ fails, values }] : [];
  });
  return [...viewsOf(quantity).flatMap((view) => ofView(quantity.name, rank, view, known)), ...ofAny(quantity, known)];
}

type Known = readonly { readonly fails: boolean; readonly values: readonly number[] }[];

/** Limits, and of a single number also equality and remainders. */
function ofView(name: string, rank: number, view: View, known: Known): Statement[] {
  const valueIn = ({ numbers }: Properties): number | undefined => {
    const values = numbers.get(name)?.values;
    return values?.length === rank ? view.of(values) : undefined;
  };
  const statement = (text: string, cost: number, test: (value: number) => boolean): Statement => ({
    text,
    cost: view.cost + cost,
    holds(properties) {
      const value = valueIn(properties);
      return value !== undefined && test(value);
    },
  });
  const values = known.map(({ fails, values }) => ({ fails, value: view.of(values) }));
  const distinct = [...new Set(values.map(({ value }) => value))].sort((a, b) => a - b);
  if (distinct.length < 2) return [];
  const limits = telling(values, distinct).map(([below, from]) => plainest(below, from));
  const [least] = distinct;
  const found = limits.flatMap(({ limit, cost }) => [
    statement(view.above(written(limit)), cost, (value) => value > limit),
    limit === least && view.isSingle
      ? statement(view.said(`= ${written(limit)}`), cost + 0.5, (value) => value === limit)
      : statement(view.upTo(written(limit)), cost + 0.5, (value) => value <= limit),
  ]);
  if (!view.isSingle) return found;
  const often = (list: number[]): number[] => [...new Set(list)].slice(0, LIMITS);
  const failing = often(values.flatMap(({ fails, value }) => (fails ? value : [])));
  // There are few numbers of axes, and remainders say nothing of them.
  const isFew = name === 'axes of x';
  const passing = often(
    values.flatMap(({ fails, value }) => (fails ? [] : value)).filter((v) => isFew || !failing.includes(v)),
  );
  return [
    ...found,
    ...failing.map((v) => statement(view.said(`= ${written(v)}`), 1.5 + costOf(v), (value) => value === v)),
    ...passing.slice(0, 4).map((v) => statement(view.said(`≠ ${written(v)}`), 2.5 + costOf(v), (value) => value !== v)),
    ...(isFew ? [] : remainders(distinct)).map(({ what, cost, test }) => statement(view.said(what), cost, test)),
  ];
}

/** Of numbers for each axis: that of any axis is this number, or a multiple of that. */
function ofAny({ name, cost, values: { length: rank } }: Quantity, known: Known): Statement[] {
  if (rank < 2) return [];
  const statement = (what: string, more: number, test: (value: number) => boolean): Statement[] => {
    const among = (choice: 'some' | 'every'): Statement => ({
      text: `${name} ${what} on ${choice} axis`,
      cost: cost + 1 + more,
      holds({ numbers }) {
        const values = numbers.get(name)?.values;
        return values?.length === rank && (choice === 'some' ? values.some(test) : values.every(test));
      },
    });
    return [among('some'), among('every')];
  };
  const failing = [...new Set(known.flatMap(({ fails, values }) => (fails ? values : [])))].slice(0, LIMITS);
  const all = [...new Set(known.flatMap(({ values }) => values))];
  return [
    ...failing.flatMap((v) => statement(`= ${written(v)}`, 1.5 + costOf(v), (value) => value === v)),
    ...remainders(all).flatMap(({ what, cost, test }) => statement(what, cost, test)),
  ];
}

interface Remainder {
  readonly what: string;
  readonly cost: number;
  test(value: number): boolean;
}

/** What is left over by the widths of vectors and tiles. */
function remainders(values: readonly number[]): Remainder[] {
  if (!values.every(Number.isInteger)) return [];
  const most = Math.max(...values);
  const found: Remainder[] = [
    { what: 'odd', cost: 2, test: (value) => value % 2 !== 0 },
    { what: 'even', cost: 2, test: (value) => value % 2 === 0 },
  ];
  for (const [i, block] of [4, 8, 16, 3].entries()) {
    if (most < block) continue;
    found.push({ what: `no multiple of ${block}`, cost: 2.5 + i, test: (value) => value % block !== 0 });
    found.push({ what: `a multiple of ${block}`, cost: 3 + i, test: (value) => value % block === 0 });
    if (block > 4) continue;
    for (let rest = 1; rest < block; rest++)
      found.push({ what: `mod ${block} = ${rest}`, cost: 4 + i, test: (value) => value % block === rest });
  }
  return found;
}

type Gap = readonly [below: number, from: number];

/** The gaps between neighbouring values of which the sides differ most in how often they fail. */
function telling(
  values: readonly { readonly fails: boolean; readonly value: number }[],
  distinct: readonly number[],
): Gap[] {
  const gaps = distinct.slice(1).map((from, i): Gap => [distinct[i], from]);
  if (gaps.length <= LIMITS) return gaps;
  const fails = values.filter((each) => each.fails).length;
  const passes = values.length - fails;
  const scored = gaps.map((gap) => {
    let [f, p] = [0, 0];
    for (const each of values) if (each.value >= gap[1]) each.fails ? f++ : p++;
    return { gap, score: Math.abs(f / Math.max(fails, 1) - p / Math.max(passes, 1)) };
  });
  return scored
    .sort((a, b) => b.score - a.score)
    .slice(0, LIMITS)
    .map(({ gap }) => gap);
}

/** The plainest limit t with below ≤ t < from. */
function plainest(below: number, from: number): { readonly limit: number; readonly cost: number } {
  if (!Number.isInteger(below) || !Number.isInteger(from)) return { limit: below, cost: 4 };
  let limit = below;
  for (let each = below; each < Math.min(from, below + 4096); each++) if (costOf(each) < costOf(limit)) limit = each;
  return { limit, cost: costOf(limit) };
}

const isPowerOfTwo = (value: number): boolean => value > 0 && value < 2147483648 && (value & (value - 1)) === 0;

/** 0 and 1, then powers of two and their neighbours, then small and round numbers. */
function costOf(value: number): number {
  if (value === 0 || value === 1) return 0;
  if (isPowerOfTwo(value)) return 1.5;
  if (value > 0 && value <= 10) return 2;
  if (isPowerOfTwo(value + 1)) return 2.5;
  if (value % 10 === 0) return 3;
  return Number.isInteger(value) ? 4 : 5;
}

const written = (value: number): string => String(Number(value.toPrecision(6)));
