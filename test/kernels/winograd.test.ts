// Winograd: the kernels against the plain loops bit for bit, and both against the exact sums within the stated bound.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { conv2d, initialize, tensor } from '../../src/index.ts';
import { callKernel } from '../../src/kernels/call-kernel.ts';
import { winogradKernel } from '../../src/kernels/winograd.ts';
import * as exact from '../../src/reference/convolution.ts';
import { winograd as reference, type WinogradTile, winogradTile } from '../../src/reference/winograd.ts';
import { winogradBound } from '../../src/reference/winograd-bound.ts';
import { type Axis, type ConvGeometry, windowAxes } from '../../src/window.ts';
import { firstDifference, sizesOf, values } from './twins.ts';

type Axes = ConvGeometry['axes'];

const window = { size: [1, 3, 3], stride: [1, 1, 1], dilation: [1, 1, 1], ceil: false };
const side = fc.integer({ min: 3, max: 11 });
const padded = fc.tuple(fc.nat(2), fc.nat(2));

const geometries: fc.Arbitrary<ConvGeometry> = fc.record({
  batch: fc.integer({ min: 1, max: 2 }),
  groups: fc.integer({ min: 1, max: 2 }),
  channels: fc.integer({ min: 1, max: 9 }),
  filters: fc.integer({ min: 1, max: 11 }),
  axes: fc
    .tuple(side, side, padded, padded)
    .map(
      ([h, w, a, b]) =>
        windowAxes('test', { ...window, padding: [[0, 0], a, b] }, [1, h, w]) as unknown as readonly [Axis, Axis, Axis],
    ),
});

const whole = fc
  .array(fc.integer({ min: -8, max: 8 }), { minLength: 1, maxLength: 61 })
  .map((list) => (length: number) => Float32Array.from({ length }, (_, i) => list[(i * 7 + (i >> 4)) % list.length]));

const finite = (...arrays: (Float32Array | undefined)[]): boolean =>
  arrays.every((array) => array === undefined || array.every((value) => Math.abs(value) < 1e9));

describe.each([2, 4] as const)('F(%i×%i, 3×3)', (m: WinogradTile) => {
  test('[winograd-transforms] every geometry and class of values gives the bits of the plain loops', () => {
    fc.assert(
      fc.property(geometries, values, values, fc.option(values), (g, vx, vw, vb) => {
        const size = sizesOf(g);
        const [x, w, b] = [vx(size.x), vw(size.w), vb?.(size.b)];
        const [ours, theirs] = [new Float32Array(size.y).fill(7.7), new Float32Array(size.y)];
        callKernel(() => winogradKernel(g, m), { g, x, w, b, y: ours }, []);
        reference(g, m, x, w, b, theirs);
        expect(firstDifference(ours, theirs)).toBe(-1);
      }),
      { numRuns: 300 },
    );
  });

  test('[winograd-transforms] weights beyond a cache, and a tile left alone after the fours, give those bits too', () => {
    const axes = windowAxes('test', { ...window, padding: 'valid' }, [1, m + 2, 5 * m + 2]) as unknown as Axes;
    const g = { batch: 1, groups: 1, channels: m === 2 ? 165 : 75, filters: 201, axes };
    const size = sizesOf(g);
    const wave = (length: number) => Float32Array.from({ length }, (_, i) => ((i * 7919) % 1009) / 1009 - 0.5);
    const [ours, theirs] = [new Float32Array(size.y), new Float32Array(size.y)];
    callKernel(() => winogradKernel(g, m), { g, x: wave(size.x), w: wave(size.w), y: ours }, []);
    reference(g, m, wave(size.x), wave(size.w), undefined, theirs);
    expect(firstDifference(ours, theirs)).toBe(-1);
  });

  test('[winograd-bound] every finite result is within the bound of the exact sum', () => {
    fc.assert(
      fc.property(geometries, values, values, fc.option(values), (g, vx, vw, vb) => {
        const size = sizesOf(g);
        const [x, w, b] = [vx(size.x), vw(size.w), vb?.(size.b)];
        fc.pre(finite(x, w, b));
        const [ours, theirs] = [new Float32Array(size.y), new Float64Array(size.y)];
        callKernel(() => winogradKernel(g, m), { g, x, w, b, y: ours }, []);
        exact.conv(g, Float64Array.from(x), Float64Array.from(w), b && Float64Array.from(b), theirs);
        const bound = winogradBound(g, m, x, w, b);
        expect(ours.findIndex((value, i) => !(Math.abs(value - theirs[i]) <= bound[i]))).toBe(-1);
      }),
      { numRuns: 300 },
    );
  });

  test('[winograd-transforms] in float64 the plain loops give the convolution of whole numbers', () => {
    fc.assert(
      fc.property(geometries, whole, whole, (g, vx, vw) => {
        const size = sizesOf(g);
        const [x, w] = [Float64Array.from(vx(size.x)), Float64Array.from(vw(size.w))];
        const [ours, theirs] = [new Float64Array(size.y), new Float64Array(size.y)];
        reference(g, m, x, w, undefined, ours);
        exact.conv(g, x, w, undefined, theirs);
        expect([...ours].map((value) => Math.round(value) + 0)).toEqual([...theirs]);
      }),
      { numRuns: 100 },
    );
  });
});

test('[winograd-bound] F(2×2, 3×3) is exact on whole numbers, as its matrices hold halves alone', () => {
  fc.assert(
    fc.property(geometries, whole, whole, (g, vx, vw) => {
      const size = sizesOf(g);
      const [x, w] = [vx(size.x), vw(size.w)];
      const [ours, theirs] = [new Float32Array(size.y), new Float32Array(size.y)];
      callKernel(() => winogradKernel(g, 2), { g, x, w, y: ours }, []);
      exact.conv(g, x, w, undefined, theirs);
      expect([...ours]).toEqual([...theirs].map((value) => value + 0));
    }),
  );
});

test('[winograd-bound] the bound is tight enough to see one weight of a hundred missing', () => {
  const axes = windowAxes('test', { ...window, padding: 'same-upper' }, [1, 9, 9]) as unknown as Axes;
  const g = { batch: 1, groups: 1, channels: 12, filters: 1, axes };
  const size = sizesOf(g);
  const [x, w] = [new Float32Array(size.x).fill(1), new Float32Array(size.w).fill(1)];
  const missing = w.slice();
  missing[4 * g.channels] = 0;
  for (const m of [2, 4] as const) {
    const [y, less] = [new Float32Array(size.y), new Float32Array(size.y)];
    callKernel(() => winogradKernel(g, m), { g, x, w, y }, []);
    callKernel(() => winogradKernel(g, m), { g, x, w: missing, y: less }, []);
    const bound = winogradBound(g, m, x, w, undefined);
    expect(y.every((value, i) => Math.abs(value - less[i]) > 2 * bound[i])).toBe(true);
  }
});

test('[winograd-bound] of ones is γ_K (P + |b|), K = C + 10 or C + 16 and one more with a bias', () => {
  // Each entry of P is the product of a sum down the columns and one along the rows: (1 + 3/2 + 3/2)·2 and Σ |Bᵀ|·|G| of m = 4.
  for (const [m, roundings, sum] of [
    [2, 10, 8],
    [4, 16, 2.5 + 5 + 5 + 1.75 + 1.75],
  ] as const)
    for (const channels of [1, 3]) {
      const axes = windowAxes('test', { ...window, padding: 'valid' }, [1, m + 2, m + 2]) as unknown as Axes;
      const g = { batch: 1, groups: 1, channels, filters: 1, axes };
      const [x, w] = [sizesOf(g).x, sizesOf(g).w].map((size) => new Float32Array(size).fill(1));
      const P = channels * sum * sum;
      for (const bias of [undefined, Float32Array.of(-3)]) {
        const K = (channels + roundings + (bias ? 1 : 0)) * 2 ** -24;
        const right = (K / (1 - K)) * (P + (bias ? 3 : 0));
        expect(winogradBound(g, m, x, w, bias)[0] / right).toBeCloseTo(1, 12);
      }
    }
});

test('[conv-algorithm] asking for winograd changes the layer only where it applies', () => {
  const x = tensor(
    [1, 17, 17, 3],
    Array.from({ length: 17 * 17 * 3 }, (_, i) => ((i * 7919) % 1009) / 1009),
  );
  const y = (stride: number, algorithm: 'auto' | 'winograd'): Float32Array | Float64Array => {
    const layer = conv2d({ filters: 5, size: 3, padding: 'same', stride, algorithm });
    return layer.forward(x, initialize(layer, x.shape, { seed: 1 })).data;
  };
  expect(y(2, 'winograd')).toEqual(y(2, 'auto'));
  expect(y(1, 'winograd')).not.toEqual(y(1, 'auto'));
  const [ours, exact] = [y(1, 'winograd'), y(1, 'auto')];
  expect(Math.max(...ours.map((value, i) => Math.abs(value - exact[i])))).toBeLessThan(1e-5);
});

test('[winograd-window] windows of 3×3 with stride and dilation 1 have a tile, others none', () => {
  const tile = (size: number[], stride: number, dilation: number, space: number[]): number | undefined => {
    const each = { size, stride: [1, stride, stride], dilation: [1, dilation, dilation], padding: 'valid' as const };
    const axes = windowAxes('test', { ...each, ceil: false }, space) as unknown as readonly [Axis, Axis, Axis];
    return winogradTile({ batch: 1, groups: 1, channels: 1, filters: 1, axes });
  };
  expect(tile([1, 3, 3], 1, 1, [1, 13, 13])).toBe(4);
  expect(tile([1, 3, 3], 1, 1, [1, 12, 12])).toBe(2);
  expect(tile([1, 3, 3], 1, 1, [1, 9, 9])).toBe(2);
  expect(tile([1, 3, 3], 1, 1, [1, 6, 34])).toBe(4);
  expect(tile([1, 3, 3], 2, 1, [1, 18, 18])).toBeUndefined();
  expect(tile([1, 3, 3], 1, 2, [1, 18, 18])).toBeUndefined();
  expect(tile([1, 3, 5], 1, 1, [1, 18, 18])).toBeUndefined();
  expect(tile([1, 3, 3], 1, 1, [2, 18, 18])).toBeUndefined();
});
