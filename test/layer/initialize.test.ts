// First parameters: the same bits everywhere, the right spread, and one seed per tensor.

import { expect, test } from 'vitest';
import { chain, conv2d, dense, flatten, initialize, relu, type Tensor } from '../../src/index.ts';

const net = chain({
  conv: conv2d({ filters: 8, size: 5 }),
  relu: relu(),
  flatten: flatten(),
  out: dense({ units: 50 }),
});
const shape = [1, 12, 12, 3];
type Two = Record<'conv' | 'out', Record<'weight' | 'bias', Tensor>>;
const draw = (options: Parameters<typeof initialize>[2]) => initialize(net, shape, options) as unknown as Two;

const moments = ({ data }: Tensor): [mean: number, variance: number] => {
  const mean = (data as Float32Array).reduce((sum, value) => sum + value, 0) / data.length;
  return [mean, (data as Float32Array).reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length];
};

test('[init-weights] He: mean 0, variance 2 / fan-in; biases 0', () => {
  const { out, conv } = draw({ seed: 7 });
  const [mean, variance] = moments(out.weight);
  const fanIn = 8 * 8 * 8;
  expect(Math.abs(mean)).toBeLessThan(4 * Math.sqrt(2 / fanIn / out.weight.data.length));
  expect(variance / (2 / fanIn)).toBeGreaterThan(0.95);
  expect(variance / (2 / fanIn)).toBeLessThan(1.05);
  expect(conv.bias.data.every((value) => value === 0)).toBe(true);
});

test('[init-weights] Glorot: uniform within ±√(6 / (fan-in + fan-out)), filling it', () => {
  const { conv } = draw({ seed: 7, weights: 'glorot' });
  const bound = Math.sqrt(6 / (25 * 3 + 25 * 8));
  const largest = Math.max(...Array.from(conv.weight.data, Math.abs));
  expect(largest).toBeLessThanOrEqual(bound);
  expect(largest).toBeGreaterThan(0.97 * bound);
  expect(moments(conv.weight)[1] / (bound ** 2 / 3)).toBeCloseTo(1, 0);
});

test('[init-weights] a seed gives the same values; another seed, or another name, gives others', () => {
  expect(draw({ seed: 1 })).toEqual(draw({ seed: 1 }));
  expect(draw({ seed: 1 }).conv.weight.data[0]).not.toBe(draw({ seed: 2 }).conv.weight.data[0]);
  const wider = chain({ conv: conv2d({ filters: 8, size: 5 }), flatten: flatten(), out: dense({ units: 9 }) });
  expect((initialize(wider, shape, { seed: 1 }) as unknown as Two).conv).toEqual(draw({ seed: 1 }).conv);
});

test('[init-weights] bad options are refused', () => {
  expect(() => draw({ seed: 0.5 })).toThrow(/seed must be a whole number, got 0.5 \[init-weights\]/);
  expect(() => draw({ weights: 'xavier' as 'he' })).toThrow(/'he' or 'glorot'/);
  expect(() => draw({ sead: 1 } as object)).toThrow(/got 'sead'/);
});
