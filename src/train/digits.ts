// Generated digits: ten hand-drawn 5×7 glyphs, each image shifted, scaled and slanted, with its own brightness and noise.
// They are data to train on without a download, and no substitute for real handwriting.

import { known, wholeNumber } from '../attributes.ts';
import { type Random, random } from '../random.ts';
import { tensor } from '../tensor.ts';
import type { Batch } from './batches.ts';

export const GLYPHS = [
  '.###. #...# #..## #.#.# ##..# #...# .###.',
  '..#.. .##.. ..#.. ..#.. ..#.. ..#.. .###.',
  '.###. #...# ....# ...#. ..#.. .#... #####',
  '####. ....# ....# .###. ....# ....# ####.',
  '...#. ..##. .#.#. #..#. ##### ...#. ...#.',
  '##### #.... ####. ....# ....# #...# .###.',
  '.###. #.... #.... ####. #...# #...# .###.',
  '##### ....# ...#. ...#. ..#.. ..#.. ..#..',
  '.###. #...# #...# .###. #...# #...# .###.',
  '.###. #...# #...# .#### ....# ....# .###.',
].map((rows) => rows.split(' ').map((row) => Array.from(row, (cell) => (cell === '#' ? 1 : 0))));

const SIDE = 28;

/**
 * `count` grey images `[count, 28, 28, 1]` of digits in 0…1, the labels 0 to 9 in turn. Spec train-digits.
 *
 * @example
 * digits({ count: 20, seed: 1 }).x.shape // [20, 28, 28, 1]
 */
export function digits(options: { readonly count: number; readonly seed?: number }): Batch {
  options = known('digits', options, ['count', 'seed'], 'options');
  const { count, seed = 0 } = options;
  wholeNumber('train-digits', 'digits', 'count', count, 1);
  const source = random(seed);
  const x = tensor([count, SIDE, SIDE, 1]);
  const labels = Array.from({ length: count }, (_, i) => i % 10);
  labels.forEach((label, image) => {
    draw(GLYPHS[label], x.data.subarray(image * SIDE * SIDE, (image + 1) * SIDE * SIDE) as Float32Array, source);
  });
  return { x, labels };
}

/** Draws one glyph: every pixel looks up its place in the glyph, between cells by linear interpolation. */
function draw(glyph: readonly (readonly number[])[], pixels: Float32Array, { uniform }: Random): void {
  const between = (least: number, most: number): number => least + (most - least) * uniform();
  const cell = [between(2.2, 3.4), between(2.2, 3.8)];
  const middle = [between(11.5, 16.5), between(11.5, 16.5)];
  const slant = between(-0.35, 0.35);
  const ink = between(0.6, 1);
  for (let i = 0; i < SIDE; i++) {
    for (let j = 0; j < SIDE; j++) {
      const row = (i - middle[0]) / cell[0];
      const column = (j - middle[1]) / cell[1] + slant * row;
      const value = ink * lookUp(glyph, row + 3, column + 2) + between(-0.15, 0.15);
      pixels[i * SIDE + j] = Math.min(1, Math.max(0, value));
    }
  }
}

function lookUp(glyph: readonly (readonly number[])[], row: number, column: number): number {
  const [i, j] = [Math.floor(row), Math.floor(column)];
  const [u, v] = [row - i, column - j];
  const at = (a: number, b: number): number => glyph[a]?.[b] ?? 0;
  return (1 - u) * ((1 - v) * at(i, j) + v * at(i, j + 1)) + u * ((1 - v) * at(i + 1, j) + v * at(i + 1, j + 1));
}
