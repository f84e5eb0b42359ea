// Reads the matrix of an engine: which products reach which output, and with which factor. One operand holds a single 1 at a
// time; the cells of the other hold ones, then their numbers, then numbers drawn for them, so that three answers tell which
// cell an output has taken:
//
//   cells       1 1 1 …    1 2 3 …    h₁ h₂ h₃ …
//   an output   2          6          2·h₃          so it takes cell 3, twice
//
// Where that does not add up, because an output takes several cells, these are asked one by one. Spec oracle-instead.

import { hash } from '../../random.ts';
import { sizeOf } from '../../tensor.ts';
import type { Part } from '../case.ts';
import type { Side, Terms } from './terms.ts';

/** The operands of one question, by name; those that are not given are 0. */
export type Given = Readonly<Record<string, Float32Array>>;

/** Asks, and gives of each answer the part that is read; undefined where there is none, or no more time. */
export type Put = (questions: readonly Given[]) => Promise<readonly (Float32Array | undefined)[]>;

/** The factor of each product that an engine takes, by its key. */
export type Matrix = ReadonlyMap<number, number>;

export interface Reading {
  readonly products: Matrix;
  /** Of each element of the bias and of the output: bias · outputs + output. */
  readonly biases: Matrix;
  /** What is there when all operands are 0. */
  readonly constants: Matrix;
  /** What maxima over no cell are. */
  readonly ofNone: Matrix;
  /** Outputs that are NaN even then: they are computed from what lies beyond the end of a tensor. */
  readonly beyond: ReadonlySet<number>;
}

/** The number of a product: that of its element of x, of the weight and of the output in one. */
export const keyOf = (sizes: Readonly<Record<Side, number>>, x: number, w: number, y: number): number =>
  (x * sizes.w + w) * sizes.y + y;

export const sizesOf = ({ shapes, structure }: Terms): Readonly<Record<Side, number>> => ({
  x: sizeOf(shapes.x),
  w: structure.weight === undefined ? 1 : sizeOf(shapes.w),
  y: sizeOf(shapes.y),
});

/** More questions than this are not asked for one part. */
const QUESTIONS = 4000;
/** Nor more than these one by one, where coded ones do not tell. */
const SINGLE = 1500;
/** With so few cells, asking each costs no more than the three questions that tell them apart. */
const FEW = 3;
/** Numbers drawn for cells are below this prime. */
const DRAWN = 4093;

/** The operand that a side is in a call. */
export const operandOf = ({ structure }: Terms, side: Side): string =>
  side === 'x' ? 'x' : side === 'y' ? 'dy' : structure.weight!;

/** The sides that a part is computed from, and its own. */
export function sidesOf(terms: Terms, part: Part): { readonly out: Side; readonly from: readonly Side[] } {
  const { weight } = terms.structure;
  const all: readonly Side[] = weight === undefined ? ['x', 'y'] : ['x', 'w', 'y'];
  const out: Side = part === 'y' || part === 'x' ? part : 'w';
  return { out, from: all.filter((side) => side !== out) };
}

/** Whether rounding leaves nothing else to be meant. */
export const isNear = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-5 * Math.max(1, Math.abs(b));

const snapped = (value: number): number => (isNear(value, Math.round(value)) ? Math.round(value) + 0 : value);

const drawn = (i: number): number => 1 + (hash(17, i) % DRAWN);

const oneHot = (size: number, i: number): Float32Array => {
  const data = new Float32Array(size);
  data[i] = 1;
  return data;
};

/** The part of the engine's answers that is linear in one or two operands; undefined where it cannot be read. */
export async function readPart(terms: Terms, part: Part, put: Put, isNarrow: boolean): Promise<Reading | undefined> {
  const sizes = sizesOf(terms);
  const [nothing] = await put([{}]);
  if (!nothing?.every((value) => Number.isFinite(value) || Number.isNaN(value))) return undefined;
  const beyond = new Set([...nothing.keys()].filter((i) => Number.isNaN(nothing[i])));
  const constants = new Map<number, number>();
  for (const [i, value] of nothing.entries()) if (value !== 0 && !beyond.has(i)) constants.set(i, value);
  const put0: Put = async (questions) =>
    (await put(questions)).map((each) => each?.map((value, i) => (beyond.has(i) ? 0 : value - nothing[i])));
  const { structure, biases: count } = terms;
  const biases = new Map<number, number>();
  if (part === structure.bias) {
    const rows = await readOneByOne(put0, sizes.y, (i) => ({ dy: oneHot(sizes.y, i) }));
    if (!rows) return undefined;
    for (const [y, b, factor] of rows) biases.set(b * sizes.y + y, factor);
    return { products: new Map(), biases, constants, ofNone: new Map(), beyond };
  }
  if (part === 'y' && count > 0) {
    const rows = await readOneByOne(put0, count, (i) => ({ [structure.bias!]: oneHot(count, i) }));
    if (!rows) return undefined;
    for (const [b, y, factor] of rows) biases.set(b * sizes.y + y, factor);
  }
  const products = await readProducts(terms, part, put0, isNarrow);
  return products && { products, biases, constants, ofNone: new Map(), beyond };
}

/** Element, output and factor of everything that is not 0. */
type Entries = readonly (readonly [element: number, output: number, factor: number])[];

async function readOneByOne(put: Put, size: number, given: (i: number) => Given): Promise<Entries | undefined> {
  if (size > QUESTIONS) return undefined;
  const answers = await put(Array.from({ length: size }, (_, i) => given(i)));
  const found: [number, number, number][] = [];
  for (const [i, answer] of answers.entries()) {
    if (!answer?.every(Number.isFinite)) return undefined;
    for (const [q, value] of answer.entries()) if (snapped(value) !== 0) found.push([i, q, snapped(value)]);
  }
  return found;
}

async function readProducts(terms: Terms, part: Part, put: Put, isNarrow: boolean): Promise<Matrix | undefined> {
  const sizes = sizesOf(terms);
  const { out, from } = sidesOf(terms, part);
  const found = new Map<number, number>();
  const note = (places: Partial<Record<Side, number>>, factor: number): void => {
    const { x = 0, w = 0, y = 0 } = places;
    found.set(keyOf(sizes, x, w, y), factor);
  };
  const [one, other] = [...from].sort((a, b) => sizes[a] - sizes[b]);
  if (other === undefined) {
    const rows = await readOneByOne(put, sizes[one], (i) => ({ [operandOf(terms, one)]: oneHot(sizes[one], i) }));
    for (const [i, q, factor] of rows ?? []) note({ [one]: i, [out]: q }, factor);
    return rows && found;
  }
  const [nameOfOne, nameOfOther] = [operandOf(terms, one), operandOf(terms, other)];
  const n = sizes[other];
  const each = async (j: number): Promise<boolean> => {
    const held = oneHot(sizes[one], j);
    const rows = await readOneByOne(put, n, (i) => ({ [nameOfOne]: held, [nameOfOther]: oneHot(n, i) }));
    for (const [i, q, factor] of rows ?? []) note({ [one]: j, [other]: i, [out]: q }, factor);
    return rows !== undefined;
  };
  if (n <= FEW || isNarrow) {
    if (n * sizes[one] > QUESTIONS) return undefined;
    for (let j = 0; j < sizes[one]; j++) if (!(await each(j))) return undefined;
    return found;
  }
  if (3 * sizes[one] > QUESTIONS) return undefined;
  const codes = [() => 1, (i: number) => i + 1, drawn].map((code) =>
    Float32Array.from({ length: n }, (_, i) => code(i)),
  );
  const questions = Array.from({ length: 3 * sizes[one] }, (_, i) => ({
    [nameOfOne]: oneHot(sizes[one], Math.floor(i / 3)),
    [nameOfOther]: codes[i % 3],
  }));
  const answers = await put(questions);
  let left = SINGLE;
  for (let j = 0; j < sizes[one]; j++) {
    const three = answers.slice(3 * j, 3 * j + 3);
    if (three.some((answer) => !answer?.every(Number.isFinite))) return undefined;
    const decoded = decode(three as Float32Array[], n);
    for (const [i, q, factor] of decoded ?? []) note({ [one]: j, [other]: i, [out]: q }, factor);
    if (decoded) continue;
    left -= n;
    if (left < 0 || !(await each(j))) return undefined;
  }
  return found;
}

/** The single cell that each output takes, if it takes no more than one. */
function decode([ones, numbers, draws]: readonly Float32Array[], n: number): Entries | undefined {
  const found: [number, number, number][] = [];
  for (let q = 0; q < ones.length; q++) {
    const factor = snapped(ones[q]);
    if (factor === 0 && snapped(numbers[q]) === 0 && snapped(draws[q]) === 0) continue;
    const i = Math.round(numbers[q] / ones[q]) - 1;
    if (factor === 0 || !(i >= 0 && i < n) || !isNear(numbers[q], factor * (i + 1))) return undefined;
    if (!isNear(draws[q], factor * drawn(i))) return undefined;
    found.push([i, q, factor]);
  }
  return found;
}

/** What lies below every cell of a maximum that is read, and a cell that is larger than all others. */
const [FLOOR, TOP] = [-9, 16];

/** The cells of each window of a maximum: one large cell at a time on a floor. */
export async function readMaximum(terms: Terms, put: Put): Promise<Reading | undefined> {
  const sizes = sizesOf(terms);
  if (sizes.x > QUESTIONS) return undefined;
  const floor = new Float32Array(sizes.x).fill(FLOOR);
  const [base] = await put([{ x: floor }]);
  if (!base?.every((value) => value === -Infinity || Number.isFinite(value))) return undefined;
  const constants = new Map<number, number>();
  for (const [q, value] of base.entries()) if (value !== FLOOR) constants.set(q, value);
  const answers = await put(Array.from(floor, (_, i) => ({ x: floor.with(i, TOP) })));
  const products = new Map<number, number>();
  for (const [i, answer] of answers.entries()) {
    if (!answer?.every((value, q) => value === base[q] || Number.isFinite(value))) return undefined;
    for (let q = 0; q < answer.length; q++) {
      if (answer[q] === base[q]) continue;
      products.set(
        keyOf(sizes, i, 0, q),
        answer[q] === TOP ? 1 : (answer[q] - Math.max(FLOOR, base[q])) / (TOP - FLOOR),
      );
    }
  }
  const reached = new Set([...products.keys()].map((key) => key % sizes.y));
  const those = (isReached: boolean): Matrix => new Map([...constants].filter(([q]) => reached.has(q) === isReached));
  return { products, biases: new Map(), constants: those(true), ofNone: those(false), beyond: new Set() };
}
