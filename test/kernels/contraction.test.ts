// The kernels against the reference loops, bit for bit: direct and im2col, forward and both gradients, and the bias.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as kernels from '../../src/kernels/choose.ts';
import * as reference from '../../src/reference/convolution.ts';
import { convGeometries, firstDifference, sizesOf, values } from './twins.ts';

const runs = { numRuns: 1500 };
/** What an output holds before a call: a value that no sum gives, to see what stays unwritten. */
const unwritten = (length: number): Float32Array => new Float32Array(length).fill(-12345.678);

describe.each(['direct', 'im2col'] as const)('%s', (algorithm) => {
  test('[conv-forward] every geometry and class of values gives the bits of the reference', () => {
    fc.assert(
      fc.property(convGeometries, values, values, fc.option(values), (g, vx, vw, vb) => {
        const size = sizesOf(g);
        const [x, w, b] = [vx(size.x), vw(size.w), vb?.(size.b)];
        const [ours, theirs] = [unwritten(size.y), unwritten(size.y)];
        kernels.conv(g, x, w, b, ours, algorithm);
        reference.conv(g, x, w, b, theirs);
        expect(firstDifference(ours, theirs)).toBe(-1);
      }),
      runs,
    );
  });

  test('[conv-input-gradient] every geometry and class of values gives the bits of the reference', () => {
    fc.assert(
      fc.property(convGeometries, values, values, (g, vdy, vw) => {
        const size = sizesOf(g);
        const [dy, w] = [vdy(size.y), vw(size.w)];
        const [ours, theirs] = [unwritten(size.x), unwritten(size.x)];
        kernels.convInputGrad(g, dy, w, ours, algorithm);
        reference.convInputGrad(g, dy, w, theirs);
        expect(firstDifference(ours, theirs)).toBe(-1);
      }),
      runs,
    );
  });

  test('[conv-weight-gradient] every geometry and class of values gives the bits of the reference', () => {
    fc.assert(
      fc.property(convGeometries, values, values, (g, vx, vdy) => {
        const size = sizesOf(g);
        const [x, dy] = [vx(size.x), vdy(size.y)];
        const [ours, theirs] = [unwritten(size.w), unwritten(size.w)];
        kernels.convWeightGrad(g, x, dy, ours, algorithm);
        reference.convWeightGrad(g, x, dy, theirs);
        expect(firstDifference(ours, theirs)).toBe(-1);
      }),
      runs,
    );
  });
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
