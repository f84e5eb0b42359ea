// Maximum and average pooling in one, two and three dimensions.

import { flag, known } from '../attributes.ts';
import * as kernels from '../kernels/choose.ts';
import type { Layer } from '../layer/layer.ts';
import { type MaxPoolAttributes, pooling, readPoolWindow, windowNames } from './pooling.ts';

export type { MaxPoolAttributes };

export interface AvgPoolAttributes extends MaxPoolAttributes {
  /** Divide by the cells inside the padded input instead of those inside the input. */
  readonly countPadding?: boolean;
}

/** 1-D max pooling; see {@link maxPool2d}. Spec pool-max.
 *
 * @example
 * maxPool1d({ size: 2 }).forward(tensor([1, 4, 1], [1, 3, 2, 0]), {}).data // [3, 2]
 */
export const maxPool1d = (attributes: MaxPoolAttributes): Layer => maxPool('maxPool1d', 1, attributes, maxPool1d);

/**
 * 2-D max pooling: `y[n,p,c] = max_k x[n, p·stride + k·dilation − before, c]` over the cells inside the input.
 * x `[batch, height, width, channels]`; no parameters. A NaN in the window gives NaN, no cell gives −∞, and of equal
 * maxima the first in row-major order takes the gradient. Spec pool-max.
 *
 * @throws {SpecError} conv-rank, window-size, window-stride, window-dilation, window-padding, window-ceil, window-fit.
 * @example
 * maxPool2d({ size: 2 }).shape([1, 28, 28, 6]) // [1, 14, 14, 6]
 */
export const maxPool2d = (attributes: MaxPoolAttributes): Layer => maxPool('maxPool2d', 2, attributes, maxPool2d);

/** 3-D max pooling; see {@link maxPool2d}. Spec pool-max.
 *
 * @example
 * maxPool3d({ size: [1, 2, 2] }).shape([1, 3, 4, 4, 2]) // [1, 3, 2, 2, 2]
 */
export const maxPool3d = (attributes: MaxPoolAttributes): Layer => maxPool('maxPool3d', 3, attributes, maxPool3d);

/** 1-D average pooling; see {@link avgPool2d}. Spec pool-average.
 *
 * @example
 * avgPool1d({ size: 2 }).forward(tensor([1, 4, 1], [1, 3, 2, 0]), {}).data // [2, 1]
 */
export const avgPool1d = (attributes: AvgPoolAttributes): Layer => avgPool('avgPool1d', 1, attributes, avgPool1d);

/**
 * 2-D average pooling: the sum of the cells inside the input, divided by their number, or with `countPadding` by the
 * number of cells inside the padded input; never by cells beyond the padded input (`ceil`). No cell gives NaN. Spec
 * pool-average.
 *
 * @throws {SpecError} pool-divisor and the clauses of {@link maxPool2d}.
 * @example
 * avgPool2d({ size: 3, stride: 2, padding: 1 }).shape([1, 7, 7, 4]) // [1, 4, 4, 4]
 */
export const avgPool2d = (attributes: AvgPoolAttributes): Layer => avgPool('avgPool2d', 2, attributes, avgPool2d);

/** 3-D average pooling; see {@link avgPool2d}. Spec pool-average.
 *
 * @example
 * avgPool3d({ size: 2 }).shape([1, 4, 4, 4, 2]) // [1, 2, 2, 2, 2]
 */
export const avgPool3d = (attributes: AvgPoolAttributes): Layer => avgPool('avgPool3d', 3, attributes, avgPool3d);

function maxPool(
  name: string,
  rank: number,
  attributes: MaxPoolAttributes,
  make: (attributes: MaxPoolAttributes) => Layer,
): Layer {
  attributes = known(name, attributes, windowNames);
  return pooling(name, rank, readPoolWindow(name, rank, attributes), make, {
    forward: (g, x, y) => kernels.maxPool(g, x.data, y.data),
    emit: (program, x, shape, g) => program.maxPool(x, shape, g),
    gradient: (g, x, dy, dx) => kernels.maxPoolGrad(g, x.data, dy.data, dx.data),
  });
}

function avgPool(
  name: string,
  rank: number,
  attributes: AvgPoolAttributes,
  make: (attributes: AvgPoolAttributes) => Layer,
): Layer {
  attributes = known(name, attributes, [...windowNames, 'countPadding']);
  const countPadding = flag('pool-divisor', name, 'countPadding', attributes.countPadding ?? false);
  return pooling(name, rank, { ...readPoolWindow(name, rank, attributes), countPadding }, make, {
    forward: (g, x, y) => kernels.avgPool(g, x.data, countPadding, y.data),
    emit: (program, x, shape, g) => program.avgPool(x, shape, g, countPadding),
    gradient: (g, _x, dy, dx) => kernels.avgPoolGrad(g, dy.data, countPadding, dx.data),
  });
}
