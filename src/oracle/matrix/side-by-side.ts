// The right matrix and the engine's side by side, the entries that differ marked: rows are outputs, columns the cells they
// are computed from, and each entry is a weight by its number.
//
//   right        theirs
//   1 2 ·        1 *·* ·
//   · 1 2        · 1 2

import type { Part } from '../case.ts';
import { isNear, type Matrix, sidesOf, sizesOf } from './matrix-from-answers.ts';
import type { Terms } from './terms.ts';

/** Larger matrices are not drawn. */
const [ROWS, COLUMNS] = [16, 16];

export function drawn(terms: Terms, part: Part, right: Matrix, theirs: Matrix): string[] {
  const sizes = sizesOf(terms);
  const { out, from } = sidesOf(terms, part);
  const [column, number] = [from[0], from[1]];
  if (sizes[out] > ROWS || sizes[column] > COLUMNS) return [];
  const [ours, its] = [right, theirs].map((matrix) => {
    const rows = Array.from({ length: sizes[out] }, () =>
      Array.from({ length: sizes[column] }, () => new Map<number, number>()),
    );
    for (const [key, factor] of matrix) {
      const xw = Math.floor(key / sizes.y);
      const at = { x: Math.floor(xw / sizes.w), w: xw % sizes.w, y: key % sizes.y };
      rows[at[out]][at[column]].set(number === undefined ? 0 : at[number] + 1, factor);
    }
    return rows;
  });
  const cell = (entries: ReadonlyMap<number, number>): string =>
    entries.size === 0 ? '·' : [...entries].map(([index, factor]) => entry(index, factor)).join('+');
  const marked = its.map((row, i) =>
    row.map((entries, j) => {
      const other = ours[i][j];
      const isSame =
        entries.size === other.size && [...entries].every(([key, value]) => isNear(other.get(key) ?? 0, value));
      return isSame ? cell(entries) : `*${cell(entries)}*`;
    }),
  );
  const plain = ours.map((row) => row.map(cell));
  const [left, width] = [plain, marked].map((rows) => Math.max(...rows.flat().map((each) => each.length)));
  const line = (row: readonly string[], to: number): string => row.map((each) => each.padStart(to)).join(' ');
  const first = 'right'.padEnd(Math.max(5, sizes[column] * (left + 1) - 1));
  return [
    `${first}   theirs`,
    ...plain.map((row, i) => `${line(row, left).padEnd(first.length)}   ${line(marked[i], width)}`.trimEnd()),
  ];
}

/** A weight by its number, or a factor alone; `2×3` is the third weight twice. */
function entry(index: number, factor: number): string {
  const value = String(Number(factor.toPrecision(3)));
  if (index === 0) return value;
  return factor === 1 ? String(index) : `${value}×${index}`;
}
