// Finds the rule by which an engine's matrix follows from the right one: a change, and the products that it happens to. A
// rule says what the engine would compute in any case, so it can be tried on all of them; its text is the rule. Spec oracle-instead.

import { indexAt } from '../../places.ts';
import type { Part } from '../case.ts';
import { type Change, isBeyond } from './change.ts';
import { changesOf } from './changes.ts';
import { factorChanges } from './factor-changes.ts';
import { isNear, keyOf, type Matrix, sidesOf, sizesOf } from './read.ts';
import { everywhere, holdsIn, inWords, type Region, regionsBetween, statementsNamed } from './regions.ts';
import { isInside, type Side, type Term, type Terms } from './terms.ts';

/** `the products are left out where the output column is the last` */
export interface Rule {
  readonly text: string;
  readonly cost: number;
  readonly mayRunOn?: boolean;
}

/** What one part of the results may follow. */
export interface PartRules {
  readonly part: Part;
  /** Whether the products, and the biases, are other ones than right. */
  readonly isOther: { readonly products: boolean; readonly biases: boolean };
  /** The plainest first; each explains everything that was read. Without one, only the products are known. */
  readonly products: readonly Rule[];
  readonly biases: readonly Rule[];
  /** What a maximum over no cell is. */
  readonly ofNone?: number;
  /** Whether what lies beyond the end of a tensor is NaN. */
  readonly isBeyondNaN: boolean;
  /** What is seen beside: a single constant, what is not linear. */
  readonly constant?: number;
  readonly seen?: Seen;
}

/** What is seen where results are not what the matrix gives. */
export interface Seen {
  readonly text: string;
  /** Whether the matrix with this predicts the answers. */
  readonly confirmed: boolean;
  readonly choice?: string;
  readonly limits?: readonly [least: number, most: number];
}

/** How many rules are kept, the plainest first. */
const KEPT = 120;

/** The index of a product's element in one tensor. */
const at = (shape: readonly number[], place: readonly number[]): number =>
  shape.length === 0 ? 0 : indexAt(shape, place);

/** The key of a product, or −1 where it counts nothing. */
export function keyIn({ shapes, structure }: Terms, { x, w, y }: Term, sizes: ReturnType<typeof sizesOf>): number {
  if (!isInside(shapes.x, x) || !isInside(shapes.y, y)) return -1;
  const hasWeight = structure.weight !== undefined;
  if (hasWeight && !isInside(shapes.w, w)) return -1;
  return keyOf(sizes, at(shapes.x, x), hasWeight ? at(shapes.w, w) : 0, at(shapes.y, y));
}

/** Products as a matrix; those of one key are added. */
export function matrixOf(terms: Terms, list: readonly Term[] = terms.list): Map<number, number> {
  const sizes = sizesOf(terms);
  const isMaximum = terms.structure.kind === 'maximum';
  const found = new Map<number, number>();
  for (const term of list) {
    const key = keyIn(terms, term, sizes);
    if (key < 0) continue;
    const sum = isMaximum ? term.factor : (found.get(key) ?? 0) + term.factor;
    if (sum === 0) found.delete(key);
    else found.set(key, sum);
  }
  return found;
}

export const isSameMatrix = (a: Matrix, b: Matrix): boolean => {
  if (a.size !== b.size) return false;
  for (const [key, factor] of a) if (!isNear(b.get(key) ?? 0, factor)) return false;
  return true;
};

/** Whether a product is read beyond the end of a tensor, and counts. */
function readsBeyond(terms: Terms, part: Part, term: Term): boolean {
  const { out, from } = sidesOf(terms, part);
  return (
    from.some((side) => isBeyond(term[side])) &&
    isInside(terms.shapes[out], term[out]) &&
    from.every((side) => isBeyond(term[side]) || isInside(terms.shapes[side], term[side]))
  );
}

/** The elements of a part that are computed from what lies beyond the end of a tensor. */
export function outputsBeyond(terms: Terms, part: Part, list: readonly Term[]): Set<number> {
  const { out } = sidesOf(terms, part);
  const reading = list.filter((term) => readsBeyond(terms, part, term));
  return new Set(reading.map((term) => indexAt(terms.shapes[out], term[out])));
}

/** A matrix but for some outputs. */
export function exceptOutputs(terms: Terms, part: Part, matrix: Matrix, outputs: ReadonlySet<number>): Matrix {
  if (outputs.size === 0) return matrix;
  const sizes = sizesOf(terms);
  const { out } = sidesOf(terms, part);
  const at = (key: number): number => {
    const xw = Math.floor(key / sizes.y);
    return { x: Math.floor(xw / sizes.w), w: xw % sizes.w, y: key % sizes.y }[out];
  };
  return new Map([...matrix].filter(([key]) => !outputs.has(at(key))));
}

const isSameSet = (a: ReadonlySet<number>, b: ReadonlySet<number>): boolean =>
  a.size === b.size && [...a].every((each) => b.has(each));

/** Rules that turn the right matrix into the engine's, the plainest first; some outputs may be computed from beyond a tensor. */
export function rulesFor(terms: Terms, part: Part, theirs: Matrix, beyond: ReadonlySet<number>): Rule[] {
  const sizes = sizesOf(terms);
  const keys = terms.list.map((term) => keyIn(terms, term, sizes));
  const { out } = sidesOf(terms, part);
  const isUnknown = ({ [out]: place }: Term): boolean => beyond.size > 0 && beyond.has(at(terms.shapes[out], place));
  const inPlace = terms.list.map(
    (term, i) => keys[i] < 0 || isUnknown(term) || isNear(theirs.get(keys[i]) ?? 0, term.factor),
  );
  const ratios = terms.list.flatMap((term, i) => (inPlace[i] ? [] : [(theirs.get(keys[i]) ?? 0) / term.factor]));
  const found: Rule[] = [];
  if (beyond.size > 0 && terms.list.every(isUnknown)) return []; // what they are computed from instead cannot be seen
  const last = lastOf(terms, out);
  /** Whether the engine has the first products by a change: a quick look, which most changes do not stand. */
  const mayFit = (change: Change, region: Region): boolean =>
    (change.stores ? last : terms.list).every((term) =>
      (holdsIn(region, term) ? insteadOf(change, term) : [term]).every((next) => {
        if (isUnknown(next)) return true;
        const key = keyIn(terms, next, sizes);
        return key < 0 ? !readsBeyond(terms, part, next) : (theirs.get(key) ?? 0) !== 0;
      }),
    );
  for (const change of [...changesOf(terms), ...factorChanges(terms, ratios)].map(remembering)) {
    if (change.stores && change.stores !== out) continue;
    if (beyond.size > 0 && !change.mayRunOn) continue;
    const isWhole = change.stores !== undefined || change.more !== undefined || change.all !== undefined;
    const regions = isWhole ? [everywhere] : regionsOf(terms, theirs, change, keys, inPlace, isUnknown);
    for (const region of beyond.size > 0 ? regions.slice(0, UNKNOWN) : regions) {
      if (!mayFit(change, region)) continue;
      const list = changed(terms, change, region);
      if (!isSameSet(outputsBeyond(terms, part, list), beyond)) continue;
      if (isSameMatrix(exceptOutputs(terms, part, matrixOf(terms, list), beyond), theirs))
        found.push(ruleOf(change, region));
    }
  }
  return found.sort((a, b) => a.cost - b.cost).slice(0, KEPT);
}

/** The change, each product of which is changed once for all regions. */
function remembering(change: Change): Change {
  const known = new Map<Term, Term | undefined>();
  const apply = (term: Term): Term | undefined => {
    if (!known.has(term)) known.set(term, change.apply(term));
    return known.get(term);
  };
  return { ...change, apply };
}

const changed = (terms: Terms, change: Change, region: Region): readonly Term[] => {
  const { stores, all } = change;
  if (all) return all();
  if (stores) return stored(terms, change, stores);
  return terms.list.flatMap((term) => (holdsIn(region, term) ? insteadOf(change, term) : term));
};

/** The products of the last element of a tensor that has any. */
function lastOf({ list, shapes }: Terms, side: Side): readonly Term[] {
  const indices = list.map((term) => (isInside(shapes[side], term[side]) ? at(shapes[side], term[side]) : -1));
  const last = indices.reduce((most, index) => Math.max(most, index), 0);
  return list.filter((_, i) => indices[i] === last);
}

/** What becomes of one product. */
function insteadOf({ apply, more }: Change, term: Term): readonly Term[] {
  const next = apply(term);
  return more ? [...(next ? [next] : []), ...more(term)] : next ? [next] : [];
}

/** The products of every result that is written and stays: where several are written to one place, the last of them. */
function stored({ list, shapes }: Terms, { apply }: Change, side: Side): Term[] {
  const shape = shapes[side];
  const last = new Map<number, number>();
  const written = list.flatMap((term) => {
    const next = apply(term);
    if (!next || !isInside(shape, term[side]) || !isInside(shape, next[side])) return [];
    const [from, to] = [indexAt(shape, term[side]), indexAt(shape, next[side])];
    last.set(to, Math.max(from, last.get(to) ?? 0));
    return [{ next, from, to }];
  });
  return written.flatMap(({ next, from, to }) => (last.get(to) === from ? next : []));
}

/** How many regions are tried for one change. */
const REGIONS = 12;
/** The same where some outputs are computed from beyond a tensor, and so tell nothing. */
const UNKNOWN = 3;

/** The products that a change must happen to, and those that it must not. */
function regionsOf(
  terms: Terms,
  theirs: Matrix,
  change: Change,
  keys: readonly number[],
  inPlace: readonly boolean[],
  isUnknown: (term: Term) => boolean,
): Region[] {
  const sizes = sizesOf(terms);
  const inside: Term[] = [];
  const outside: Term[] = [];
  for (const [i, term] of terms.list.entries()) {
    if (isUnknown(term)) continue;
    const instead = change.apply(term);
    const key = instead ? keyIn(terms, instead, sizes) : -1;
    const isSame = key === keys[i] && (!instead || isNear(instead.factor, term.factor));
    if (isSame) continue;
    let agrees = true;
    if (key >= 0)
      agrees = key === keys[i] ? isNear(theirs.get(key) ?? 0, instead!.factor) : (theirs.get(key) ?? 0) !== 0;
    else if (!instead) agrees = (theirs.get(keys[i]) ?? 0) === 0;
    if (keys[i] < 0 && key < 0) continue;
    if (!inPlace[i] && !agrees) return [];
    if (!inPlace[i]) inside.push(term);
    else if (!agrees) outside.push(term);
  }
  if (inside.length === 0 && outside.length > 0 && !terms.list.some((_, i) => keys[i] < 0)) return [];
  return regionsBetween(terms, inside, outside).slice(0, REGIONS);
}

const ruleOf = (change: Change, region: Region): Rule => ({
  text: `${change.text}${inWords(region)}`,
  cost: change.cost + region.cost,
  ...(change.mayRunOn && { mayRunOn: true }),
});

/** The products that a rule takes in any case of the operator; the right ones where it changes nothing. */
export function followed(text: string, terms: Terms): readonly Term[] {
  const [main, where] = text.split(' where ');
  const change = [...changesOf(terms, true), ...factorChanges(terms, factorsIn(main))].find(
    (each) => each.text === main,
  );
  const statements = statementsNamed(terms, where?.split(' and ') ?? []);
  return change && statements ? changed(terms, change, { statements, cost: 0 }) : terms.list;
}

/** The factor that a change names by its number. */
function factorsIn(main: string): number[] {
  const [, number] = /^the products are multiplied by (-?[\d.e-]+)$/.exec(main) ?? [];
  return number === undefined ? [] : [Number(number)];
}
