// Mistakes of engines that write the padding out before they convolve.

import { taps, threeAxes } from '../../window.ts';
import type { Prediction } from '../mistake.ts';
import { eachOutput, evaluate, type WindowSetting, weightAt } from '../windows/setting.ts';
import { cellsAmongZeros } from '../windows/written-padding.ts';
import type { SharedMistake } from './shared.ts';

export const paddedImageMistakes: readonly SharedMistake[] = [
  {
    name: 'padding were multiplied as zeros: 0·∞ at the border is NaN',
    topic: 'convolution',
    result: (s) => (s.w.some((w) => !Number.isFinite(w)) ? evaluate(paddedWithZeros(s)) : undefined),
  },
  {
    name: 'row r of a dilated kernel read r·(dilation − 1) cells too far on in the padded image',
    topic: 'convolution',
    result: (s) => (s.rank === 2 && s.case.dilation[1] > 1 ? withWideRows(s) : undefined),
  },
];

/** A gap between the rows of the kernel that is too wide; a row that ends goes on in the next one. */
function withWideRows(s: WindowSetting): Prediction {
  const [, rows, columns] = s.g.axes;
  const width = columns.before + columns.input + columns.after;
  const C = s.g.groups * s.g.channels;
  return eachOutput(s, evaluate(s), (_, { n, p, o }) => {
    let sum = s.b?.[o] ?? 0;
    for (let k = 0; k < taps(s.g.axes); k++) {
      const [i, j] = [Math.floor(k / columns.size), k % columns.size];
      const row = Math.floor(p / columns.output) * rows.stride + i * rows.dilation;
      const column = (p % columns.output) * columns.stride + j * columns.dilation + i * (columns.dilation - 1);
      const h = row + Math.floor(column / width) - rows.before;
      const v = (column % width) - columns.before;
      if (h < 0 || h >= rows.input || v < 0 || v >= columns.input) continue;
      const pixel = ((n * rows.input + h) * columns.input + v) * C + Math.floor(o / s.g.filters) * s.g.channels;
      for (let c = 0; c < s.g.channels; c++) sum += s.x[pixel + c] * s.w[weightAt(s, k, c, o)];
    }
    return sum;
  });
}

/** x with its padding written out. */
function paddedWithZeros(s: WindowSetting): WindowSetting {
  const { cells } = cellsAmongZeros(s.g.batch, s.g.axes, s.g.groups * s.g.channels, s.x);
  const axes = s.g.axes.map((axis) => ({ ...axis, input: axis.before + axis.input + axis.after, before: 0, after: 0 }));
  return { ...s, x: cells, g: { ...s.g, axes: threeAxes(axes) } };
}
