// Placeholder until the kernels land: the reference loops.
import * as reference from '../reference/conv.ts';
import type { ConvGeometry } from '../window.ts';

type Algorithm = 'auto' | 'direct' | 'im2col';
export const conv = (
  g: ConvGeometry,
  x: Float32Array,
  w: Float32Array,
  b: Float32Array | undefined,
  y: Float32Array,
  _: Algorithm,
): void => reference.conv(g, x, w, b, y);
export const convInputGrad = (
  g: ConvGeometry,
  dy: Float32Array,
  w: Float32Array,
  dx: Float32Array,
  _: Algorithm,
): void => reference.convInputGrad(g, dy, w, dx);
export const convWeightGrad = (
  g: ConvGeometry,
  x: Float32Array,
  dy: Float32Array,
  dw: Float32Array,
  _: Algorithm,
): void => reference.convWeightGrad(g, x, dy, dw);
export const biasGrad = reference.biasGrad;
