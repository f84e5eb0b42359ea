// Conv and ConvTranspose. Spec onnx-operator.

import { convTranspose1d, convTranspose2d, convTranspose3d } from '../../ops/conv-transpose.ts';
import { conv1d, conv2d, conv3d } from '../../ops/convolution.ts';
import type { Tensor } from '../../tensor.ts';
import { byLayer, filtersLast } from '../by-layer.ts';
import { type Call, type Given, type Operators, unsupported } from '../call.ts';
import { type OnnxWindow, spaceOf, windowOf } from './window.ts';

/** The weight, of as many axes as x. */
function weightOf(call: Call): readonly number[] {
  const [x, w] = [call.at(0), call.alike(1)];
  if (w.shape.length !== x.shape.length)
    unsupported(`the weight must have ${x.shape.length} axes, got shape [${w.shape}]`);
  return w.shape;
}

function biasOf(call: Call, filters: number): boolean {
  if (!call.has(2)) return false;
  const { shape } = call.alike(2);
  if (shape.length !== 1 || shape[0] !== filters) unsupported(`the bias must have shape [${filters}], got [${shape}]`);
  return true;
}

const params =
  (bias: boolean) =>
  (given: Given): Record<string, Tensor> => ({ weight: filtersLast(given(1)), ...(bias && { bias: given(2).tensor }) });

export const convolutions: Operators = {
  Conv: {
    versions: [1, 11, 22],
    inputs: [2, 3],
    plan(call) {
      const rank = spaceOf(call);
      const [filters, channels, ...size] = weightOf(call);
      const groups = call.int('group', 1);
      if (channels * groups !== call.at(0).shape[1])
        unsupported(
          `${groups} groups of ${channels} channels must be the ${call.at(0).shape[1]} channels of x, shape [${call.at(0).shape}]`,
        );
      const bias = biasOf(call, filters);
      const make = [conv1d, conv2d, conv3d][rank - 1];
      const layer = make({ ...windowOf(call, rank, size), filters, groups, bias });
      return byLayer(call, { layer, params: params(bias) });
    },
  },
  ConvTranspose: {
    versions: [1, 11, 22],
    inputs: [2, 3],
    plan(call) {
      const rank = spaceOf(call);
      const [channels, share, ...size] = weightOf(call);
      const groups = call.int('group', 1);
      const filters = share * groups;
      if (channels !== call.at(0).shape[1])
        unsupported(`the weight must have the ${call.at(0).shape[1]} channels of x, got shape [${call.at(1).shape}]`);
      const bias = biasOf(call, filters);
      const window = windowOf(call, rank, size);
      const outputPadding = call.ints('output_padding') ?? new Array<number>(rank).fill(0);
      const wanted = call.ints('output_shape');
      const own = { padding: window.padding, outputPadding };
      const make = [convTranspose1d, convTranspose2d, convTranspose3d][rank - 1];
      return byLayer(call, {
        layer: make({
          ...window,
          ...(wanted ? fitted(call, window, outputPadding, wanted) : own),
          filters,
          groups,
          bias,
        }),
        params: params(bias),
      });
    },
  },
};

/**
 * The cropping that gives a stated output: the odd cell at the end for SAME_UPPER, otherwise at the start. A longer output than
 * the window gives has more cells at its end.
 */
function fitted(
  call: Call,
  { size, stride, dilation }: OnnxWindow,
  outputPadding: readonly number[],
  wanted: readonly number[],
): { readonly padding: (readonly [number, number])[]; readonly outputPadding: number[] } {
  const space = call.at(0).shape.slice(2);
  const own = wanted.slice(-space.length); // some writers state batch and channels too
  if (own.length !== space.length)
    unsupported(`attribute 'output_shape' must have ${space.length} numbers, got [${wanted}]`);
  const upper = call.text('auto_pad', 'NOTSET') === 'SAME_UPPER';
  const totals = space.map((n, i) => stride[i] * (n - 1) + outputPadding[i] + (size[i] - 1) * dilation[i] + 1 - own[i]);
  return {
    padding: totals.map((total) => {
      const half = Math.floor(Math.max(total, 0) / 2);
      const rest = Math.max(total, 0) - half;
      return upper ? [half, rest] : [rest, half];
    }),
    outputPadding: totals.map((total, i) => outputPadding[i] + Math.max(-total, 0)),
  };
}
