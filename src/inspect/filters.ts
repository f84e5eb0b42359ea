// Hand-made 3×3 filters (lecture L1): whole numbers and their divisor.

import { type Tensor, tensor } from '../tensor.ts';

export interface Filter {
  /** Nine whole numbers, row by row. */
  readonly values: readonly number[];
  /** What the weighted sum is divided by. */
  readonly divisor: number;
  /** The filter, divided, as the weight of a one-channel `conv2d`: shape `[3, 3, 1, 1]`. */
  readonly weight: Tensor;
}

const filter = (values: readonly number[], divisor = 1): Filter => ({
  values,
  divisor,
  get weight() {
    return tensor(
      [3, 3, 1, 1],
      values.map((value) => value / divisor),
    );
  },
});

/**
 * Three edge detectors, a sharpening and two blurring filters. The whole numbers of an edge detector add up to 0, those
 * of `sharpen` to 1, those of a blur to its divisor. Spec inspect-filters.
 *
 * @example
 * filters.sharpen.values // [0, -1, 0, -1, 5, -1, 0, -1, 0]
 */
export const filters = {
  /** Responds to corners and diagonal edges. */
  edgeDiagonal: /* @__PURE__ */ filter([1, 0, -1, 0, 0, 0, -1, 0, 1]),
  /** The Laplacian over four neighbours. */
  edgeCross: /* @__PURE__ */ filter([0, 1, 0, 1, -4, 1, 0, 1, 0]),
  /** The Laplacian over eight neighbours, negated. */
  edgeAll: /* @__PURE__ */ filter([-1, -1, -1, -1, 8, -1, -1, -1, -1]),
  sharpen: /* @__PURE__ */ filter([0, -1, 0, -1, 5, -1, 0, -1, 0]),
  boxBlur: /* @__PURE__ */ filter([1, 1, 1, 1, 1, 1, 1, 1, 1], 9),
  gaussianBlur: /* @__PURE__ */ filter([1, 2, 1, 2, 4, 2, 1, 2, 1], 16),
} as const;
