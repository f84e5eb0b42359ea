// The patches of a convolution as the rows of a matrix: the layer is then one matrix product.
//
//   y[(n,p), o] = Σ_(k,c)  patches[(n,p), (k,c)] · w[(k,c), o]

import { known } from '../attributes.ts';
import { SpecError } from '../errors.ts';
import { spaceOf } from '../layer/field.ts';
import type { ConvAttributes } from '../ops/conv.ts';
import { readConvWindow } from '../ops/convolution.ts';
import { allocate, checkTensor, type Tensor, typeOf } from '../tensor.ts';
import { cellsUnder, inputs, outputs, taps, threeAxes, windowAxes } from '../window.ts';

/**
 * The patches of a convolution, one row for each image and position, `[batch · positions, taps · channels]`: row and
 * column numbers are row-major, and cells of padding are 0. Multiplied by the weight as a matrix it gives the layer.
 * Spec toeplitz-patches.
 *
 * @param x `[batch, ...space, channels]` with one to three spatial axes.
 * @param attributes The window, with the attributes of a convolution.
 * @throws {SpecError} toeplitz-patches for another number of axes, and the window's clauses.
 * @example
 * im2col(tensor([1, 4, 1], [1, 2, 3, 4]), { size: 3 }) // { shape: [2, 3], data: [1, 2, 3, 2, 3, 4] }
 */
export function im2col(
  x: Tensor,
  attributes: Pick<ConvAttributes, 'size' | 'stride' | 'padding' | 'dilation'>,
): Tensor {
  const name = 'im2col';
  checkTensor(name, 'x', x);
  attributes = known(name, attributes, ['size', 'stride', 'padding', 'dilation']);
  const rank = x.shape.length - 2;
  if (rank < 1 || rank > 3)
    throw new SpecError('toeplitz-patches', `${name}: x must have one to three spatial axes, got shape [${x.shape}]`);
  const axes = threeAxes(windowAxes(name, readConvWindow(name, rank, attributes), spaceOf(x.shape)));
  const [I, P, K] = [inputs(axes), outputs(axes), taps(axes)];
  const [N, C] = [x.shape[0], x.shape[x.shape.length - 1]];
  const patches = allocate(name, [N * P, K * C], typeOf(x.data));
  const cells = new Int32Array(K);
  for (let row = 0; row < N * P; row++) {
    cellsUnder(axes, row % P, cells);
    const image = Math.floor(row / P) * I;
    cells.forEach((cell, k) => {
      const pixel = (image + cell) * C;
      if (cell >= 0) patches.data.set(x.data.subarray(pixel, pixel + C), (row * K + k) * C);
    });
  }
  return patches;
}
