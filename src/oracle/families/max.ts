// Maximum pools: a maximum chooses among the cells of its window, it does not round.

import type { Layer } from '../../layer/layer.ts';
import * as ops from '../../ops/pool.ts';
import { maxPool } from '../../reference/pool.ts';
import { type Axis, cellsUnder, inputs, outputs, taps } from '../../window.ts';
import { type Bound, boundOf, chosen, type Profile, toDoubles, U } from '../bounds/bound.ts';
import { rounding } from '../bounds/formats.ts';
import type { Operands, Part } from '../case.ts';
import { absent } from '../family.ts';
import type { Prediction } from '../mistake.ts';
import { mistakesAbout } from '../mistakes/catalogue.ts';
import { equalMaximaMistakes } from '../mistakes/equal-maxima.ts';
import type { WindowMistake } from '../mistakes/shared.ts';
import { inputOf, type WindowedCase, windowOf } from '../windows/case.ts';
import { everydayWindows } from '../windows/everyday.ts';
import { windowFamily } from '../windows/family.ts';
import { perChannelAxes } from '../windows/large-axes.ts';
import { corners, smallRanges, windowRanges } from '../windows/ranges.ts';
import { channelsOut, eachOutput, emptyOutput, evaluate, type Loops, type WindowSetting } from '../windows/setting.ts';
import { equalMaxima } from '../windows/traps.ts';
import { windowWords } from '../windows/window-words.ts';
import { layouts, said, saidInWords, underMaximum } from './common.ts';
import {
  coversCells,
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
  evaluate(s) {
    const y = emptyOutput(s);
    maxPool({ ...s.g, channels: channelsOut(s) }, s.x, y.data);
    return y;
  },
};

const doubles = ({ x }: Operands) => ({ shape: x.shape, data: toDoubles(x.data) });

function gradientBound(layer: Layer, operands: Operands, profile: Profile): Readonly<Record<Part, Bound>> {
  const dy = operands.dy!;
  const pull = layer.vjp(doubles(operands), {})[1];
  const apply = (a: Float64Array): Float64Array => pull({ shape: dy.shape, data: a }).x.data as Float64Array;
  return { x: mistakable(layer, operands, boundOf({ a: toDoubles(dy.data), apply }, profile), profile) };
}

/** Cells that operands of fewer digits cannot tell apart may each be taken for the largest, and get dy. Spec oracle-precision. */
function mistakable(layer: Layer, { x, dy }: Operands, bound: Bound, { precision, subnormals }: Profile): Bound {
  const { operands = 'float32' } = precision ?? {};
  if (operands === 'float32') return bound;
  const g = poolGeometry(layer, x.shape);
  const [P, C, I] = [outputs(g.axes), g.groups, inputs(g.axes)];
  const off = (v: number): number => rounding(v, operands, subnormals === 'ieee');
  const [error, cells] = [bound.error.slice(), new Int32Array(taps(g.axes))];
  for (let i = 0; i < dy!.data.length; i++) {
    cellsUnder(g.axes, Math.floor(i / C) % P, cells);
    const places = [...cells]
      .filter((cell) => cell >= 0)
      .map((cell) => (Math.floor(i / (P * C)) * I + cell) * C + (i % C));
    const least = Math.max(...places.map((at) => x.data[at] - off(x.data[at])));
    const likely = places.filter((at) => x.data[at] + off(x.data[at]) >= least);
    if (likely.length < 2) continue;
    const share = Math.abs(dy!.data[i]) + off(dy!.data[i]);
    for (const at of likely) error[at] += share * (1 + 4 * U * bound.terms[at]);
  }
  return { ...bound, error };
}

const words = windowWords();
const onnx = said((c: WindowedCase) => ({ ...words.onnx(c), ceil_mode: Number(c.ceil), storage_order: 0 }));
const torch = said((c: WindowedCase) => ({ ...words.torch(c), dilation: c.dilation, ceil_mode: c.ceil }));
const [tensorflow, tensorflowWords] = [said(tensorflowPool), saidInWords(tensorflowPool)];

/** The largest finite float32, from whose negative some maxima start. */
const LARGEST = 3.4028234663852886e38;

const later = (so: number, v: number): number => (v > so ? v : so);
/** NaN stays. */
const largest = (so: number, v: number): number => (so >= v || so !== so ? so : v);
const hasNaN = (s: WindowSetting): boolean => s.x.some((v) => v !== v);
const nanLost = (name: string, start: number | undefined, step = later): WindowMistake => ({
  name: `NaN were lost in the comparison: ${name}`,
  isAboutNaN: true,
  result: (s) => (hasNaN(s) ? fold(s, start, step) : undefined),
});

/** Scatters dy to the maximum of each window by `store`. */
function maxScatter(
  s: WindowSetting,
  store: (dx: Float64Array, at: readonly number[], dy: number) => void,
): Prediction {
  const cells = new Int32Array(taps(s.g.axes));
  const [P, C] = [outputs(s.g.axes), channelsOut(s)];
  const image = s.x.length / s.g.batch;
  const dx = new Float64Array(s.x.length);
  for (let i = 0; i < s.dy!.length; i++) {
    cellsUnder(s.g.axes, Math.floor(i / C) % P, cells);
    const places = [...cells]
      .filter((cell) => cell >= 0)
      .map((cell) => Math.floor(i / (P * C)) * image + cell * C + (i % C));
    const most = Math.max(...places.map((at) => s.x[at]));
    store(
      dx,
      places.filter((at) => s.x[at] === most),
      s.dy![i],
    );
  }
  return { shape: inputOf(s.case), data: dx };
}

/** Whether the last window of an axis, rounded up to, reaches cells behind its padding. */
const isBeyondPadding = ({ input, before, after, size, stride, dilation, output }: Axis): boolean =>
  (output - 1) * stride + (size - 1) * dilation + 1 > input + before + after;

const mistakes: readonly WindowMistake[] = [
  ...(
    [
      ['0', 0],
      ['−99999', -99999],
      ['the lowest finite number', -LARGEST],
    ] as const
  ).map(
    ([name, start]): WindowMistake => ({
      name: `the maximum started at ${name}`,
      result: (s) => eachOutput(s, evaluate(s), (y) => (y < start ? start : y)),
    }),
  ),
  {
    name: 'padding took part in the maximum as 0',
    result: (s) => (s.g.axes.some(isBeyondPadding) ? undefined : fold(s, undefined, largest, 0)),
  },
  nanLost('only v > m is asked, from −∞', -Infinity),
  nanLost('only v > m is asked, from the first cell', undefined),
  nanLost('only v > m is asked, from the lowest finite number', -LARGEST),
  nanLost('a NaN stays only if it comes last', -Infinity, (so, v) => (so > v ? so : v)),
  ...poolMistakes,
  {
    name: 'the gradient of a maximum were stored, not added, where windows overlap',
    gradient: (s) => ({
      x: maxScatter(s, (dx, [at], dy) => {
        dx[at] = dy;
      }),
    }),
  },
  ...equalMaximaMistakes.map(
    ({ name, share }): WindowMistake => ({
      name,
      gradient: (s) => ({
        x: maxScatter(s, (dx, all, dy) => {
          for (const [i, at] of all.entries()) dx[at] += dy * share(i, all.length);
        }),
      }),
    }),
  ),
  ...poolGradientMistakes,
];

export const maxFamily = windowFamily({
  place: 3,
  operators: {
    maxPool2d: { rank: 2, make: ops.maxPool2d, isBasic: true, inCall: 'size, stride, padding, dilation, ceil' },
    maxPool1d: { rank: 1, make: ops.maxPool1d },
    maxPool3d: { rank: 3, make: ops.maxPool3d },
  },
  tensors: { x: 'x', y: 'x', dy: 'x' },
  structure: () => ({ kind: 'maximum' }),
  attributes: (c) => ({ ...windowOf(c), ceil: c.ceil }),
  isSettled: coversCells,
  written: { groups: 'per channel', ceil: true },
  loops,
  // Which of equal cells gets the gradient is left open by some dialects: where the gradient follows the maximum, no two cells
  // are equal but in the traps.
  everyday: (rank, gradient) =>
    everydayWindows(rank)
      .map(everydayPool)
      .map((c) => (gradient ? { ...c, values: 'distinct' } : c)),
  traps: (rank, gradient) => (gradient ? equalMaxima(rank).map(everydayPool) : []),
  ranges: (rank, gradient) =>
    gradient
      ? windowRanges(rank, { ...onePerChannel, values: ['distinct'] }, corners)
      : windowRanges(rank, onePerChannel, [
          ...poolRanges,
          { values: ['low'] }, // below what a maximum may wrongly start from
          { values: ['minus'], size: [1, 2] },
        ]),
  small: (rank, gradient) =>
    smallRanges(rank, { ...onePerChannel, ceil: [0, 1], values: [gradient ? 'distinct' : 'exact'] }),
  large: (rank) => perChannelAxes(rank, false),
  /** The largest stays the largest when all are rounded alike. Spec oracle-precision. */
  bounds: (layer, operands, profile): Readonly<Record<Part, Bound>> =>
    operands.dy
      ? gradientBound(layer, operands, profile)
      : { y: chosen(layer.forward(doubles(operands), {}).data as Float64Array, profile) },
  words: {
    onnx,
    torch,
    tensorflow: [tensorflowWords, tensorflow, tensorflowWords],
    webnn: [absent, said(webnnPool), absent],
    caffe: [absent, said((c) => caffePool('MAX', c)), absent],
  },
  layouts: layouts.x,
  nearest: (dialect, c) => nearestPool(dialect, c, ({ limits }) => gapsIn(limits.dilatedPools.includes('max'), c)),
  keepsNaN: ({ conventions }) => conventions.nan !== 'open',
  operandsIn: underMaximum,
  outputIn: (dialect, c, ours) => outputBy(dialect, c, ours, dialect.conventions.emptyMax),
  predictionIn: ({ conventions }, c, ours) => predictionBy(conventions.ceil, c, ours),
  mistakes: [...mistakesAbout('attributes', 'output', 'windows over x'), ...mistakes],
});
