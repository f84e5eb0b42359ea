// Lp pools: y = (Σ |x|^p)^(1/p) over the cells of a window; dx = Σ sign(x)·(|x|/y)^(p − 1)·dy.

import type { Layer } from '../../layer/layer.ts';
import { lpPool2d } from '../../ops/lp-pool.ts';
import { lpPool } from '../../reference/lp-pool.ts';
import { pow } from '../../reference/math.ts';
import { type ConvGeometry, cellsUnder, outputs, taps } from '../../window.ts';
import type { Bound, Profile } from '../bounds/bound.ts';
import {
  anything,
  boundFrom,
  exactly,
  type Operations,
  operationsOf,
  type Rounded,
  widest,
} from '../bounds/rounded.ts';
import type { Operands } from '../case.ts';
import { absent } from '../family.ts';
import { mistakesAbout } from '../mistakes/catalogue.ts';
import type { WindowMistake } from '../mistakes/shared.ts';
import { type WindowedCase, windowOf } from '../windows/case.ts';
import { everydayWindows } from '../windows/everyday.ts';
import { windowFamily } from '../windows/family.ts';
import { perChannelAxes } from '../windows/large-axes.ts';
import { smallRanges, type WindowRanges, windowRanges } from '../windows/ranges.ts';
import { channelsOut, eachOutput, emptyOutput, evaluate, gradientsOf, type WindowSetting } from '../windows/setting.ts';
import { windowWords } from '../windows/window-words.ts';
import { layouts, said } from './common.ts';
import {
  coversCells,
  everydayPool,
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
import { webnnPool } from './pool-words.ts';

// What is right. Spec bound-lp.

/** |a| to a power p ≥ 1 or p − 1 ≥ 0; that to the power 1 is |a|. */
function raised({ mul, pow: powOf }: Operations, { v, e }: Rounded, power: number): Rounded {
  const size = { v: Math.abs(v), e };
  if (power === 0) return exactly(1);
  if (power === 1) return size;
  return power === 2 ? mul(size, size) : powOf(size, power);
}

/** The root of a sum of powers, which is never negative; where it may be 0, anything up to the root of its largest value. */
function root({ sqrt, pow: powOf }: Operations, a: Rounded, power: number): Rounded {
  if (power === 1) return a;
  const of = (each: Rounded): Rounded => (power === 2 ? sqrt(each) : powOf(each, 1 / power));
  if (a.e === 0 || a.e < a.v) return of(a);
  const most = of(exactly(a.v + a.e));
  return { v: of(exactly(a.v)).v, e: most.v + most.e };
}

/** The cells inside the input under every window of every channel, in the order of y. */
function* windowsOf(g: ConvGeometry): Generator<readonly number[]> {
  const cells = new Int32Array(taps(g.axes));
  const image = g.axes.reduce((size, { input }) => size * input, 1);
  for (let n = 0; n < g.batch; n++)
    for (let p = 0; p < outputs(g.axes); p++) {
      cellsUnder(g.axes, p, cells);
      const inside = [...cells].filter((cell) => cell >= 0);
      for (let c = 0; c < g.groups; c++) yield inside.map((cell) => (n * image + cell) * g.groups + c);
    }
}

function boundsOf(layer: Layer, { x, dy }: Operands, profile: Profile): Readonly<Record<string, Bound>> {
  const o = operationsOf(profile);
  const { sum, div, mul, negated } = o;
  const p = layer.attributes.p as number;
  const a = Array.from(x.data, o.given);
  const windows = [...windowsOf(poolGeometry(layer, x.shape))];
  const y = windows.map((cells) =>
    root(
      o,
      sum(cells.length, (i) => raised(o, a[cells[i]], p)),
      p,
    ),
  );
  if (!dy) return { y: boundFrom(y, profile, p !== 1) };
  const terms: Rounded[][] = a.map(() => []);
  const signed = (i: number, t: Rounded): Rounded => (a[i].v < 0 ? negated(t) : t);
  const own = a.map((each) => raised(o, each, p - 1));
  for (const [at, cells] of windows.entries()) {
    const d = o.given(dy.data[at]);
    const whole = raised(o, y[at], p - 1);
    for (const i of cells) {
      if (p === 1) terms[i].push(signed(i, d));
      // Without a slope at 0.
      else if (!(y[at].v > 0)) terms[i].push(anything);
      else {
        const one = raised(o, div(a[i], y[at]), p - 1);
        const other = div(own[i], whole);
        terms[i].push(signed(i, widest(mul(widest(one, other), d), div(mul(own[i], d), whole))));
      }
    }
  }
  const dx = terms.map((each) => sum(each.length, (i) => each[i]));
  return { x: boundFrom(dx, profile, p !== 1) };
}

const powered: Partial<WindowRanges> = { ...onePerChannel, countPadding: [0, 0], power: [2, 2, 1, 3] };

const words = windowWords();
const onnx = said((c: WindowedCase) => ({ ...words.onnx(c), ceil_mode: Number(c.ceil), p: c.power }));
const torch = said(({ power, size, stride }: WindowedCase) => ({
  norm_type: power,
  kernel_size: size,
  stride,
  ceil_mode: false,
}));

const powerOf = (s: WindowSetting): number => s.layer.attributes.p as number;

const cellsOf = (s: WindowSetting): number[] => [...windowsOf(s.g)].map(({ length }) => length);

/** Another power of every output. */
const outcome = (name: string, f: (y: number, s: WindowSetting, cells: number) => number): WindowMistake => ({
  name,
  result(s) {
    const cells = cellsOf(s);
    return eachOutput(s, evaluate(s), (y, { i }) => f(y, s, cells[i]));
  },
});

/** Another norm of every window. */
const norm = (name: string, f: (cells: readonly number[], p: number) => number): WindowMistake => ({
  name,
  result(s) {
    const windows = [...windowsOf(s.g)];
    return eachOutput(s, evaluate(s), (_, { i }) =>
      f(
        windows[i].map((at) => s.x[at]),
        powerOf(s),
      ),
    );
  },
});

const mistakes: readonly WindowMistake[] = [
  outcome('the root were not taken', (y, s) => pow(y, powerOf(s))),
  outcome('the mean of the powers were taken instead of their sum', (y, s, cells) => y / pow(cells, 1 / powerOf(s))),
  outcome(
    'the mean over the whole window were taken instead of the sum',
    (y, s) => y / pow(taps(s.g.axes), 1 / powerOf(s)),
  ),
  { name: 'the power were 2, whatever is given', instead: (c) => (c.power === 2 ? undefined : { ...c, power: 2 }) },
  { name: 'the power were one more', instead: (c) => ({ ...c, power: c.power! + 1 }) },
  norm('the maximum of the magnitudes were taken', (cells) =>
    cells.reduce((most, x) => Math.max(most, Math.abs(x)), 0),
  ),
  norm('odd powers kept their sign', (cells, p) => {
    const sum = cells.reduce((total, x) => total + (p % 2 === 1 ? Math.sign(x) : 1) * pow(Math.abs(x), p), 0);
    return Math.sign(sum) * pow(Math.abs(sum), 1 / p);
  }),
  {
    name: 'the gradient lost the sign of x',
    gradient: (s) => {
      const { shape, data } = gradientsOf(s).x;
      return { x: { shape, data: data.map((d, i) => (s.x[i] < 0 ? -d : d)) } };
    },
  },
];

export const lpFamily = windowFamily({
  place: 22,
  operators: { lpPool2d: { rank: 2, make: lpPool2d } },
  tensors: { x: 'x', y: 'x', dy: 'x' },
  attributes: (c) => ({ ...windowOf(c), ceil: c.ceil, p: c.power }),
  isSettled: coversCells,
  written: { groups: 'per channel', ceil: true, power: true },
  loops: {
    geometry: poolGeometry,
    evaluate(s) {
      const y = emptyOutput(s);
      lpPool({ ...s.g, channels: channelsOut(s) }, s.x, powerOf(s), y.data);
      return y;
    },
  },
  everyday: (rank) => everydayWindows(rank).map((c) => ({ ...everydayPool(c), power: 2 })),
  ranges: (rank) => windowRanges(rank, powered, [...poolRanges, { power: [1.5, 4] }]),
  small: (rank) => smallRanges(rank, { ...powered, ceil: [0, 1] }),
  large: (rank) => perChannelAxes(rank, false),
  bounds: boundsOf,
  words: { onnx, torch, tensorflow: absent, webnn: said(webnnPool), caffe: absent },
  layouts: layouts.x,
  nearest(dialect, c, name) {
    const said = nearestPool(dialect, c, ({ limits }) => gapsIn(limits.dilatedPools.includes('avg'), c));
    if (name === 'onnx') return Number.isInteger(c.power) ? said : { ...said, power: 2 };
    if (name === 'webnn') return c.power === 2 ? said : { ...said, power: 2 };
    // torch has no padding, adds the powers with their sign, and scales by the whole window where ceil hangs over.
    const plain: WindowedCase = { ...said, power: 2, padding: 'valid', ceil: false };
    return name !== 'torch' || JSON.stringify(plain) === JSON.stringify(c) ? said : plain;
  },
  outputIn: (dialect, c, ours) => outputBy(dialect, c, ours, 'open'),
  predictionIn: ({ conventions }, c, ours) => predictionBy(conventions.ceil, c, ours),
  mistakes: [
    ...mistakesAbout('attributes', 'output', 'windows over x'),
    ...poolMistakes,
    ...mistakes,
    ...poolGradientMistakes,
  ],
});
