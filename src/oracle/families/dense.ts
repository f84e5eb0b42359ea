// Dense layers: y[n,o] = b[o] + Σ_c x[n,c] · w[c,o], a convolution without spatial axes.

import { dense } from '../../ops/dense.ts';
import { contractionBound, contractionGradientBounds, convolutionGradients } from '../bounds/contraction.ts';
import type { Layout } from '../dialect.ts';
import { mistakesAbout } from '../mistakes/catalogue.ts';
import { geometryOf } from '../windows/case.ts';
import { windowFamily } from '../windows/family.ts';
import { ungroupedAxes } from '../windows/large-axes.ts';
import { smallRanges, type WindowRanges, windowRanges } from '../windows/ranges.ts';
import { contracted } from '../windows/setting.ts';
import { nearestWindow } from '../windows/window-words.ts';
import { layouts, said, saidInWords } from './common.ts';

const matrix: Partial<WindowRanges> = { groups: [1, 1], channels: [1, 9], filters: [1, 9] };
const ranges: readonly Partial<WindowRanges>[] = [
  {},
  { batch: [4, 9] },
  { values: ['real'] },
  { channels: [250, 500] }, // accumulators of 11 bits
  { channels: [250, 500], values: ['real'] }, // long sums
  { values: ['large'] },
];

/** Whether the rows of the weight are units, as where filters come first. */
const isTransposed = ({ dense }: Required<Layout>): boolean => dense === 'OI';

export const denseFamily = windowFamily({
  place: 5,
  operators: { dense: { rank: 0, make: dense, inCall: 'units, bias; x [n, in], weight [in, units]' } },
  tensors: { x: 'x', weight: 'dense', bias: 'none', y: 'x', dy: 'x' },
  structure: () => ({ kind: 'sum', weight: 'weight', bias: 'bias' }),
  showsPrecision: true,
  attributes: (c) => ({ units: c.groups * c.filters, bias: c.bias }),
  written: { filters: 'u', groups: 'one' },
  loops: { geometry: geometryOf, evaluate: contracted },
  ranges: () => windowRanges(0, matrix, ranges),
  small: () => smallRanges(0, { groups: [1, 1] }),
  large: () => ungroupedAxes,
  bounds(layer, operands, profile) {
    if (operands.dy)
      return contractionGradientBounds(convolutionGradients(geometryOf(layer, operands.x.shape)), operands, profile);
    return { y: contractionBound(layer, operands, profile) };
  },
  words: {
    onnx: said((_, layout) => ({ alpha: 1, beta: 1, transA: 0, transB: Number(isTransposed(layout)) })),
    torch: said(() => ({})),
    tensorflow: saidInWords((_, layout) => ({ transpose_a: false, transpose_b: isTransposed(layout) })),
    webnn: said((_, layout) => ({ alpha: 1, beta: 1, aTranspose: false, bTranspose: isTransposed(layout) })),
    caffe: said((c, layout) => ({
      num_output: c.groups * c.filters,
      bias_term: c.bias,
      axis: 1,
      transpose: !isTransposed(layout),
    })),
  },
  layouts: layouts.matrix,
  nearest: (dialect, c) => nearestWindow({}, dialect, c),
  mistakes: mistakesAbout('attributes', 'output', 'windows over x', 'sums', 'weight', 'channels', 'rows'),
});
