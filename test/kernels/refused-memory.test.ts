// A host that refuses the kernels more memory: the error says of which computation.

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SpecError } from '../../src/errors.ts';
import * as kernels from '../../src/kernels/choose.ts';
import { threeAxes, windowAxes } from '../../src/window.ts';

const n = 2 ** 18; // values of 1 MB, which is all that an instance begins with
const x = new Float32Array(n).fill(1);
const to = new Float32Array(n);
const [few, mean] = [new Float32Array(2), new Float64Array(2)];
const by = { mean, deviation: mean, weight: few };
const window = { size: [2], stride: [2], dilation: [1], padding: 'valid', ceil: false } as const;
const pool = { batch: 1, channels: 1, axes: threeAxes(windowAxes('test', window, [n])) };
const conv = { ...pool, groups: 1, filters: 1 };
const depthwise = { ...conv, groups: 2, axes: threeAxes(windowAxes('test', window, [n / 2])) };

beforeEach(() => {
  vi.spyOn(WebAssembly.Memory.prototype, 'grow').mockImplementation(() => {
    throw new RangeError('no');
  });
});
afterEach(() => vi.restoreAllMocks());

it.each<[who: string, what: string, call: () => unknown]>([
  ['batchNorm', 'statistics', () => kernels.batchStatistics(1, 2, x)],
  ['batchNorm', 'y', () => kernels.normalize(1, x, by, few, to)],
  ['batchNorm', 'the gradients of parameters', () => kernels.normParamGrads(1, x, by, to)],
  ['batchNorm', 'dx', () => kernels.batchNormInputGrad(1, x, by, { weight: mean, bias: mean }, x, to)],
  ['conv', 'y', () => kernels.conv(conv, x, few, undefined, to.subarray(n / 2), 'direct')],
  ['conv', 'dx', () => kernels.convInputGrad(conv, x.subarray(n / 2), few, to, 'direct')],
  ['conv', 'dw', () => kernels.convWeightGrad(conv, x, x.subarray(n / 2), new Float32Array(2), 'direct')],
  [
    'conv',
    'dw, depthwise',
    () => kernels.convWeightGrad(depthwise, x, x.subarray(n / 2), new Float32Array(4), 'direct'),
  ],
  ['bias', 'its gradient', () => kernels.biasGrad(1, x, few)],
  ['maxPool', 'y', () => kernels.maxPool(pool, x, to.subarray(n / 2))],
  ['maxPool', 'dx', () => kernels.maxPoolGrad(pool, x, x.subarray(n / 2), to)],
  ['avgPool', 'y', () => kernels.avgPool(pool, x, false, to.subarray(n / 2))],
  ['avgPool', 'dx', () => kernels.avgPoolGrad(pool, x.subarray(n / 2), false, to)],
])('[kernel-memory] of %s: %s', (who, _, call) => {
  expect(call).toThrow(SpecError);
  expect(call).toThrow(
    new RegExp(`^${who}: the host must grant the kernels their memory, got \\d+ bytes refused \\[kernel-memory\\]$`),
  );
});
