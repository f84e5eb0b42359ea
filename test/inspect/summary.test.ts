// Counting against the tables of lecture L3 (the rules A1–A6, M5 and V5 of spec/README.md): nothing here is run or allocated.

import { expect, test } from 'vitest';
import {
  chain,
  concat,
  conv2d,
  dense,
  depthwiseConv2d,
  describe,
  flatten,
  identity,
  type Layer,
  maxPool2d,
  parameterCount,
  receptiveField,
  relu,
  shared,
  sum,
  summary,
} from '../../src/index.ts';
import { lenet5 as makeLenet5 } from '../../src/nets/index.ts';

const lenet5 = makeLenet5();

test("[inspect-summary] lecture L3's table of LeNet-5, digit for digit (A3)", () => {
  expect(summary(lenet5, [1, 32, 32, 1], { fold: true })).toBe(
    [
      'layer  operator   output       size  parameters  multiply-adds  field',
      '---------------------------------------------------------------------',
      '       input      1×32×32×1   1,024           0              0    1×1',
      'conv1  conv2d     1×28×28×6   4,704         156        117,600    5×5',
      'pool1  maxPool2d  1×14×14×6   1,176           0              0    6×6',
      'conv2  conv2d     1×10×10×16  1,600       2,416        240,000  14×14',
      'pool2  maxPool2d  1×5×5×16      400           0              0  16×16',
      'fc3    dense      1×120         120      48,120         48,000  32×32',
      'fc4    dense      1×84           84      10,164         10,080  32×32',
      'out    dense      1×10           10         850            840  32×32',
      '---------------------------------------------------------------------',
      'total                                    61,706        416,520',
      'activations: 37,632 bytes at most at once, 64,104 bytes for training',
    ].join('\n'),
  );
});

test('[inspect-summary] without folding, every operator and every meeting of branches has a row, and a nested one its path', () => {
  const net = chain({
    stem: relu(),
    block: sum({ body: chain({ conv: conv2d({ filters: 3, size: 1 }) }), skip: relu() }),
  });
  expect(describe(net, [1, 4, 4, 3]).rows.map((row) => row.path)).toEqual([
    '',
    'stem',
    'block.body.conv',
    'block.skip',
    'block',
  ]);
  expect(summary(lenet5, [1, 32, 32, 1]).split('\n')).toHaveLength(18);
});

test('[inspect-summary] folding keeps every row with multiply-adds, so that they add up to the total', () => {
  const same = conv2d({ filters: 3, size: 3, padding: 'same' });
  const net = shared(same, (use) => chain({ a: use, relu: relu(), b: use }));
  const lines = summary(net, [1, 4, 4, 3], { fold: true }).split('\n');
  const cost = (line: string): number => Number(/ ([\d,]+)( +\d+×\d+)?$/.exec(line)![1].replaceAll(',', ''));
  const rows = lines.filter((line) => / conv2d | same /.test(line));
  expect(rows.map(cost)).toEqual([0, 1296, 1296]);
  expect(cost(lines.find((line) => line.startsWith('total'))!)).toBe(2592);
});

test('[inspect-parameters] the ten variables of LeNet-5 and their bytes (A3)', () => {
  const { variables, parameters } = describe(lenet5, [1, 32, 32, 1]);
  expect(variables.map((each) => each.bytes)).toEqual([600, 24, 9600, 64, 192000, 480, 40320, 336, 3360, 40]);
  expect(variables[2]).toEqual({ name: 'conv2.weight', shape: [5, 5, 6, 16], size: 2400, bytes: 9600 });
  expect(parameters).toBe(61706);
  expect(variables.reduce((total, each) => total + each.bytes, 0)).toBe(246824);
});

test('[inspect-parameters] LeNet-5 on colour images: 3,072 in, 456 first, 62,006 in all (A3)', () => {
  const { rows, parameters } = describe(lenet5, [1, 32, 32, 3]);
  expect([rows[0].size, rows[1].parameters, parameters]).toEqual([3072, 456, 62006]);
});

test('[inspect-parameters] counts of single layers (A1, M5)', () => {
  expect(parameterCount(conv2d({ filters: 100, size: 3 }), [1, 32, 32, 3])).toBe(2800);
  expect(parameterCount(conv2d({ filters: 96, size: 3, bias: false }), [1, 8, 8, 3])).toBe(2592);
  expect(parameterCount(conv2d({ filters: 2, size: 3 }), [1, 6, 6, 3])).toBe(56);
  expect(parameterCount(chain([flatten(), dense({ units: 400000, bias: false })]), [1, 200, 200, 1])).toBe(16e9);
  expect(parameterCount(chain([flatten(), dense({ units: 16, bias: false })]), [1, 426, 426, 1])).toBe(2903616);
  expect(parameterCount(chain([flatten(), dense({ units: 16 })]), [1, 28, 28, 1])).toBe(12560);
  expect(parameterCount(depthwiseConv2d({ size: 3, multiplier: 2 }), [1, 8, 8, 4])).toBe(80);
});

test('[inspect-parameters] the quiz of lecture L3: 299, 149, 74, 36; 15,971 parameters, 12,961 in the last layer (A2)', () => {
  const conv = () => conv2d({ filters: 10, size: 3, stride: 2 });
  const net = chain({
    conv1: conv(),
    conv2: conv(),
    conv3: conv(),
    conv4: conv(),
    flatten: flatten(),
    out: dense({ units: 1 }),
  });
  const { rows, parameters } = describe(net, [1, 600, 600, 3]);
  expect(rows.slice(1, 5).map((row) => row.shape[1])).toEqual([299, 149, 74, 36]);
  expect([rows[6].parameters, rows[6].size, parameters]).toEqual([12961, 1, 15971]);
});

test('[inspect-parameters] convolution against dense on the same shapes: 450 against 18,874,368 (A4)', () => {
  expect(parameterCount(conv2d({ filters: 6, size: 5, padding: 'same', bias: false }), [1, 32, 32, 3])).toBe(450);
  expect(32 * 32 * 3 * (32 * 32 * 6)).toBe(18874368);
  const net = chain([flatten(), dense({ units: 32 * 32 * 6, bias: false })]);
  expect(parameterCount(net, [1, 32, 32, 3])).toBe(18874368);
});

test('[layer-rules] multiply-adds of the 5×5 layer and its bottleneck (A5)', () => {
  const shape = [1, 28, 28, 192];
  expect(conv2d({ filters: 32, size: 5, padding: 'same' }).cost(shape)).toBe(120422400);
  const bottleneck = chain({
    reduce: conv2d({ filters: 16, size: 1 }),
    conv: conv2d({ filters: 32, size: 5, padding: 'same' }),
  });
  expect(describe(bottleneck, shape).rows.map((row) => row.cost)).toEqual([0, 2408448, 10035200]);
  expect(bottleneck.cost(shape)).toBe(12443648);
});

test('[inspect-memory] a chain needs two neighbouring tensors at once, and all tensors for the gradient', () => {
  const net = chain([flatten(), dense({ units: 7 }), dense({ units: 2 }), dense({ units: 5 })]);
  expect(describe(net, [3, 2, 2, 1]).memory).toEqual({
    forward: 4 * 3 * (4 + 7),
    training: 4 * 3 * (4 + 4 + 7 + 2 + 5),
  });
});

test('[inspect-memory] x is needed until its last branch has read it, and outputs until the branches meet', () => {
  const wide = chain([dense({ units: 11 }), dense({ units: 3 })]);
  const memory = (layer: Layer) => describe(layer, [1, 5]).memory;
  const narrow = dense({ units: 2 });
  // The wide branch runs at last: x is read, 2 are kept, 11 are made; then x is gone and 11 make 3.
  expect(memory(concat({ narrow, wide })).forward).toBe(4 * (5 + 2 + 11));
  // It runs first, so x is needed after it.
  expect(memory(concat({ wide, narrow })).forward).toBe(4 * (5 + 11 + 3));
  expect(memory(concat({ wide, narrow })).training).toBe(4 * (5 + 11 + 3 + 2 + 5));
  // Where the branches meet: 6 + 6 + 12.
  expect(memory(concat([dense({ units: 6 }), dense({ units: 6 })])).forward).toBe(4 * 24);
  // A block inside a chain: what comes after a branch's first layer still finds x alive.
  const block = sum({ body: chain([dense({ units: 5 }), dense({ units: 5 })]), skip: identity() });
  expect(memory(chain([block, dense({ units: 1 })])).forward).toBe(4 * 15);
});

test('[layer-field] fields of stacked layers (A6)', () => {
  const conv = (dilation = 1) => conv2d({ filters: 1, size: 3, dilation, padding: 'same' });
  const size = (...layers: ReturnType<typeof conv>[]) => receptiveField(chain(layers), [1, 64, 64, 1])[0].size;
  expect([size(conv(), conv()), size(conv(), conv(), conv())]).toEqual([5, 7]);
  const pool = maxPool2d({ size: 2 });
  expect([size(conv(), pool, conv()), size(conv(), conv())]).toEqual([8, 5]);
  expect([1, 2, 3].map((depth) => size(...[1, 2, 4].slice(0, depth).map((rate) => conv(rate))))).toEqual([3, 7, 15]);
  expect(describe(lenet5, [1, 32, 32, 1]).rows[6].field[0]).toEqual({ size: 16, step: 4, start: 0 });
});
