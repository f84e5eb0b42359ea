// What both pools have: a window on every channel, rules for the windows that ceil adds, and mistakes about those.

import { spaceOf } from '../../layer/field.ts';
import type { Layer } from '../../layer/layer.ts';
import { divisors } from '../../reference/pool.ts';
import { type Shape, sameShape } from '../../tensor.ts';
import {
  type Axis,
  type ConvGeometry,
  cellsUnder,
  inputs,
  taps,
  threeAxes,
  type Window,
  windowAxes,
} from '../../window.ts';
import type { Drawn } from '../case.ts';
import type { CeilRule, Dialect } from '../dialect.ts';
import type { Expected } from '../family.ts';
import type { Prediction } from '../mistake.ts';
import type { WindowMistake } from '../mistakes/shared.ts';
import { axesOf, inputOf, isSame, type WindowedCase } from '../windows/case.ts';
import { perChannel } from '../windows/everyday.ts';
import { corners, type WindowRanges } from '../windows/ranges.ts';
import { widened, widenedBound } from '../windows/resized.ts';
import { channelsOut, eachOutput, evaluate, gradientsOf, type WindowSetting, withAxes } from '../windows/setting.ts';
import { nearestWindow, withoutGaps } from '../windows/window-words.ts';

/**
 * That of a convolution with a group per channel and one filter: the window itself. The axes are those of the attributes;
 * the geometry that a pool declares may leave out taps that never meet a cell, and mistakes are about these too.
 */
export function poolGeometry({ name, attributes }: Layer, x: Shape): ConvGeometry {
  const { size, stride, padding, dilation, ceil } = attributes as unknown as Window;
  const axes = threeAxes(windowAxes(name, { size, stride, padding, dilation, ceil }, spaceOf(x)));
  return { batch: x[0], groups: x[x.length - 1], channels: 1, filters: 1, axes };
}

/** Calls `visit` with the first channel of an output and that of each cell of the input under its window, row-major. */
export function eachCell({ batch, groups, axes }: ConvGeometry, visit: (output: number, cell: number) => void): void {
  /** The first cell under a window at each position of an axis, and the last. */
  const spans = axes.map(({ input, output, size, stride, dilation, before }) =>
    Array.from({ length: output }, (_, p) => {
      const start = p * stride - before;
      const last = Math.min(size - 1, Math.floor((input - 1 - start) / dilation));
      return [start + Math.max(0, Math.ceil(-start / dilation)) * dilation, start + last * dilation] as const;
    }),
  );
  const [a, b, c] = axes;
  const image = inputs(axes);
  let output = 0;
  for (let n = 0; n < batch; n++)
    for (const [fromA, toA] of spans[0])
      for (const [fromB, toB] of spans[1])
        for (const [fromC, toC] of spans[2]) {
          for (let i = fromA; i <= toA; i += a.dilation)
            for (let j = fromB; j <= toB; j += b.dilation)
              for (let k = fromC; k <= toC; k += c.dilation)
                visit(output, (n * image + (i * b.input + j) * c.input + k) * groups);
          output += groups;
        }
}

/** The cells inside the input that each window covers, or with `countPadding` those inside the padded input. */
export const cellsCovered = (g: ConvGeometry, countPadding: boolean): Float64Array =>
  divisors({ ...g, channels: g.groups }, countPadding);

/** Spec oracle-cases: a window over no cell is a matter of convention. It covers none if it covers none on some axis. */
export const coversCells = (c: WindowedCase): boolean =>
  axesOf(c).every((axis) => cellsCovered(alone(axis), false).every((cells) => cells > 0));

const alone = (axis: Axis): ConvGeometry => ({
  batch: 1,
  groups: 1,
  channels: 1,
  filters: 1,
  axes: threeAxes([axis]),
});

export const onePerChannel: Partial<WindowRanges> = {
  groups: [1, 4],
  channels: [1, 1],
  filters: [1, 1],
  bias: [0, 0],
};

/** Where pools are drawn from. */
export const poolRanges: readonly Partial<WindowRanges>[] = [
  ...corners,
  { values: ['nan'], size: [2, 3], stride: [1, 1], dilation: [1, 1] }, // every cell is under a window
  { ceil: [1, 1], stride: [3, 4], size: [1, 3], padding: ['valid', 'explicit'], pad: [0, 1] }, // windows that begin beyond the image
  { ceil: [1, 1], stride: [2, 3], size: [2, 3], dilation: [1, 1], padding: ['valid', 'explicit'], pad: [0, 1] },
  { ceil: [1, 1], stride: [1, 3], size: [3, 4], padding: ['explicit'], pad: [0, 2] },
  {
    size: [4, 5],
    stride: [1, 1],
    dilation: [1, 1],
    padding: ['explicit'],
    pad: [2, 3],
    space: [4, 9],
    countPadding: [0, 0],
  }, // padding > stride
  { values: ['negative'] },
  { values: ['real'] },
  { groups: [5, 9] },
];

export const everydayPool = (c: Drawn<WindowedCase>): Drawn<WindowedCase> => ({ ...perChannel(c), bias: false });

/** The shape of the output by a rule for ceil; undefined where it is ours. Spec dialect-results. */
export function shapeBy(rule: CeilRule, c: WindowedCase): Shape | undefined {
  if (!c.ceil || rule === 'drop' || rule === 'none' || isSame(c)) return undefined;
  const axes = axesOf(c);
  if (rule === 'drop if padded' && axes.some(({ before, after }) => before + after > 0)) return undefined;
  const all = axes.map(({ input, before, after, size, stride, dilation }) => {
    const room = input + before + after - (size - 1) * dilation - 1;
    return Math.ceil(room / stride) + 1;
  });
  if (all.every((output, i) => output === axes[i].output)) return undefined;
  return [c.batch, ...all, c.groups * c.channels];
}

/** An output by the rule of a dialect; `empty` is what it gives over no cell. */
export function outputBy({ conventions }: Dialect, c: WindowedCase, ours: Expected, empty: number | 'open'): Expected {
  const shape = shapeBy(conventions.ceil, c);
  return shape ? widenedBound(ours, shape, empty) : ours;
}

/** A prediction by the rule of a dialect, unless the mistake has changed its shape. */
export function predictionBy(rule: CeilRule, c: WindowedCase, y: Prediction): Prediction {
  const shape = shapeBy(rule, c);
  const own = [c.batch, ...axesOf(c).map(({ output }) => output), inputOf(c).at(-1)!];
  return shape && sameShape(y.shape, own) ? widened(y, shape) : y;
}

/** The cells that may be padded on a side. */
const most = ({ limits: { poolPadding } }: Dialect, size: number): number =>
  poolPadding === 'any' ? Infinity : poolPadding === 'half' ? size >> 1 : size - 1;

/** The nearest pool that a dialect can say. */
export function nearestPool(
  dialect: Dialect,
  c: WindowedCase,
  change: (dialect: Dialect, c: WindowedCase) => Partial<WindowedCase>,
): WindowedCase {
  const said = nearestWindow({ most, change }, dialect, c);
  // Windows that only some dialects have cover no cell; nothing is promised about their gradients.
  const isOpen = said.gradient && fits(said) && coversCells(said) && shapeBy(dialect.conventions.ceil, said);
  return isOpen ? { ...said, ceil: false } : said;
}

/** Whether the window fits into the padded image. */
const fits = (c: WindowedCase): boolean =>
  isSame(c) ||
  c.space.every((input, i) => {
    const padding = typeof c.padding === 'string' ? [0, 0] : c.padding[i];
    return input + padding[0] + padding[1] >= (c.size[i] - 1) * c.dilation[i] + 1;
  });

/** Without gaps, where the dialect has none in this pool. */
export const gapsIn = (canDilate: boolean, c: WindowedCase): Partial<WindowedCase> =>
  canDilate ? {} : { dilation: withoutGaps(c) };

/** Folds the cells of each window in order; `pad` is what a cell of padding gives, if it takes part. */
export function fold(
  s: WindowSetting,
  start: number | undefined,
  step: (so: number, v: number) => number,
  pad?: number,
): Prediction {
  const cells = new Int32Array(taps(s.g.axes));
  const O = channelsOut(s);
  const image = s.x.length / s.g.batch;
  return eachOutput(s, evaluate(s), (_, { n, p, o }) => {
    cellsUnder(s.g.axes, p, cells);
    let so = start;
    for (const cell of cells) {
      const v = cell < 0 ? pad : s.x[n * image + cell * O + o];
      if (v !== undefined) so = so === undefined ? v : step(so, v);
    }
    return so ?? -Infinity;
  });
}

/** Another rule for the windows that ceil adds. */
const ceilRule = (name: string, rule: CeilRule): WindowMistake => ({
  name: `ceil ${name}`,
  isRuleOf: ({ conventions }) => conventions.ceil === rule,
  result: (s) => (s.case.ceil ? predictionBy(rule, s.case, evaluate(s)) : undefined),
});

/** Windows of another size, at as many positions. */
const sized = (name: string, sizeOf: (sizes: readonly number[]) => number): WindowMistake => ({
  name: `${name} size were used on all axes, though not for the size of the output`,
  setting(s) {
    const { size, countPadding } = s.case;
    if (size.every((n) => n === size[0])) return undefined;
    const { g, ...other } = withAxes(s, (axis) => ({ ...axis, size: sizeOf(size) }));
    const w = new Float64Array((s.w.length / taps(s.g.axes)) * taps(g.axes)).fill(1);
    return { ...other, g, w, ...(s.divisor && { divisor: cellsCovered(g, countPadding) }) };
  },
});

/** Mistakes of the output. */
export const poolMistakes: readonly WindowMistake[] = [
  ceilRule('kept a last window that begins beyond the image', 'keep'),
  ceilRule("kept a last window that begins beyond the image where no padding is (Caffe's rule)", 'drop if padded'),
  ceilRule('dropped a last window that begins beyond the image', 'drop'),
  sized('the first', (sizes) => sizes[0]),
  sized('the last', (sizes) => sizes.at(-1)!),
  {
    name: 'the window of size 1 gave 0',
    result: (s) => (taps(s.g.axes) === 1 ? eachOutput(s, evaluate(s), () => 0) : undefined),
  },
];

/** Mistakes of the gradient. */
export const poolGradientMistakes: readonly WindowMistake[] = [
  {
    name: 'rows and columns of windows beyond the shorter side were left out',
    gradient: (s) => {
      if (s.rank !== 2) return undefined;
      const [P, Q] = s.g.axes.slice(1).map((axis) => axis.output);
      const C = channelsOut(s);
      const seen = (i: number): boolean => Math.floor(i / C / Q) % P < Q && Math.floor(i / C) % Q < P;
      return gradientsOf({ ...s, dy: s.dy!.map((dy, i) => (seen(i) ? dy : 0)) });
    },
  },
];
