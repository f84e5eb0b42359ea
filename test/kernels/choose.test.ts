// Which implementation is chosen: the kernels for what they compute exactly, the plain loops for the rest.

import { expect, test } from 'vitest';
import { callKernel } from '../../src/kernels/call-kernel.ts';
import * as choose from '../../src/kernels/choose.ts';
import { backward, forward } from '../../src/kernels/contraction.ts';
import { depthwiseKernel } from '../../src/kernels/depthwise.ts';
import { panelKernel } from '../../src/kernels/panel-kernel.ts';
import { convWeightGrad } from '../../src/kernels/weight-gradient.ts';
import * as reference from '../../src/reference/convolution.ts';
import { type ConvGeometry, threeAxes, windowAxes } from '../../src/window.ts';
import { firstDifference, sizesOf } from './twins.ts';

const geometry = (padding: number, groups: number, channels: number): ConvGeometry => {
  const window = { size: [3], stride: [1], dilation: [1], padding: [[padding, padding] as const], ceil: false };
  return { batch: 1, groups, channels, filters: channels, axes: threeAxes(windowAxes('test', window, [7])) };
};

const wave = (length: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => ((i * 7919) % 1009) / 1009 - 0.5);

/** Values of which the last is not finite. */
const withLast = (length: number, last: number): Float32Array => {
  const values = wave(length);
  values[length - 1] = last;
  return values;
};

const call = (g: ConvGeometry, w: Float32Array) => {
  const size = sizesOf(g);
  return { g, x: wave(size.x), w, y: new Float32Array(size.y).fill(7) };
};

test('[numerics-padding] a kernel that pads runs finite weights, and leaves y alone for others', () => {
  for (const im2col of [false, true]) {
    const kernel = panelKernel(forward(geometry(1, 1, 3)), im2col);
    const { w } = sizesOf(geometry(1, 1, 3));
    expect(callKernel(() => kernel, call(geometry(1, 1, 3), wave(w)), [])).toBe(true);
    for (const last of [Infinity, -Infinity, Number.NaN]) {
      const declined = call(geometry(1, 1, 3), withLast(w, last));
      expect(callKernel(() => kernel, declined, [])).toBe(false);
      expect(new Set(declined.y)).toEqual(new Set([7]));
    }
  }
});

test('[numerics-padding] without padding, and where padding is left out, kernels run all weights', () => {
  const [bare, grouped] = [geometry(0, 1, 3), geometry(1, 5, 1)];
  const kernels = [
    [bare, panelKernel(forward(bare), false)],
    [grouped, depthwiseKernel(forward(grouped))],
  ] as const;
  for (const [g, kernel] of kernels) {
    const infinite = call(g, withLast(sizesOf(g).w, Infinity));
    expect(callKernel(() => kernel, infinite, [])).toBe(true);
    const theirs = new Float32Array(infinite.y.length);
    reference.conv(g, infinite.x, infinite.w, undefined, theirs);
    expect(firstDifference(infinite.y, theirs)).toBe(-1);
  }
});

test('[numerics-padding] a weight gradient that pads runs finite dy, and leaves dw alone for others', () => {
  const g = geometry(1, 1, 3);
  const size = sizesOf(g);
  const dw = new Float32Array(size.w).fill(7);
  expect(convWeightGrad(g, { x: wave(size.x), dy: withLast(size.y, Number.NaN), dw }, false)).toBe(false);
  expect(new Set(dw)).toEqual(new Set([7]));
  expect(convWeightGrad(g, { x: wave(size.x), dy: wave(size.y), dw }, false)).toBe(true);
});

test('[compile-bits] a compiled net has a kernel for what a kernel computes exactly, and calls the layer for the rest', () => {
  const [padded, bare] = [geometry(1, 1, 3), geometry(0, 1, 3)];
  const [finite, infinite] = [wave(sizesOf(bare).w), withLast(sizesOf(bare).w, Infinity)];
  expect(choose.compiledConv(padded, 'auto', 'exact', finite)).toBeDefined();
  expect(choose.compiledConv(padded, 'auto', 'exact', infinite)).toBeUndefined();
  expect(choose.compiledConv(bare, 'auto', 'exact', infinite)).toBeDefined();
  expect(choose.compiledConvTranspose(bare, 'auto', finite)).toBeDefined();
  expect(choose.compiledConvTranspose(bare, 'auto', infinite)).toBeUndefined();
  const [a, b, c] = bare.axes;
  const sparse = { ...bare, axes: [a, b, { ...c, stride: 4, output: 2 }] as const };
  expect(panelKernel(backward(sparse), false).isCovered).toBe(false);
  expect(choose.compiledConvTranspose(sparse, 'auto', finite)).toBeUndefined();
});
