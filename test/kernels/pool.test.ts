// The pooling kernels against the reference loops, bit for bit.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as chosen from '../../src/kernels/choose.ts';
import { LANES } from '../../src/kernels/declared.ts';
import * as kernels from '../../src/kernels/pool.ts';
import * as reference from '../../src/reference/pool.ts';
import { isLong } from '../../src/reference/sums.ts';
import { inputs, outputs, type PoolGeometry, windowAxes } from '../../src/window.ts';
import { firstDifference, largeWindows, poolGeometries, values } from './twins.ts';

const runs = { numRuns: 1500 };
const unwritten = (length: number): Float32Array => new Float32Array(length).fill(-12345.678);
const sizesOf = (g: PoolGeometry) => ({
  x: g.batch * inputs(g.axes) * g.channels,
  y: g.batch * outputs(g.axes) * g.channels,
});

test('[pool-max] every geometry and class of values gives the bits of the reference', () => {
  fc.assert(
    fc.property(poolGeometries, values, (g, vx) => {
      const size = sizesOf(g);
      const [ours, theirs] = [unwritten(size.y), unwritten(size.y)];
      kernels.maxPool(g, vx(size.x), ours);
      reference.maxPool(g, vx(size.x), theirs);
      expect(firstDifference(ours, theirs)).toBe(-1);
    }),
    runs,
  );
});

test('[pool-max] a single NaN is found wherever it is', () => {
  const windows = { size: [2, 3], stride: [2, 2], dilation: [1, 1], padding: 'valid', ceil: false } as const;
  const [a, b] = windowAxes('test', windows, [4, 7]);
  const unit = { input: 1, size: 1, stride: 1, dilation: 1, before: 0, after: 0, output: 1 };
  const g: PoolGeometry = { batch: 1, channels: 2 * LANES + 1, axes: [unit, a, b] };
  const size = sizesOf(g);
  for (let at = 0; at < size.x; at++) {
    const x = Float32Array.from({ length: size.x }, (_, i) => (i === at ? Number.NaN : (i * 7) % 31));
    const [ours, theirs] = [unwritten(size.y), unwritten(size.y)];
    kernels.maxPool(g, x, ours);
    reference.maxPool(g, x, theirs);
    expect([at, firstDifference(ours, theirs)]).toEqual([at, -1]);
  }
});

test('[pool-max-gradient] every geometry and class of values gives the bits of the reference', () => {
  fc.assert(
    fc.property(poolGeometries, values, values, (g, vx, vdy) => {
      const size = sizesOf(g);
      const [ours, theirs] = [unwritten(size.x), unwritten(size.x)];
      kernels.maxPoolGrad(g, vx(size.x), vdy(size.y), ours);
      reference.maxPoolGrad(g, vx(size.x), vdy(size.y), theirs);
      expect(firstDifference(ours, theirs)).toBe(-1);
    }),
    runs,
  );
});

test('[pool-average] every geometry and class of values gives the bits of the reference', () => {
  fc.assert(
    fc.property(poolGeometries, values, fc.boolean(), (g, vx, countPadding) => {
      const size = sizesOf(g);
      const divisor = reference.divisors(g, countPadding);
      const [ours, theirs] = [unwritten(size.y), unwritten(size.y)];
      kernels.avgPool(g, vx(size.x), divisor, ours);
      reference.avgPool(g, vx(size.x), divisor, theirs);
      expect(firstDifference(ours, theirs)).toBe(-1);
    }),
    runs,
  );
});

test('[pool-average-gradient] every geometry and class of values gives the bits of the reference', () => {
  fc.assert(
    fc.property(poolGeometries, values, fc.boolean(), (g, vdy, countPadding) => {
      const size = sizesOf(g);
      const divisor = reference.divisors(g, countPadding);
      const [ours, theirs] = [unwritten(size.x), unwritten(size.x)];
      kernels.avgPoolGrad(g, vdy(size.y), divisor, ours);
      reference.avgPoolGrad(g, vdy(size.y), divisor, theirs);
      expect(firstDifference(ours, theirs)).toBe(-1);
    }),
    runs,
  );
});

test('[numerics-long] windows of 30 to 140 cells: what is chosen gives the bits of the reference', () => {
  const lengths = new Set<boolean>();
  fc.assert(
    fc.property(largeWindows, values, values, fc.boolean(), (g, vx, vdy, countPadding) => {
      lengths.add(isLong(g));
      const size = sizesOf(g);
      const divisor = reference.divisors(g, countPadding);
      const [x, dy] = [vx(size.x), vdy(size.y)];
      const same = (length: number, ours: (to: Float32Array) => void, theirs: (to: Float32Array) => void): void => {
        const [a, b] = [unwritten(length), unwritten(length)];
        ours(a);
        theirs(b);
        expect(firstDifference(a, b)).toBe(-1);
      };
      same(
        size.y,
        (y) => chosen.avgPool(g, x, countPadding, y),
        (y) => reference.avgPool(g, x, divisor, y),
      );
      same(
        size.x,
        (dx) => chosen.avgPoolGrad(g, dy, countPadding, dx),
        (dx) => reference.avgPoolGrad(g, dy, divisor, dx),
      );
      same(
        size.x,
        (dx) => chosen.maxPoolGrad(g, x, dy, dx),
        (dx) => reference.maxPoolGrad(g, x, dy, dx),
      );
    }),
    { numRuns: 400 },
  );
  expect(lengths.size).toBe(2);
});
