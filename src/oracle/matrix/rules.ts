// Finds the rule by which an engine's matrix follows from the right one: a change, and the products that it happens to. A
// rule says what the engine would compute in any case, so it can be tried on all of them; its text is the rule. Spec oracle-instead.

import type { Part } from '../case.ts';
import { changesOf, wantedLater } from './all-changes.ts';
import { biasesBeside, changed, followed, insteadOf, lastOf, ruleNamed } from './apply-change.ts';
import { type Change, readBeyond } from './change.ts';
import { differencesFrom, type Made, madeIn } from './compare-changes.ts';
import { factorChanges } from './factor-changes.ts';
import { at, exceptOutputs, isSameMatrix, isSameSet, keyIn, matrixOf, outputsBeyond, readsBeyond } from './matrices.ts';
import { isNear, type Matrix, type Reading, sidesOf, sizesOf } from './matrix-from-answers.ts';
import { biasTerms } from './products.ts';
import { everywhere, inWords, isIn, type Region, regionsBetween } from './regions.ts';
import type { Term, Terms } from './terms.ts';

/** `the products are left out where the output column is the last` */
export interface Rule {
  readonly text: string;
  readonly cost: number;
  readonly mayRunOn?: boolean;
  /** Whether the case that it was found in shows too little of it: it may be true by accident, and names nothing by itself. */
  readonly isArbitrary?: boolean;
  /** Whether the bias, which is not where it is right, is where the results of these products are written. */
  readonly hasBias?: boolean;
}

/** What one part of the results may follow. */
export interface PartRules {
  readonly part: Part;
  /** Whether the products, and the biases, are other ones than right. */
  readonly isOther: { readonly products: boolean; readonly biases: boolean };
  /** The plainest first; each explains everything that was read. Without one, only the products are known. */
  readonly products: readonly Rule[];
  readonly biases: readonly Rule[];
  /** Whether the case has no bias, but others may have one. */
  readonly hasNoBias: boolean;
  /** What a maximum over no cell is. */
  readonly ofNone?: number;
  /** Whether the products that were read follow from a rule that was found in another case, and whether the biases do. */
  readonly follow: (rule: string) => boolean;
  readonly followBias: (rule: string) => boolean;
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
  readonly operation?: string;
  readonly limits?: readonly [least: number, most: number];
}

/** Rules of the products and of the bias. What lies beyond the end of a tensor may be read of either, of the products rather. */
export function rulesOf(
  terms: Terms,
  part: Part,
  { products, biases, beyond }: Reading,
  isOther: PartRules['isOther'],
): Pick<PartRules, 'products' | 'biases' | 'isOther'> {
  const [own, none] = [biasTerms(terms), new Set<number>()];
  const isBeside = ({ text }: Rule): boolean => isSameMatrix(matrixOf(own, biasesBeside(text, terms)), biases);
  const ofProducts = (outputs: ReadonlySet<number>): readonly Rule[] => {
    const found = rulesFor(terms, part, products, outputs);
    return isOther.biases ? found.map((rule) => (isBeside(rule) ? { ...rule, hasBias: true } : rule)) : found;
  };
  const ofBiases = (outputs: ReadonlySet<number>): readonly Rule[] => rulesFor(own, part, biases, outputs);
  if (beyond.size === 0 || isOther.biases)
    return {
      products: isOther.products ? ofProducts(isOther.biases ? none : beyond) : [],
      biases: isOther.biases ? ofBiases(beyond) : [],
      isOther,
    };
  const found = ofProducts(beyond);
  if (found.length > 0 || isOther.products || terms.biases === 0)
    return { products: found, biases: [], isOther: { products: true, biases: false } };
  return { products: [], biases: ofBiases(beyond), isOther: { products: false, biases: true } };
}

/** Whether products that were read are those that a rule gives here. */
export const follows = (terms: Terms, part: Part, { products, beyond }: Reading, rule: string): boolean =>
  isSameMatrix(exceptOutputs(terms, part, matrixOf(terms, followed(rule, terms)), beyond), products);

/** The same of the biases. */
export const biasFollows = (terms: Terms, part: Part, { biases, beyond }: Reading, rule: string): boolean => {
  const own = biasTerms(terms);
  return isSameMatrix(exceptOutputs(own, part, matrixOf(own, followed(rule, own)), beyond), biases);
};

/** How many rules are kept, the plainest first. */
const KEPT = 120;

/** Rules that turn the right matrix into the engine's, the plainest first; some outputs may be computed from beyond a tensor. */
function rulesFor(terms: Terms, part: Part, theirs: Matrix, beyond: ReadonlySet<number>): Rule[] {
  const sizes = sizesOf(terms);
  const keys = terms.list.map((term) => keyIn(terms, term, sizes));
  const { out } = sidesOf(terms, part);
  const isUnknown = ({ [out]: place }: Term): boolean => beyond.size > 0 && beyond.has(at(terms.shapes[out], place));
  const inPlace = terms.list.map(
    (term, i) => keys[i] < 0 || isUnknown(term) || isNear(theirs.get(keys[i]) ?? 0, term.factor),
  );
  const ratios = terms.list.flatMap((term, i) => (inPlace[i] ? [] : [(theirs.get(keys[i]) ?? 0) / term.factor]));
  if (beyond.size > 0 && terms.list.every(isUnknown)) return [ruleOf(unseen(terms, part), everywhere)];
  // What the engine has not, and other differences, refute most changes.
  const rank = (i: number): number => (inPlace[i] ? 2 : theirs.has(keys[i]) ? 1 : 0);
  const order = [...terms.list.keys()].sort((a, b) => rank(a) - rank(b));
  const last = lastOf(terms, out);
  const isTaken = (next: Term): boolean => {
    if (isUnknown(next)) return true;
    const key = keyIn(terms, next, sizes);
    return key < 0 ? !readsBeyond(terms, part, next) : (theirs.get(key) ?? 0) !== 0;
  };
  /** Whether the engine has the first products by a change: a quick test, which refutes most changes. */
  const mayFit = (change: Change, region: Region): boolean =>
    change.all?.().every(isTaken) ??
    (change.stores ? last : order).every((i) =>
      (isIn(region, i, terms.list[i]) ? insteadOf(change, terms.list[i]) : [terms.list[i]]).every(isTaken),
    );
  const isSame = (change: Change, region: Region): boolean => {
    if (!mayFit(change, region)) return false;
    const taken = changed(terms, change, region);
    return (
      isSameSet(outputsBeyond(terms, part, taken), beyond) &&
      isSameMatrix(exceptOutputs(terms, part, matrixOf(terms, taken), beyond), theirs)
    );
  };
  const madeBy = madeIn(terms, part, sizes);
  const differences = differencesFrom(terms, theirs, keys);
  const found: Rule[] = [];
  for (const change of all(terms, ratios)) {
    if (change.stores && change.stores !== out) continue;
    if (beyond.size > 0 && !change.mayRunOn) continue;
    const isWhole = change.stores !== undefined || change.more !== undefined || change.all !== undefined;
    const made = madeBy(change);
    const regions = isWhole ? [everywhere] : regionsOf(terms, theirs, made, { order, keys, inPlace, isUnknown });
    if (regions.length === 0) continue;
    const isOneByOne = !change.stores && !change.all && beyond.size === 0;
    const explains = isOneByOne ? differences(change, made) : undefined;
    for (const region of beyond.size > 0 ? regions.slice(0, UNKNOWN) : regions)
      if (explains ? explains(order, region) : isSame(change, region)) found.push(ruleOf(change, region));
  }
  const kept = found.sort((a, b) => a.cost - b.cost).slice(0, KEPT);
  for (const { text } of kept) wantedLater(text.split(' where ')[0]);
  return kept;
}

function* all(terms: Terms, ratios: readonly number[]): Iterable<Change> {
  yield* changesOf(terms);
  yield* factorChanges(terms, ratios);
}

/** Where no result tells what it is computed from: it is read beyond the end of a tensor. */
const unseen = (terms: Terms, part: Part): Change => readBeyond(terms.shapes, sidesOf(terms, part).from[0]);

/** How many regions are tried for one change. */
const REGIONS = 12;
/** The same where some outputs are computed from beyond a tensor, and so tell nothing. */
const UNKNOWN = 3;

/** The right products held against the engine's. */
interface Compared {
  readonly order: readonly number[];
  readonly keys: readonly number[];
  readonly inPlace: readonly boolean[];
  isUnknown(term: Term): boolean;
}

/** The products that a change must happen to, and those that it must not. */
function regionsOf(terms: Terms, theirs: Matrix, made: Made, { order, keys, inPlace, isUnknown }: Compared): Region[] {
  const inside: number[] = [];
  const outside: number[] = [];
  for (const i of order) {
    const term = terms.list[i];
    if (isUnknown(term)) continue;
    const instead = made.instead(i);
    const key = instead?.key ?? -1;
    const isSame = key === keys[i] && (!instead || isNear(instead.factor, term.factor));
    // A product that the engine has not must be changed.
    if (isSame && !inPlace[i] && !theirs.has(keys[i])) return [];
    if (isSame) continue;
    let agrees = true;
    if (key >= 0)
      agrees = key === keys[i] ? isNear(theirs.get(key) ?? 0, instead!.factor) : (theirs.get(key) ?? 0) !== 0;
    else if (!instead) agrees = (theirs.get(keys[i]) ?? 0) === 0;
    if (keys[i] < 0 && key < 0) continue;
    if (!inPlace[i] && !agrees) return [];
    if (!inPlace[i]) inside.push(i);
    else if (!agrees) outside.push(i);
  }
  if (inside.length === 0 && outside.length > 0 && !terms.list.some((_, i) => keys[i] < 0)) return [];
  return regionsBetween(terms, inside, outside).slice(0, REGIONS);
}

const ruleOf = (change: Change, region: Region): Rule => ({
  text: `${change.text}${inWords(region)}`,
  cost: change.cost + region.cost,
  ...(change.mayRunOn && { mayRunOn: true }),
  ...(isArbitrary(change, region) && { isArbitrary: true }),
});

/** Of changes that cost as much there are so many that under a condition one is true of nearly anything. */
const FORMULA = 8;

const isArbitrary = ({ cost }: Change, { statements }: Region): boolean =>
  statements.some((each) => each.isArbitrary) || (statements.length > 0 && cost >= FORMULA);

/** The rules that may be said of the case that they were found in. What lies beyond a tensor is only supposed. */
export const plainOf = (rules: readonly Rule[], { beyond }: Pick<Reading, 'beyond'>): readonly Rule[] =>
  beyond.size > 0 ? [] : rules.filter((each) => !each.isArbitrary);

/** Whether a rule that was found in another case may be said of this one. */
export function isPlainIn(terms: Terms, rule: string): boolean {
  const found = ruleNamed(rule, terms);
  return found !== undefined && !isArbitrary(found.change, found.region);
}
