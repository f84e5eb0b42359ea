// Norms and softmax with exact results: whole roots and quotients, and one row at a time.

import fc from 'fast-check';
import { type Tensor, tensor } from '../../src/index.ts';
import { sameBits, tensors, wholeNumbers } from '../../src/testing/index.ts';
import type { Properties } from './engine.ts';
import { at, build, channels, type Place } from './places.ts';

const images = fc
  .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 9 }))
  .chain((shape) => tensors(shape));

/** The tensor along one axis through a place, as one row. */
const rowThrough = (t: Tensor, place: Place, axis: number): Tensor =>
  build([1, t.shape[axis]], t, ([, i]) => at(t, place.with(axis, i)));

export const normalization: Properties = {
  '[lrn-forward] [lrn-size] y is x over 1 + the squares of size channels around it, with alpha, beta and k 1': (e) =>
    fc.property(images, fc.integer({ min: 1, max: 6 }), (x, size) => {
      const y = e.lrn({ size, alpha: 1, beta: 1, k: 1 } as never).forward(x, {});
      const quotient = (place: Place): number => {
        const [n, p, c] = place;
        let sum = 1;
        for (let j = c - Math.floor((size - 1) / 2); j <= c + Math.ceil((size - 1) / 2); j++)
          sum += at(x, [n, p, j], 0) ** 2;
        return at(x, place) / sum;
      };
      return sameBits(y, build(y.shape, y, quotient));
    }),

  '[norm-frozen] [norm-epsilon] epsilon stands under the root, and every channel has its own numbers': (e) =>
    fc.property(
      images.chain((x) =>
        fc.tuple(
          fc.constant(x),
          fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), wholeNumbers(), wholeNumbers(), wholeNumbers()), {
            minLength: channels(x),
            maxLength: channels(x),
          }),
        ),
      ),
      ([x, numbers]) => {
        const each = (value: (row: readonly number[]) => number): Tensor => tensor([channels(x)], numbers.map(value));
        const params = {
          weight: each(([deviation, scale]) => deviation * scale),
          bias: each(([, , bias]) => bias),
          mean: each(([, , , mean]) => mean),
          variance: each(([deviation]) => deviation * deviation - 1),
        };
        const y = e.frozenNorm({ epsilon: 1 } as never).forward(x, params);
        const expected = build(x.shape, x, (place) => {
          const [, scale, bias, mean] = numbers[place[2]];
          return (at(x, place) - mean) * scale + bias + 0;
        });
        return sameBits(y, expected);
      },
    ),

  '[softmax-forward] [softmax-axis] each row along the axis is by itself, in bits': (e) =>
    fc.property(images, fc.integer({ min: -3, max: 2 }), (x, axis) => {
      const y = e.softmax({ axis } as never).forward(x, {});
      const along = axis < 0 ? axis + 3 : axis;
      const alone = (place: Place): number =>
        at(e.softmax({ axis: 1 } as never).forward(rowThrough(x, place, along), {}), [0, place[along]]);
      return sameBits(y, build(y.shape, y, alone));
    }),

  '[softmax-forward] adding one number to all logits changes nothing, however large': (e) =>
    fc.property(images, fc.constantFrom(-5000, -90, 90, 5000), (x, shift) => {
      const layer = e.softmax({ axis: -1 } as never);
      return sameBits(
        layer.forward(x, {}),
        layer.forward(
          build(x.shape, x, (place) => at(x, place) + shift),
          {},
        ),
      );
    }),
};
