// What fills the input and the kernel: whole numbers as far as possible, so that the sums can be checked by hand.

import { type Filter, filters } from '../../inspect/filters.ts';
import { hash, random } from '../../random.ts';
import { allocate, type Shape, sizeOf, type Tensor } from '../../tensor.ts';
import { GLYPHS } from '../../train/digits.ts';
import { isNumber, numberIn } from '../numbers.ts';
import type { LabTexts } from './texts.ts';

/**
 * The cells of a tensor as planes of rows and columns: `[...space, channels]` has a plane for each channel, a weight
 * `[...size, channels, filters]` one for each pair. A 1-D tensor has planes of one row.
 */
export interface Planes {
  readonly rows: number;
  readonly columns: number;
  readonly count: number;
}

export const planesOf = (shape: Shape, rank: number): Planes => {
  const space = shape.slice(0, rank);
  return { rows: rank === 1 ? 1 : space[0], columns: space[rank - 1], count: sizeOf(shape.slice(rank)) };
};

/** The index of a cell. */
export const cellAt = ({ columns, count }: Planes, plane: number, row: number, column: number): number =>
  (row * columns + column) * count + plane;

/** Fills every cell by its plane, row and column. */
function filled(shape: Shape, rank: number, value: (plane: number, row: number, column: number) => number): Tensor {
  const y = allocate('lab', shape, 'float32');
  const planes = planesOf(shape[0] === 1 && shape.length === rank + 2 ? shape.slice(1) : shape, rank);
  for (let plane = 0; plane < planes.count; plane++)
    for (let row = 0; row < planes.rows; row++)
      for (let column = 0; column < planes.columns; column++)
        y.data[cellAt(planes, plane, row, column)] = value(plane, row, column);
  return y;
}

/** Rows of numbers, divided by semicolons or lines, planes by bars: `1 2; 3 4 | 5 6; 7 8`. Brackets are passed over. */
export const readTyped = (text: string): number[][][] =>
  text.split('|').map((plane) =>
    plane
      .trim()
      .split(/;|\n|\][\s,]*\[/)
      .map((row) =>
        row
          .trim()
          .split(/[\s,[\]]+/)
          .filter((cell) => cell !== '')
          .map(numberIn),
      ),
  );

/** What does not fit a tensor of these planes, in a sentence. */
export function typedProblem(text: string, { rows, columns, count }: Planes): string | undefined {
  const planes = readTyped(text);
  const all = planes.flat(2);
  const odd = all.findIndex((value) => !isNumber(value));
  if (odd >= 0) return `Number ${odd + 1} is no number${Number.isNaN(all[odd]) ? '' : ' of float32'}: it counts as 0.`;
  const wanted = `${count > 1 ? `${count} planes, divided by “|”, of ` : ''}${rows > 1 ? `${rows} rows of ` : ''}${columns} numbers`;
  const fits =
    planes.length === count &&
    planes.every((plane) =>
      plane.length === 1
        ? plane[0].length === rows * columns
        : plane.length === rows && plane.every((row) => row.length === columns),
    );
  return fits
    ? undefined
    : `It takes ${wanted}; here are ${all.length}. What is missing is 0, what is more is left out.`;
}

export function writeTyped({ data }: Tensor, planes: Planes): string {
  const list = (length: number, item: (i: number) => string, between: string): string =>
    Array.from({ length }, (_, i) => item(i)).join(between);
  const cell = (plane: number, row: number, column: number): string => String(data[cellAt(planes, plane, row, column)]);
  return list(planes.count, (p) => list(planes.rows, (r) => list(planes.columns, (c) => cell(p, r, c), ' '), ';'), '|');
}

/** Numbers in one row may be those of all rows. */
const typedIn = (text: string, columns: number) => {
  const typed = readTyped(text);
  return (plane: number, row: number, column: number): number => {
    const own = typed[plane] ?? [];
    const value = (own.length === 1 ? own[0][row * columns + column] : own[row]?.[column]) ?? 0;
    return isNumber(value) ? value : 0;
  };
};

/** A whole number that has a meaning as a seed. */
export const isSeed = (text: string): boolean => /^\s*\d+\s*$/.test(text) && Number.isSafeInteger(Number(text));

/** −3 to 3. */
function randomIn(seed: string, what: string) {
  const { below } = random(hash(isSeed(seed) ? Number(seed) : 0, what));
  return (): number => below(7) - 3;
}

/** A digit of 7×5 cells in the middle, as large as fits by whole numbers; below that size by its nearest cells. */
function digitIn(t: LabTexts, rows: number, columns: number) {
  const glyph = GLYPHS[Math.min(9, Math.max(0, Math.floor(Number(t.digit) || 0)))];
  const [height, width] = [glyph.length, glyph[0].length];
  const scale = Math.floor(Math.min(rows / height, columns / width));
  if (scale === 0)
    return (i: number, j: number): number => glyph[Math.floor((i * height) / rows)][Math.floor((j * width) / columns)];
  const [top, left] = [Math.floor((rows - height * scale) / 2), Math.floor((columns - width * scale) / 2)];
  return (i: number, j: number): number => glyph[Math.floor((i - top) / scale)]?.[Math.floor((j - left) / scale)] ?? 0;
}

/** In one dimension there are no digits: two bars. */
const bars = (column: number): number =>
  column % 8 === 2 || column % 8 === 3 || column % 8 === 4 || column % 8 === 6 ? 1 : 0;

/** The input before it is shifted. */
export function inputOf(t: LabTexts, shape: Shape, rank: number): Tensor {
  const [rows, columns] = [rank === 1 ? 1 : shape[1], shape[rank]];
  const drawn = randomIn(t.seed, 'x');
  const digit = t.image === 'digit' && rank === 2 ? digitIn(t, rows, columns) : undefined;
  const typed = t.image === 'typed' ? typedIn(t.x, columns) : undefined;
  const middle = [Math.floor(rows / 2), Math.floor(columns / 2)];
  return filled(shape, rank, (plane, row, column) => {
    if (typed) return typed(plane, row, column);
    switch (t.image) {
      case 'digit':
        return digit ? digit(row, column) : bars(column);
      case 'edge':
        return column < columns / 2 ? 0 : 1;
      case 'ramp':
        return row * columns + column;
      case 'ones':
        return 1;
      case 'one cell':
        return row === middle[0] && column === middle[1] ? 1 : 0;
      default:
        return drawn();
    }
  });
}

/** x moved by whole cells; zeros come in from the border. */
export function shifted(x: Tensor, rank: number, down: number, right: number): Tensor {
  const planes = planesOf(x.shape.slice(1), rank);
  return filled(x.shape, rank, (plane, row, column) => {
    const [i, j] = [row - down, column - right];
    const isInside = i >= 0 && i < planes.rows && j >= 0 && j < planes.columns;
    return isInside ? x.data[cellAt(planes, plane, i, j)] : 0;
  });
}

/** The kernel. A hand-made filter is 3×3, or in 1-D its middle row. */
export function weightOf(t: LabTexts, shape: Shape, rank: number): Tensor {
  const { rows, columns } = planesOf(shape, rank);
  const drawn = randomIn(t.seed, 'w');
  const typed = t.weights === 'typed' ? typedIn(t.w, columns) : undefined;
  const known: Filter | undefined = Object.hasOwn(filters, t.weights)
    ? filters[t.weights as keyof typeof filters]
    : undefined;
  const isKnown = known && columns === 3 && (rank === 1 || rows === 3);
  return filled(shape, rank, (plane, row, column) => {
    if (typed) return typed(plane, row, column);
    if (isKnown) return known.values[(rank === 1 ? 1 : row) * 3 + column] / known.divisor;
    if (t.weights === 'ones') return 1;
    if (t.weights === 'one cell') return row === Math.floor(rows / 2) && column === Math.floor(columns / 2) ? 1 : 0;
    return drawn();
  });
}
