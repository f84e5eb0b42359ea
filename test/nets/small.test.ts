// The nets that the lectures compute by hand (requirements N7, N8), and their quiz of four convolutions (A2).

import { expect, test } from 'vitest';
import {
  binaryCrossEntropy,
  chain,
  conv2d,
  dense,
  describe,
  flatten,
  gradientCheck,
  initialize,
  parameterCount,
  sigmoid,
  squaredError,
  tensor,
} from '../../src/index.ts';
import { cnn1d, mlp } from '../../src/nets/index.ts';
import { image, refused } from './nets.ts';

test.each(['float32', 'float64'] as const)("[nets-cnn1d] every figure of lecture L2's net (N7), %s", (type) => {
  const net = cnn1d();
  const x = tensor([1, 4, 1], [1, 3, 0, 2], type);
  const params = {
    conv1: { weight: tensor([3, 1, 1], [1, 2, -1], type) },
    fc2: { weight: tensor([4, 1], [1, -1, 2, 1], type) },
  };
  const z = net.children.conv1.forward(x, params.conv1);
  expect([...z.data]).toEqual([-1, 7, 1, 4]);
  expect([...net.forward(x, params).data]).toEqual([-1]);
  const loss = squaredError({ target: tensor([1, 1], [1], type) });
  const whole = chain({ net, loss });
  const [L, pull] = whole.vjp(x, { net: params });
  expect([...L.data]).toEqual([4]);
  const { net: gradient } = pull(tensor([1], [1], type)).params as Record<string, typeof params>;
  expect([...gradient.conv1.weight.data]).toEqual([-20, 4, -16]);
  expect([...gradient.fc2.weight.data]).toEqual([0, -28, -4, -16]);
  const { conv1: _, ...rest } = net.children;
  const [, pullZ] = chain({ ...rest, loss }).vjp(z, { fc2: params.fc2 });
  expect([...pullZ(tensor([1], [1], type)).x.data]).toEqual([0, 4, -8, -4]);
});

test("[nets-mlp] lecture L1's net: ŷ = 0.3516360, loss 1.0451587 for y = 1 and 0.4333030 for y = 0 (N8)", () => {
  const net = mlp({ units: [2, 1], bias: false });
  const x = tensor([1, 2], [1, 2], 'float64');
  // The lecture multiplies from the left: its Θ are our weights transposed.
  const params = {
    fc1: { weight: tensor([2, 2], [1, 2, -1, 0], 'float64') },
    fc2: { weight: tensor([2, 1], [1, -1], 'float64') },
  };
  const logits = net.forward(x, params);
  expect(sigmoid().forward(logits, {}).data[0].toFixed(7)).toBe('0.3516360');
  const losses = [1, 0].map((y) =>
    binaryCrossEntropy({ targets: tensor([1, 1], [y], 'float64') })
      .forward(logits, {})
      .data[0].toFixed(7),
  );
  expect(losses).toEqual(['1.0451587', '0.4333030']);
});

test('[nets-mlp] one unit on 5×5 pixels, with 25 weights and a bias, tells an H from every H with one cell changed (N8)', () => {
  const net = mlp({ units: [1] });
  expect(parameterCount(net, [1, 5, 5, 1])).toBe(26);
  // White is 1: the letter's 13 cells weigh 1, the others −1, and all 13 are needed.
  const letter = [1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1];
  const weight = tensor(
    [25, 1],
    letter.map((cell) => 2 * cell - 1),
  );
  const logit = (cells: number[]) =>
    net.forward(tensor([1, 5, 5, 1], cells), { fc1: { weight, bias: tensor([1], [-12.5]) } }).data[0];
  expect(logit(letter)).toBe(0.5);
  for (let i = 0; i < 25; i++) expect(logit(letter.map((cell, j) => (i === j ? 1 - cell : cell)))).toBe(-0.5);
});

test('[layer-rules] the quiz of lecture L3: 299, 149, 74, 36, one unit; 12,961 of 15,971 parameters in it (A2)', () => {
  const conv = () => conv2d({ filters: 10, size: 3, stride: 2 });
  const net = chain([conv(), conv(), conv(), conv(), flatten(), dense({ units: 1 })]);
  const { rows, parameters } = describe(net, [1, 600, 600, 3]);
  expect(rows.map((row) => row.shape[1])).toEqual([600, 299, 149, 74, 36, 12960, 1]);
  expect([rows[6].parameters, parameters]).toEqual([12961, 15971]);
});

test('[nets-cnn1d] [nets-mlp] gradients agree with differences on wider nets', () => {
  for (const [net, shape] of [
    [cnn1d({ size: 4, filters: 3, units: 2, bias: true }), [2, 7, 2]],
    [mlp({ units: [5, 4, 3] }), [3, 2, 2, 1]],
  ] as const) {
    const report = gradientCheck(net, image(shape), initialize(net, shape, { seed: 1, type: 'float64' }));
    expect(report.ok, report.text).toBe(true);
  }
});

test('[nets-cnn1d] [nets-mlp] refuse invalid options', () => {
  refused(
    'nets-cnn1d',
    () => cnn1d({ size: 0 }),
    () => cnn1d({ bias: 'no' as never }),
  );
  refused(
    'nets-mlp',
    () => mlp({ units: [] }),
    () => mlp({ units: 3 as never }),
    () => mlp({ units: [2, -1] }),
  );
  refused('layer-attributes', () => mlp(undefined as never));
});
