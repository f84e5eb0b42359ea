// Mistakes at the border of the image: what stands in the padding, and columns that run into the next row.
//
//   repeated   a a | a b c | c c        reflected   c b | a b c | b a        wrapped   - - | a b c | d e     d e f is the next row

import { indexAt, placeOf } from '../../places.ts';
import { sizeOf } from '../../tensor.ts';
import type { Prediction } from '../mistake.ts';
import { axesOf, eachOutput, evaluate, type WindowSetting, weightAt } from '../windows/setting.ts';
import type { SharedMistake } from './shared.ts';

/** The index on an axis of n cells that is read for index i; undefined for none. */
type Read = (i: number, n: number) => number | undefined;

const inside: Read = (i, n) => (i >= 0 && i < n ? i : undefined);

/** The convolution with the cells read so; the last axis may be read by another rule. */
function reading(s: WindowSetting, read: Read, last: Read = read): Prediction | undefined {
  const axes = axesOf(s);
  if (axes.every(({ before, after }) => before === 0 && after === 0)) return undefined;
  const [inputs, outputs, size] = (['input', 'output', 'size'] as const).map((name) => axes.map((axis) => axis[name]));
  const C = s.g.groups * s.g.channels;
  const image = sizeOf(inputs);
  const taps = Array.from({ length: sizeOf(size) }, (_, k) => placeOf(size, k));
  return eachOutput(s, evaluate(s), (_, { n, p, o }) => {
    const position = placeOf(outputs, p);
    let sum = s.b?.[o] ?? 0;
    for (const [k, tap] of taps.entries()) {
      const place = axes.map(({ input, stride, dilation, before }, a) => {
        const at = position[a] * stride - before + tap[a] * dilation;
        return (a === axes.length - 1 ? last : read)(at, input) ?? NaN;
      });
      const cell = n * image + indexAt(inputs, place);
      if (!(cell >= 0 && cell < s.g.batch * image)) continue;
      const from = cell * C + Math.floor(o / s.g.filters) * s.g.channels;
      for (let c = 0; c < s.g.channels; c++) sum += s.x[from + c] * s.w[weightAt(s, k, c, o)];
    }
    return sum;
  });
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
