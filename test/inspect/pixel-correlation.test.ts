// The correlation of pixels against their distance (V6).

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pixelCorrelation, tensor } from '../../src/index.ts';
import { readPng } from '../../src/inspect/index.ts';
import { ABSENT, shared } from '../shared.ts';
import { some } from '../some.ts';

test('[inspect-correlation] stripes: −1 at distance 1, +1 at 2; along the stripes the pixels do not vary apart (V6)', () => {
  const stripes = tensor(
    [1, 4, 8, 1],
    Array.from({ length: 32 }, (_, i) => (i % 2 === 0 ? 1 : -1)),
  );
  expect(pixelCorrelation(stripes, { distance: 3 })).toEqual([-1, 1, -1]);
  expect(pixelCorrelation(stripes, { distance: 2, axis: 'height' })).toEqual([1, 1]);
  expect(pixelCorrelation(tensor([1, 2, 4, 1]), { distance: 1 })).toEqual([Number.NaN]);
});

test('[inspect-correlation] the distance lies within the image', () => {
  expect(() => pixelCorrelation(tensor([1, 4, 4, 1]), { distance: 4 })).toThrow(
    /below the 4 cells.*\[inspect-correlation\]/,
  );
});

test('[inspect-correlation] in photographs and textures it falls with distance (V6)', async (ctx) => {
  const folder = shared('data/images');
  ctx.skip(folder === undefined, ABSENT);
  const files = readdirSync(folder as string).filter((file) => file.endsWith('.png'));
  expect(files.length).toBe(8);
  for (const file of some(files, 3)) {
    const { shape, data } = await readPng(readFileSync(join(folder as string, file)));
    const found = pixelCorrelation({ shape: [1, ...shape], data }, { distance: 6 });
    expect(found, file).toEqual([...found].sort((a, b) => b - a));
    expect(found[0], file).toBeGreaterThan(0.7);
  }
});
