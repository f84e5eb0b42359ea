// The pictures of the README are drawn by the page's own code; `npm run readme` writes them.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Lab, labOf } from '../../src/explorer/lab/lab.ts';
import { drawMatrix, frameOf, toeplitzOf } from '../../src/explorer/lab/matrices.ts';
import { drawLab } from '../../src/explorer/lab/picture.ts';
import { defaults, type LabTexts } from '../../src/explorer/lab/texts.ts';
import { drawNet } from '../../src/explorer/nets/drawing.ts';
import { type Subject, subjectOf } from '../../src/explorer/nets/networks.ts';
import { netOf } from '../../src/explorer/nets/tree.ts';
import { schemes } from '../../src/explorer/palette.ts';
import { type Drawing, inkOf, svgFile } from '../../src/explorer/svg.ts';

const ink = inkOf(schemes.light);
const lab = (changes: Partial<LabTexts>): Lab => labOf({ ...defaults, ...changes }).lab as Lab;

function matrix(): Drawing {
  const x = '0 0 1 1 1 0 1 1 1 0';
  const each = toeplitzOf(lab({ rank: '1', input: '10', image: 'typed', x, weights: 'typed', w: '-1 1 -1' }));
  const drawing = drawMatrix(each, ink, 'A convolution of 3 taps on 10 cells as its Toeplitz matrix');
  return { ...drawing, body: drawing.body + frameOf(each, 3, ink) };
}

const pictures = {
  'convolution.svg': drawLab(lab({ at: 'y24' }), { where: 'y', index: 24 }, 0, ink),
  'toeplitz-matrix.svg': matrix(),
  'lenet5.svg': drawNet(netOf(subjectOf('lenet5', '') as Subject), ink),
};

test.each(Object.entries(pictures))('%s is what the page draws', (name, drawing) => {
  const file = join(import.meta.dirname, '../../spec/guide/pictures', name);
  const svg = svgFile({ ...drawing, source: 'Made by npm run readme.' }, ink);
  expect(svg.length).toBeLessThan(40_000);
  if (process.env.UPDATE_README === '1') writeFileSync(file, svg);
  else expect(existsSync(file) ? readFileSync(file, 'utf8') : '', `${name}: npm run readme writes it again`).toBe(svg);
});
