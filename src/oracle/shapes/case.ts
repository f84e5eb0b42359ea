// The case of an operator without windows: the shape of x, and the attributes of the operator, each drawn from a short list.

import type { Random } from '../../random.ts';
import { isList } from '../../reading.ts';
import { type Shape, sizeOf } from '../../tensor.ts';
import type { Case, Drawn } from '../case.ts';
import type { LargeAxis, Ranges } from '../family.ts';
import { batches, blocks } from '../windows/large-axes.ts';
import { lower } from '../windows/smaller.ts';

/** x is `[batch, ...space, channels]`. */
export type ShapedCase<A = object> = Case & {
  readonly batch: number;
  readonly space: readonly number[];
  readonly channels: number;
} & A;

/** An attribute: its letter in a case id, and the values it is drawn from, the simplest first. */
export interface Own<T> {
  readonly letter: string;
  readonly values: readonly T[];
  /** Values that the spec forbids. Spec oracle-reject. */
  readonly refused?: readonly T[];
  /** The operator was known before its attribute: an id does not name the first value. */
  readonly isLater?: true;
}

/** All attributes of an operator, in the order of a case id. */
export type Owns<A> = { readonly [K in keyof A]: Own<A[K]> };
type AnyOwns = Readonly<Record<string, Own<unknown>>>;

/** An attribute of a case. */
export const attributeOf = (c: object, name: string): unknown => (c as Readonly<Record<string, unknown>>)[name];

export const inputOf = ({ batch, space, channels }: Omit<ShapedCase, keyof Case>): Shape => [batch, ...space, channels];
export const workOf = (c: ShapedCase): number => sizeOf(inputOf(c));

type Range = readonly [least: number, most: number];

/** Every axis is drawn by itself from its range. */
export interface ShapedRanges<A> {
  readonly batch: Range;
  /** The number of spatial axes. */
  readonly rank: Range;
  readonly space: Range;
  readonly channels: Range;
  readonly values: string;
  /** Attributes that are drawn from other lists than their own. */
  readonly own?: { readonly [K in keyof A]?: readonly A[K][] };
}

const plain: ShapedRanges<never> = { batch: [1, 3], rank: [0, 3], space: [1, 5], channels: [1, 6], values: 'exact' };

/** Where the cases of most operators are drawn from. */
export const shapedRanges: readonly Partial<ShapedRanges<never>>[] = [
  {},
  { rank: [2, 2], channels: [2, 9] }, // channels that lie elsewhere where they come first
  { values: 'real' },
  { batch: [2, 5], rank: [1, 2] }, // sums over one image alone
  { values: 'negative' },
  { values: 'nan' },
  { rank: [2, 2], space: [20, 30], channels: [1, 2], values: 'real' }, // accumulators of 11 bits
];

/** Where the axes beside a large one are drawn from. */
export const smallShapes: Partial<ShapedRanges<never>> = { batch: [1, 2], rank: [2, 2], space: [2, 4] };

export function drawnFrom<A extends object>(owns: Owns<A>, change: Partial<ShapedRanges<A>>): Ranges<ShapedCase<A>> {
  const { batch, rank, space, channels, values, own = {} }: ShapedRanges<A> = { ...plain, ...change };
  const within = ({ below }: Random, [least, most]: Range): number => least + below(most - least + 1);
  return {
    values: [values],
    draw(draw) {
      const shape = {
        batch: within(draw, batch),
        space: Array.from({ length: within(draw, rank) }, () => within(draw, space)),
        channels: within(draw, channels),
      };
      const attributes = Object.entries<Own<unknown>>(owns).map(([name, { values }]) => {
        const list = (own as Record<string, readonly unknown[]>)[name] ?? values;
        return [name, list[draw.below(list.length)]];
      });
      return { ...shape, ...Object.fromEntries(attributes), values } as unknown as Drawn<ShapedCase<A>>;
    },
  };
}

export const largeShapes: readonly LargeAxis<ShapedCase>[] = [
  { values: blocks, set: (c, channels) => ({ ...c, channels }) },
  { values: batches, set: (c, batch) => ({ ...c, batch }) },
  { values: blocks, set: (c, cells) => ({ ...c, space: c.space.with(0, cells) }) },
  { values: blocks, set: (c, cells) => ({ ...c, space: c.space.with(-1, cells) }) },
];

export function* smallerShapes<C extends ShapedCase>(owns: AnyOwns, c: C): Generator<C> {
  for (let axis = 0; axis < c.space.length; axis++) yield { ...c, space: c.space.toSpliced(axis, 1) };
  for (const name of ['batch', 'channels'] as const)
    for (const value of lower(c[name], 1)) yield { ...c, [name]: value };
  for (let axis = 0; axis < c.space.length; axis++)
    for (const value of lower(c.space[axis], 1)) yield { ...c, space: c.space.with(axis, value) };
  for (const [name, { values }] of Object.entries(owns)) {
    const own = attributeOf(c, name);
    for (const simpler of new Set(values.slice(0, values.indexOf(own)))) yield { ...c, [name]: simpler };
  }
  if (c.values !== 'exact') yield { ...c, values: 'exact' };
}

/** With another value of one attribute. */
export function* variantShapes<C extends ShapedCase>(owns: AnyOwns, c: C): Generator<C> {
  for (const [name, { values }] of Object.entries(owns))
    for (const value of new Set(values)) if (value !== attributeOf(c, name)) yield { ...c, [name]: value };
}

/** One attribute has a value that the spec forbids, or there is no image. */
export function* refusedShapes<C extends ShapedCase>(owns: AnyOwns, whole: C): Generator<C> {
  const c = { ...whole, values: 'exact' };
  yield { ...c, batch: 0 };
  for (const [name, { refused = [] }] of Object.entries(owns))
    for (const value of refused) yield { ...c, [name]: value };
}

/** The same with the first value of every attribute, and an image. */
export function repairedShape<C extends ShapedCase>(owns: AnyOwns, { reject: _, ...c }: C): C {
  const first = Object.fromEntries(Object.entries(owns).map(([name, { values }]) => [name, values[0]]));
  return { ...c, ...first, batch: Math.max(1, c.batch) } as unknown as C;
}

// A case id: n2h4w5c3_s0; behind the underscore the attributes, those that are true or false as 1 or 0, words by their
// number on the list of values, then on that of refused ones, a pair for each axis as 1.2x0.1, a number for each as 2x3.

const spaceLetters = ['d', 'h', 'w'];

/** Whether it may be a list with a number for each axis, or with a pair of whole numbers. */
const hasLists = ({ values }: Own<unknown>): boolean => values.some(isList);
const hasPairs = ({ values }: Own<unknown>): boolean => values.some((value) => isList(value) && value.some(isList));
const wordsOf = ({ values, refused = [] }: Own<unknown>): readonly unknown[] => [...new Set([...values, ...refused])];

function writeOwn(each: Own<unknown>, value: unknown): string | number {
  if (isList(value))
    return hasPairs(each) ? value.map((own) => (isList(own) ? own : [own, own]).join('.')).join('x') : value.join('x');
  return typeof value === 'string' ? wordsOf(each).indexOf(value) : Number(value);
}

/** An attribute as it is written in an id. */
function readOwn(each: Own<unknown>, text: string): unknown {
  const isList = each.values.every((value) => Array.isArray(value));
  if (!hasPairs(each) && (isList || text.includes('x'))) return text.split('x').map(Number);
  if (hasPairs(each) && text.includes('.')) return text.split('x').map((pair) => pair.split('.').map(Number));
  const first = typeof each.values[0];
  return first === 'boolean' ? text === '1' : first === 'string' ? wordsOf(each)[Number(text)] : Number(text);
}

export function writeShape(owns: AnyOwns, c: Omit<ShapedCase, keyof Case>): string {
  const axes = c.space.map((cells, i) => `${spaceLetters[3 - c.space.length + i]}${cells}`);
  const own = Object.entries(owns).map(([name, each]) => {
    const value = attributeOf(c, name);
    return each.isLater && value === each.values[0] ? '' : `${each.letter}${writeOwn(each, value)}`;
  });
  return `n${c.batch}${axes.join('')}c${c.channels}_${own.join('')}`;
}

export function readShape<A extends object>(
  owns: Owns<A>,
  text: string,
): Omit<Drawn<ShapedCase<A>>, 'values'> | undefined {
  const letters = Object.values<Own<unknown>>(owns).map((each) => {
    const value = `${each.letter}(${hasLists(each) ? '[-\\d.x]+' : '-?[\\d.]+'})`;
    return each.isLater ? `(?:${value})?` : value;
  });
  const match = new RegExp(`^n(\\d+)((?:d\\d+)?(?:h\\d+)?(?:w\\d+)?)c(\\d+)_${letters.join('')}$`).exec(text);
  if (!match) return undefined;
  const [, batch, space, channels, ...given] = match;
  const attributes = Object.entries<Own<unknown>>(owns).map(([name, each], i) => [
    name,
    given[i] === undefined ? each.values[0] : readOwn(each, given[i]),
  ]);
  const found = {
    batch: Number(batch),
    space: [...space.matchAll(/\d+/g)].map(Number),
    channels: Number(channels),
    ...Object.fromEntries(attributes),
  } as unknown as Omit<Drawn<ShapedCase<A>>, 'values'>;
  return writeShape(owns as AnyOwns, found as never) === text ? found : undefined;
}
