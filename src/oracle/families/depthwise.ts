// Depthwise convolutions: every channel by itself, with `multiplier` filters each.

import * as ops from '../../ops/convolution.ts';
import { contractionBound, contractionGradientBounds, convolutionGradients } from '../bounds/contraction.ts';
import { absent } from '../family.ts';
import { mistakesAbout } from '../mistakes/catalogue.ts';
import { geometryOf, type WindowedCase, windowOf } from '../windows/case.ts';
import { everydayWindows, perChannel } from '../windows/everyday.ts';
import { windowFamily } from '../windows/family.ts';
import { perChannelAxes } from '../windows/large-axes.ts';
import { corners, smallRanges, type WindowRanges, windowRanges } from '../windows/ranges.ts';
import { contracted, contractedGradients } from '../windows/setting.ts';
import { nanBesideZeros } from '../windows/traps.ts';
import { convolutionWords, nearestWindow } from '../windows/window-words.ts';
import { withWrittenPadding } from '../windows/written-padding.ts';
import { layouts, said } from './common.ts';

const onePerGroup: Partial<WindowRanges> = { groups: [1, 4], channels: [1, 1] };
const ranges: readonly Partial<WindowRanges>[] = [
  ...corners,
  { groups: [2, 9], filters: [2, 3], bias: [1, 1] },
  { values: ['real'] },
  { values: ['nan'] },
  { groups: [5, 9] },
];

const words = convolutionWords();
const tensorflow = said<WindowedCase>((c, layout) => ({
  ...words.tensorflow(c, layout),
  strides: [1, ...c.stride, 1],
}));

export const depthwiseFamily = windowFamily({
  place: 2,
  operators: {
    depthwiseConv2d: {
      rank: 2,
      make: ops.depthwiseConv2d,
      isBasic: true,
      inCall: `size, stride, padding, dilation, multiplier, bias
        weight [h, w, 1, c · multiplier], y [n, h, w, c · multiplier]`,
    },
    depthwiseConv1d: { rank: 1, make: ops.depthwiseConv1d },
    depthwiseConv3d: { rank: 3, make: ops.depthwiseConv3d },
  },
  tensors: { x: 'x', weight: 'depthwise', bias: 'none', y: 'x', dy: 'x' },
  structure: () => ({ kind: 'sum', weight: 'weight', bias: 'bias' }),
  showsPrecision: true,
  attributes: (c) => ({ ...windowOf(c), multiplier: c.filters, bias: c.bias }),
  written: { filters: 'm', groups: 'per channel' },
  loops: { geometry: geometryOf, evaluate: contracted, moved: contractedGradients },
  everyday: (rank) => everydayWindows(rank).map(perChannel),
  traps: (rank, gradient) => nanBesideZeros(rank, gradient).map(perChannel),
  ranges: (rank) => windowRanges(rank, onePerGroup, ranges),
  small: (rank) => smallRanges(rank, onePerGroup),
  large: (rank) => perChannelAxes(rank, true),
  bounds(layer, operands, profile) {
    if (operands.dy)
      return contractionGradientBounds(convolutionGradients(geometryOf(layer, operands.x.shape)), operands, profile);
    return { y: contractionBound(...withWrittenPadding(layer, operands, profile), profile) };
  },
  words: {
    onnx: said(words.onnx),
    torch: said(words.torch),
    tensorflow: [absent, tensorflow, absent],
    webnn: [absent, said(words.webnn), absent],
    caffe: said(words.caffe),
  },
  layouts: layouts.xAndDepthwise,
  nearest: (dialect, c) => nearestWindow({ hasSameAtStride1: true }, dialect, c),
  mistakes: mistakesAbout(
    'attributes',
    'output',
    'windows over x',
    'sums',
    'weight',
    'channels',
    'convolution',
    'multiplier',
  ),
});
