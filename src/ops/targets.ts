// What a loss compares x with: targets of the shape of x, and labels that are numbers of classes.

import { finiteNumber } from '../attributes.ts';
import { SpecError, show, wrongType } from '../errors.ts';
import { isList, listOf, reading } from '../reading.ts';
import { checkTensor, type Shape, sameShape, sizeOf, type Tensor } from '../tensor.ts';

/** Whole numbers in row-major order. */
export type Labels = readonly number[] | Int32Array | Uint8Array | Uint16Array | Uint32Array | Tensor;

/** A copy: what happens to the caller's array later does not change the loss. */
export function readTarget(who: string, what: string, value: Tensor): Tensor {
  checkTensor(who, what, value);
  return Object.freeze({ shape: Object.freeze([...value.shape]), data: value.data.slice() });
}

/** Spec loss-target. */
export function checkTarget(who: string, what: string, target: Tensor, x: Shape): void {
  if (!sameShape(target.shape, x))
    throw new SpecError('loss-target', `${who}: ${what} must have the shape of x, [${x}], got [${target.shape}]`);
}

/** Spec loss-probability. */
export function readProbabilities(who: string, value: Tensor): Tensor {
  const targets = readTarget(who, 'targets', value);
  const i = targets.data.findIndex((each) => !(each >= 0 && each <= 1));
  if (i >= 0)
    throw new SpecError(
      'loss-probability',
      `${who}: targets must be from 0 to 1, got ${targets.data[i]} at index ${i}`,
    );
  return targets;
}

/** What stands for a label that is ignored. */
export const IGNORED = -1;

/** Labels as an array of whole numbers, negative only where they are ignored. Spec loss-labels, loss-ignore. */
export function readLabels(who: string, value: Labels, ignore?: number): readonly number[] {
  const values = reading('loss-labels', who, 'labels', () =>
    typeof value === 'object' && value !== null && 'data' in value ? value.data : value,
  );
  if (!isList(values) && !(ArrayBuffer.isView(values) && 'length' in values))
    throw wrongType('loss-labels', `${who}: labels must be an array of whole numbers, got ${show(value)}`);
  const given = isList(values)
    ? (listOf('loss-labels', who, 'labels', values) as number[])
    : reading('loss-labels', who, 'labels', () => Array.from(values as ArrayLike<number>));
  const labels = given.map((label, i) => {
    if (typeof label !== 'number')
      throw wrongType('loss-labels', `${who}: labels must be whole numbers, got ${show(label)} at index ${i}`);
    if (label !== ignore && (!Number.isInteger(label) || label < 0))
      throw new SpecError(
        'loss-labels',
        `${who}: labels must be whole numbers ≥ 0, got ${show(label)} at index ${i}${hintOf(label)}`,
      );
    return label;
  });
  return Object.freeze(labels);
}

/** A whole number, of either sign. Spec loss-ignore. */
export function readIgnored(who: string, value: number | undefined): number | undefined {
  if (value === undefined) return undefined;
  return finiteNumber('loss-ignore', who, 'ignore', value, 'a whole number', Number.isSafeInteger);
}

/** One label for each row of logits, each below the number of classes. */
export function checkLabels(who: string, labels: readonly number[], x: Shape): void {
  const rows = sizeOf(x.slice(0, -1));
  const classes = x[x.length - 1];
  if (x.length < 2 || labels.length !== rows)
    throw new SpecError(
      'loss-labels',
      `${who}: there must be one label for each row of x [${x}], got ${labels.length}`,
    );
  const i = labels.findIndex((label) => label >= classes);
  if (i >= 0)
    throw new SpecError(
      'loss-labels',
      `${who}: labels must be below the ${classes} classes of x, got ${labels[i]} at index ${i}${hintOf(labels[i])}`,
    );
}

/** Where no class is known, masks have 255, and torch's labels −100. */
const hintOf = (label: number): string =>
  [255, -1, -100].includes(label) ? ` (crossEntropy leaves it out with ignore: ${label})` : '';

/** One finite weight ≥ 0 for each class, copied. Spec loss-class-weights. */
export function readClassWeights(who: string, value: ArrayLike<number> | undefined): readonly number[] | undefined {
  if (value === undefined) return undefined;
  const clause = 'loss-class-weights';
  if (!Array.isArray(value) && !(ArrayBuffer.isView(value) && 'length' in value))
    throw wrongType(clause, `${who}: classWeights must be an array with a number for each class, got ${show(value)}`);
  return Object.freeze(
    Array.from(value as ArrayLike<number>, (weight, c) =>
      finiteNumber(clause, who, `the weight of class ${c}`, weight, 'a number ≥ 0', (each) => each >= 0),
    ),
  );
}

export function checkClassWeights(who: string, weights: readonly number[] | undefined, x: Shape): void {
  if (weights !== undefined && weights.length !== x[x.length - 1])
    throw new SpecError(
      'loss-class-weights',
      `${who}: classWeights must have a number for each of the ${x[x.length - 1]} classes of x, got ${weights.length}`,
    );
}
