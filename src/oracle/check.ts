// One result held against its bound: the oracle's smallest question.

import { SpecError, wrongType } from '../errors.ts';
import { checkLayer, type Layer, type Params } from '../layer.ts';
import { checkLike } from '../operator.ts';
import type { Shape, Tensor } from '../tensor.ts';
import type { Bound, Profile } from './bound.ts';
import { checkKnown, expected, type Operands } from './forms.ts';
import type { Part } from './operators.ts';
import { type Precision, pooled } from './precision.ts';
import { judge, type Verdict } from './verdict.ts';

/** What every element of the output may be. */
export interface OutputBound {
  /** The exact output, float64. */
  readonly y: Tensor;
  /** `|theirs − y|` may be this large; 0 where every order of float32 operations is exact. */
  readonly error: Tensor;
}

/** x and the parameters as operands, checked by the layer itself. */
function operandsOf(layer: Layer, x: Tensor, params: Params<Tensor>): Operands {
  checkLayer('check', layer);
  checkKnown(layer);
  const shapes = layer.params(x?.shape);
  if (!(x.data instanceof Float32Array))
    throw wrongType('oracle-operands', `check: x must be float32, since the verdict is about float32 arithmetic`);
  for (const name of Object.keys(shapes)) {
    if (!(name in (params ?? {}))) throw new SpecError('oracle-operands', `check: ${layer.name} needs '${name}'`);
    checkLike('check', name, params[name] as Tensor, shapes[name] as number[], x.data, 'oracle-operands');
  }
  return { x, ...(params as { weight?: Tensor; bias?: Tensor }) };
}

const boundOfOutput = (layer: Layer, operands: Operands, profile?: Profile): Bound =>
  expected(layer, operands, profile).y!;

/**
 * The exact output of a convolution, dense layer or pool, and how far a float32 result may be from it:
 * `γ_m·(Σ|x·w| + |b|)` for m terms, whatever the order of operations, with or without fused multiply-add.
 * x and parameters are float32. Spec oracle-bound.
 *
 * @throws {SpecError} oracle-operators, oracle-operands, and the clauses of the layer.
 * @example
 * const x = tensor([1, 3], [1, 2, 3]);
 * bound(dense({ units: 1, bias: false }), x, { weight: tensor([3, 1], [1, 1, 1]) }).y.data // [6]
 */
export function bound(layer: Layer, x: Tensor, params: Params<Tensor>, profile?: Profile): OutputBound {
  const { value, error } = boundOfOutput(layer, operandsOf(layer, x, params), profile);
  const shape = layer.shape(x.shape);
  return { y: { shape, data: value }, error: { shape, data: error } };
}

/**
 * Holds another engine's output against the bound of {@link bound}. A `fail` is a proof: no order of float32 operations
 * gives that number. A mismatch, a wrong type, shape or length of `theirs` is a verdict, never an exception.
 * Spec oracle-verdict.
 *
 * @throws {SpecError} oracle-operators, oracle-operands, and the clauses of the layer, when the question itself is wrong.
 * @example
 * const layer = dense({ units: 1, bias: false });
 * const x = tensor([1, 2], [1, 2]);
 * check(layer, x, { weight: tensor([2, 1], [3, 4]) }, tensor([1, 1], [10])).kind // 'fail'
 */
export function check(layer: Layer, x: Tensor, params: Params<Tensor>, theirs: unknown, profile?: Profile): Verdict {
  const operands = operandsOf(layer, x, params);
  return judge('y', layer.shape(x.shape), boundOfOutput(layer, operands, profile), theirs);
}

/** The verdict on everything an engine gave for one call: the first failure, or the pass with the largest margin. */
export function checkParts(
  parts: readonly (readonly [Part, { shape: Shape; bound: Bound }])[],
  theirs: unknown,
): Verdict {
  let worst: Verdict | undefined;
  const precisions: (Precision | undefined)[] = [];
  for (const [part, { shape, bound }] of parts) {
    const given: unknown = part === 'y' ? theirs : (theirs as Record<string, unknown> | null | undefined)?.[part];
    // An engine may offer the gradient of x alone.
    if (part !== 'y' && given === undefined && typeof theirs === 'object' && theirs !== null && 'x' in theirs) continue;
    const verdict = judge(part, shape, bound, given);
    if (verdict.kind !== 'pass' && verdict.kind !== 'suspect') return verdict;
    precisions.push(verdict.precision);
    if (!worst || verdict.kind === 'suspect' || (worst.kind === 'pass' && verdict.margin > worst.margin))
      worst = verdict;
  }
  const precision = pooled(precisions);
  return { ...worst!, ...(precision && { precision }) };
}
