// Dense layers: y[n,o] = b[o] + Σ_c x[n,c] · w[c,o], a convolution without spatial axes.

import { dense } from '../../ops/dense.ts';
import { contractionBound, contractionGradientBounds, convolutionGradients } from '../bounds/contraction.ts';
import type { Layout } from '../dialect.ts';
import type { Family } from '../family.ts';
import { mistakesAbout } from '../mistakes/catalogue.ts';
import { geometryOf, type WindowedCase, windowCaseOf } from '../windows/case.ts';
import { everydayWindows } from '../windows/everyday.ts';
import { readWindow, type Written, writeWindow } from '../windows/id.ts';
import { ungroupedAxes } from '../windows/large-axes.ts';
import { smallRanges, type WindowRanges, windowRanges } from '../windows/ranges.ts';
import { contracted, type Loops, type WindowSetting, windowAnswering, windowSetting } from '../windows/setting.ts';
import { nearestWindow } from '../windows/window-words.ts';
import { layouts, ownAttributes, said, saidInWords, sameInEveryDialect, windowed } from './common.ts';

const attributesOf = (c: WindowedCase) => ({ units: c.groups * c.filters, bias: c.bias });

const loops: Loops = { geometry: geometryOf, evaluate: contracted };
const written: Written = { filters: 'u', groups: 'one' };

const matrix: Partial<WindowRanges> = { groups: [1, 1], channels: [1, 9], filters: [1, 9] };
const ranges: readonly Partial<WindowRanges>[] = [
  {},
  { batch: [4, 9] },
  { values: ['real'] },
  { channels: [250, 500] }, // accumulators of 11 bits
];

/** Whether the rows of the weight are units, as where filters come first. */
const isTransposed = ({ weight }: Required<Layout>): boolean => weight.indexOf('O') < weight.indexOf('I');

export const denseFamily: Family<WindowedCase, WindowSetting> = {
  ...windowed,
  ...sameInEveryDialect,
  place: 5,
  operators: { dense: { make: dense } },
  tensors: { x: 'x', weight: 'weight', bias: 'none', y: 'x', dy: 'x' },
  attributes: attributesOf,
  geometry: geometryOf,
  structure: () => ({ kind: 'sum', weight: 'weight', bias: 'bias' }),
  caseOf: (layer, operands) => windowCaseOf(layer, operands, geometryOf(layer, operands.x.shape)),
  write: (c) => writeWindow(written, c),
  read: (_, text) => readWindow(written, 0, text),
  everyday: () => everydayWindows(0),
  ranges: () => windowRanges(0, matrix, ranges),
  small: () => smallRanges(0, { groups: [1, 1] }),
  large: () => ungroupedAxes,
  bounds(layer, operands, profile) {
    if (operands.dy)
      return contractionGradientBounds(convolutionGradients(geometryOf(layer, operands.x.shape)), operands, profile);
    return { y: contractionBound(layer, operands, profile) };
  },
  dialects: {
    toeplitz: { dense: said((c) => ownAttributes(dense(attributesOf(c)))) },
    onnx: { dense: said((_, layout) => ({ alpha: 1, beta: 1, transA: 0, transB: Number(isTransposed(layout)) })) },
    torch: { dense: said(() => ({})) },
    tensorflow: {
      dense: saidInWords((_, layout) => ({ transpose_a: false, transpose_b: isTransposed(layout) })),
    },
    webnn: {
      dense: said((_, layout) => ({ alpha: 1, beta: 1, aTranspose: false, bTranspose: isTransposed(layout) })),
    },
    caffe: {
      dense: said((c, layout) => ({
        num_output: c.groups * c.filters,
        bias_term: c.bias,
        axis: 1,
        transpose: !isTransposed(layout),
      })),
    },
  },
  layouts: layouts.matrix,
  nearest: (dialect, c) => nearestWindow({}, dialect, c),
  mistakes: mistakesAbout('attributes', 'output', 'windows over x', 'sums', 'weight', 'channels', 'rows'),
  setting: (dialect, c, layer, operands) => windowSetting(loops, dialect, c, layer, operands),
  answering: (s, instead, layer) => windowAnswering(loops, s, instead, layer),
};
