// Calibration: the statistics of batches become those of a frozen norm (T3).

import { expect, test } from 'vitest';
import { batchNorm, chain, conv2d, initialize, relu, tensor, toFloat64 } from '../../src/index.ts';
import { random } from '../../src/random.ts';
import { calibrate } from '../../src/train/index.ts';

test('[train-calibrate] over one batch: its statistics, rounded; over more: the pooled statistics', () => {
  const net = chain({ conv: conv2d({ filters: 3, size: 3 }), norm: batchNorm(), relu: relu() });
  const params = initialize(net, [1, 6, 6, 1], { seed: 1 });
  const x = (seed: number) => ({
    shape: [2, 6, 6, 1],
    data: Float32Array.from({ length: 72 }, (_, i) => random(seed * 100 + i).normal()),
  });
  const one = calibrate(net, params, [x(1)]);
  expect(one.layer.children.norm.name).toBe('frozenNorm');
  const near = net.forward(x(1), params).data;
  one.layer.forward(x(1), one.params).data.forEach((value, i) => {
    expect(value).toBeCloseTo(near[i], 5);
  });
  const [wide, exact] = [toFloat64(x(1)), toFloat64(params)];
  const same = calibrate(net, exact, [wide]);
  expect(same.layer.forward(wide, same.params)).toEqual(net.forward(wide, exact));
  const two = calibrate(net, params, [x(1), x(2)]);
  const both = { shape: [4, 6, 6, 1], data: Float32Array.from([...x(1).data, ...x(2).data]) };
  const [pooled, wanted] = [two.layer.forward(both, two.params), net.forward(both, params)];
  wanted.data.forEach((value, i) => {
    expect(pooled.data[i]).toBeCloseTo(value, 4);
  });
  expect(() => calibrate(net, params, [])).toThrow(/at least one input/);
});

test('[train-calibrate] a statistic that the element type cannot represent is refused', () => {
  const p = { norm: { weight: tensor([2], [1, 1]), bias: tensor([2]) } };
  const net = chain({ norm: batchNorm() });
  const x = tensor([2, 2], [0, 1e30, 0, -1e30]);
  const variance = Math.fround(1e30) ** 2;
  expect(() => calibrate(net, p, [x])).toThrow(
    `calibrate: every variance must be a finite float32 number, got ${variance} in channel 1 of 'norm' [train-calibrate]`,
  );
  expect(calibrate(net, toFloat64(p), [toFloat64(x)]).params.norm).toMatchObject({
    variance: { data: Float64Array.of(0, variance) },
  });
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY])
    expect(() => calibrate(net, p, [tensor([1, 2], [value, 0])])).toThrow('every mean must be a finite');
  expect(() => calibrate(batchNorm(), p.norm, [x])).toThrow('in channel 1 of the net');
});
