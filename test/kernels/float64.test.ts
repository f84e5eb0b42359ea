// The kernels of float64 against the reference loops, bit for bit: convolutions and pooling, forward and gradients.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as kernels from '../../src/kernels/choose.ts';
import * as reference from '../../src/reference/convolution.ts';
import * as referencePool from '../../src/reference/pool.ts';
import { inputs, outputs, type PoolGeometry } from '../../src/window.ts';
import { convGeometries, firstDifference, largeWindows, poolGeometries, sizesOf, values } from './twins.ts';

const runs = { numRuns: 700 };
const unwritten = (length: number): Float64Array => new Float64Array(length).fill(-12345.678);

/** Float64 values that no float32 holds; zeros, ∞ and NaN stay. */
const wide = values.map(
  (make) =>
    (length: number): Float64Array =>
      Float64Array.from(make(length), (v) => v / 3),
);

test('[conv-forward] float64: every geometry and class of values gives the bits of the reference', () => {
  fc.assert(
    fc.property(convGeometries, wide, wide, fc.option(wide), (g, vx, vw, vb) => {
      const size = sizesOf(g);
      const [x, w, b] = [vx(size.x), vw(size.w), vb?.(size.b)];
      const [ours, theirs] = [unwritten(size.y), unwritten(size.y)];
      kernels.conv(g, x, w, b, ours, 'direct');
      reference.conv(g, x, w, b, theirs);
      expect(firstDifference(ours, theirs)).toBe(-1);
    }),
    runs,
  );
});

test('[conv-input-gradient] float64: every geometry and class of values gives the bits of the reference', () => {
  fc.assert(
    fc.property(convGeometries, wide, wide, (g, vdy, vw) => {
      const size = sizesOf(g);
      const [dy, w] = [vdy(size.y), vw(size.w)];
      const [ours, theirs] = [unwritten(size.x), unwritten(size.x)];
      kernels.convInputGrad(g, dy, w, ours, 'direct');
      reference.convInputGrad(g, dy, w, theirs);
      expect(firstDifference(ours, theirs)).toBe(-1);
    }),
    runs,
  );
});

test('[conv-weight-gradient] float64: every geometry and class of values gives the bits of the reference', () => {
  fc.assert(
    fc.property(convGeometries, wide, wide, (g, vx, vdy) => {
      const size = sizesOf(g);
      const [x, dy] = [vx(size.x), vdy(size.y)];
      const [ours, theirs] = [unwritten(size.w), unwritten(size.w)];
      kernels.convWeightGrad(g, x, dy, ours, 'direct');
      reference.convWeightGrad(g, x, dy, theirs);
      expect(firstDifference(ours, theirs)).toBe(-1);
    }),
    runs,
  );
});

const poolSizes = (g: PoolGeometry) => ({
  x: g.batch * inputs(g.axes) * g.channels,
  y: g.batch * outputs(g.axes) * g.channels,
});

test.each([
  ['every geometry', poolGeometries, 700],
  ['windows of 30 to 140 cells', largeWindows, 300],
] as const)('[pool-max] [pool-max-gradient] float64: %s gives the bits of the reference', (_, geometries, numRuns) => {
  fc.assert(
    fc.property(geometries, wide, wide, (g, vx, vdy) => {
      const size = poolSizes(g);
      const [x, dy] = [vx(size.x), vdy(size.y)];
      const [y, dx, otherY, otherDx] = [size.y, size.x, size.y, size.x].map(unwritten);
      kernels.maxPool(g, x, y);
      referencePool.maxPool(g, x, otherY);
      kernels.maxPoolGrad(g, x, dy, dx);
      referencePool.maxPoolGrad(g, x, dy, otherDx);
      expect([firstDifference(y, otherY), firstDifference(dx, otherDx)]).toEqual([-1, -1]);
    }),
    { numRuns },
  );
});

test.each([
  ['every geometry', poolGeometries, 700],
  ['windows of 30 to 140 cells', largeWindows, 300],
] as const)(
  '[pool-average] [pool-average-gradient] float64: %s gives the bits of the reference',
  (_, geometries, numRuns) => {
    fc.assert(
      fc.property(geometries, wide, wide, fc.boolean(), (g, vx, vdy, countPadding) => {
        const size = poolSizes(g);
        const divisor = referencePool.divisors(g, countPadding);
        const [x, dy] = [vx(size.x), vdy(size.y)];
        const [y, dx, otherY, otherDx] = [size.y, size.x, size.y, size.x].map(unwritten);
        kernels.avgPool(g, x, countPadding, y);
        referencePool.avgPool(g, x, divisor, otherY);
        kernels.avgPoolGrad(g, dy, countPadding, dx);
        referencePool.avgPoolGrad(g, dy, divisor, otherDx);
        expect([firstDifference(y, otherY), firstDifference(dx, otherDx)]).toEqual([-1, -1]);
      }),
      { numRuns },
    );
  },
);
