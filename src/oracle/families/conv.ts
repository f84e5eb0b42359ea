// Convolutions: y[n,p,o] = b[o] + Σ_k Σ_c x[n, p·stride + k·dilation − before, c] · w[k,c,o], group by group.

import * as ops from '../../ops/convolution.ts';
import { contractionBound, contractionGradientBounds, convolutionGradients } from '../bounds/contraction.ts';
import { byFourier } from '../bounds/fft.ts';
import { mayTransform, transformed } from '../bounds/winograd.ts';
import { absent } from '../family.ts';
import { mistakesAbout } from '../mistakes/catalogue.ts';
import { geometryOf, type WindowedCase, windowOf } from '../windows/case.ts';
import { windowFamily } from '../windows/family.ts';
import { mixedAxes } from '../windows/large-axes.ts';
import { corners, smallRanges, type WindowRanges, windowRanges } from '../windows/ranges.ts';
import { contracted, contractedGradients } from '../windows/setting.ts';
import { convolutionWords, nearestWindow, type Sayable } from '../windows/window-words.ts';
import { withWrittenPadding } from '../windows/written-padding.ts';
import { layouts, said, saidInWords } from './common.ts';

const attributesOf = (c: WindowedCase) => ({
  filters: c.groups * c.filters,
  ...windowOf(c),
  groups: c.groups,
  bias: c.bias,
});

const ranges: readonly Partial<WindowRanges>[] = [
  ...corners,
  { groups: [1, 1], channels: [5, 9], size: [1, 3], dilation: [1, 1] }, // input channels past a block of 4
  { groups: [1, 1], filters: [5, 9], size: [1, 2], dilation: [1, 1] }, // output channels past a block of 4
  { groups: [2, 3], bias: [1, 1], channels: [1, 4], filters: [2, 4] },
  { values: ['real'] },
  { values: ['nan'] },
  { values: ['infinite'], padding: ['same-upper', 'explicit'], size: [2, 4] }, // 0·∞ over padding, where the engine says which
  { groups: [1, 1], channels: [150, 260], filters: [1, 2], size: [2, 3], space: [3, 5], batch: [1, 1] }, // accumulators of 11 bits
  { size: [1, 1], stride: [1, 1], dilation: [1, 1], padding: ['explicit'], pad: [1, 2] }, // 1×1 with padding
  {
    values: ['real'],
    groups: [1, 1],
    channels: [64, 128],
    filters: [1, 2],
    size: [3, 3],
    space: [3, 4],
    batch: [1, 1],
  }, // long sums
  { values: ['large'] },
];

const sayable: Sayable = {
  hasSameAtStride1: true,
  change: ({ limits }) => (limits.groups ? {} : { groups: 1 }),
};
const words = convolutionWords();
const [tensorflow, tensorflowWords] = [said(words.tensorflow), saidInWords(words.tensorflow)];

export const convFamily = windowFamily({
  place: 1,
  operators: {
    conv2d: {
      rank: 2,
      make: ops.conv2d,
      isBasic: true,
      inCall: `filters, size [h, w], stride, dilation, groups, bias, and padding:
        'valid', 'same-upper', 'same-lower' or [[before, after], …]
        weight [h, w, c / groups, filters], bias [filters]`,
    },
    conv1d: { rank: 1, make: ops.conv1d },
    conv3d: { rank: 3, make: ops.conv3d },
  },
  tensors: { x: 'x', weight: 'weight', bias: 'none', y: 'x', dy: 'x' },
  structure: () => ({ kind: 'sum', weight: 'weight', bias: 'bias' }),
  showsPrecision: true,
  attributes: attributesOf,
  written: { filters: 'o', groups: 'named' },
  loops: { geometry: geometryOf, evaluate: contracted, moved: contractedGradients },
  ranges: (rank) => windowRanges(rank, rank === 3 ? { space: [1, 5] } : {}, ranges),
  small: (rank) => smallRanges(rank, {}),
  large: (rank) => mixedAxes(rank, 1),
  bounds(layer, operands, profile) {
    if (operands.dy)
      return contractionGradientBounds(convolutionGradients(geometryOf(layer, operands.x.shape)), operands, profile);
    const [valid, padded] = withWrittenPadding(layer, operands, profile);
    const y = contractionBound(valid, padded, profile);
    const g = geometryOf(valid, padded.x.shape);
    return { y: byFourier(mayTransform(valid) ? transformed(y, g, profile, padded) : y, g, profile, padded) };
  },
  words: {
    onnx: said(words.onnx),
    torch: said(words.torch),
    tensorflow: [tensorflowWords, tensorflow, tensorflowWords],
    webnn: [absent, said(words.webnn), absent],
    caffe: said(words.caffe),
  },
  layouts: layouts.xAndWeight,
  nearest: (dialect, c) => nearestWindow(sayable, dialect, c),
  mistakes: mistakesAbout('attributes', 'output', 'windows over x', 'sums', 'weight', 'channels', 'convolution'),
});
