// Mistakes at the border of the image: what stands in the padding, and columns that run into the next row.
//
//   repeated   a a | a b c | c c        reflected   c b | a b c | b a        wrapped   - - | a b c | d e     d e f is the next row

import { placeOf } from '../../places.ts';
import { sizeOf } from '../../tensor.ts';
import { type Axis, inputs, taps } from '../../window.ts';
import type { Prediction } from '../mistake.ts';
import { axesOf, channelsOut, eachOutput, emptyOutput, type WindowSetting } from '../windows/setting.ts';
import type { SharedMistake } from './shared.ts';

/** The index on an axis of n cells that is read for index i; undefined for none. */
type Read = (i: number, n: number) => number | undefined;

const inside: Read = (i, n) => (i >= 0 && i < n ? i : undefined);

/** The convolution with the cells read so; the last axis may be read by another rule. */
function reading(s: WindowSetting, read: Read, last: Read = read): Prediction | undefined {
  const axes = axesOf(s);
  if (axes.every(({ before, after }) => before === 0 && after === 0)) return undefined;
  const cells = cellsRead(axes, (a) => (a === axes.length - 1 ? last : read));
  const [K, O, image] = [taps(s.g.axes), channelsOut(s), inputs(axes)];
  const { x, w, b } = s;
  const { batch, groups, channels, filters } = s.g;
  return eachOutput(s, emptyOutput(s), (_, { n, p, o }) => {
    let sum = b?.[o] ?? 0;
    for (let k = 0; k < K; k++) {
      const cell = n * image + cells[p * K + k];
      if (!(cell >= 0 && cell < batch * image)) continue;
      const from = (cell * groups + Math.floor(o / filters)) * channels;
      for (let c = 0; c < channels; c++) sum += x[from + c] * w[(k * channels + c) * O + o];
    }
    return sum;
  });
}

/** The cell of the first image that is read for each position and tap, NaN for none; a rule may read beyond the image. */
function cellsRead(axes: readonly Axis[], ruleOf: (axis: number) => Read): Float64Array {
  const [outer, size] = [axes.map(({ output }) => output), axes.map((axis) => axis.size)];
  const onAxis = axes.map(({ input, output, size, stride, dilation, before }, a) =>
    Array.from(
      { length: output * size },
      (_, i) => ruleOf(a)(Math.floor(i / size) * stride - before + (i % size) * dilation, input) ?? NaN,
    ),
  );
  const tapsOf = Array.from({ length: sizeOf(size) }, (_, k) => placeOf(size, k));
  const cells = new Float64Array(sizeOf(outer) * tapsOf.length);
  let i = 0;
  for (let p = 0; p < sizeOf(outer); p++) {
    const position = placeOf(outer, p);
    for (const tap of tapsOf) {
      let cell = 0;
      for (const [a, { input }] of axes.entries()) cell = cell * input + onAxis[a][position[a] * size[a] + tap[a]];
      cells[i++] = cell;
    }
  }
  return cells;
}

export const borderMistakes: readonly SharedMistake[] = [
  {
    name: 'padding repeated the border',
    topic: 'convolution',
    result: (s) => reading(s, (i, n) => Math.min(n - 1, Math.max(0, i))),
  },
  {
    name: 'padding reflected the image',
    topic: 'convolution',
    result: (s) => reading(s, (i, n) => inside(Math.abs(i) < n ? Math.abs(i) : 2 * n - 2 - Math.abs(i), n)),
  },
  {
    name: 'columns beyond the border were those of the neighbouring row',
    topic: 'convolution',
    result: (s) => reading(s, inside, (i) => i),
  },
  {
    name: 'the column after the last were read: the first of the next row',
    topic: 'convolution',
    result: (s) => reading(s, inside, (i, n) => (i === n ? n : inside(i, n))),
  },
  {
    name: 'the first row were taken for padding, where there is padding before it',
    topic: 'convolution',
    result: (s) =>
      s.rank > 1 && axesOf(s)[0].before > 0
        ? reading(s, (i, n) => (i > 0 ? inside(i, n) : undefined), inside)
        : undefined,
  },
];
