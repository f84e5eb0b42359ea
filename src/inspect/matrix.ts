// A linear layer as a matrix: column j is the output of the layer for the j-th unit vector. For a convolution it is a
// (doubly block) Toeplitz matrix:
//
//   w0 w1 w2  ·  ·        the rows are the same three weights, each row one place further
//    · w0 w1 w2  ·
//    ·  · w0 w1 w2

import { SpecError } from '../errors.ts';
import { checkLayer } from '../layer/check-layer.ts';
import { checkParams, flatParams } from '../layer/flat-params.ts';
import type { Layer, Params } from '../layer/layer.ts';
import { checkLike } from '../layer/operands.ts';
import { allocate, checkShape, checkTensor, type Shape, sizeOf, type Tensor, typeOf } from '../tensor.ts';

/**
 * The matrix T of a linear layer for one image: `flatten(y) = T · flatten(x)`, shape `[outputs, inputs]`, rows and columns
 * in row-major order, without the bias. Its transpose is the gradient with respect to x. Spec toeplitz-matrix.
 *
 * @param shape The shape of the unpadded input, batch 1.
 * @throws {SpecError} toeplitz-batch when the batch is not 1; toeplitz-linear when the layer is not linear.
 * @example
 * toeplitz(conv1d({ filters: 1, size: 2, bias: false }), [1, 3, 1], { weight: tensor([2, 1, 1], [5, 7]) }).data // [5, 7, 0, 0, 5, 7]
 */
export function toeplitz(layer: Layer, shape: Shape, params: Params<Tensor>): Tensor {
  checkLayer('toeplitz', layer);
  checkShape('toeplitz', shape);
  checkParams('toeplitz', params);
  if (shape[0] !== 1)
    throw new SpecError('toeplitz-batch', `toeplitz: the matrix is that of one image, got shape [${shape}]`);
  const y = layer.shape(shape);
  checkShape('toeplitz', y);
  const [rows, columns] = [sizeOf(y), sizeOf(shape)];
  const x = allocate('toeplitz', shape, elementType(params));
  const matrix = allocate('toeplitz', [rows, columns], typeOf(x.data));
  const run = (): Tensor['data'] => {
    const result = layer.forward(x, params);
    checkLike('toeplitz', 'y', result, y, x.data, 'layer-rules'); // a layer made by hand may give anything
    return result.data;
  };
  const offset = run();
  for (let j = 0; j < columns; j++) {
    x.data[j] = 1;
    const column = run();
    for (let i = 0; i < rows; i++) matrix.data[i * columns + j] = column[i] - offset[i];
    x.data[j] = 0;
  }
  for (let j = 0; j < columns; j++) x.data[j] = ((j * 7 + 3) % 19) - 9;
  checkLinear(layer, x, run(), matrix, offset);
  return matrix;
}

/** Compares the matrix with the layer on one input that has values of both signs. Spec toeplitz-linear. */
function checkLinear(layer: Layer, x: Tensor, y: Tensor['data'], matrix: Tensor, offset: ArrayLike<number>): void {
  const [rows, columns] = matrix.shape;
  for (let i = 0; i < rows; i++) {
    let [sum, magnitude] = [0, Math.abs(offset[i])];
    for (let j = 0; j < columns; j++) {
      const term = matrix.data[i * columns + j] * x.data[j];
      sum += term;
      magnitude += Math.abs(term);
    }
    const slack = typeOf(x.data) === 'float32' ? 1e-4 : 1e-9;
    if (!(Math.abs(y[i] - offset[i] - sum) <= slack * magnitude))
      throw new SpecError(
        'toeplitz-linear',
        `toeplitz: the layer must be linear in x, got ${layer.name}, whose output ${i} is ${y[i]} where its matrix gives ${sum}`,
      );
  }
}

/** The element type of the first tensor found; float32 without one. */
function elementType(params: Params<Tensor>): 'float32' | 'float64' {
  const [first] = Object.values(flatParams(params));
  return first ? typeOf(first.data) : 'float32';
}

/**
 * A matrix as text, one line per row, a dot for each zero. Spec toeplitz-matrix.
 *
 * @example
 * matrixText(tensor([2, 2], [1, 0, 0, -2]))
 */
export function matrixText(matrix: Tensor): string {
  checkTensor('matrixText', 'matrix', matrix);
  if (matrix.shape.length !== 2)
    throw new SpecError('toeplitz-matrix', `matrixText: a matrix has two axes, got shape [${matrix.shape}]`);
  const [rows, columns] = matrix.shape;
  const cells = Array.from(matrix.data, (value) => (value === 0 ? '·' : String(Number(value.toPrecision(4)))));
  const width = cells.reduce((most, cell) => Math.max(most, cell.length), 1);
  return Array.from({ length: rows }, (_, i) =>
    cells
      .slice(i * columns, (i + 1) * columns)
      .map((cell) => cell.padStart(width))
      .join(' '),
  ).join('\n');
}
