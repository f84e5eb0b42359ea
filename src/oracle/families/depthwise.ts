// Depthwise convolutions: every channel by itself, with `multiplier` filters each.

import * as ops from '../../ops/convolution.ts';
import { contractionBound, contractionGradientBounds, convolutionGradients } from '../bounds/contraction.ts';
import { absent, type Family } from '../family.ts';
import { mistakesAbout } from '../mistakes/catalogue.ts';
import { geometryOf, type WindowedCase, windowCaseOf, windowOf } from '../windows/case.ts';
import { everydayWindows, perChannel } from '../windows/everyday.ts';
import { readWindow, type Written, writeWindow } from '../windows/id.ts';
import { perChannelAxes } from '../windows/large-axes.ts';
import { corners, smallRanges, type WindowRanges, windowRanges } from '../windows/ranges.ts';
import {
  contracted,
  contractedGradients,
  type Loops,
  type WindowSetting,
  windowAnswering,
  windowSetting,
} from '../windows/setting.ts';
import { convolutionWords, nearestWindow } from '../windows/window-words.ts';
import { withWrittenPadding } from '../windows/written-padding.ts';
import { layouts, ownAttributes, said, sameInEveryDialect, windowed } from './common.ts';

const operators = {
  depthwiseConv2d: { rank: 2, make: ops.depthwiseConv2d, isBasic: true },
  depthwiseConv1d: { rank: 1, make: ops.depthwiseConv1d },
  depthwiseConv3d: { rank: 3, make: ops.depthwiseConv3d },
} as const;
const operatorOf = (op: string) => operators[op as keyof typeof operators];

const attributesOf = (c: WindowedCase) => ({ ...windowOf(c), multiplier: c.filters, bias: c.bias });

const loops: Loops = { geometry: geometryOf, evaluate: contracted, moved: contractedGradients };
const written: Written = { filters: 'm', groups: 'per channel' };

const onePerGroup: Partial<WindowRanges> = { groups: [1, 4], channels: [1, 1] };
const ranges: readonly Partial<WindowRanges>[] = [
  ...corners,
  { groups: [2, 9], filters: [2, 3], bias: [1, 1] },
  { values: ['real'] },
  { values: ['nan'] },
  { groups: [5, 9] },
];

const words = convolutionWords();
const own = said((c: WindowedCase) => ownAttributes(operatorOf(c.op).make(attributesOf(c))));
const [onnx, torch, webnn, caffe] = [said(words.onnx), said(words.torch), said(words.webnn), said(words.caffe)];
const tensorflow = said<WindowedCase>((c, layout) => ({
  ...words.tensorflow(c, layout),
  strides: [1, ...c.stride, 1],
}));

export const depthwiseFamily: Family<WindowedCase, WindowSetting> = {
  ...windowed,
  ...sameInEveryDialect,
  place: 2,
  operators,
  tensors: { x: 'x', weight: 'depthwise', bias: 'none', y: 'x', dy: 'x' },
  attributes: attributesOf,
  geometry: geometryOf,
  structure: () => ({ kind: 'sum', weight: 'weight', bias: 'bias' }),
  caseOf: (layer, operands) => windowCaseOf(layer, operands, geometryOf(layer, operands.x.shape)),
  write: (c) => writeWindow(written, c),
  read: (op, text) => readWindow(written, operatorOf(op).rank, text),
  everyday: (op) => everydayWindows(operatorOf(op).rank).map(perChannel),
  ranges: (op) => windowRanges(operatorOf(op).rank, onePerGroup, ranges),
  small: (op) => smallRanges(operatorOf(op).rank, onePerGroup),
  large: (op) => perChannelAxes(operatorOf(op).rank, true),
  bounds(layer, operands, profile) {
    if (operands.dy)
      return contractionGradientBounds(convolutionGradients(geometryOf(layer, operands.x.shape)), operands, profile);
    return { y: contractionBound(...withWrittenPadding(layer, operands, profile), profile) };
  },
  dialects: {
    toeplitz: { depthwiseConv1d: own, depthwiseConv2d: own, depthwiseConv3d: own },
    onnx: { depthwiseConv1d: onnx, depthwiseConv2d: onnx, depthwiseConv3d: onnx },
    torch: { depthwiseConv1d: torch, depthwiseConv2d: torch, depthwiseConv3d: torch },
    tensorflow: { depthwiseConv1d: absent, depthwiseConv2d: tensorflow, depthwiseConv3d: absent },
    webnn: { depthwiseConv1d: absent, depthwiseConv2d: webnn, depthwiseConv3d: absent },
    caffe: { depthwiseConv1d: caffe, depthwiseConv2d: caffe, depthwiseConv3d: caffe },
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
  setting: (dialect, c, layer, operands) => windowSetting(loops, dialect, c, layer, operands),
  answering: (s, instead, layer) => windowAnswering(loops, s, instead, layer),
};
