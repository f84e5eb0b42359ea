// The matrix of a linear operator and that of an engine with a known mistake, with the same weights: column j is the answer
// to an image of zeros with a 1 in cell j.

import { SpecError } from '../../errors.ts';
import { toeplitz } from '../../inspect/matrix.ts';
import type { Layer, Params } from '../../layer/layer.ts';
import { layerOf, operandsOf, shapeOf } from '../../oracle/cases/tensors.ts';
import { mistakesOf, predict, settingOf } from '../../oracle/findings/predict.ts';
import { type Shape, sizeOf, type Tensor } from '../../tensor.ts';
import type { Question } from './question.ts';

export interface Matrices {
  readonly right: Tensor;
  readonly theirs: Tensor;
  /** The elements that differ, by their index, where the two have one shape. */
  readonly wrong: readonly number[];
}

/** More elements, or more products for all columns, would take seconds. */
const [MOST_ELEMENTS, MOST_PRODUCTS] = [1 << 16, 1 << 22];

/** The two matrices, or why there are none. */
export function matricesOf({ case: c, layer, dialect }: Question, mistake: string): Matrices | string {
  const found = mistakesOf(c.op).find(({ name }) => name === mistake);
  if (!found) return 'Only a named mistake has a matrix.';
  if (c.gradient) return 'The case asks for gradients, and the matrix is that of the output.';
  const shape = shapeOf(c);
  if (shape[0] !== 1) return 'The matrix is that of one image, and the case has more.';
  const [inputs, outputs] = [sizeOf(shape), sizeOf(layer.shape(shape))];
  if (inputs * outputs > MOST_ELEMENTS || layer.cost(shape) * inputs > MOST_PRODUCTS)
    return `The matrix would have ${outputs} × ${inputs} elements, too many to draw.`;
  const operands = operandsOf(c, layerOf(c));
  const params = Object.fromEntries(
    Object.entries(operands).flatMap(([name, tensor]) => (name === 'x' || !tensor ? [] : [[name, tensor]])),
  ) as Record<string, Tensor>;
  const right = linear(layer, shape, params);
  if (!right) return `${c.op} is not linear, so no matrix gives it.`;
  const answer = (x: readonly number[]) => {
    const given = { x, ...Object.fromEntries(Object.entries(params).map(([name, { data }]) => [name, [...data]])) };
    const setting = settingOf({ ...c, values: 'given', seed: 0, given }, dialect);
    return predict(found, setting)?.y ?? setting.evaluate(setting);
  };
  const zeros = new Array<number>(inputs).fill(0);
  const offset = answer(zeros);
  const rows = sizeOf(offset.shape);
  const data = new Float32Array(rows * inputs);
  for (let j = 0; j < inputs; j++) {
    const y = answer(zeros.with(j, 1));
    if (y.data.length !== rows) return 'With this mistake the size of the output depends on the values.';
    for (let i = 0; i < rows; i++) data[i * inputs + j] = y.data[i] - offset.data[i];
  }
  const theirs = { shape: [rows, inputs], data };
  const wrong = rows === outputs ? Array.from(data.keys()).filter((i) => data[i] !== right.data[i]) : [];
  return { right, theirs, wrong };
}

function linear(layer: Layer, shape: Shape, params: Params<Tensor>): Tensor | undefined {
  try {
    return toeplitz(layer, shape, params);
  } catch (error) {
    if (error instanceof SpecError && error.clause === 'toeplitz-linear') return undefined;
    throw error;
  }
}
