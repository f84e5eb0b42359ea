// The pictures of the README, drawn by the page's own code: compared, or written by `npm run readme`.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { labOf } from '../src/explorer/lab/lab.ts';
import { drawMatrix, toeplitzOf } from '../src/explorer/lab/matrices.ts';
import { drawLab } from '../src/explorer/lab/picture.ts';
import { defaults as labDefaults } from '../src/explorer/lab/texts.ts';
import { marked } from '../src/explorer/oracle/marked.ts';
import { matricesOf } from '../src/explorer/oracle/matrices.ts';
import { questionOf } from '../src/explorer/oracle/question.ts';
import { defaults } from '../src/explorer/oracle/texts.ts';
import { schemes } from '../src/explorer/palette.ts';
import { type Drawing, inkOf, svgFile } from '../src/explorer/svg.ts';

const ink = inkOf(schemes.light);
const lab = () => labOf({ ...labDefaults, input: '5', kernel: '3', weights: 'random' }).lab!;

const pictures: Readonly<Record<string, () => Drawing>> = {
  convolution: () => drawLab(lab(), { where: 'y', index: 4 }, 0, ink),
  matrix: () => drawMatrix(toeplitzOf(lab()), ink, 'The Toeplitz matrix of a convolution'),
  oracle: () => {
    const question = questionOf(defaults.id, 'toeplitz');
    const matrices = typeof question === 'string' ? question : matricesOf(question, defaults.mistake);
    if (typeof matrices === 'string') throw new Error(matrices);
    return marked(matrices.theirs, matrices.wrong, 'The matrix of an engine with a mistake')(ink);
  },
};

/** A picture larger than this does not belong into the repository. */
const MOST_BYTES = 60_000;

test.each(Object.keys(pictures))('the picture %s of the README is up to date, and small', (name) => {
  const path = join(import.meta.dirname, '../spec/guide/pictures', `${name}.svg`);
  const svg = svgFile({ ...pictures[name](), source: 'npx toeplitz explore' }, ink);
  expect(svg.length).toBeLessThan(MOST_BYTES);
  if (process.env.UPDATE_README === '1') {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, svg);
  } else expect(existsSync(path) && readFileSync(path, 'utf8'), 'npm run readme writes it again').toBe(svg);
});
