// What others allow: outputPadding up to the dilation, on every path; and what stays refused, with its clause.

import { describe, expect, it } from 'vitest';
import {
  avgPool1d,
  batchNorm,
  compile,
  conv2d,
  convTranspose2d,
  dense,
  dropout,
  type Layer,
  lpPool2d,
  maxPool2d,
  relu,
  tensor,
} from '../../src/index.ts';
import { bothTypes, whole, wholeParams } from './whole.ts';

describe('outputPadding', () => {
  it('[conv-output-padding] reaches up to the dilation where that is larger than the stride, on every path', () => {
    for (const stride of [1, 2, 3])
      for (const dilation of [2, 3, 5])
        for (const size of [1, 2, 3])
          for (const outputPadding of [1, 2, 4])
            for (const filters of [1, 5, 8]) {
              const make = (): Layer => convTranspose2d({ filters, size, stride, dilation, outputPadding });
              if (outputPadding >= Math.max(stride, dilation)) {
                expect(make).toThrow('[conv-output-padding]');
                continue;
              }
              const [layer, x] = [make(), whole([2, 3, 2, 3], 1, 'float32')];
              const p = wholeParams(layer, x.shape, 2, 'float32');
              const y = layer.forward(x, p);
              expect(y.shape[1]).toBe(2 * stride + (size - 1) * dilation + 1 + outputPadding);
              const [loops, kernels] = bothTypes(layer, x, p, whole(y.shape, 5, 'float32'));
              expect(kernels).toEqual(loops);
              expect(compile(layer, x.shape, p)(x).data).toEqual(y.data);
            }
  });

  it('[conv-output-padding] the cells beyond the last tap are the bias', () => {
    const layer = convTranspose2d({ filters: 1, size: 1, dilation: 3, outputPadding: 2 });
    const y = layer.forward(tensor([1, 1, 1, 1], [5]), { weight: tensor([1, 1, 1, 1], [2]), bias: tensor([1], [7]) });
    expect([...y.data]).toEqual([17, 7, 7, 7, 7, 7, 7, 7, 7]);
  });
});

describe('what stays refused', () => {
  const calls: [clause: string, call: () => unknown][] = [
    [
      'conv-output-padding',
      () => convTranspose2d({ filters: 1, size: 3, stride: 2, padding: 'same', outputPadding: 1 }),
    ],
    ['layer-input', () => relu().shape([0, 3])],
    ['conv-rank', () => conv2d({ filters: 1, size: 3 }).shape([8, 8, 3])],
    ['dense-rank', () => dense({ units: 1 }).shape([1, 8, 8, 3])],
    ['window-padding', () => maxPool2d({ size: 3, padding: -1 })],
    ['pool-power', () => lpPool2d({ size: 2, p: 0.5 })],
    ['dropout-rate', () => dropout({ rate: 1 })],
    ['norm-epsilon', () => batchNorm({ epsilon: 0 })],
  ];
  it.each(calls)('[window-allowed] %s', (clause, call) => expect(call).toThrow(`[${clause}]`));

  it('[window-allowed] padding wider than the window, and a window over nothing but padding, are allowed', () => {
    expect([...avgPool1d({ size: 2, stride: 2, padding: 3 }).forward(tensor([1, 2, 1], [4, 6]), {}).data]).toEqual([
      Number.NaN,
      4,
      6,
      Number.NaN,
    ]);
  });
});
