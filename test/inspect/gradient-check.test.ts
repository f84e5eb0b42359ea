// The gradient check: right gradients pass, wrong ones fail, and corners are recognized (V1 of spec/README.md).

import { expect, test } from 'vitest';
import {
  batchNorm,
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
  type Tensor,
  tensor,
} from '../../src/index.ts';
import type { Layer } from '../../src/layer/layer.ts';

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

test('[inspect-gradient-check] a wrong slope next to a corner is not excused by the corner', () => {
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
  const { ok, entries } = gradientCheck(faint, tensor([1, 3], [0, 3e-6, 1]), {});
  expect([ok, entries[0].kinks]).toEqual([true, 2]);
});

test('[inspect-gradient-check] many ties at once, as on a flat image, are kinks too', () => {
  const flat = tensor(
    shape,
    x.data.map((value, i) => (i < 72 ? 0.5 : value)),
  );
  const { ok, entries, text } = gradientCheck(net, flat, initialize(net, shape, { seed: 3 }));
  expect(ok, text).toBe(true);
  expect(entries[0].kinks).toBeGreaterThan(9);
});

/** A LeNet as a student checks it first: biases 0, and a digit whose border is black. */
const lenet = chain({
  conv1: conv2d({ filters: 4, size: 3 }),
  relu1: relu(),
  pool1: maxPool2d({ size: 2 }),
  flatten: flatten(),
  out: dense({ units: 3 }),
});
const digit = tensor(
  [1, 12, 12, 1],
  Array.from({ length: 144 }, (_, i) => {
    const [row, column] = [Math.floor(i / 12), i % 12];
    return Math.min(row, column, 11 - row, 11 - column) < 4 ? 0 : ((i * 37) % 101) / 101;
  }),
);

/** The layer, the gradient of its bias `factor` times what it is. */
const biasTimes = (layer: Layer, factor: number): Layer => ({
  ...layer,
  vjp(input, p) {
    const [y, pull] = layer.vjp(input, p);
    return [
      y,
      (dy) => {
        const { x, params } = pull(dy);
        const { shape, data } = params.bias as Tensor;
        return { x, params: { ...params, bias: { shape, data: data.map((value) => factor * value) } } };
      },
    ];
  },
});

test('[inspect-gradient-check] if all entries of a tensor are at corners, the point is moved until some are not', () => {
  const start = initialize(lenet, digit.shape, { seed: 1 });
  const right = gradientCheck(lenet, digit, start);
  expect(right.ok, right.text).toBe(true);
  const [, , bias] = right.entries;
  expect([bias.name, bias.kinks < bias.checked, bias.moved > 0]).toEqual(['conv1.bias', true, true]);
  expect(right.text).toContain('(moved by up to ');
  for (const factor of [1000, 0, -1]) {
    const wrong = lenet.with({ children: { conv1: biasTimes(lenet.children.conv1, factor) } });
    const { ok, entries, text } = gradientCheck(wrong, digit, start, { samples: 12 });
    expect([ok, entries.filter((entry) => !entry.ok).map(({ name }) => name)], text).toEqual([false, ['conv1.bias']]);
  }
});

test('[inspect-gradient-check] a tensor that cannot be compared anywhere is not ok', () => {
  // |x − c|, where c is the point that it was last asked about.
  let c = tensor([1, 2]).data;
  const forward: Layer['forward'] = ({ shape, data }) => ({ shape, data: data.map((v, i) => Math.abs(v - c[i])) });
  const jagged: Layer = {
    ...relu(),
    forward,
    vjp(input) {
      c = input.data.slice();
      return [forward(input, {}), (dy) => ({ x: { shape: dy.shape, data: dy.data.map((v) => v / 2) }, params: {} })];
    },
  };
  const { ok, entries, text } = gradientCheck(jagged, tensor([1, 2], [1, 2]), {});
  expect([ok, entries[0].kinks, entries[0].ok], text).toEqual([false, 2, false]);
  expect(text).toMatch(/^FAIL {2}x .*nothing compared$/);
});

test('[inspect-gradient-check] a missing gradient fails', () => {
  const forgetful: Layer = {
    ...dense({ units: 2 }),
    vjp(input, p) {
      const [y, pull] = dense({ units: 2 }).vjp(input, p);
      return [
        y,
        (dy) => {
          const { x: dx, params } = pull(dy);
          return { x: dx, params: { weight: params.weight } };
        },
      ];
    },
  };
  const point = { weight: tensor([1, 2], [3, 4]), bias: tensor([2]) };
  const { entries } = gradientCheck(forgetful, tensor([1, 1], [2]), point);
  expect(entries.map(({ name, ok }) => [name, ok])).toEqual([
    ['x', true],
    ['weight', true],
    ['bias', false],
  ]);
});

test('[inspect-gradient-check] invalid options are refused', () => {
  const check = (options: object) => () => gradientCheck(relu(), tensor([1, 1]), {}, options);
  expect(check({ sample: 3 })).toThrow(
    "gradientCheck: the options are tolerance, samples, got 'sample' (did you mean 'samples'?) [layer-attributes]",
  );
  expect(check({ samples: 0 })).toThrow('gradientCheck: samples must be a whole number from 1 to 2147483647, got 0 [');
  expect(check({ tolerance: 0 })).toThrow(
    'gradientCheck: tolerance must be a number above 0, got 0 [inspect-gradient-check]',
  );
});

test('[inspect-gradient-check] running statistics are constants: not checked', () => {
  const shape = [2, 3];
  const report = gradientCheck(frozenNorm(), tensor(shape, [1, 2, 3, 5, 8, 13]), initialize(frozenNorm(), shape));
  expect([report.ok, report.entries.map((entry) => entry.name)]).toEqual([true, ['x', 'weight', 'bias']]);
});

/** The layer, one entry of the gradient of one of its tensors changed. */
const planted = (layer: Layer, name: string, change: (value: number) => number): Layer => ({
  ...layer,
  vjp(input, p) {
    const [y, pull] = layer.vjp(input, p);
    return [
      y,
      (dy) => {
        const { x, params } = pull(dy);
        const wrong = ({ shape, data }: Tensor): Tensor => ({
          shape,
          data: data.map((value, i) => (i === 1 ? change(value) : value)) as Float64Array,
        });
        if (name === 'x') return { x: wrong(x), params };
        return { x, params: { ...params, [name]: wrong(params[name] as Tensor) } };
      },
    ];
  },
});

const scales = [1e-8, 1e-6, 1e-4, 1e-2, 1, 1e2, 1e4, 1e6, 1e8];
const mistakes: [string, (value: number) => number][] = [
  ['twice', (value) => 2 * value],
  ['negated', (value) => -value],
  ['left out', () => 0],
  ['one in ten thousand', (value) => value * 1.0001],
];

test.each(scales)('[inspect-gradient-check] a wrong gradient is found at scale %d, among large and small ones', (s) => {
  // The second input, and so the second row of the weight's gradient, has another scale than the rest.
  const point = { weight: tensor([3, 1], [0.5, 0.25, -1]), bias: tensor([1], [3]) };
  const input = tensor([1, 3], [1, s, 2]);
  const layer = dense({ units: 1 });
  expect(gradientCheck(layer, input, point).ok).toBe(true);
  for (const [what, change] of mistakes) {
    const report = gradientCheck(planted(layer, 'weight', change), input, point);
    expect([report.ok, report.entries[1].ok], `${what}: ${report.text}`).toEqual([false, false]);
  }
});

test.each(scales)('[inspect-gradient-check] a net whose output is scaled by %d is judged in the same way', (s) => {
  const point = initialize(net, shape, { seed: 3 });
  const scaled = (out: Layer): Layer => chain({ ...net.children, out, scale: scale({ factor: s }) });
  expect(gradientCheck(scaled(dense({ units: 2 })), x, point, { samples: 5 }).ok).toBe(true);
  for (const [what, change] of mistakes) {
    const report = gradientCheck(scaled(planted(dense({ units: 2 }), 'bias', change)), x, point, { samples: 5 });
    expect(report.ok, `${what}: ${report.text}`).toBe(false);
  }
});

test('[inspect-gradient-check] curvature is no excuse: the gradient of x² near 0 is not a kink', () => {
  const square: Layer = {
    ...relu(),
    forward: ({ shape, data }) => ({ shape, data: data.map((v) => v * v) }),
    vjp: (input) => [
      square.forward(input, {}),
      (dy) => ({ x: { shape: dy.shape, data: dy.data.map((v, i) => 2 * v * input.data[i]) }, params: {} }),
    ],
  };
  const input = tensor([1, 3], [1e-6, 1e-7, 1]);
  expect(gradientCheck(square, input, {}).ok).toBe(true);
  for (const [what, change] of mistakes.slice(0, 3)) {
    const { ok, text } = gradientCheck(planted(square, 'x', change), input, {});
    expect(ok, `${what}: ${text}`).toBe(false);
  }
});

test('[inspect-gradient-check] a gradient that consists of rounding errors is reported as too small to tell, and does not fail', () => {
  // Batch norm removes what the bias adds.
  const normed = chain({ conv: conv2d({ filters: 2, size: 2 }), norm: batchNorm() });
  const { ok, entries, text } = gradientCheck(normed, x, initialize(normed, shape, { seed: 2 }));
  expect(ok, text).toBe(true);
  const bias = entries.find(({ name }) => name === 'conv.bias');
  expect([bias?.unsure, bias?.checked]).toEqual([2, 2]);
  expect(text).toContain('2 too small to tell');
});
