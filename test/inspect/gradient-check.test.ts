// The gradient check: passes what is right, fails what is wrong, and knows a corner when it meets one (V1 of spec/README.md).

import { expect, test } from 'vitest';
import {
  chain,
  conv2d,
  dense,
  flatten,
  frozenNorm,
  gradientCheck,
  initialize,
  maxPool2d,
  relu,
  scale,
  tensor,
} from '../../src/index.ts';
import type { Layer } from '../../src/layer.ts';

const net = chain({
  conv: conv2d({ filters: 3, size: 3 }),
  relu: relu(),
  pool: maxPool2d({ size: 2 }),
  flatten: flatten(),
  out: dense({ units: 2 }),
});
const shape = [2, 6, 6, 2];
const x = tensor(
  shape,
  Array.from({ length: 144 }, (_, i) => ((i * 37) % 101) / 50 - 1),
);

test('[inspect-gradient-check] a net passes, with a line for x and each parameter', () => {
  const report = gradientCheck(net, x, initialize(net, shape, { seed: 3 }));
  expect(report.ok).toBe(true);
  expect(report.entries.map((entry) => entry.name)).toEqual([
    'x',
    'conv.weight',
    'conv.bias',
    'out.weight',
    'out.bias',
  ]);
  expect(report.text.split('\n')[0]).toMatch(/^ok {4}x +144 of 144 checked/);
});

test('[inspect-gradient-check] a wrong gradient fails, with the worst entry named', () => {
  const wrong: Layer = {
    ...dense({ units: 2 }),
    vjp(input, p) {
      const [y, pull] = dense({ units: 2 }).vjp(input, p);
      return [
        y,
        (dy) => ({
          ...pull(dy),
          x: {
            shape: input.shape,
            data: pull(dy).x.data.map((value, i) => (i === 1 ? -value : value)) as Float64Array,
          },
        }),
      ];
    },
  };
  const report = gradientCheck(wrong, tensor([1, 3], [1, 2, 3]), {
    weight: tensor([3, 2], [1, 2, 3, 4, 5, 6]),
    bias: tensor([2]),
  });
  expect(report.ok).toBe(false);
  expect(report.entries[0]).toMatchObject({ name: 'x', ok: false, worst: { index: 1 } });
  expect(report.text).toContain('FAIL');
});

test('[inspect-gradient-check] corners of relu and ties of maxima are reported, not failed', () => {
  const corner = gradientCheck(relu(), tensor([1, 4], [0, 1, -1, 0]), {});
  expect([corner.ok, corner.entries[0].kinks]).toEqual([true, 2]);
  const tie = gradientCheck(maxPool2d({ size: 2 }), tensor([1, 2, 2, 1], [3, 3, 1, 2]), {});
  expect([tie.ok, tie.entries[0].kinks]).toEqual([true, 2]);
});

test('[inspect-gradient-check] a wrong slope beside a corner is not excused by it', () => {
  const wrong: Layer = {
    ...relu(),
    vjp: (input) => [
      relu().forward(input, {}),
      (dy) => ({ x: { shape: dy.shape, data: dy.data.map((v) => 2 * v) as Float64Array }, params: {} }),
    ],
  };
  expect(gradientCheck(wrong, tensor([1, 2], [0, 1]), {}).ok).toBe(false);
});

test('[inspect-gradient-check] a faint corner is a corner: the gradient lies between the slopes of its sides', () => {
  const faint = chain({ relu: relu(), scale: scale({ factor: 1e-4 }) });
  const { ok, entries } = gradientCheck(faint, tensor([1, 2], [0, 3e-6]), {});
  expect([ok, entries[0].kinks]).toEqual([true, 2]);
});

test('[inspect-gradient-check] many ties at once, as on a flat image, are kinks too', () => {
  const flat = tensor(shape, Array(144).fill(0.5));
  const { ok, entries, text } = gradientCheck(net, flat, initialize(net, shape, { seed: 3 }));
  expect(ok, text).toBe(true);
  expect(entries[0].kinks).toBeGreaterThan(9);
});

test('[inspect-gradient-check] running statistics are constants: not checked', () => {
  const shape = [2, 3];
  const report = gradientCheck(frozenNorm(), tensor(shape, [1, 2, 3, 5, 8, 13]), initialize(frozenNorm(), shape));
  expect([report.ok, report.entries.map((entry) => entry.name)]).toEqual([true, ['x', 'weight', 'bias']]);
});
