// The difference between two matrices in words: the plainest rule, or else what kinds of products differ.

import { placeOf } from '../../places.ts';
import { sizeOf } from '../../tensor.ts';
import type { Part } from '../case.ts';
import type { Product } from '../findings/finding.ts';
import { isNear, type Matrix, type Reading, sizesOf } from './matrix-from-answers.ts';
import { axesOf } from './regions.ts';
import type { PartRules } from './rules.ts';
import type { Side, Terms } from './terms.ts';

/** Said where an engine finds NaN past the end of its operands. */
export const BEYOND = 'what lies beyond the end is NaN';

/** Said where a bias is added where the results of other products are written, or is left out with them. */
export const BESIDE = 'the bias goes with the results';

/** Clauses that say how a reading differs from what is right. */
export function differenceInWords(
  terms: Terms,
  { right, biases }: { readonly right: Matrix; readonly biases: Matrix },
  reading: Reading,
  rules: PartRules,
  isBiasPart: boolean,
): string[] {
  const clauses: string[] = [];
  const [products, bias] = [rules.products[0], rules.biases[0]];
  if (!isBiasPart && (differs(right, reading.products) || (reading.beyond.size > 0 && products)))
    clauses.push(products?.text ?? kindsOf(terms, right, reading.products));
  const name = terms.structure.bias;
  if (name !== undefined && terms.biases > 0 && (isBiasPart || reading.biases.size > 0 || rules.biases.length > 0)) {
    if (products?.hasBias) clauses.push(BESIDE);
    else if (bias) clauses.push(ofBias(bias.text));
    else if (differs(biases, reading.biases))
      clauses.push(`${name === 'bias' ? 'the bias' : name} is added differently`);
  }
  if (reading.constants.size > 0) clauses.push(constantsOf(terms, reading));
  if (reading.ofNone.size > 0)
    clauses.push(`a maximum over no cell is ${[...new Set(reading.ofNone.values())].join(' or ')}`);
  if (reading.beyond.size > 0)
    clauses.push(
      rules.products.length + rules.biases.length > 0 ? BEYOND : 'some results are NaN whatever the operands',
    );
  return clauses;
}

const differs = (a: Matrix, b: Matrix): boolean =>
  [...new Set([...a.keys(), ...b.keys()])].some((key) => !isNear(b.get(key) ?? 0, a.get(key) ?? 0));

function constantsOf({ structure, shapes }: Terms, { constants }: Reading): string {
  const values = [...new Set(constants.values())];
  const what = structure.kind === 'maximum' ? 'takes part in' : 'is added to';
  const whole = constants.size === sizeOf(shapes.y) ? 'every' : 'some';
  const result =
    structure.kind === 'maximum'
      ? `${whole} ${whole === 'every' ? 'maximum' : 'maxima'}`
      : `${whole} result${whole === 'every' ? '' : 's'}`;
  return values.length === 1
    ? `the constant ${values[0]} ${what} ${result}`
    : `constants ${what === 'is added to' ? 'are added to' : 'take part in'} ${result}`;
}

/** What kinds of products differ, where no rule says it. */
function kindsOf(terms: Terms, right: Matrix, theirs: Matrix): string {
  const missing = [...right.keys()].filter((key) => !theirs.has(key));
  const extra = [...theirs.keys()].filter((key) => !right.has(key));
  const scaled = [...right.keys()].filter((key) => theirs.has(key) && !isNear(theirs.get(key)!, right.get(key)!));
  const clauses: string[] = [];
  if (missing.length > 0 && extra.length > 0)
    clauses.push(elsewhere(terms, missing, extra) ?? 'some products are replaced by others');
  else if (missing.length > 0)
    clauses.push(missing.length === right.size ? 'all products are left out' : 'some products are left out');
  else if (extra.length > 0) clauses.push('extra products are added');
  if (scaled.length > 0) clauses.push('some products have a different factor');
  return clauses.join(' and ');
}

/** What products that came from elsewhere do: in which tensor, and what is said of more axes than can be told apart. */
const taken: Readonly<Record<Side, readonly [what: string, elsewhere: string]>> = {
  x: ['read the input at', 'other places'],
  w: ['take the weight of', 'other taps'],
  y: ['are added to', 'other outputs'],
};
/** More axes than this are not named. */
const NAMED = 2;

/** `some products read the input at another row`: the axes along which the products that came lie elsewhere than those that went. */
function elsewhere(terms: Terms, missing: readonly number[], extra: readonly number[]): string | undefined {
  const sizes = sizesOf(terms);
  const at = (key: number): Record<Side, number> => {
    const xw = Math.floor(key / sizes.y);
    return { x: Math.floor(xw / sizes.w), w: xw % sizes.w, y: key % sizes.y };
  };
  const sides: readonly Side[] = terms.structure.weight === undefined ? ['x', 'y'] : ['x', 'w', 'y'];
  for (const side of sides) {
    const rest = (key: number): string =>
      sides
        .filter((each) => each !== side)
        .map((each) => at(key)[each])
        .join();
    const shape = terms.shapes[side];
    if (shape.length === 0) continue;
    const pairs = extra.map((key) => [key, missing.filter((other) => rest(other) === rest(key))] as const);
    if (pairs.some(([, others]) => others.length !== 1)) continue;
    const axes = axesOf(terms, side).filter((_, axis) =>
      pairs.some(([key, [other]]) => placeOf(shape, at(key)[side])[axis] !== placeOf(shape, at(other)[side])[axis]),
    );
    if (axes.length > 0) return `some products ${inPlaces(side, axes)}`;
  }
  return undefined;
}

/** `read the input at another row and column` */
function inPlaces(side: Side, axes: readonly string[]): string {
  const [what, otherwise] = taken[side];
  if (axes.length > NAMED || axes.some((axis) => / axis \d/.test(axis))) return `${what} ${otherwise}`;
  const names = axes.map((axis) => (side === 'x' ? axis.replace('input ', '') : axis));
  const [first, second] = side === 'y' ? names.map((name, i) => (i > 0 ? name.replace('output ', '') : name)) : names;
  return `${what} another ${second === undefined ? first : `${first} and ${second}`}`;
}

/** A rule about products in the words for a bias. */
export const ofBias = (text: string): string =>
  text
    .replace('the products are', 'the bias is')
    .replace('the sum goes', 'the bias goes')
    .replace('the weight is that of', 'the bias is that of')
    .replace('takes the weight of', 'takes the bias of')
    .replaceAll('of the weight axis 0', 'of the bias')
    .replaceAll('weight axis 0', 'element');

/** What is said of the gradients of some operands: `in the gradient of x and weight …`. What becomes of a bias becomes of its gradient. */
export function inGradients(parts: readonly Part[], text: string): string {
  const ofOne = `the ${parts[0]} is `;
  return parts.length === 1 && text.startsWith(ofOne)
    ? `the gradient of ${parts[0]} is ${text.slice(ofOne.length)}`
    : `in the gradient of ${parts.join(' and ')} ${text}`;
}

/** At most so many differing products are listed. */
const LISTED = 12;

export function productsIn(terms: Terms, right: Matrix, theirs: Matrix): Product[] {
  const sizes = sizesOf(terms);
  const keys = [...new Set([...right.keys(), ...theirs.keys()])].filter(
    (key) => !isNear(theirs.get(key) ?? 0, right.get(key) ?? 0),
  );
  if (keys.length > LISTED) return [];
  const { x, w, y } = terms.shapes;
  return keys.map((key) => {
    const xw = Math.floor(key / sizes.y);
    return {
      output: placeOf(y, key % sizes.y),
      ...(x.length > 0 && { cell: placeOf(x, Math.floor(xw / sizes.w)) }),
      ...(terms.structure.weight !== undefined && x.length > 0 && { tap: placeOf(w, xw % sizes.w) }),
      ...(x.length === 0 && { tap: placeOf(w, xw % sizes.w) }),
      expected: right.get(key) ?? 0,
      got: theirs.get(key) ?? 0,
    };
  });
}
