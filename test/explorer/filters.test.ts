// Filters without a browser: the chain, the one filter it amounts to, and the products of a pixel, against plain loops.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { combined, filtered, type Kind, productsOf, stagesOf } from '../../src/explorer/filters/apply.ts';
import { imageNamed, images } from '../../src/explorer/filters/image.ts';
import { isSigned, pixelsOf } from '../../src/explorer/filters/pixels.ts';
import { type Chosen, defaults, filterTitles, readChain, readFilter } from '../../src/explorer/filters/texts.ts';
import { schemes } from '../../src/explorer/palette.ts';
import { tensor } from '../../src/tensor.ts';

const whole = fc.integer({ min: -3, max: 3 });
const odd = fc.constantFrom(1, 3, 5);
const filter = fc
  .tuple(odd, odd)
  .chain(([rows, columns]) =>
    fc
      .array(whole, { minLength: rows * columns, maxLength: rows * columns })
      .map((values): Chosen => ({ name: 'own', weight: tensor([rows, columns, 1, 1], values) })),
  );
const image = fc
  .tuple(fc.integer({ min: 5, max: 9 }), fc.integer({ min: 5, max: 8 }))
  .chain(([rows, columns]) =>
    fc
      .array(whole, { minLength: rows * columns, maxLength: rows * columns })
      .map((values) => tensor([1, rows, columns, 1], values)),
  );
const kind = fc.constantFrom<Kind>('correlation', 'convolution');
const padding = fc.constantFrom<'same' | 'valid'>('same', 'valid');

describe('filters', () => {
  test('every pixel of every stage is the sum of its products', () => {
    fc.assert(
      fc.property(image, fc.array(filter, { minLength: 1, maxLength: 3 }), kind, padding, (x, chain, kind, padding) => {
        const stages = stagesOf(x, chain, kind, padding, {});
        stages.slice(1).forEach((stage, i) => {
          const columns = stage.image.shape[2];
          stage.image.data.forEach((value, p) => {
            const products = productsOf(stages[i], stage, kind, Math.floor(p / columns), p % columns).flat();
            expect(products.reduce((sum, { x, w }) => sum + x * w, 0)).toBe(value);
          });
        });
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  test('one filter does the same as the chain away from the border, of either kind', () => {
    fc.assert(
      fc.property(fc.array(filter, { minLength: 1, maxLength: 3 }), kind, (chain, kind) => {
        const whole: Chosen = { name: 'own', weight: combined(chain) };
        const [height, width] = whole.weight.shape;
        const x = tensor(
          [1, height + 2, width + 3, 1],
          Array.from({ length: (height + 2) * (width + 3) }, (_, i) => ((i * 7) % 11) - 5),
        );
        const last = stagesOf(x, chain, kind, 'valid', {}).at(-1)!.image;
        expect(filtered(x, whole, kind, 'valid').data).toEqual(last.data);
      }),
      { numRuns: 60, seed: 2 },
    );
  });

  test.each([
    ['', 'Rows of numbers'],
    ['1 2; 3', 'as many numbers as the first: 2'],
    ['1 2 x', 'divided by blanks'],
    ['1 2', 'not 1×2'],
    ['1 2 3 4 5 6 7 8 9 10 11 12 13', 'up to 11'],
    ['1 | 2', 'Rows of numbers'],
  ])('the filter %j is refused beside its control', (own, why) => {
    expect(readFilter(own)).toContain(why);
    expect(readChain({ ...defaults, first: 'own', own }).problems.own).toContain(why);
    expect(readChain({ ...defaults, own }).problems).toEqual({});
  });

  test('every listed filter has a weight, and every listed image has values from 0 to 1', () => {
    for (const first of Object.keys(filterTitles))
      expect(readChain({ ...defaults, first, second: 'none', third: 'x' }).chain.map(({ name }) => name)).toEqual([
        first,
      ]);
    for (const name of Object.keys(images)) {
      const { shape, data } = imageNamed(name, 32, new Float32Array(784).fill(0.5));
      expect(shape).toEqual([1, 32, 32, 1]);
      expect([Math.min(...data) >= 0, Math.max(...data) <= 1]).toEqual([true, true]);
    }
  });

  test('a plane with negative numbers has the colours of numbers, another one is grey', () => {
    const grey = tensor([1, 1, 2, 1], [0, 0.5]);
    expect([isSigned(grey), ...pixelsOf(grey, schemes.light)]).toEqual([false, 0, 0, 0, 255, 128, 128, 128, 255]);
    const pixels = pixelsOf(tensor([1, 1, 2, 1], [-2, 0]), schemes.light);
    expect([...pixels]).toEqual([0x6a, 0xa5, 0xe3, 255, 255, 255, 255, 255]);
  });
});
