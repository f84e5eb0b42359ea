// What an engine computes instead of the right result: its matrix is read on the geometry of one failing case, compared with
// the right one, said in words, and checked on fresh tensors. Spec oracle-instead.

import { sizeOf } from '../../tensor.ts';
import { answersTo, ask, type Outcome, partsOf } from '../ask/ask.ts';
import type { Patient } from '../ask/patience.ts';
import { isOutside } from '../ask/verdict.ts';
import type { Case, Operands, Part } from '../case.ts';
import { layerOf, operandsOf } from '../cases/tensors.ts';
import type { EngineUnderTest } from '../engine-under-test.ts';
import type { Instead } from '../findings/finding.ts';
import { byOtherOperation, type Told, unread } from './describe-part.ts';
import { differenceInWords, inGradients, productsIn } from './difference-in-words.ts';
import { biasElementsIn, elementsIn, evaluatePart, type Value } from './evaluate.ts';
import { askAll, FRESH, freshCase, partOf } from './fresh-tensors.ts';
import { exceptOutputs, isSameMatrix, matrixOf } from './matrices.ts';
import { type Given, type Put, type Reading, readMaximum, readPart } from './matrix-from-answers.ts';
import { nonlinear } from './nonlinear.ts';
import { biasTerms, isChoice, productsOf, shapeOfPart } from './products.ts';
import { biasFollows, follows, isPlainIn, type PartRules, plainOf, rulesOf } from './rules.ts';
import { drawn } from './side-by-side.ts';
import { type Terms, termsOf } from './terms.ts';

export interface Description {
  readonly instead: Instead;
  readonly rules: readonly PartRules[];
}

/** Reads the engine's matrix on the geometry of a case; undefined where there is none to be read, or no time for it. */
export async function readMatrix({ subject, isOver }: Patient, c: Case): Promise<Description | undefined> {
  if (!termsOf(c)) return undefined;
  const fresh: Outcome[] = [];
  for (let i = 0; i < FRESH; i++) fresh.push(await ask(subject, freshCase(c, i)));
  if (fresh.some(({ theirs }) => theirs === undefined)) return undefined;
  const wrong = wrongParts(subject, fresh);
  if (wrong === undefined) return undefined;
  if (wrong.length === 0) return rightProducts(c);
  const found: Told[] = [];
  for (const part of wrong) {
    const told = await readOne({ subject, isOver }, c, part, fresh);
    if (!told) return undefined;
    found.push(told);
  }
  return {
    instead: {
      text: joined(c, found),
      confirmed: found.every(({ confirmed }) => confirmed),
      ...(found.some(({ products }) => products.length > 0) && { products: found.flatMap(({ products }) => products) }),
      ...(found.some(({ lines }) => lines.length > 0) && { matrices: found.flatMap(({ lines }) => lines) }),
    },
    rules: found.map(({ rules }) => rules),
  };
}

/** The parts that are wrong on whole numbers; undefined where an answer has not the right form. */
function wrongParts(subject: EngineUnderTest, fresh: readonly Outcome[]): Part[] | undefined {
  const found = new Set<Part>();
  for (const { case: c, theirs } of fresh) {
    const terms = termsOf(c)!;
    for (const [part, { shape, bound }] of partsOf(subject, c)) {
      const data = partOf(theirs, part);
      if (data === undefined && part !== 'y') continue;
      if (!(data instanceof Float32Array) || data.length !== sizeOf(shape)) return undefined;
      if (part === 'y' && sizeOf(terms.shapes.y) !== data.length) return undefined;
      if (data.some((value, i) => isOutside(bound, i, value))) found.add(part);
    }
  }
  return [...found];
}

const rightProducts = (c: Case): Description => ({
  instead: { text: `with ${contrast(c)}`, confirmed: false },
  rules: [],
});

/** The numbers of the fresh tensors, which gave right results, beside those of a case, which do not. */
function contrast(c: Case): string {
  const numbers = Object.values(operandsOf(c, layerOf(c))).flatMap((tensor) => [...(tensor?.data ?? [])]);
  if (numbers.some(Number.isNaN)) return 'small whole numbers all is right, but not with NaN';
  if (numbers.some((value) => !Number.isFinite(value)))
    return 'small whole numbers all is right, but not with infinity';
  if (numbers.some((value) => !Number.isInteger(value)))
    return 'small whole numbers all is right, but not with fractions';
  return numbers.some((value) => Math.abs(value) > 99)
    ? 'small whole numbers all is right, but not with large ones'
    : 'other small whole numbers all is right, but not with these';
}

async function readOne(
  { subject, isOver }: Patient,
  c: Case,
  part: Part,
  fresh: readonly Outcome[],
): Promise<Told | undefined> {
  const operation = await byOtherOperation(subject, c, part, fresh);
  if (operation) return operation;
  const held = isChoice(c) ? (operandsOf(c, layerOf(c)).x.data as Float32Array) : undefined;
  const terms = productsOf(c)!;
  const put = putFor({ subject, isOver }, c, part, sizeOf(shapeOfPart(terms, part)), held);
  const isNarrow = subject.traits.precision !== undefined || subject.traits.winograd !== undefined;
  const reading =
    terms.structure.kind === 'maximum' ? await readMaximum(terms, put) : await readPart(terms, part, put, isNarrow);
  if (!reading) return isOver() ? undefined : unread(subject, part, fresh);
  const more = await askAll(subject, FRESH, (i) => freshCase(c, FRESH + i));
  const checked = [...fresh, ...more].map((outcome) => ({
    outcome,
    theirs: partOf(outcome.theirs, part),
    value: valueBy(terms, part, reading, operandsOf(outcome.case, layerOf(outcome.case))),
  }));
  const confirmed = checked.every(({ theirs, value }) => isPredicted(value, theirs));
  const own = biasTerms(terms);
  const right = exceptOutputs(terms, part, matrixOf(terms), reading.beyond);
  const biases = exceptOutputs(own, part, matrixOf(own), reading.beyond);
  const isBiasPart = part === terms.structure.bias;
  const isOther = {
    products: !isBiasPart && !isSameMatrix(right, reading.products),
    biases: (part === 'y' || isBiasPart) && !isSameMatrix(biases, reading.biases),
  };
  const isRight = !isOther.products && !isOther.biases && reading.constants.size === 0 && reading.beyond.size === 0;
  const other = confirmed ? undefined : await nonlinear(subject, terms, part, reading, checked);
  const constants = [...new Set(reading.constants.values())];
  const ofNone = [...new Set(reading.ofNone.values())];
  const rules: PartRules = {
    part,
    ...rulesOf(terms, part, reading, isOther),
    follow: (rule) => isPlainIn(terms, rule) && follows(terms, part, reading, rule),
    followBias: (rule) => isPlainIn(own, rule) && biasFollows(terms, part, reading, rule),
    isBeyondNaN: reading.beyond.size > 0,
    hasNoBias: terms.structure.bias !== undefined && terms.biases === 0,
    ...(constants.length === 1 && { constant: constants[0] }),
    ...(ofNone.length === 1 && { ofNone: ofNone[0] }),
    ...(other && { seen: other }),
  };
  const differs = isOther.products;
  const plain = { ...rules, products: plainOf(rules.products, reading), biases: plainOf(rules.biases, reading) };
  const difference = differenceInWords(terms, { right, biases }, reading, plain, isBiasPart);
  return {
    part,
    text:
      isRight && confirmed
        ? 'all products are right to five digits'
        : [...difference, ...(other ? [other.text] : [])].join(' and '),
    confirmed: (confirmed && !isRight) || (other?.confirmed ?? false),
    products: differs ? productsIn(terms, right, reading.products) : productsIn(own, biases, reading.biases),
    lines: differs ? drawn(terms, part, right, reading.products) : [],
    rules,
  };
}

function putFor({ subject, isOver }: Patient, c: Case, part: Part, size: number, x?: Float32Array): Put {
  const layer = layerOf(c);
  const shapes = Object.entries(operandsOf({ ...c, given: undefined, values: 'exact' }, layer)).map(
    ([name, tensor]) => [name, tensor!.data.length] as const,
  );
  const caseOf = (question: Given): Case => {
    const given = Object.fromEntries(
      shapes.map(([name, length]) => [
        name,
        numbersOf(name === 'x' && x ? { ...question, x } : question, name, length),
      ]),
    );
    return { ...c, values: 'given', seed: 0, given };
  };
  return (questions) => answersTo(subject, questions.map(caseOf), part, size, isOver);
}

const numbersOf = (question: Given, name: string, length: number): number[] =>
  question[name] ? [...question[name]] : new Array<number>(length).fill(0);

/** What the matrix that was read gives. */
function valueBy(
  terms: Terms,
  part: Part,
  { products, biases, constants, ofNone, beyond }: Reading,
  operands: Operands,
): Value {
  const elements = [elementsIn(terms, products), biasElementsIn(terms, biases)] as const;
  const value = evaluatePart(terms, part, operands, ...elements, new Map([...constants, ...ofNone]));
  for (const i of beyond) value.data[i] = NaN;
  return value;
}

/** Whether the numbers are what a matrix gives: whole numbers to the bit, quotients as near as float32 rounds. */
const isPredicted = ({ data, magnitude }: Value, theirs: Float32Array | undefined): boolean =>
  theirs !== undefined &&
  theirs.length === data.length &&
  data.every((value, i) =>
    Number.isInteger(value) && magnitude[i] < 0x1000000 && Number.isInteger(theirs[i])
      ? value === theirs[i]
      : Math.abs(value - theirs[i]) <= 1e-5 * Math.max(magnitude[i], Number.MIN_VALUE) || Object.is(value, theirs[i]),
  );

/** `in the gradient of x: …`, where a part is to be named. */
function joined(c: Case, found: readonly Told[]): string {
  if (!c.gradient) return found.map(({ text }) => text).join('; ');
  const texts = [...new Set(found.map(({ text }) => text))];
  return texts
    .map((text) =>
      inGradients(
        found.filter((each) => each.text === text).map(({ part }) => part),
        text,
      ),
    )
    .join('; ');
}
