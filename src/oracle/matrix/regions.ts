// Which products a difference is about, in few words: at most two statements about their places.
//
//   the output column is the last        the tap row is not the first and the input channel is past a multiple of 4

import { indexAt } from '../../places.ts';
import { sizeOf } from '../../tensor.ts';
import { type Statement, statementsOfOutputs } from './output-regions.ts';
import type { Side, Term, Terms } from './terms.ts';

const spaces: readonly (readonly string[])[] = [[], ['column'], ['row', 'column'], ['plane', 'row', 'column']];

/** The axes of a tensor of a case by name. */
export function axesOf({ shapes, structure, windows }: Terms, side: Side): readonly string[] {
  const rank = shapes[side].length;
  const numbered = (name: string): string[] => Array.from({ length: rank }, (_, i) => `${name} axis ${i}`);
  if (side !== 'w') {
    const what = side === 'x' ? 'input' : 'output';
    const space = spaces[rank - 2];
    return space
      ? ['image', ...space, 'channel'].map((name) => (name === 'image' ? name : `${what} ${name}`))
      : numbered(what);
  }
  if (!windows) return numbered('weight');
  const taps = (spaces[windows.rank] ?? numbered('tap').slice(0, windows.rank)).map((name) => `tap ${name}`);
  return structure.weight === undefined ? taps : [...taps, 'channel of the filter', 'filter'];
}

/**
 * What may be said of where a product stands. A statement that could be made only of larger axes holds of nothing, and one
 * that could not fail is left out, unless `all` are wanted. Where one is `wanted`, only those about the same number are listed.
 */
export function statementsOf(terms: Terms, all = false, wanted?: string): Statement[] {
  const { shapes } = terms;
  const found: Statement[] = [];
  const ofNumber: typeof statementsAbout = (name, ...rest) =>
    wanted !== undefined && !wanted.startsWith(`the ${name} is `) ? [] : statementsAbout(name, ...rest);
  for (const side of ['y', 'w', 'x'] as const) {
    for (const [axis, name] of axesOf(terms, side).entries())
      found.push(...ofNumber(name, shapes[side][axis], (term) => term[side][axis], COSTS[side], all));
  }
  const space = (side: 'x' | 'y'): readonly number[] => shapes[side].slice(1, -1);
  for (const [side, name, cost] of [
    ['y', 'output position', 3],
    ['x', 'input position', 6],
  ] as const) {
    if (space(side).length < 2 && !all) continue;
    const count = sizeOf(space(side));
    found.push(...ofNumber(name, count, (term) => indexAt(space(side), term[side].slice(1, -1)), cost, all));
  }
  const { groups = {} } = terms;
  const isGrouped = all || (groups.y !== undefined && groups.y < shapes.y.at(-1)!);
  if (groups.y !== undefined && isGrouped) {
    const each = groups.y;
    found.push(...ofNumber('group', shapes.y.at(-1)! / each, (term) => Math.floor(term.y.at(-1)! / each), 0, all));
  }
  const names = {
    y: 'output channel of the group',
    x: 'input channel of the group',
    w: 'filter of the group',
  } as const;
  for (const side of ['y', 'w', 'x'] as const) {
    const own = groups[side];
    if (own !== undefined && isGrouped)
      found.push(...ofNumber(names[side], own, (term) => term[side].at(-1)! % own, COSTS[side] + 1, all));
  }
  return [...found, ...statementsOfOutputs(terms, all)];
}

const BLOCKS = [2, 4, 8, 16, 32] as const;
const LIMITS = [2, 3, 4, 8, 16, 32, 64, 128, 256, 512] as const;

/** So many places show that every second one is meant. */
const PERIODS = 4;

const COSTS = { y: 0, w: 2, x: 4 } as const;

function statementsAbout(name: string, n: number, of: (term: Term) => number, base: number, all: boolean): Statement[] {
  if (n < 2 && !all) return [];
  const one = (text: string, cost: number, test: (at: number) => boolean, least = 0): Statement => ({
    text: `the ${name} is ${text}`,
    cost: base + cost,
    ...(n < least && { isArbitrary: true }),
    holds: (term) => test(of(term)),
  });
  const tails = BLOCKS.filter((block) => n % block !== 0).flatMap((block, rank) => {
    const start = n - (n % block);
    const tail = one(`past a multiple of ${block}`, 6 + rank / 4, (at) => at >= start, block + 1);
    const last = one(`past the last of several full blocks of ${block}`, 7 + rank / 4, (at) => at >= start, block + 1);
    return n > block ? [tail, last] : [tail];
  });
  const limits = LIMITS.filter((limit) => limit < n || all).flatMap((limit, rank) => [
    one(`at least ${limit}`, 8 + rank / 4, (at) => at >= limit, limit + 1),
    one(`below ${limit}`, 9 + rank / 4, (at) => at < limit, limit + 1),
  ]);
  const numbers = all ? SINGLE : n <= SINGLE ? n - 1 : 0;
  const single = Array.from({ length: Math.max(0, numbers - 1) }, (_, i) =>
    one(`${i + 1}`, 14 + i / 8, (at) => at === i + 1),
  );
  return [
    one('the first', 3, (at) => at === 0),
    one('the last', 2, (at) => at === n - 1),
    ...(n > 1
      ? [one('the first of several', 3.5, (at) => at === 0), one('the last of several', 2.5, (at) => at === n - 1)]
      : []),
    one('not the first', 2.5, (at) => at > 0),
    one('not the last', 4, (at) => at < n - 1),
    one('odd', 6, (at) => at % 2 !== 0, PERIODS),
    one('even', 7, (at) => at % 2 === 0, PERIODS),
    ...(n % 2 === 1 ? [one('in the middle', 8, (at) => at === (n - 1) / 2)] : []),
    one('not in the middle', 9, (at) => at !== (n - 1) / 2),
    ...tails,
    ...limits,
    ...single,
  ];
}

/** Places are said by their number up to this one. */
const SINGLE = 12;

const named = new WeakMap<Terms, Map<string, Statement | undefined>>();

/** The statements of a text, of another case; undefined where one of them can hold of nothing there. */
export function statementsNamed(terms: Terms, texts: readonly string[]): Statement[] | undefined {
  if (texts.length === 0) return [];
  const known = named.get(terms) ?? new Map<string, Statement | undefined>();
  named.set(terms, known);
  const found = texts.map((wanted) => {
    if (!known.has(wanted))
      known.set(
        wanted,
        statementsOf(terms, true, wanted).find(({ text }) => text === wanted),
      );
    return known.get(wanted);
  });
  return found.every((each) => each !== undefined) ? found : undefined;
}

/** Which products: those of which all statements hold. */
export interface Region {
  readonly statements: readonly Statement[];
  readonly cost: number;
  /** For each statement of which products of the case it holds, where that is known. */
  readonly marks?: readonly Uint8Array[];
}

export const everywhere: Region = { statements: [], cost: 0 };

/** Whether product number i of a case is in a region. */
export const isIn = ({ statements, marks }: Region, i: number, term: Term): boolean =>
  marks ? marks.every((each) => each[i] === 1) : statements.every((each) => each.holds(term));

/** ` where the output column is the last and the tap row is the first`, or nothing. */
export const inWords = ({ statements }: Region): string =>
  statements.length === 0 ? '' : ` where ${statements.map(({ text }) => text).join(' and ')}`;

/** How many pairs of statements are tried, and what a second statement costs. */
const [PAIRED, SECOND] = [40, 4];

/** How many statements are tried that hold of every product. */
const SINGLES = 12;

/** A statement, and of which products of a case it holds. */
interface Marked {
  readonly statement: Statement;
  readonly marks: Uint8Array;
}

const markings = new WeakMap<Terms, readonly Marked[]>();

/** Every statement about a case, the plainest first. */
function markedOf(terms: Terms): readonly Marked[] {
  const known = markings.get(terms);
  if (known) return known;
  const found = statementsOf(terms)
    .map((statement) => ({
      statement,
      marks: Uint8Array.from(terms.list, (term) => Number(statement.holds(term))),
    }))
    .sort((a, b) => a.statement.cost - b.statement.cost);
  markings.set(terms, found);
  return found;
}

const regionOf = (cost: number, ...list: readonly Marked[]): Region => ({
  statements: list.map(({ statement }) => statement),
  cost: list.reduce((sum, { statement }) => sum + statement.cost, cost),
  marks: list.map(({ marks }) => marks),
});

/** The regions that hold of all products of the first list and of none of the second, by their numbers; the plainest first. */
export function regionsBetween(terms: Terms, inside: readonly number[], outside: readonly number[]): Region[] {
  const covering = markedOf(terms).filter(({ marks }) => inside.every((i) => marks[i] === 1));
  if (outside.length === 0) return [everywhere, ...covering.slice(0, SINGLES).map((each) => regionOf(0, each))];
  const left = covering.map((each) => ({ each, rest: outside.filter((i) => each.marks[i] === 1) }));
  const found = left.flatMap(({ each, rest }) => (rest.length === 0 ? regionOf(0, each) : []));
  const cut = left.filter(({ rest }) => rest.length > 0 && rest.length < outside.length).slice(0, PAIRED);
  for (const [i, a] of cut.entries())
    for (const b of cut.slice(i + 1))
      if (!a.rest.some((term) => b.each.marks[term] === 1)) found.push(regionOf(SECOND, a.each, b.each));
  return found.sort((a, b) => a.cost - b.cost);
}
