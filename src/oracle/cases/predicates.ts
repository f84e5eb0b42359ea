// What can be said of a case in plain words, and which of it tells cases that fail from those that do not.
//
//   fail    n2 … s1x1   n3 … s2x1        pass    n1 … s2x1   n1 … s1x1
//   batch > 1 holds of all that fail, and of none that pass

import { sizeOf } from '../../tensor.ts';
import type { Case } from '../case.ts';
import { layerOf, shapeOf } from './tensors.ts';

/** What holds of a case, the most general first: `batch > 1`, `stride > 1 on some axis`, `padding = same`. */
export type Statements = ReadonlySet<string>;

/** Statements that must hold together. */
export type Predicate = readonly string[];

export const inWords = (predicate: Predicate): string => predicate.join(' and ');

export const holds = (predicate: Predicate, statements: Statements): boolean =>
  predicate.every((each) => statements.has(each));

/** Numbers that a kernel may be made for: every small one, then blocks and one less. */
const LIMITS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 15, 16, 31, 32, 63, 64, 127, 128, 255, 256];

/** Cells count by powers of two. */
const CELLS = Array.from({ length: 16 }, (_, i) => 2 << i);

/** A statement with its rank: 0 is the most general. */
type Ranked = readonly [rank: number, statement: string];

const above = (name: string, values: readonly number[], where: string, limits = LIMITS): Ranked[] =>
  limits.filter((limit) => values.some((each) => each > limit)).map((limit) => [limit, `${name} > ${limit}${where}`]);

/** What a kernel that takes several at once may stumble over. */
const rests = (name: string, value: number, where = ''): Ranked[] => [
  [900, `${name} = ${value}${where}`],
  [910, `${name} ${value % 2 ? 'odd' : 'even'}${where}`],
  ...[4, 8, 16].map(
    (block, i): Ranked => [920 + i, `${name} ${value % block === 0 ? 'a' : 'no'} multiple of ${block}${where}`],
  ),
];

const ofNumber = (name: string, value: number): Ranked[] => [...above(name, [value], ''), ...rests(name, value)];

const axes = ' on some axis';

function ofAxes(name: string, values: readonly number[]): Ranked[] {
  const [first, last] = [values[0], values[values.length - 1]];
  const some = [...above(name, values, axes), ...values.flatMap((each) => rests(name, each, axes))];
  if (values.length === 1) return some;
  const differs: Ranked[] = values.some((each) => each !== first) ? [[50, `${name} not the same on all axes`]] : [];
  const single = [
    [first, ' on the first axis'],
    [last, ' on the last axis'],
  ] as const;
  return [
    ...some,
    ...differs,
    ...above(name, [Math.min(...values)], ' on every axis'),
    ...single.flatMap(([value, where]) => [...above(name, [value], where), ...rests(name, value, where)]),
  ];
}

function ofSides(name: string, values: readonly (readonly number[])[]): Ranked[] {
  const differs: Ranked[] = values.some(([before, after]) => before !== after) ? [[50, `${name} before ≠ after`]] : [];
  return [[2, `${name} in numbers`], ...above(name, values.flat(), ' on some side'), ...differs];
}

const isNumbers = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'number');
const isPairs = (value: unknown): value is readonly (readonly number[])[] =>
  Array.isArray(value) && value.length > 0 && value.every(isNumbers);

/** Of one field of a case, whatever its family means by it. */
function ofField(name: string, value: unknown): Ranked[] {
  if (typeof value === 'number') return ofNumber(name, value);
  if (typeof value === 'boolean') return [[value ? 0 : 800, value ? name : `no ${name}`]];
  if (typeof value === 'string') {
    const [word] = value.split('-'); // same-upper and same-lower are both same
    const whole: Ranked[] = word === value ? [] : [[20, `${name} = ${value}`]];
    return [[1, `${name} = ${word}`], ...whole];
  }
  if (isNumbers(value)) return ofAxes(name, value);
  return isPairs(value) ? ofSides(name, value) : [];
}

/** Of two fields with a number for each axis: `stride > size on some axis`. */
function ofTwo([one, a]: readonly [string, unknown], [other, b]: readonly [string, unknown]): Ranked[] {
  if (one === other || !isNumbers(a) || !isNumbers(b) || a.length !== b.length) return [];
  return a.some((each, axis) => each > b[axis]) ? [[60, `${one} > ${other}${axes}`]] : [];
}

/** Everything that is said of a case. */
export function statementsOf(c: Case): Statements {
  const { op: _, gradient: __, seed: ___, given: ____, ...rest } = c;
  const fields = Object.entries(rest);
  const x = shapeOf(c);
  const tensors = { x, y: layerOf(c).shape(x) };
  const ranked = [
    ...fields.flatMap(([name, value]) => ofField(name, value)),
    ...fields.flatMap((one) => fields.flatMap((other) => ofTwo(one, other))),
    ...Object.entries(tensors).flatMap(([name, shape]) => [
      ...ofNumber(`channels of ${name}`, shape[shape.length - 1]),
      ...(shape.length > 2 ? above(`space of ${name}`, shape.slice(1, -1), axes) : []),
      ...above(`cells of ${name}`, [sizeOf(shape)], '', CELLS),
    ]),
  ];
  return new Set(ranked.sort(([a], [b]) => a - b).map(([, statement]) => statement));
}

/** The cases of a list that a statement holds of, a bit each. */
const bitsOf = (list: readonly Statements[], statement: string): bigint =>
  list.reduce((bits, each, i) => (each.has(statement) ? bits | (1n << BigInt(i)) : bits), 0n);

const ones = (bits: bigint): number => bits.toString(2).replaceAll('0', '').length;

/** A predicate, and the failing and the passing cases that it holds of. */
interface Candidate {
  readonly predicate: Predicate;
  readonly fail: bigint;
  readonly pass: bigint;
}

/** What tells failing cases from passing ones: together the predicates hold of all that fail but the unexplained. */
export interface Separation {
  readonly predicates: readonly Predicate[];
  readonly unexplained: number;
}

/**
 * Predicates that hold of no case that passes and together of all that fail, as far as there are such: of one statement
 * each, or of two if that takes fewer statements. First the predicate that holds of most, of equals the most general.
 */
export function separating(fail: readonly Statements[], pass: readonly Statements[]): Separation {
  const single = [...new Set(fail.flatMap((each) => [...each]))].map((statement) => ({
    predicate: [statement],
    fail: bitsOf(fail, statement),
    pass: bitsOf(pass, statement),
  }));
  const all = (1n << BigInt(fail.length)) - 1n;
  const plain = covering(single, all);
  if (plain.predicates.length === 1 && plain.unexplained === 0) return plain;
  const double = covering([...single, ...pairsOf(single)], all);
  const cost = ({ predicates, unexplained }: Separation): number => 1000 * unexplained + predicates.flat().length;
  return cost(double) <= cost(plain) ? double : plain;
}

/** Two statements of which neither is enough, and that hold together of no case that passes. */
function pairsOf(single: readonly Candidate[]): Candidate[] {
  const known = new Set<string>();
  // Statements that hold of the same cases make the same pairs: the most general stands for all.
  const open = single.filter(({ fail, pass }) => {
    const key = `${fail} ${pass}`;
    return pass !== 0n && !known.has(key) && known.add(key);
  });
  return open.flatMap((a, i) =>
    open.slice(i + 1).flatMap((b) => {
      const fail = a.fail & b.fail;
      const isTelling = fail !== 0n && (a.pass & b.pass) === 0n;
      return isTelling ? [{ predicate: [...a.predicate, ...b.predicate], fail, pass: 0n }] : [];
    }),
  );
}

/** One candidate after another, each the one that holds of most that are left. */
function covering(candidates: readonly Candidate[], all: bigint): Separation {
  const telling = candidates.filter(({ pass }) => pass === 0n);
  const predicates: Predicate[] = [];
  let rest = all;
  while (rest !== 0n) {
    let [best, most]: [Candidate | undefined, number] = [undefined, 0];
    for (const each of telling) {
      const count = ones(each.fail & rest);
      if (count > most) [best, most] = [each, count];
    }
    if (!best) break;
    predicates.push(best.predicate);
    rest &= ~best.fail;
  }
  return { predicates, unexplained: ones(rest) };
}
