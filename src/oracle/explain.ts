// A case id made into its layer and tensors again.

import type { Layer } from '../layer.ts';
import type { Tensor } from '../tensor.ts';
import { partsOf } from './ask.ts';
import { parseCaseId } from './caseid.ts';
import { layerOf, operandsOf } from './cases.ts';
import { type Literal, literal } from './literal.ts';
import { expectedOf } from './verdict.ts';

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
  const results = partsOf({ traits: {} }, c).map(([part, { shape, bound }]) => [
    part,
    { shape, data: bound.value.map((_, i) => expectedOf(bound, i)) },
  ]);
  return { op: c.op, layer, ...operands, expected: Object.fromEntries(results), literal: literal(c) };
}
