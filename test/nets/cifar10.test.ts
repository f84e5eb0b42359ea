// The nets for CIFAR-10: counts, published tables, the norm within a channel, gradients, refusals.

import { expect, test } from 'vitest';
import { gradientCheck, initialize, type Layer, parameterCount, type Shape } from '../../src/index.ts';
import { cifar10 } from '../../src/nets/index.ts';
import { image, narrow, refused, sameAsPublished } from './nets.ts';

const small: Shape = [1, 32, 32, 3];

test('[nets-cifar10] quick 145,578 parameters, full 89,578', () => {
  expect([cifar10(), cifar10({ variant: 'full' })].map((net) => parameterCount(net, small))).toEqual([145578, 89578]);
  expect([cifar10(), cifar10({ variant: 'full' })].map((net) => net.cost(small))).toEqual([12354176, 12298240]);
  refused(
    'nets-cifar10',
    () => cifar10({ variant: 'slow' as never }),
    () => cifar10({ classes: 0 }),
  );
});

test('[nets-cifar10] the norm within a channel: x·(1 + 5e-5·mean of 9 squares)^−¾, padding counted', () => {
  const x = image([1, 3, 4, 2]);
  const [n, h, w, C] = x.shape;
  const { data } = (cifar10({ variant: 'full' }).children.norm1 as Layer).forward(x, {});
  const at = (i: number, j: number, c: number) =>
    i < 0 || j < 0 || i >= h || j >= w ? 0 : x.data[(i * w + j) * C + c];
  for (let i = 0; i < h * n; i++)
    for (let j = 0; j < w; j++)
      for (let c = 0; c < C; c++) {
        let sum = 0;
        for (const a of [-1, 0, 1]) for (const b of [-1, 0, 1]) sum += at(i + a, j + b, c) ** 2;
        expect(data[(i * w + j) * C + c]).toBeCloseTo(at(i, j, c) * (1 + (5e-5 * sum) / 9) ** -0.75, 6);
      }
});

sameAsPublished('nets-cifar10', 'caffe cifar10_quick', cifar10(), small);

sameAsPublished('nets-cifar10', 'caffe cifar10_full', cifar10({ variant: 'full' }), small, {
  left: (path) => path.endsWith('factor.mean'),
});

test('[nets-cifar10] gradients of a narrow copy agree with differences', () => {
  const net = narrow(cifar10({ variant: 'full' }), 32);
  const x = image([1, 12, 12, 1]);
  const report = gradientCheck(net, x, initialize(net, x.shape, { seed: 1, type: 'float64' }), { samples: 6 });
  expect(report.ok, report.text).toBe(true);
});
