// A case id made into its layer and tensors again.

import type { Layer } from '../layer.ts';
import type { Tensor } from '../tensor.ts';
import { parseCaseId } from './caseid.ts';
import { layerOf, operandsOf } from './cases.ts';
import { expected } from './forms.ts';
import { type Literal, literal } from './literal.ts';

export interface Explanation {
  readonly op: string;
  readonly layer: Layer;
  readonly x: Tensor;
  readonly weight?: Tensor;
  readonly bias?: Tensor;
  /** There when the case asks for gradients. */
  readonly dy?: Tensor;
  /** The exact results (float64): `y`, or the gradients `x`, `weight`, `bias`. */
  readonly expected: Readonly<Record<string, Tensor>>;
  readonly literal: Literal;
}

/**
 * The layer, tensors and exact results of a case id, the same on every host. Spec oracle-caseid.
 *
 * @throws {SpecError} oracle-caseid, oracle-operators.
 * @example
 * explain('maxPool2d/n1h2w2c1_k2x2s1x1pvd1x1e0/f32/given/x=1,2,3,4').expected.y.data // [4]
 */
export function explain(caseId: string): Explanation {
  const c = parseCaseId(caseId);
  const layer = layerOf(c);
  const operands = operandsOf(c, layer);
  const shapes: Record<string, readonly number[]> = { y: layer.shape(operands.x.shape), x: operands.x.shape };
  Object.assign(shapes, layer.params(operands.x.shape));
  const results = Object.entries(expected(layer, operands)).map(([part, { value }]) => [
    part,
    { shape: shapes[part], data: value },
  ]);
  return { op: c.op, layer, ...operands, expected: Object.fromEntries(results), literal: literal(c) };
}
