// LeNet-5, the lecture's and that of 1998 (requirements N1).

import { expect, test } from 'vitest';
import {
  chain,
  conv2d,
  crossEntropy,
  dense,
  describe,
  flatten,
  gradientCheck,
  initialize,
  maxPool2d,
  parameterCount,
  receptiveField,
  relu,
  squaredError,
  tensor,
} from '../../src/index.ts';
import { lenet5 } from '../../src/nets/index.ts';
import { image, refused, sameAsPublished } from './nets.ts';

const grey = [1, 32, 32, 1];

test("[nets-lenet5] lecture L3's table: shapes and parameters, 61,706 in grey and 62,006 in colour (N1)", () => {
  const { rows, parameters } = describe(lenet5(), grey);
  const table = rows.filter((row) => row.parameters > 0 || row.name === 'maxPool2d');
  expect(table.map((row) => [row.path, row.size, row.parameters])).toEqual([
    ['conv1', 4704, 156],
    ['pool1', 1176, 0],
    ['conv2', 1600, 2416],
    ['pool2', 400, 0],
    ['fc3', 120, 48120],
    ['fc4', 84, 10164],
    ['out', 10, 850],
  ]);
  expect(parameters).toBe(61706);
  expect(parameterCount(lenet5(), [1, 32, 32, 3])).toBe(62006);
  expect(parameterCount(lenet5({ classes: 4 }), grey)).toBe(61706 - 6 * 85);
});

/** Not a net of its own: five lines, with counts that are published. */
const caffe = chain({
  conv1: conv2d({ filters: 20, size: 5 }),
  pool1: maxPool2d({ size: 2 }),
  conv2: conv2d({ filters: 50, size: 5 }),
  pool2: maxPool2d({ size: 2 }),
  flatten: flatten(),
  ip1: dense({ units: 500 }),
  relu1: relu(),
  ip2: dense({ units: 10 }),
});
sameAsPublished('nets-lenet5', 'caffe lenet', caffe, [1, 28, 28, 1]);

test("[nets-lenet5] the paper's layers: 156 + 12 + 1,516 + 32 + 48,120 + 10,164 = 60,000 (N1)", () => {
  const net = lenet5({ variant: '1998' });
  const { inputs, children } = net;
  const reaching = inputs?.(grey) ?? {};
  const counts = ['c1', 's2', 'c3', 's4', 'c5', 'f6'].map((name) =>
    parameterCount(children[name], reaching[name].shape),
  );
  expect(counts).toEqual([156, 12, 1516, 32, 48120, 10164]);
  expect([parameterCount(net, grey), net.shape(grey)]).toEqual([60000, [1, 84]]);
});

test("[nets-lenet5] each map of C3 uses the maps of S2 that the paper's table I lists", () => {
  const { c3 } = lenet5({ variant: '1998' }).children;
  const shape = [1, 5, 5, 6];
  const params = initialize(c3, shape, { seed: 1 });
  const seen = (map: number): number[] => {
    const [, pull] = c3.vjp(tensor(shape), params);
    const dy = tensor([1, 1, 1, 16]);
    dy.data[map] = 1;
    const { data } = pull(dy).x;
    return [0, 1, 2, 3, 4, 5].filter((channel) => data.some((value, i) => i % 6 === channel && value !== 0));
  };
  // The columns of table I, as digits.
  const table = '012 123 234 345 045 015 0123 1234 2345 0345 0145 0125 0134 1245 0235 012345';
  expect(Array.from({ length: 16 }, (_, map) => seen(map).join('')).join(' ')).toBe(table);
});

test('[nets-lenet5] subsampling is coefficient · sum of 2×2 + bias, then 1.7159 · tanh(⅔ x)', () => {
  const { s2, squash2 } = lenet5({ variant: '1998' }).children;
  const x = tensor([1, 2, 2, 1], [1, 2, 3, 6], 'float64');
  const map = { weight: tensor([1, 1, 1, 1], [0.5], 'float64'), bias: tensor([1], [-4.5], 'float64') };
  const y = s2.forward(x, { map });
  expect([...y.data]).toEqual([1.5]);
  expect(squash2.forward(y, {}).data[0]).toBeCloseTo(1.7159 * Math.tanh(1), 12);
  // Appendix A of the paper: chosen so that f(1) = 1 and f(−1) = −1.
  expect(squash2.forward(tensor([1], [-1], 'float64'), {}).data[0]).toBeCloseTo(-1, 4);
});

test('[nets-lenet5] a unit of the second pool depends on 16×16 cells, with a step of 4 (A6)', () => {
  const { conv1, relu1, pool1, conv2, relu2, pool2 } = lenet5().children;
  expect(receptiveField(chain([conv1, relu1, pool1, conv2, relu2, pool2]), grey)[1]).toEqual({
    size: 16,
    step: 4,
    start: 0,
  });
});

test.each(['lecture', '1998'] as const)('[nets-lenet5] runs forward and backward: %s', (variant) => {
  const body = lenet5({ variant });
  const loss = variant === '1998' ? squaredError({ target: image([2, 84]) }) : crossEntropy({ labels: [3, 9] });
  const net = chain({ body, loss });
  const x = image([2, 32, 32, 1]);
  const params = initialize(net, x.shape, { seed: 2, type: 'float64' });
  const report = gradientCheck(net, x, params, { samples: 2 });
  expect(report.ok, report.text).toBe(true);
});

test('[nets-lenet5] refuses invalid options', () => {
  refused(
    'nets-lenet5',
    () => lenet5({ classes: 0 }),
    () => lenet5({ variant: '1999' as never }),
    () => lenet5({ variant: '1998', classes: 10 }),
  );
  refused('layer-attributes', () => lenet5({ size: 3 } as never));
  refused('dense-rank', () => lenet5().children.fc3.shape(grey));
});
