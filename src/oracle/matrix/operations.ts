// Another operation in place of the product of two operands. Its results are not linear in either, so no matrix says them.
//
//   Σ (x + w)      in place of      Σ x · w

import { sizeOf } from '../../tensor.ts';
import type { Operands, Part } from '../case.ts';
import type { Prediction } from '../mistake.ts';
import { biasElements } from './evaluate.ts';
import { at } from './matrices.ts';
import { shapeOfPart } from './products.ts';
import { isInside, type Side, type Terms } from './terms.ts';

type Operation = (a: number, b: number) => number;

const operations: readonly (readonly [text: (a: string, b: string) => string, of: Operation])[] = [
  [(a, b) => `${a} and ${b} are added`, (a, b) => a + b],
  [(a, b) => `${b} is subtracted from ${a}`, (a, b) => a - b],
  [(a, b) => `${a} is subtracted from ${b}`, (a, b) => b - a],
  [(a, b) => `${a} is divided by ${b}`, (a, b) => a / b],
  [(a, b) => `${b} is divided by ${a}`, (a, b) => b / a],
  [(a, b) => `the larger of ${a} and ${b} is taken`, Math.max],
  [(a, b) => `the smaller of ${a} and ${b} is taken`, Math.min],
  [(a, b) => `the distance of ${a} and ${b} is taken`, (a, b) => Math.abs(a - b)],
  [(a, b) => `the squared distance of ${a} and ${b} is taken`, (a, b) => (a - b) * (a - b)],
  [(a, b) => `${a} is taken without ${b}`, (a) => a],
  [(a, b) => `${b} is taken without ${a}`, (_, b) => b],
];

/** The two tensors that are multiplied for a part, and what they are called. */
function factorsOf({ structure }: Terms, part: Part): readonly [sides: readonly Side[], names: readonly string[]] {
  const weight = structure.weight === 'weight' ? 'the weight' : structure.weight!;
  if (part === 'y')
    return [
      ['x', 'w'],
      ['x', weight],
    ];
  return part === 'x'
    ? [
        ['w', 'y'],
        [weight, 'dy'],
      ]
    : [
        ['x', 'y'],
        ['x', 'dy'],
      ];
}

/** One operation on all products of a part, on those over padding too or not. */
interface Other {
  readonly text: string;
  readonly of: Operation;
  readonly isOverPadding: boolean;
}

const othersOf = (terms: Terms, part: Part): Other[] => {
  const [, [a, b]] = factorsOf(terms, part);
  return operations.flatMap(([text, of]) =>
    [false, true].map((isOverPadding) => ({
      text: `${text(a, b)} in place of their product${isOverPadding ? ', also over padding' : ''}`,
      of,
      isOverPadding,
    })),
  );
};

/** What an operation in place of the product gives for a part. */
function operated(terms: Terms, part: Part, operands: Operands, { of, isOverPadding }: Other): Prediction {
  const { shapes, structure, list } = terms;
  const tensors = { x: operands.x, w: operands[structure.weight!], y: operands.dy };
  const [[first, second]] = factorsOf(terms, part);
  const out: Side = part === 'y' ? 'y' : part === 'x' ? 'x' : 'w';
  const shape = shapeOfPart(terms, part);
  const data = new Float64Array(sizeOf(shape));
  for (const term of list) {
    const [a, b] = [first, second].map((side) =>
      isInside(shapes[side], term[side]) ? tensors[side]!.data[at(shapes[side], term[side])] : undefined,
    );
    if (!isInside(shapes[out], term[out]) || (!isOverPadding && (a === undefined || b === undefined))) continue;
    data[at(shapes[out], term[out])] += term.factor * of(a ?? 0, b ?? 0);
  }
  const bias = structure.bias === undefined ? undefined : operands[structure.bias]?.data;
  if (part === 'y' && bias) for (const { w, y } of biasElements(terms)) data[y] += bias[w];
  return { shape, data };
}

/** A part by the text of an operation. */
export function byOperation(text: string, terms: Terms, part: Part, operands: Operands): Prediction | undefined {
  const other = othersOf(terms, part).find((each) => each.text === text);
  return other && operated(terms, part, operands, other);
}

/** An answer with the operands that it was asked for. */
interface Answered {
  readonly operands: Operands;
  readonly theirs: Float32Array | undefined;
}

/** Beside an infinity every number would be near. */
const isNear = (theirs: number, value: number): boolean =>
  Number.isFinite(value) ? Math.abs(theirs - value) <= 1e-5 * Math.max(1, Math.abs(value)) : Object.is(theirs, value);

/** The operation that gives all answers in place of the product; undefined where none does. */
export function operationIn(terms: Terms, part: Part, answers: readonly Answered[]): string | undefined {
  const { kind, weight, bias } = terms.structure;
  if (kind !== 'sum' || weight === undefined || part === bias) return undefined;
  const isGiven = (other: Other): boolean =>
    answers.every(({ operands, theirs }) => {
      const { data } = operated(terms, part, operands, other);
      return theirs?.length === data.length && data.every((value, i) => isNear(theirs[i], value));
    });
  return othersOf(terms, part).find(isGiven)?.text;
}
