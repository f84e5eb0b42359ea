// Tensors as text for people: nested rows, columns aligned, the middle of long axes left out.

import { known, wholeNumber } from '../attributes.ts';
import { checkTensor, type Tensor, typeOf } from '../tensor.ts';

export interface TensorTextOptions {
  /** The most digits behind the point; 4 if not given. */
  readonly digits?: number;
  /** A tensor of more elements is summarised; 1000 if not given. */
  readonly threshold?: number;
  /** How many of a long axis are shown at either end when it is; 3 if not given. */
  readonly edge?: number;
}

/**
 * A tensor as text: its type and shape, then nested rows with aligned columns; of one with many elements only the ends of each
 * axis. Spec inspect-text.
 *
 * @throws {SpecError} inspect-text for options that are not whole numbers in their ranges.
 * @example
 * console.log(tensorText(tensor([2, 3], [1, -2.5, 3, 0, 0.12345, 100])))
 * // float32 [2, 3]
 * // [[  1.0000,  -2.5000,   3.0000],
 * //  [  0.0000,   0.1235, 100.0000]]
 */
export function tensorText(x: Tensor, options: TensorTextOptions = {}): string {
  const [who, clause] = ['tensorText', 'inspect-text'];
  checkTensor(who, 'x', x);
  options = known(who, options, ['digits', 'threshold', 'edge'], 'options');
  const digits = wholeNumber(clause, who, 'digits', options.digits ?? 4, 0);
  const threshold = wholeNumber(clause, who, 'threshold', options.threshold ?? 1000, 0);
  const edge = wholeNumber(clause, who, 'edge', options.edge ?? 3, 1);
  const kept = x.shape.map((axis) => shown(axis, x.data.length > threshold ? edge : axis));
  const values = valuesOf(x, kept);
  const write = writer(values, Math.min(digits, 20));
  const cells = values.map(write);
  const width = cells.reduce((most, cell) => Math.max(most, cell.length), 0);
  const padded = cells.map((cell) => cell.padStart(width));
  return `${typeOf(x.data)} [${x.shape.join(', ')}]\n${nested(kept, padded, 0, 1)}`;
}

/** What of an axis is shown: every index, or those at its ends with −1 for the rest. */
const shown = (axis: number, edge: number): number[] => {
  const all = axis <= 2 * edge;
  return Array.from({ length: all ? axis : 2 * edge + 1 }, (_, i) =>
    all || i < edge ? i : i === edge ? -1 : axis - (2 * edge + 1 - i),
  );
};

/** The elements that are shown, in order. */
function valuesOf({ shape, data }: Tensor, kept: readonly (readonly number[])[]): number[] {
  if (data.length === 0) return [];
  let places = [0];
  kept.forEach((indices, axis) => {
    places = places.flatMap((place) => indices.filter((i) => i >= 0).map((i) => place * shape[axis] + i));
  });
  return places.map((place) => data[place]);
}

/** Whole numbers without a point, others with it, very large and small ones with an exponent; all of a tensor alike. */
function writer(values: readonly number[], digits: number): (value: number) => string {
  const finite = values.filter(Number.isFinite);
  const sizes = finite.map(Math.abs).filter((size) => size > 0);
  const [most, least] = sizes.reduce(
    ([a, b], size) => [Math.max(a, size), Math.min(b, size)],
    [0, Number.POSITIVE_INFINITY],
  );
  const style = (value: number): string => {
    if (finite.every(Number.isInteger) && most < 1e9) return String(value);
    return most >= 1e9 || least < 1e-4 ? value.toExponential(digits) : value.toFixed(digits);
  };
  return (value) => (!Number.isFinite(value) ? String(value) : `${Object.is(value, -0) ? '-' : ''}${style(value)}`);
}

/** Takes the cells in order from the front. */
function nested(kept: readonly (readonly number[])[], cells: string[], axis: number, indent: number): string {
  if (axis === kept.length) return cells.shift() ?? '';
  if (cells.length === 0) return '[]';
  const isRow = axis === kept.length - 1;
  const parts = kept[axis].map((i) => (i < 0 ? '…' : nested(kept, cells, axis + 1, indent + 1)));
  const between = isRow ? ', ' : `,${'\n'.repeat(kept.length - 1 - axis)}${' '.repeat(indent)}`;
  return `[${parts.join(between)}]`;
}
