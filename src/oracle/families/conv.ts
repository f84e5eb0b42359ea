// Convolutions: y[n,p,o] = b[o] + Σ_k Σ_c x[n, p·stride + k·dilation − before, c] · w[k,c,o], group by group.

import * as ops from '../../ops/convolution.ts';
import { contractionBound, contractionGradientBounds, convolutionGradients } from '../bounds/contraction.ts';
import { byFourier } from '../bounds/fft.ts';
import { mayTransform, transformed } from '../bounds/winograd.ts';
import { absent, type Family } from '../family.ts';
import { mistakesAbout } from '../mistakes/catalogue.ts';
import { geometryOf, type WindowedCase, windowCaseOf, windowOf } from '../windows/case.ts';
import { everydayWindows } from '../windows/everyday.ts';
import { readWindow, type Written, writeWindow } from '../windows/id.ts';
import { mixedAxes } from '../windows/large-axes.ts';
import { corners, smallRanges, type WindowRanges, windowRanges } from '../windows/ranges.ts';
import {
  contracted,
  contractedGradients,
  type Loops,
  type WindowSetting,
  windowAnswering,
  windowSetting,
} from '../windows/setting.ts';
import { convolutionWords, nearestWindow, type Sayable } from '../windows/window-words.ts';
import { withWrittenPadding } from '../windows/written-padding.ts';
import { layouts, ownAttributes, said, saidInWords, sameInEveryDialect, windowed } from './common.ts';

const operators = {
  conv2d: { rank: 2, make: ops.conv2d, isBasic: true },
  conv1d: { rank: 1, make: ops.conv1d },
  conv3d: { rank: 3, make: ops.conv3d },
} as const;
const operatorOf = (op: string) => operators[op as keyof typeof operators];

const attributesOf = (c: WindowedCase) => ({
  filters: c.groups * c.filters,
  ...windowOf(c),
  groups: c.groups,
  bias: c.bias,
});

const loops: Loops = { geometry: geometryOf, evaluate: contracted, moved: contractedGradients };
const written: Written = { filters: 'o', groups: 'named' };

const ranges: readonly Partial<WindowRanges>[] = [
  ...corners,
  { groups: [1, 1], channels: [5, 9], size: [1, 3], dilation: [1, 1] }, // input channels past a block of 4
  { groups: [1, 1], filters: [5, 9], size: [1, 2], dilation: [1, 1] }, // output channels past a block of 4
  { groups: [2, 3], bias: [1, 1], channels: [1, 4], filters: [2, 4] },
  { values: ['real'] },
  { values: ['nan'] },
  { values: ['infinite'], padding: ['same-upper', 'explicit'], size: [2, 4] }, // 0·∞ over padding, where the engine says which
  { groups: [1, 1], channels: [150, 260], filters: [1, 2], size: [2, 3], space: [3, 5], batch: [1, 1] }, // accumulators of 11 bits
];

const sayable: Sayable = {
  hasSameAtStride1: true,
  change: ({ limits }) => (limits.groups ? {} : { groups: 1 }),
};
const words = convolutionWords();
const own = said((c: WindowedCase) => ownAttributes(operatorOf(c.op).make(attributesOf(c))));
const [onnx, torch, webnn, caffe] = [said(words.onnx), said(words.torch), said(words.webnn), said(words.caffe)];
const [tensorflow, tensorflowWords] = [said(words.tensorflow), saidInWords(words.tensorflow)];

export const convFamily: Family<WindowedCase, WindowSetting> = {
  ...windowed,
  ...sameInEveryDialect,
  place: 1,
  operators,
  tensors: { x: 'x', weight: 'weight', bias: 'none', y: 'x', dy: 'x' },
  attributes: attributesOf,
  geometry: geometryOf,
  structure: () => ({ kind: 'sum', weight: 'weight', bias: 'bias' }),
  caseOf: (layer, operands) => windowCaseOf(layer, operands, geometryOf(layer, operands.x.shape)),
  write: (c) => writeWindow(written, c),
  read: (op, text) => readWindow(written, operatorOf(op).rank, text),
  everyday: (op) => everydayWindows(operatorOf(op).rank),
  ranges(op) {
    const { rank } = operatorOf(op);
    return windowRanges(rank, rank === 3 ? { space: [1, 5] } : {}, ranges);
  },
  small: (op) => smallRanges(operatorOf(op).rank, {}),
  large: (op) => mixedAxes(operatorOf(op).rank, 1),
  bounds(layer, operands, profile) {
    if (operands.dy)
      return contractionGradientBounds(convolutionGradients(geometryOf(layer, operands.x.shape)), operands, profile);
    const [valid, padded] = withWrittenPadding(layer, operands, profile);
    const y = contractionBound(valid, padded, profile);
    const g = geometryOf(valid, padded.x.shape);
    return { y: byFourier(mayTransform(valid) ? transformed(y, g, profile, padded) : y, g, profile, padded) };
  },
  dialects: {
    toeplitz: { conv1d: own, conv2d: own, conv3d: own },
    onnx: { conv1d: onnx, conv2d: onnx, conv3d: onnx },
    torch: { conv1d: torch, conv2d: torch, conv3d: torch },
    tensorflow: { conv1d: tensorflowWords, conv2d: tensorflow, conv3d: tensorflowWords },
    webnn: { conv1d: absent, conv2d: webnn, conv3d: absent },
    caffe: { conv1d: caffe, conv2d: caffe, conv3d: caffe },
  },
  layouts: layouts.xAndWeight,
  nearest: (dialect, c) => nearestWindow(sayable, dialect, c),
  mistakes: mistakesAbout('attributes', 'output', 'windows over x', 'sums', 'weight', 'channels', 'convolution'),
  setting: (dialect, c, layer, operands) => windowSetting(loops, dialect, c, layer, operands),
  answering: (s, instead, layer) => windowAnswering(loops, s, instead, layer),
};
