// Lp pools: y = (Σ |x|^p)^(1/p) over the cells of a window; dx = Σ sign(x)·(|x|/y)^(p − 1)·dy.

import { lpPool2d } from '../../ops/lp-pool.ts';
import { lpPool1d, lpPool3d } from '../../ops/other-lp-pools.ts';
import { lpPool } from '../../reference/lp-pool.ts';
import { pow } from '../../reference/math.ts';
import { sizeOf } from '../../tensor.ts';
import { type ConvGeometry, cellsUnder, outputs, taps } from '../../window.ts';
import { absent } from '../family.ts';
import { mistakesAbout } from '../mistakes/catalogue.ts';
import type { WindowMistake } from '../mistakes/shared.ts';
import { type WindowedCase, windowOf } from '../windows/case.ts';
import { everydayWindows } from '../windows/everyday.ts';
import { windowFamily } from '../windows/family.ts';
import { perChannelAxes } from '../windows/large-axes.ts';
import { smallRanges, type WindowRanges, windowRanges } from '../windows/ranges.ts';
import { channelsOut, eachOutput, emptyOutput, evaluate, type WindowSetting } from '../windows/setting.ts';
import { windowWords } from '../windows/window-words.ts';
import { layouts, said } from './common.ts';
import { lpBounds } from './lp-bounds.ts';
import { lpMistakes, powerOf } from './lp-mistakes.ts';
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

/** The cells inside the input under every window of every channel, in the order of y. */
function* windowsOf(g: ConvGeometry): Generator<readonly number[]> {
  const cells = new Int32Array(taps(g.axes));
  const image = g.axes.reduce((size, { input }) => size * input, 1);
  for (let n = 0; n < g.batch; n++)
    for (let p = 0; p < outputs(g.axes); p++) {
      cellsUnder(g.axes, p, cells);
      const inside = Array.from(cells).filter((cell) => cell >= 0);
      for (let c = 0; c < g.groups; c++) yield inside.map((cell) => (n * image + cell) * g.groups + c);
    }
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

const mistakes: readonly WindowMistake[] = [
  ...lpMistakes((s: WindowSetting) => [...windowsOf(s.g)]),
  {
    name: 'the mean over the whole window were taken instead of the sum',
    result: (s) => eachOutput(s, evaluate(s), (y) => y / pow(taps(s.g.axes), 1 / powerOf(s))),
  },
  { name: 'the power were 2, whatever is given', instead: (c) => (c.power === 2 ? undefined : { ...c, power: 2 }) },
  { name: 'the power were one more', instead: (c) => ({ ...c, power: c.power! + 1 }) },
];

export const lpFamily = windowFamily({
  place: 22,
  operators: {
    lpPool2d: { rank: 2, make: lpPool2d, inCall: 'size, stride, padding, dilation, ceil, p' },
    lpPool1d: { rank: 1, make: lpPool1d },
    lpPool3d: { rank: 3, make: lpPool3d },
  },
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
  /** More than 65,536 cells take a second, since every cell of a window has a bound: in two dimensions alone. */
  everyday: (rank) =>
    everydayWindows(rank)
      .filter(({ space }) => rank === 2 || sizeOf(space) <= 65536)
      .map((c) => ({ ...everydayPool(c), power: 2 })),
  ranges: (rank) => windowRanges(rank, powered, [...poolRanges, { power: [1.5, 4] }]),
  small: (rank) => smallRanges(rank, { ...powered, ceil: [0, 1] }),
  large: (rank) => perChannelAxes(rank, false),
  bounds: (layer, operands, profile) =>
    lpBounds([...windowsOf(poolGeometry(layer, operands.x.shape))], layer.attributes.p as number, operands, profile),
  words: { onnx, torch, tensorflow: absent, webnn: [absent, said(webnnPool), absent], caffe: absent },
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
