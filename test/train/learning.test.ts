// Training learns: the experiments of `npm run demos` in seconds, on generated data. T3, T4 and T6 of the lectures.

import { expect, test } from 'vitest';
import type { Params, Tensor } from '../../src/index.ts';
import { flatParams } from '../../src/layer/flat-params.ts';
import { withAndWithoutCalibration } from '../demos/calibrated.ts';
import { generatedDigits } from '../demos/data.ts';
import { sampleEfficiency } from '../demos/efficiency.ts';
import { findFilter } from '../demos/filter.ts';
import { replaceLastLayers } from '../demos/replace.ts';
import { segmenterAgainstGrid } from '../demos/segmenter.ts';

test('[train-fit] the lectures’ 1-D net finds the filter −1, 1, −1 from counts of isolated ones (T3)', async () => {
  const [best] = await findFilter(3, 60);
  expect(best.loss).toBeLessThan(0.01);
  expect(best.cosine).toBeGreaterThan(0.99);
});

test('[train-fit] with equally few examples and equally many parameters, the convolutional net beats the dense one (T6)', async () => {
  const [{ convolutional, dense }] = await sampleEfficiency(generatedDigits(100, 300), [100], 150);
  expect(convolutional).toBeGreaterThan(dense);
  expect(dense).toBeGreaterThan(0.3);
});

test('[train-fit] new last layers learn new classes; the layers before them keep their bits (T4)', async () => {
  const { old, replaced, before, after } = await replaceLastLayers(generatedDigits(500, 200), 60, 3);
  expect(old).toBeGreaterThan(0.8);
  expect(replaced).toBeGreaterThan(0.4);
  const bytes = (params: Params<Tensor>) =>
    Object.entries(flatParams(params)).map(([name, { data }]) => [name, new Uint8Array(data.buffer)] as const);
  const now = Object.fromEntries(bytes(after));
  for (const [name, values] of bytes(before)) {
    if (/^(fc4|out)\./.test(name)) expect(now[name], name).not.toEqual(values);
    else expect(now[name], name).toEqual(values);
  }
});

test('[train-evaluation] a segmenter learns the classes of pixels better than a grid of cells', async () => {
  const scores = Object.fromEntries(
    (await segmenterAgainstGrid(60, 18, { width: 8, side: 20 })).map((each) => [each.name, each]),
  );
  const [grid, segmenter] = [scores['grid of 4×4 cells, after'], scores['segmenter, after']];
  expect(segmenter.all).toBeGreaterThan(grid.all);
  expect(segmenter.shapes).toBeGreaterThan(scores['segmenter, before'].shapes + 0.2);
});

test('[train-calibrate] a calibrated net gives the same answers for batches and for single images', async () => {
  const [batch, frozen] = await withAndWithoutCalibration(generatedDigits(400, 200), 4);
  expect(frozen.one).toBe(frozen.hundred);
  expect(frozen.hundred).toBeGreaterThan(0.8);
  expect(batch.one).not.toBe(batch.hundred);
});
