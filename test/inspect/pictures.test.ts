// Filters and activations as pictures: exact small cases.

import { expect, test } from 'vitest';
import { conv2d, tensor } from '../../src/index.ts';
import {
  activationTiles,
  filterTiles,
  gridPicture,
  gridSvg,
  readPng,
  unitPicture,
  writePng,
} from '../../src/inspect/index.ts';
import type { Tensor } from '../../src/tensor.ts';

const values = (tiles: readonly Tensor[]): number[][] => tiles.map((tile) => Array.from(tile.data));

test('[inspect-pictures] grey filters: each in its own range, or all in one; no contrast is grey (V2)', () => {
  // [height 1, width 3, channels 1, filters 3]: filter o is the o-th column.
  const weight = tensor([1, 3, 1, 3], [-2, 0, 1, 0, 0, 1, 2, 4, 1]);
  expect(values(filterTiles(weight))).toEqual([
    [0, 0.5, 1],
    [0, 0, 1],
    [0.5, 0.5, 0.5],
  ]);
  expect(values(filterTiles(weight, { range: 'common' }))).toEqual([
    [0, 2 / 6, 4 / 6].map(Math.fround),
    [2 / 6, 2 / 6, 1].map(Math.fround),
    [0.5, 0.5, 0.5],
  ]);
  expect(filterTiles(tensor([3, 1, 3], weight.data))).toEqual(filterTiles(weight));
});

test('[inspect-pictures] three channels are colours; other numbers of channels are grey tiles, filter by filter', () => {
  const weight = tensor(
    [2, 1, 3, 2],
    Array.from({ length: 12 }, (_, i) => i),
  );
  const [first, second] = filterTiles(weight);
  expect([first.shape, second.shape]).toEqual([
    [2, 1, 3],
    [2, 1, 3],
  ]);
  expect(Array.from(first.data)).toEqual([0, 2, 4, 6, 8, 10].map((each) => Math.fround(each / 10)));
  const two = tensor([1, 2, 2, 2], [0, 10, 100, 110, 1, 30, 300, 510]);
  expect(values(filterTiles(two, { range: 'common' }))).toEqual(
    [
      [0, 1],
      [100, 300],
      [10, 30],
      [110, 510],
    ].map((pair) => pair.map((each) => Math.fround(each / 510))),
  );
});

test('[inspect-pictures] activations: a tile per channel of the image asked for', () => {
  const y = tensor([2, 1, 2, 2], [0, 0, 0, 0, 0, 9, 4, 5]);
  expect(values(activationTiles(y, { image: 1 }))).toEqual([
    [0, 1],
    [1, 0],
  ]);
  expect(values(activationTiles(y))).toEqual([
    [0.5, 0.5],
    [0.5, 0.5],
  ]);
  expect(activationTiles(tensor([1, 4, 3])).map((tile) => tile.shape)).toEqual(Array(3).fill([1, 4, 1]));
  expect(values(activationTiles(tensor([1, 3], [2, 3, 4]), { range: 'common' }))).toEqual([[0], [0.5], [1]]);
});

test('[inspect-pictures] hidden activations: a row for each sample, a column for each unit', () => {
  const y = tensor([3, 1, 2], [0, 8, 1, 4, 2, 0]);
  expect(unitPicture(y).shape).toEqual([3, 2, 1]);
  expect(Array.from(unitPicture(y).data)).toEqual([0, 1, 0.125, 0.5, 0.25, 0]);
  expect(Array.from(unitPicture(y, { range: 'own' }).data)).toEqual([0, 1, 0.5, 0.5, 1, 0]);
});

test('[inspect-pictures] the grid of 96 filters: each tile is in its place, with two white pixels around it', async () => {
  const weight = tensor(
    conv2d({ filters: 96, size: 11 }).params([1, 227, 227, 3]).weight as number[],
    Array.from({ length: 11 * 11 * 3 * 96 }, (_, i) => (i * 7) % 256),
  );
  const tiles = filterTiles(weight);
  const picture = gridPicture(tiles, { columns: 12, scale: 2 });
  expect(picture.shape).toEqual([8 * 24 + 2, 12 * 24 + 2, 3]);
  const at = (y: number, x: number): number[] =>
    Array.from(picture.data.subarray((y * 290 + x) * 3, (y * 290 + x) * 3 + 3));
  expect([at(0, 5), at(1, 5), at(24, 5), at(25, 5)]).toEqual(Array(4).fill([1, 1, 1]));
  // Tile 13 stands in row 1, column 1; its cell (10, 3) covers 2×2 pixels.
  const cell = Array.from(tiles[13].data.subarray((10 * 11 + 3) * 3, (10 * 11 + 3) * 3 + 3));
  expect([at(26 + 20, 26 + 6), at(26 + 21, 26 + 7)]).toEqual([cell, cell]);
  expect((await readPng(await writePng(picture))).shape).toEqual(picture.shape);
});

test('[inspect-pictures] a grid that is not full is white where there is no tile', () => {
  const picture = gridPicture([tensor([1, 1, 1]), tensor([1, 1, 1]), tensor([1, 1, 1])]);
  expect(picture.shape).toEqual([8, 8, 1]);
  const black = [...picture.data.entries()].filter(([, value]) => value === 0).map(([i]) => i);
  expect(black).toEqual([2 * 8 + 2, 2 * 8 + 5, 5 * 8 + 2]);
});

test('[inspect-pictures] SVG: a label and a square for every cell', () => {
  const svg = gridSvg([tensor([1, 2, 1], [0, 1]), tensor([1, 2, 1], [1, 0.5])], { labels: ['a<b', 'c&d'], columns: 2 });
  expect(svg.startsWith('<svg xmlns="http://www.w3.org/2000/svg" width="38" height="24"')).toBe(true);
  expect([...svg.matchAll(/>([^<\n]+)<\/text>/g)].map(([, label]) => label)).toEqual(['a&lt;b', 'c&amp;d']);
  expect([...svg.matchAll(/x="(\d+)" y="(\d+)".*fill="(.*)"/g)].map(([, ...cell]) => cell.join(' '))).toEqual([
    '0 12 rgb(0,0,0)',
    '8 12 rgb(255,255,255)',
    '0 12 rgb(255,255,255)',
    '8 12 rgb(128,128,128)',
  ]);
});

test('[inspect-pictures] what cannot be drawn is refused', () => {
  expect(() => filterTiles(tensor([2, 2]))).toThrow(
    /weight must have the axes.*got shape \[2,2\] \[inspect-pictures\]/,
  );
  expect(() => filterTiles(tensor([1, 1, 1, 2], [0, Number.NaN]))).toThrow(
    /must be finite in float32, got NaN in tile 1/,
  );
  expect(() => filterTiles(tensor([1, 1, 1, 1]), { range: 'mine' as never })).toThrow(
    /range must be 'own' or 'common'/,
  );
  expect(() => activationTiles(tensor([2, 3]), { image: 2 })).toThrow(/image must be below the batch of 2, got 2/);
  expect(() => activationTiles(tensor([3]))).toThrow(/\[inspect-pictures\]/);
  expect(() => unitPicture(tensor([3]))).toThrow(/\[samples, units\]/);
  expect(() => gridPicture([])).toThrow(/at least one tile/);
  expect(() => gridPicture([tensor([1, 2, 1]), tensor([2, 1, 1])])).toThrow(/one shape.*got \[2,1,1\] and \[1,2,1\]/);
  expect(() => gridPicture([tensor([1, 2, 2])])).toThrow(/\[inspect-pictures\]/);
  expect(() => gridPicture([tensor([1, 2, 1])], { columns: 0 })).toThrow(/columns must be a whole number/);
  expect(() => gridSvg([tensor([1, 2, 1])], { labels: [] })).toThrow(/there must be 1 labels, got 0/);
});
