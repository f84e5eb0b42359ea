// Average pools: the sum of the cells of a window, divided once.

import { fromFloat16, toFloat16 } from '../../formats/float16.ts';
import type { Layer } from '../../layer/layer.ts';
import * as ops from '../../ops/pool.ts';
import { placeOf } from '../../places.ts';
import { type Shape, sizeOf } from '../../tensor.ts';
import { type ConvGeometry, outputs, taps } from '../../window.ts';
import { type Bound, boundOf, type Profile, toDoubles } from '../bounds/bound.ts';
import { kindOf } from '../bounds/number-kinds.ts';
import type { Operands, Part } from '../case.ts';
import { absent } from '../family.ts';
import { mistakesAbout } from '../mistakes/catalogue.ts';
import { inputGradient } from '../mistakes/gradients.ts';
import type { WindowMistake } from '../mistakes/shared.ts';
import { type WindowedCase, windowOf } from '../windows/case.ts';
import { everydayWindows } from '../windows/everyday.ts';
import { windowFamily } from '../windows/family.ts';
import { perChannelAxes } from '../windows/large-axes.ts';
import { smallRanges, type WindowRanges, windowRanges } from '../windows/ranges.ts';
import { axesOf, channelsOut, contracted, eachOutput, type Loops, type WindowSetting } from '../windows/setting.ts';
import { windowWords } from '../windows/window-words.ts';
import { layouts, said, saidInWords } from './common.ts';
import {
  cellsCovered,
  coversCells,
  eachCell,
  everydayPool,
  fold,
  gapsIn,
  nearestPool,
  onePerChannel,
  outputBy,
  poolGeometry,
  poolGradientMistakes,
  poolMistakes,
  poolRanges,
  predictionBy,
} from './pool.ts';
import { caffePool, tensorflowPool, webnnPool } from './pool-words.ts';

const loops: Loops = {
  geometry: poolGeometry,
  divisor: (c, g) => cellsCovered(g, c.countPadding),
  evaluate(s) {
    const { shape, data } = contracted(s);
    const [O, P] = [channelsOut(s), s.divisor!.length];
    for (let i = 0; i < data.length; i++) data[i] /= s.divisor![Math.floor(i / O) % P];
    return { shape, data };
  },
};

/** A window of 4096 equal cells: a sum kept in 11 bits stops at 2048. */
const wide: Partial<WindowRanges> = {
  batch: [1, 1],
  space: [64, 64],
  size: [64, 64],
  groups: [1, 1],
  stride: [1, 1],
  dilation: [1, 1],
  padding: ['valid'],
  values: ['ones'],
};

/** The number of cells each window divides by, once per channel. */
function divisorsOf({ attributes }: Layer, g: ConvGeometry, y: Shape): Float64Array {
  const each = cellsCovered(g, attributes.countPadding as boolean);
  const C = y[y.length - 1];
  return Float64Array.from({ length: sizeOf(y) }, (_, i) => each[Math.floor(i / C) % each.length]);
}

function outputBound(layer: Layer, { x }: Operands, profile: Profile): Bound {
  const g = poolGeometry(layer, x.shape);
  const divisor = divisorsOf(layer, g, layer.shape(x.shape));
  const apply = (a: Float64Array): Float64Array => {
    const sum = new Float64Array(divisor.length);
    eachCell(g, (output, cell) => {
      for (let c = 0; c < g.groups; c++) sum[output + c] += a[cell + c];
    });
    return sum;
  };
  const bound = boundOf({ a: toDoubles(x.data), apply, divisor }, profile);
  // Over no cell: 0/0.
  for (let i = 0; i < divisor.length; i++) if (divisor[i] === 0) bound.kinds[i] = kindOf(NaN);
  return bound;
}

function gradientBound(layer: Layer, { x, dy }: Operands, profile: Profile): Readonly<Record<Part, Bound>> {
  const g = poolGeometry(layer, x.shape);
  const shares = divisorsOf(layer, g, dy!.shape);
  const apply = (a: Float64Array): Float64Array => {
    const dx = new Float64Array(x.data.length);
    eachCell(g, (output, cell) => {
      for (let c = 0; c < g.groups; c++) dx[cell + c] += a[output + c];
    });
    return dx;
  };
  return { x: boundOf({ a: toDoubles(dy!.data), apply, shares }, profile) };
}

const words = windowWords();
const onnx = said((c: WindowedCase) => ({
  ...words.onnx(c),
  ceil_mode: Number(c.ceil),
  count_include_pad: Number(c.countPadding),
}));
const torch = said((c: WindowedCase) => ({
  ...words.torch(c),
  ceil_mode: c.ceil,
  count_include_pad: c.countPadding,
}));

/** Another divisor at each position. */
const divided =
  (by: (s: WindowSetting, p: number) => number) =>
  (s: WindowSetting): WindowSetting => ({ ...s, divisor: s.divisor!.map((_, p) => by(s, p)) });

/** Size of the window less what hangs over the border, corrected at the first and last position of an axis only. */
function bordersOnly(s: WindowSetting, p: number): number {
  const axes = axesOf(s);
  const place = placeOf(
    axes.map(({ output }) => output),
    p,
  );
  return axes.reduce((count, axis, i) => {
    const at = place[i];
    const over = at === axis.output - 1 ? Math.max(0, at * axis.stride + axis.size - axis.before - axis.input) : 0;
    return count * (axis.size - (at === 0 ? axis.before : 0) - over);
  }, 1);
}

const half = (value: number): number => fromFloat16(toFloat16(value));

const mistakes: readonly WindowMistake[] = [
  ...poolMistakes,
  {
    name: 'countPadding were ignored',
    instead: (c) => (c.countPadding ? { ...c, countPadding: false } : undefined),
  },
  {
    name: 'padding were counted though countPadding is not set',
    instead: (c) => (c.countPadding ? undefined : { ...c, countPadding: true }),
  },
  { name: 'the divisor were always the size of the window', setting: divided((s) => taps(s.g.axes)) },
  {
    name: 'with countPadding the divisor were the size of the window, also where ceil hangs over',
    setting: (s) => (s.case.countPadding ? divided((each) => taps(each.g.axes))(s) : undefined),
  },
  {
    name: 'the divisor were corrected at the first and last row and column only',
    setting: (s) => (s.case.countPadding || s.case.dilation.some((d) => d > 1) ? undefined : divided(bordersOnly)(s)),
  },
  { name: 'the sum were not divided', setting: divided(() => 1) },
  {
    name: 'the sum were kept in half precision',
    result: (s) => {
      const sum = fold(s, 0, (so, v) => half(so + v));
      const P = outputs(s.g.axes);
      return eachOutput(s, sum, (y, { p }) => y / s.divisor![p % P]);
    },
  },
  {
    name: 'the gradient of an average were divided by the size of the window',
    gradient: (s) => ({ x: inputGradient({ ...s, dy: s.dy!.map((dy) => dy / taps(s.g.axes)) }) }),
  },
  { name: 'the gradient of an average were not divided', gradient: (s) => ({ x: inputGradient(s) }) },
  ...poolGradientMistakes,
];

export const averageFamily = windowFamily({
  place: 4,
  operators: {
    avgPool2d: {
      rank: 2,
      make: ops.avgPool2d,
      isBasic: true,
      inCall: `size, stride, padding, dilation, ceil, and countPadding: whether
        padding counts in the divisor`,
    },
    avgPool1d: { rank: 1, make: ops.avgPool1d },
    avgPool3d: { rank: 3, make: ops.avgPool3d },
  },
  tensors: { x: 'x', y: 'x', dy: 'x' },
  structure: () => ({ kind: 'sum' }),
  attributes: (c) => ({ ...windowOf(c), ceil: c.ceil, countPadding: c.countPadding }),
  isSettled: coversCells,
  written: { groups: 'per channel', ceil: true, countPadding: true },
  loops,
  everyday: (rank) => everydayWindows(rank).map(everydayPool),
  ranges: (rank) =>
    windowRanges(rank, onePerChannel, [...poolRanges, { values: ['large'] }, ...(rank === 2 ? [wide] : [])]),
  small: (rank) => smallRanges(rank, { ...onePerChannel, ceil: [0, 1] }),
  large: (rank) => perChannelAxes(rank, false),
  bounds: (layer, operands, profile): Readonly<Record<Part, Bound>> =>
    operands.dy ? gradientBound(layer, operands, profile) : { y: outputBound(layer, operands, profile) },
  words: {
    onnx,
    torch,
    tensorflow: saidInWords(tensorflowPool),
    webnn: [absent, said(webnnPool), absent],
    caffe: [absent, said((c) => caffePool('AVE', c)), absent],
  },
  layouts: layouts.x,
  nearest: (dialect, c) =>
    nearestPool(dialect, c, ({ limits: { dilatedPools, countPadding } }) => ({
      ...gapsIn(dilatedPools.includes('avg'), c),
      ...(countPadding !== 'either' && { countPadding: countPadding === 'always' }),
    })),
  outputIn: (dialect, c, ours) => outputBy(dialect, c, ours, dialect.conventions.emptyAvg),
  predictionIn: ({ conventions }, c, ours) => predictionBy(conventions.ceil, c, ours),
  mistakes: [...mistakesAbout('attributes', 'output', 'windows over x', 'sums'), ...mistakes],
});
