// Augmentation (T3).

import { expect, test } from 'vitest';
import { tensor } from '../../src/index.ts';
import { random } from '../../src/random.ts';
import { augment } from '../../src/train/index.ts';

test('[train-augment] a shifted, mirrored, cropped image is a window of the image', () => {
  const x = tensor(
    [1, 3, 4, 1],
    Array.from({ length: 12 }, (_, i) => i + 1),
  );
  const seen = new Set<string>();
  for (let seed = 0; seed < 300; seed++) {
    const y = augment({ shift: 1, flip: true, crop: 3 })(x, random(seed));
    expect(y.shape).toEqual([1, 3, 3, 1]);
    seen.add(Array.from(y.data).join());
  }
  const cell = (i: number, j: number): number => (i < 0 || i > 2 || j < 0 || j > 3 ? 0 : 4 * i + j + 1);
  const wanted = new Set<string>();
  for (const top of [-1, 0, 1]) {
    for (const left of [-1, 0, 1, 2]) {
      const rows = [0, 1, 2].map((i) => [0, 1, 2].map((j) => cell(i + top, j + left)));
      wanted.add(rows.flat().join()).add(rows.flatMap((row) => [...row].reverse()).join());
    }
  }
  expect(seen).toEqual(wanted);
});

test('[train-augment] without options nothing changes; a crop larger than the image is refused', () => {
  const x = tensor(
    [2, 3, 3, 2],
    Array.from({ length: 36 }, (_, i) => i),
  );
  expect(augment({})(x, random(1))).toEqual(x);
  expect(() => augment({ crop: 4 })(x, random(1))).toThrow(/at most the 3×3.*got 4 \[train-augment\]/);
  expect(() => augment({ shift: -1 })).toThrow(/shift/);
});
