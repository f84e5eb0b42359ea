// Mistakes of pools: the start of a maximum, NaN, the divisor of an average, windows that ceil adds.

import { fromFloat16, toFloat16 } from '../formats/float16.ts';
import { cellsUnder, outputs, taps } from '../window.ts';
import { outputBy, widened } from './dialect-results.ts';
import type { CeilRule } from './dialects.ts';
import type { Fault } from './faults.ts';
import { axesOf, channelsOut, eachOutput, evaluate, type Prediction, type Setting } from './setting.ts';

const max = ['max'] as const;
const avg = ['avg'] as const;

/** The largest finite float32, from which some maxima start. */
const LARGEST = 3.4028234663852886e38;

/** Folds the cells of each window in order; `pad` is what a cell of padding gives, if it takes part. */
function fold(
  s: Setting,
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

const later = (so: number, v: number): number => (v > so ? v : so);
/** NaN stays. */
const largest = (so: number, v: number): number => (so >= v || so !== so ? so : v);
const hasNaN = (s: Setting): boolean => s.x.some((v) => v !== v);
const nanLost = (name: string, start: number | undefined, step = later): Fault => ({
  name: `NaN were lost in the comparison: ${name}`,
  families: max,
  isAboutNaN: true,
  result: (s) => (hasNaN(s) ? fold(s, start, step) : undefined),
});

/** Another divisor at each position. */
const divided =
  (by: (s: Setting, p: number) => number) =>
  (s: Setting): Setting => ({
    ...s,
    divisor: s.divisor!.map((_, p) => by(s, p)),
  });

/** Size of the window less what hangs over the border, corrected at the first and last position of an axis only. */
function bordersOnly(s: Setting, p: number): number {
  let rest = p;
  return axesOf(s)
    .toReversed()
    .reduce((count, axis) => {
      const at = rest % axis.output;
      rest = Math.floor(rest / axis.output);
      const over = at === axis.output - 1 ? Math.max(0, at * axis.stride + axis.size - axis.before - axis.input) : 0;
      return count * (axis.size - (at === 0 ? axis.before : 0) - over);
    }, 1);
}

const half = (value: number): number => fromFloat16(toFloat16(value));

/** Another rule for the windows that ceil adds. */
const ceilRule = (name: string, rule: CeilRule): Fault => ({
  name: `ceil ${name}`,
  families: [...max, ...avg],
  rule,
  result: (s) => (s.case.ceil ? widened(evaluate(s), outputBy(rule, s.case)) : undefined),
});

export const poolFaults: readonly Fault[] = [
  {
    name: 'the maximum started at 0',
    families: max,
    result: (s) => eachOutput(s, evaluate(s), (y) => (y < 0 ? 0 : y)),
  },
  { name: 'padding took part in the maximum as 0', families: max, result: (s) => fold(s, undefined, largest, 0) },
  nanLost('only v > m is asked, from −∞', -Infinity),
  nanLost('only v > m is asked, from the first cell', undefined),
  nanLost('only v > m is asked, from the lowest finite number', -LARGEST),
  nanLost('a NaN stays only if it comes last', -Infinity, (so, v) => (so > v ? so : v)),
  ceilRule('kept a last window that begins beyond the image', 'keep'),
  ceilRule("kept a last window that begins beyond the image where no padding is (Caffe's rule)", 'drop if padded'),
  ceilRule('dropped a last window that begins beyond the image', 'drop'),
  {
    name: 'the window of size 1 gave 0',
    result: (s) => (taps(s.g.axes) === 1 ? eachOutput(s, evaluate(s), () => 0) : undefined),
    families: [...max, ...avg],
  },
  {
    name: 'countPadding were ignored',
    families: avg,
    instead: (c) => (c.countPadding ? { ...c, countPadding: false } : undefined),
  },
  {
    name: 'padding were counted though countPadding is not set',
    families: avg,
    instead: (c) => (c.countPadding ? undefined : { ...c, countPadding: true }),
  },
  { name: 'the divisor were always the size of the window', families: avg, setting: divided((s) => taps(s.g.axes)) },
  {
    name: 'with countPadding the divisor were the size of the window, also where ceil hangs over',
    families: avg,
    setting: (s) => (s.case.countPadding ? divided((each) => taps(each.g.axes))(s) : undefined),
  },
  {
    name: 'the divisor were corrected at the first and last row and column only',
    families: avg,
    setting: (s) => (s.case.countPadding || s.case.dilation.some((d) => d > 1) ? undefined : divided(bordersOnly)(s)),
  },
  { name: 'the sum were not divided', families: avg, setting: divided(() => 1) },
  {
    name: 'the sum were kept in half precision',
    families: avg,
    result: (s) => {
      const sum = fold(s, 0, (so, v) => half(so + v));
      const P = outputs(s.g.axes);
      return eachOutput(s, sum, (y, { p }) => y / s.divisor![p % P]);
    },
  },
];
