// Laws of layers whose sums are exact in whole numbers, and whose images do not influence each other.

import { toFloat32 } from '../convert.ts';
import { sizeOf, type Tensor } from '../tensor.ts';
import { mustEqual } from './compare.ts';
import fc from './install-fast-check.ts';
import { wholeNumbers } from './numbers.ts';
import { exactGradients, exactness, exactPoints, type Law, points, type Subject, valueAt, vjpAt } from './points.ts';

export const exactLaws: readonly Law[] = [
  {
    name: 'exact in whole numbers',
    property(s) {
      const [bound, types] = exactness(s);
      return fc.property(exactPoints(s, bound, 'float64'), exactGradients(s, bound, 'float64'), (point, dy) => {
        if (!types.includes('float32')) return;
        const [y, gradient] = vjpAt(s, point, dy);
        const [y32, gradient32] = vjpAt(s, toFloat32(point), toFloat32(dy));
        mustEqual('y in float32', y32, toFloat32(y));
        for (const name of Object.keys(gradient))
          mustEqual(`d${name} in float32`, gradient32[name], toFloat32(gradient[name]));
      });
    },
  },
  {
    // Half the images and the other half give half the output and the other half.
    name: 'images apart',
    property: (s) => {
      const whole: Subject = { ...s, shape: [s.shape[0] + 1, ...s.shape.slice(1)] };
      return fc.property(points(whole, wholeNumbers(), 'float32'), (point) => {
        const y = valueAt(whole, point);
        const first = valueAt(s, { ...point, x: images(point.x, 0, s.shape[0]) });
        const last = valueAt(s, { ...point, x: images(point.x, s.shape[0], 1) });
        mustEqual('the first images', first, images(y, 0, s.shape[0]));
        mustEqual('the last image', last, images(y, s.shape[0], 1));
      });
    },
  },
];

/** `count` images of a batch. */
function images(t: Tensor, first: number, count: number): Tensor {
  const one = sizeOf(t.shape.slice(1));
  return { shape: [count, ...t.shape.slice(1)], data: t.data.slice(first * one, (first + count) * one) };
}
