// The kernels against the reference loops, bit for bit: direct and im2col, forward and both gradients, and the bias.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { conv1d } from '../../src/index.ts';
import * as kernels from '../../src/kernels/choose.ts';
import * as reference from '../../src/reference/convolution.ts';
import type { ConvGeometry } from '../../src/window.ts';
import { convGeometries, firstDifference, sizesOf, values } from './twins.ts';

const runs = { numRuns: 1500 };
/** What an output holds before a call: a value that no sum gives, to see what stays unwritten. */
const unwritten = (length: number): Float32Array => new Float32Array(length).fill(-12345.678);

/** Both algorithms on the same numbers: drawing them and the loops take most of the time. */
const algorithms = ['direct', 'im2col'] as const;
const nothing = algorithms.map((algorithm) => [algorithm, -1]);

describe('direct and im2col', () => {
  test('[conv-forward] every geometry and class of values gives the bits of the reference', () => {
    fc.assert(
      fc.property(convGeometries, values, values, fc.option(values), (g, vx, vw, vb) => {
        const size = sizesOf(g);
        const [x, w, b] = [vx(size.x), vw(size.w), vb?.(size.b)];
        const theirs = unwritten(size.y);
        reference.conv(g, x, w, b, theirs);
        const differences = algorithms.map((algorithm) => {
          const ours = unwritten(size.y);
          kernels.conv(g, x, w, b, ours, algorithm);
          return [algorithm, firstDifference(ours, theirs)];
        });
        expect(differences).toEqual(nothing);
      }),
      runs,
    );
  });

  test('[conv-input-gradient] every geometry and class of values gives the bits of the reference', () => {
    fc.assert(
      fc.property(convGeometries, values, values, (g, vdy, vw) => {
        const size = sizesOf(g);
        const [dy, w] = [vdy(size.y), vw(size.w)];
        const theirs = unwritten(size.x);
        reference.convInputGrad(g, dy, w, theirs);
        const differences = algorithms.map((algorithm) => {
          const ours = unwritten(size.x);
          kernels.convInputGrad(g, dy, w, ours, algorithm);
          return [algorithm, firstDifference(ours, theirs)];
        });
        expect(differences).toEqual(nothing);
      }),
      runs,
    );
  });

  test('[conv-weight-gradient] every geometry and class of values gives the bits of the reference', () => {
    fc.assert(
      fc.property(convGeometries, values, values, (g, vx, vdy) => {
        const size = sizesOf(g);
        const [x, dy] = [vx(size.x), vdy(size.y)];
        const theirs = unwritten(size.w);
        reference.convWeightGrad(g, x, dy, theirs);
        const differences = algorithms.map((algorithm) => {
          const ours = unwritten(size.w);
          kernels.convWeightGrad(g, x, dy, ours, algorithm);
          return [algorithm, firstDifference(ours, theirs)];
        });
        expect(differences).toEqual(nothing);
      }),
      runs,
    );
  });
});

test('[conv-weight-gradient] [kernel-blocks] more filters than one block keeps in the cache', () => {
  // A block of 128 positions keeps 512 filters.
  const g = conv1d({ filters: 1083, size: 3 }).geometry!([2, 259, 5]) as ConvGeometry;
  const size = sizesOf(g);
  const [x, dy] = [size.x, size.y].map((length) => Float32Array.from({ length }, (_, i) => Math.sin(i)));
  const [ours, theirs] = [unwritten(size.w), unwritten(size.w)];
  kernels.convWeightGrad(g, x, dy, ours, 'direct');
  reference.convWeightGrad(g, x, dy, theirs);
  expect(firstDifference(ours, theirs)).toBe(-1);
});

test('[conv-bias-gradient] every size and class of values gives the bits of the reference', () => {
  const size = fc.integer({ min: 1, max: 21 });
  fc.assert(
    fc.property(size, size, size, values, (batch, positions, filters, vdy) => {
      const dy = vdy(batch * positions * filters);
      const [ours, theirs] = [unwritten(filters), unwritten(filters)];
      kernels.biasGrad(batch, dy, ours);
      reference.biasGrad(batch, dy, theirs);
      expect(firstDifference(ours, theirs)).toBe(-1);
    }),
  );
});
