// Transposed convolutions: the geometry is that of the convolution which makes x's shape out of y's.

import type { Layer } from '../../layer/layer.ts';
import * as ops from '../../ops/conv-transpose.ts';
import { placeOf } from '../../places.ts';
import { conv, convWeightGrad } from '../../reference/convolution.ts';
import { type Shape, sizeOf } from '../../tensor.ts';
import type { Axis, ConvGeometry } from '../../window.ts';
import { contractionBound, contractionGradientBounds, type GradientLoops } from '../bounds/contraction.ts';
import type { Layout } from '../dialect.ts';
import { absent } from '../family.ts';
import type { Prediction } from '../mistake.ts';
import { mistakesAbout } from '../mistakes/catalogue.ts';
import type { WindowMistake } from '../mistakes/shared.ts';
import { geometryOf, inputOf, type WindowedCase, windowCaseOf, windowOf } from '../windows/case.ts';
import { everydayWindows } from '../windows/everyday.ts';
import { windowFamily } from '../windows/family.ts';
import { mixedAxes } from '../windows/large-axes.ts';
import { same, smallRanges, type WindowRanges, windowRanges } from '../windows/ranges.ts';
import { placesIn } from '../windows/resized.ts';
import { axesOf, byLayer, eachOutput, evaluate, isSame, type WindowSetting } from '../windows/setting.ts';
import { nanBesideZeros } from '../windows/traps.ts';
import { convolutionWords, lettersOf, nearestWindow, type Sayable } from '../windows/window-words.ts';
import { layouts, said, saidInWords } from './common.ts';

const operators = {
  convTranspose2d: {
    rank: 2,
    make: ops.convTranspose2d,
    inCall: `filters, size, stride, padding, dilation, outputPadding [h, w], groups, bias
      weight [h, w, filters / groups, c]`,
  },
  convTranspose1d: { rank: 1, make: ops.convTranspose1d },
  convTranspose3d: { rank: 3, make: ops.convTranspose3d },
} as const;

const attributesOf = (c: WindowedCase) => ({
  filters: c.groups * c.filters,
  ...windowOf(c),
  outputPadding: c.outputPadding,
  groups: c.groups,
  bias: c.bias,
});
const layerOf = (c: WindowedCase): Layer => operators[c.op as keyof typeof operators].make(attributesOf(c));

/** The axes whose padding is cut off. */
const mirroredAxes = (c: WindowedCase): readonly Axis[] =>
  geometryOf(layerOf(c), inputOf(c)).axes.slice(3 - c.space.length);

/** A convolution with input and output exchanged. */
const gradientLoops = (g: ConvGeometry): GradientLoops => ({
  x: (dy, w, dx) => conv(g, dy, w, undefined, dx),
  weight: (x, dy, dw) => convWeightGrad(g, dy, x, dw),
});

/** Larger outputs than inputs: the input is smaller here. */
const ranges: readonly Partial<WindowRanges>[] = [
  {},
  { padding: same, size: [2, 4], dilation: [1, 1] }, // the odd cell of the crop
  { padding: ['valid', 'explicit'], stride: [2, 4], outputPadding: [1, 3], pad: [0, 2] },
  { padding: ['explicit'], pad: [0, 4], size: [2, 4] },
  { padding: ['valid', 'explicit'], size: [3, 4], dilation: [2, 3], pad: [0, 1] }, // the size of a dilated kernel
  { groups: [2, 3], bias: [1, 1], channels: [1, 4], filters: [2, 4] },
  { groups: [1, 1], channels: [5, 9], size: [1, 3] },
  { groups: [1, 1], filters: [5, 9], size: [1, 3] },
  { values: ['real'] },
  { values: ['nan'] },
];

const sayable: Sayable = {
  axes: mirroredAxes,
  change: ({ limits }, c) => ({
    ...(!limits.groups && { groups: 1 }),
    ...(!limits.outputPadding && { outputPadding: none(c) }),
  }),
};
const none = ({ outputPadding }: WindowedCase): number[] => outputPadding.map(() => 0);

const words = convolutionWords(mirroredAxes);
const onnx = said((c: WindowedCase) => ({ ...words.onnx(c), output_padding: c.outputPadding }));
const torch = said((c: WindowedCase) => ({ ...words.torch(c), output_padding: c.outputPadding }));
const withOutputShape = (c: WindowedCase, layout: Required<Layout>) => {
  const [n, ...rest] = layerOf(c).shape(inputOf(c));
  const axes: Record<string, readonly number[]> = { N: [n], HW: rest.slice(0, -1), C: rest.slice(-1) };
  return { ...words.tensorflow(c, layout), output_shape: lettersOf(layout).flatMap((axis) => axes[axis]) };
};
const [tensorflow, tensorflowWords] = [said(withOutputShape), saidInWords(withOutputShape)];
const webnn = said((c: WindowedCase, layout: Required<Layout>) => ({
  ...words.webnn(c, { ...layout, weight: layout.transposed }),
  outputPadding: c.outputPadding,
}));

/** How many taps reach each output, of one channel and filter. */
function tapsReached(s: WindowSetting): Float64Array {
  const layer = s.layer.with({ attributes: { filters: 1, groups: 1, bias: false } });
  const ones = (shape: Shape) => ({ shape, data: new Float64Array(sizeOf(shape)).fill(1) });
  const x = ones([...inputOf(s.case).slice(0, -1), 1]);
  return layer.forward(x, { weight: ones([...s.case.size, 1, 1]) }).data as Float64Array;
}

/** y on other spatial sizes, the same cells from the start; new cells hold the bias. */
function resized(s: WindowSetting, size: (n: number, axis: number) => number): Prediction | undefined {
  const y = evaluate(s);
  const shape = y.shape.map((n, i) => (i === 0 || i === y.shape.length - 1 ? n : size(n, i - 1)));
  if (shape.some((n) => n < 1)) return undefined;
  const F = y.shape[y.shape.length - 1];
  const data = Float64Array.from(placesIn(y.shape, shape), (place, i) =>
    place < 0 ? (s.b?.[i % F] ?? 0) : y.data[place],
  );
  return { shape, data };
}

/** Whether an output lies in the last cells of an axis, which outputPadding added. */
const isAdded = (s: WindowSetting, p: number, space: Shape): boolean =>
  placeOf(space, p).some((at, axis) => at >= space[axis] - s.case.outputPadding[axis]);

const mistakes: readonly WindowMistake[] = [
  {
    name: 'outputPadding were ignored',
    instead: (c) => (c.outputPadding.some((n) => n > 0) ? { ...c, outputPadding: none(c) } : undefined),
  },
  {
    name: 'outputPadding were filled with zeros',
    result(s) {
      const y = evaluate(s);
      return eachOutput(s, y, (value, { p }) => (isAdded(s, p, y.shape.slice(1, -1)) ? 0 : value));
    },
  },
  {
    name: 'a dilated kernel reached size + dilation − 1 cells: the output has another size',
    result: (s) =>
      isSame(s) ? undefined : resized(s, (n, i) => n - (axesOf(s)[i].size - 2) * (axesOf(s)[i].dilation - 1)),
  },
  {
    name: 'the bias were added with every tap',
    result(s) {
      if (!s.b) return undefined;
      const taps = tapsReached(s);
      const F = s.b.length;
      return eachOutput(s, evaluate(s), (y, { i, o }) => y + (taps[Math.floor(i / F)] - 1) * s.b![o]);
    },
  },
  {
    name: 'every group of a transposed convolution had the bias of the first',
    setting: (s) => (s.b && s.g.groups > 1 ? { ...s, b: s.b.map((_, o) => s.b![o % s.g.channels]) } : undefined),
  },
];

export const transposedFamily = windowFamily({
  place: 6,
  operators,
  tensors: { x: 'x', weight: 'transposed', bias: 'none', y: 'x', dy: 'x' },
  structure: () => ({ kind: 'sum', weight: 'weight', bias: 'bias', over: 'y' }),
  showsPrecision: true,
  attributes: attributesOf,
  written: { filters: 'o', groups: 'named', outputPadding: true },
  loops: { geometry: geometryOf, evaluate: byLayer },
  /** The geometry goes from y to x: its channels are those of y, its filters those of x. */
  caseOf(layer, operands) {
    const { groups, channels, filters } = geometryOf(layer, operands.x.shape);
    return windowCaseOf(layer, operands, { groups, channels: filters, filters: channels });
  },
  everyday(rank) {
    const each = (value: number): number[] => new Array(rank).fill(value);
    return everydayWindows(rank).map((c) => ({
      ...c,
      space: c.space[0] > 40 ? c.space : each(4),
      outputPadding: each(0),
    }));
  },
  traps: (rank, gradient) => nanBesideZeros(rank, gradient).map((c) => ({ ...c, outputPadding: c.size.map(() => 0) })),
  ranges: (rank) => windowRanges(rank, { space: rank === 3 ? [1, 3] : [1, 6], outputPadding: [0, 1] }, ranges),
  small: (rank) => smallRanges(rank, { outputPadding: [0, 1], space: rank === 3 ? [1, 2] : [1, 4] }),
  large: (rank) => mixedAxes(rank, 0),
  bounds(layer, operands, profile) {
    if (operands.dy)
      return contractionGradientBounds(gradientLoops(geometryOf(layer, operands.x.shape)), operands, profile);
    return { y: contractionBound(layer, operands, profile) };
  },
  words: {
    onnx,
    torch,
    tensorflow: [tensorflowWords, tensorflow, tensorflowWords],
    webnn: [absent, webnn, absent],
    caffe: said(words.caffe),
  },
  layouts: layouts.xAndWeight,
  nearest: (dialect, c) => nearestWindow(sayable, dialect, c),
  mistakes: [...mistakesAbout('attributes', 'output', 'weight'), ...mistakes],
});
