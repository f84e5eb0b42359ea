// Gaussian and Laplacian pyramids (Burt & Adelson 1983): blur with [1, 4, 6, 4, 1] / 16 on each axis, keep the even cells.
//
//   image ── blur, halve ──▶ level 1 ── blur, halve ──▶ level 2 = residual
//     └─ minus expanded ◀─────┘  └─ minus expanded ◀─────┘
//        = band 0                   = band 1

import { wholeNumber } from '../attributes.ts';
import { SpecError, show, wrongType } from '../errors.ts';
import { sumOf } from '../layer/channels.ts';
import { isList, listOf } from '../reading.ts';
import { roundingOf } from '../rounding.ts';
import { allocate, checkTensor, sizeOf, type Tensor, typeOf } from '../tensor.ts';

/** An axis of fewer than 2³¹ cells is a single one after 31 reductions. */
const MOST_LEVELS = 32;

const blur = [1, 4, 6, 4, 1];

/**
 * The image and `levels − 1` reductions of it, each blurred and halved to ⌈n/2⌉; the border is reflected without
 * repeating the outermost cell. Images are `[batch, height, width, channels]`. Spec inspect-pyramid.
 *
 * @example
 * gaussianPyramid(tensor([1, 5, 5, 1]), 3).map((level) => level.shape[1]) // [5, 3, 2]
 */
export function gaussianPyramid(image: Tensor, levels: number): Tensor[] {
  checkImage('gaussianPyramid', image);
  if (wholeNumber('inspect-pyramid', 'gaussianPyramid', 'levels', levels, 1) > MOST_LEVELS)
    throw new SpecError('inspect-pyramid', `gaussianPyramid: levels must be at most ${MOST_LEVELS}, got ${levels}`);
  const pyramid = [image];
  while (pyramid.length < levels) pyramid.push(halve(halve(pyramid[pyramid.length - 1], 1), 2));
  return pyramid;
}

/**
 * What each level of the Gaussian pyramid removes, the finest band first, and the last level as the residual. Spec
 * inspect-pyramid.
 *
 * @example
 * laplacianPyramid(tensor([1, 4, 4, 1], new Array(16).fill(5)), 2)[0].data.every((value) => value === 0) // true
 */
export function laplacianPyramid(image: Tensor, levels: number): Tensor[] {
  const gaussian = gaussianPyramid(image, levels);
  return gaussian.map((level, i) => (i === levels - 1 ? level : difference(level, expand(gaussian[i + 1], level))));
}

/**
 * The image of a Laplacian pyramid: beginning with the residual, each level is expanded and its band added. Spec
 * inspect-pyramid.
 *
 * @example
 * collapse(laplacianPyramid(tensor([1, 2, 2, 1], [1, 2, 3, 4]), 2)).data // [1, 2, 3, 4]
 */
export function collapse(pyramid: readonly Tensor[]): Tensor {
  const levels = isList(pyramid) ? (listOf('inspect-pyramid', 'collapse', 'pyramid', pyramid) as Tensor[]) : [];
  if (levels.length === 0)
    throw wrongType('inspect-pyramid', `collapse: a pyramid is an array of images, got ${show(pyramid)}`);
  for (const level of levels) checkImage('collapse', level);
  return levels
    .slice(0, -1)
    .reduceRight<Tensor>((image, band) => sumOf(expand(image, band), band), levels[levels.length - 1]);
}

function checkImage(who: string, image: Tensor): void {
  checkTensor(who, 'image', image);
  if (image.shape.length !== 4 || image.shape.includes(0))
    throw new SpecError(
      'inspect-pyramid',
      `${who}: an image has the axes [batch, height, width, channels], none empty, got shape [${image.shape}]`,
    );
}

/** The cell that index i reads on an axis of n cells that is reflected at its outermost cells. */
function reflect(i: number, n: number): number {
  const period = Math.max(1, 2 * (n - 1));
  const j = ((i % period) + period) % period;
  return j < n ? j : period - j;
}

/** Blurs one axis and keeps its even cells. */
function halve(x: Tensor, axis: number): Tensor {
  const n = x.shape[axis];
  return resample(x, axis, Math.ceil(n / 2), (i) =>
    blur.map((weight, k) => [reflect(2 * i + k - 2, n), weight / 16] as const),
  );
}

/** Puts zeros between the cells, blurs, and multiplies by 2 for each axis; the result has the shape of `like`. */
function expand(x: Tensor, like: Tensor): Tensor {
  for (const axis of [1, 2])
    if (x.shape[axis] !== Math.ceil(like.shape[axis] / 2))
      throw new SpecError(
        'inspect-pyramid',
        `collapse: a level must have half the size of the one before, got [${like.shape}] and [${x.shape}]`,
      );
  return [1, 2].reduce((y, axis) => double(y, axis, like.shape[axis]), x);
}

function double(x: Tensor, axis: number, n: number): Tensor {
  if (n === 1) return x;
  const odd = (j: number): boolean => j % 2 === 1;
  return resample(x, axis, n, (i) =>
    blur
      .map((weight, k) => [reflect(i + k - 2, n), weight / 8] as const)
      .filter(([j]) => !odd(j))
      .map(([j, weight]) => [j / 2, weight] as const),
  );
}

/** Makes an axis of `size` cells, each a weighted sum of cells of x, added in the order given. */
function resample(
  x: Tensor,
  axis: number,
  size: number,
  taps: (i: number) => readonly (readonly [cell: number, weight: number])[],
): Tensor {
  const round = roundingOf(x.data);
  const y = allocate(
    'pyramid',
    x.shape.map((each, i) => (i === axis ? size : each)),
    typeOf(x.data),
  );
  const inner = sizeOf(x.shape.slice(axis + 1));
  for (let i = 0; i < size; i++) {
    const terms = taps(i);
    for (let outer = 0; outer < sizeOf(x.shape.slice(0, axis)); outer++) {
      for (let at = 0; at < inner; at++) {
        let sum = 0;
        for (const [cell, weight] of terms)
          sum = round(sum + round(x.data[(outer * x.shape[axis] + cell) * inner + at] * weight));
        y.data[(outer * size + i) * inner + at] = sum;
      }
    }
  }
  return y;
}

function difference(a: Tensor, b: Tensor): Tensor {
  const round = roundingOf(a.data);
  return { shape: a.shape, data: a.data.map((value, i) => round(value - b.data[i])) };
}
