// The layer as its Toeplitz matrix, and as the patches of im2col: matrices of which one row belongs to one output.

import { SpecError } from '../../errors.ts';
import { im2col } from '../../inspect/im2col.ts';
import { toeplitz } from '../../inspect/matrix.ts';
import type { Shape, Tensor } from '../../tensor.ts';
import { short } from '../numbers.ts';
import { greatestOf } from '../palette.ts';
import { type Drawing, type Ink, text } from '../svg.ts';
import type { Lab } from './lab.ts';

/** The row of a matrix that belongs to an output. */
export interface Matrix extends Tensor {
  rowOf(y: number): number;
}

/** The most elements of a matrix that is shown. */
export const MOST_ELEMENTS = 1 << 21;

/** Why a layer has no such matrix here; undefined where it has one. */
export function whyNoToeplitz({ op, x, y }: Lab): string | undefined {
  if (op === 'max' || op === 'lp') return 'This pooling is not linear, so no matrix gives it.';
  const elements = x.data.length * y.data.length;
  return elements > MOST_ELEMENTS
    ? `The matrix would have ${y.data.length} × ${x.data.length} elements. Choose a smaller input or fewer channels to see it.`
    : undefined;
}

export const toeplitzOf = ({ layer, shape, params }: Lab): Matrix => ({
  ...toeplitz(layer, shape, params),
  rowOf: (y) => y,
});

/** The matrix, or why there is none: sums of products that overflow are not linear any more. */
export function matrixOrWhy(lab: Lab): Matrix | string {
  const why = whyNoToeplitz(lab);
  if (why !== undefined) return why;
  try {
    return toeplitzOf(lab);
  } catch (error) {
    if (!(error instanceof SpecError) || error.clause !== 'toeplitz-linear') throw error;
    return 'Sums of numbers as large as these leave the range of float32, so no matrix gives them.';
  }
}

export const whyNoPatches = ({ op }: Lab): string | undefined =>
  op === 'transposed'
    ? 'A transposed convolution spreads cells instead of gathering them: its matrix is the transpose of that of a convolution.'
    : undefined;

/** Every patch a row. The cells of a pool are in it too: the layer then takes the maximum or the mean of a row. */
export function patchesOf({ x, layer, axes, y }: Lab): Matrix {
  // Rows of a window beyond the padded input, which ceil adds, need padding to be written.
  const padding = axes.map(({ before, input, output, stride, size, dilation }) => [
    before,
    Math.max(0, (output - 1) * stride + (size - 1) * dilation + 1 - before - input),
  ]);
  const { size, stride, dilation } = layer.attributes as { size: number[]; stride: number[]; dilation: number[] };
  const channels = y.shape[y.shape.length - 1];
  return {
    ...im2col(x, { size, stride, dilation, padding: padding as never }),
    rowOf: (index) => Math.floor(index / channels),
  };
}

/** The side of an element. */
export const sideOf = ([rows, columns]: Shape): number =>
  Math.max(1, Math.min(28, Math.floor(720 / columns), Math.floor(6000 / rows)));

/** A frame around a row. */
export function frameOf({ shape }: Matrix, row: number | undefined, ink: Ink): string {
  if (row === undefined) return '';
  const cell = sideOf(shape);
  return `<rect x="1" y="${row * cell + 1}" width="${shape[1] * cell}" height="${Math.max(cell, 2)}" style="fill:none;stroke:${ink.accent};stroke-width:2"/>`;
}

/** Draws the elements that are not 0, one path for all of a value. */
export function drawMatrix(matrix: Matrix, ink: Ink, title: string): Drawing {
  const [rows, columns] = matrix.shape;
  const cell = sideOf(matrix.shape);
  const greatest = greatestOf(matrix.data);
  const paths = new Map<number, string[]>();
  matrix.data.forEach((value, i) => {
    if (value === 0) return;
    const path = paths.get(value) ?? [];
    paths.set(value, path);
    path.push(`M${(i % columns) * cell} ${Math.floor(i / columns) * cell}h${cell}v${cell}h-${cell}z`);
  });
  const [width, height] = [columns * cell, rows * cell];
  const coloured = [...paths].map(
    ([value, path]) => `<path style="fill:${ink.of(value, greatest)}" d="${path.join('')}"/>`,
  );
  const numbers = cell < 18 ? [] : Array.from(matrix.data, (value, i) => numberAt(value, i, columns, cell, ink));
  const frame = `<rect x="1" y="1" width="${width}" height="${height}" style="fill:none;stroke:${ink.line}"/>`;
  return {
    width: width + 2,
    height: height + 2,
    body: `<g transform="translate(1 1)">${coloured.join('')}${numbers.join('')}</g>${frame}`,
    title,
  };
}

const numberAt = (value: number, i: number, columns: number, cell: number, ink: Ink): string => {
  const [x, y] = [(i % columns) * cell + cell / 2, Math.floor(i / columns) * cell + cell * 0.64];
  return text(x, y, value === 0 ? '·' : short(value), ink, cell * 0.42, 'text-anchor="middle"');
};

/** The elements of a row that are not 0. */
export function entriesOf(matrix: Matrix, row: number): { readonly column: number; readonly value: number }[] {
  const columns = matrix.shape[1];
  return Array.from(matrix.data.subarray(row * columns, (row + 1) * columns), (value, column) => ({
    column,
    value,
  })).filter(({ value }) => value !== 0);
}
