// Convolution in one, two and three dimensions: grouped, depthwise, and true (flipped).

import type { Layer } from '../layer/layer.ts';
import { type ConvAttributes, type DepthwiseConvAttributes, depthwise, grouped } from './convolution.ts';

export type { ConvAttributes, DepthwiseConvAttributes };

/**
 * 1-D convolution of `[batch, length, channels]`; see {@link conv2d}. Spec conv-forward.
 *
 * @example
 * const layer = conv1d({ filters: 1, size: 3, bias: false });
 * layer.forward(tensor([1, 5, 1], [1, 1, 1, 0, 0]), { weight: tensor([3, 1, 1], [1, 0, 1]) }).data // [2, 1, 1]
 */
export const conv1d = (attributes: ConvAttributes): Layer => grouped('conv1d', 1, attributes, conv1d);

/**
 * 2-D convolution: `y[n,p,o] = Σ_k Σ_c x[n, p·stride + k·dilation − before, c] · w[k,c,o] + b[o]`, the kernel not flipped.
 * x `[batch, height, width, channels]`, weight `[...size, channels / groups, filters]`, bias `[filters]`,
 * y `[batch, ⌊(n + before + after − ((size − 1)·dilation + 1)) / stride⌋ + 1 on each axis, filters]`. Spec conv-forward.
 *
 * @throws {SpecError} conv-filters, conv-groups, conv-rank, window-size, window-stride, window-dilation, window-padding, window-fit.
 * @example
 * conv2d({ filters: 6, size: 5 }).shape([1, 32, 32, 3]) // [1, 28, 28, 6]
 */
export const conv2d = (attributes: ConvAttributes): Layer => grouped('conv2d', 2, attributes, conv2d);

/**
 * 3-D convolution of `[batch, depth, height, width, channels]`; see {@link conv2d}. Spec conv-forward.
 *
 * @example
 * conv3d({ filters: 4, size: [1, 3, 3] }).shape([1, 4, 8, 8, 2]) // [1, 4, 6, 6, 4]
 */
export const conv3d = (attributes: ConvAttributes): Layer => grouped('conv3d', 3, attributes, conv3d);

/**
 * 1-D true convolution: {@link conv1d} with the weight reversed. Spec conv-true.
 *
 * @example
 * const layer = trueConv1d({ filters: 1, size: 2, bias: false });
 * layer.forward(tensor([1, 3, 1], [1, 2, 4]), { weight: tensor([2, 1, 1], [10, 1]) }).data // [21, 42]
 */
export const trueConv1d = (attributes: ConvAttributes): Layer => grouped('trueConv1d', 1, attributes, trueConv1d, true);

/**
 * 2-D true convolution: {@link conv2d} with the weight reversed on both spatial axes. Spec conv-true.
 *
 * @example
 * trueConv2d({ filters: 1, size: 3 }).shape([1, 5, 5, 1]) // [1, 3, 3, 1]
 */
export const trueConv2d = (attributes: ConvAttributes): Layer => grouped('trueConv2d', 2, attributes, trueConv2d, true);

/**
 * 1-D depthwise convolution; see {@link depthwiseConv2d}. Spec conv-depthwise.
 *
 * @example
 * depthwiseConv1d({ size: 3 }).shape([1, 8, 4]) // [1, 6, 4]
 */
export const depthwiseConv1d = (attributes: DepthwiseConvAttributes): Layer =>
  depthwise('depthwiseConv1d', 1, attributes, depthwiseConv1d);

/**
 * 2-D depthwise convolution: each channel on its own, with `multiplier` filters; a convolution with as many groups as
 * channels. Weight `[...size, 1, channels · multiplier]`; output channel `c · multiplier + q` belongs to input channel
 * `c`. Spec conv-depthwise.
 *
 * @throws {SpecError} conv-multiplier, and the clauses of {@link conv2d}.
 * @example
 * depthwiseConv2d({ size: 3, multiplier: 2 }).shape([1, 8, 8, 4]) // [1, 6, 6, 8]
 */
export const depthwiseConv2d = (attributes: DepthwiseConvAttributes): Layer =>
  depthwise('depthwiseConv2d', 2, attributes, depthwiseConv2d);

/**
 * 3-D depthwise convolution; see {@link depthwiseConv2d}. Spec conv-depthwise.
 *
 * @example
 * depthwiseConv3d({ size: 2 }).shape([1, 4, 4, 4, 2]) // [1, 3, 3, 3, 2]
 */
export const depthwiseConv3d = (attributes: DepthwiseConvAttributes): Layer =>
  depthwise('depthwiseConv3d', 3, attributes, depthwiseConv3d);
