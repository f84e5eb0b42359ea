// One result held against its bound: the oracle's smallest question.

import { known } from '../attributes.ts';
import { SpecError, wrongType } from '../errors.ts';
import { checkLayer } from '../layer/check-layer.ts';
import { checkShapes } from '../layer/flat-params.ts';
import type { Layer, Params } from '../layer/layer.ts';
import { checkLike } from '../layer/operands.ts';
import { isList, reading } from '../reading.ts';
import { checkTensor, type Tensor } from '../tensor.ts';
import { readTraits } from './ask/traits.ts';
import { judge, type Verdict } from './ask/verdict.ts';
import type { Bound, Profile } from './bounds/bound.ts';
import type { Operands } from './case.ts';
import { attachedTo } from './cases/tensors.ts';
import { familyOf, operatorOf } from './families/index.ts';
import { mistakesIn } from './findings/one-answer.ts';

/** What every element of the output may be. */
export interface OutputBound {
  /** The exact output, float64. */
  readonly y: Tensor;
  /** `|theirs − y|` may be this large; 0 where every order of float32 operations is exact. */
  readonly error: Tensor;
}

/** x and the parameters as operands, checked by the layer itself; plain copies, but for the data. */
function operandsOf(layer: Layer, x: Tensor, params: Params<Tensor>): Operands {
  checkLayer('check', layer);
  checkKnown(layer);
  const tensor = readTensor('check', 'x', x);
  const shapes = layer.params(tensor.shape);
  checkShapes('check', shapes);
  if (!(tensor.data instanceof Float32Array))
    throw wrongType('oracle-operands', `check: x must be float32, since the verdict is about float32 arithmetic`);
  const names = Object.keys(shapes);
  const given = known('check', params, names, 'parameters', 'oracle-operands');
  const operands: Record<string, Tensor> = {};
  for (const name of names) {
    if (!(name in given)) throw new SpecError('oracle-operands', `check: ${layer.name} needs '${name}'`);
    operands[name] = readTensor('check', name, given[name] as Tensor);
    checkLike('check', name, operands[name], shapes[name] as number[], tensor.data, 'oracle-operands');
  }
  return { ...operands, ...attachedTo(layer, tensor.shape), x: tensor };
}

/** A plain record of a checked tensor, each member read once. */
function readTensor(who: string, what: string, value: Tensor): Tensor {
  const held = reading('tensor-type', who, what, () => ({ ...value }));
  checkTensor(who, what, held);
  return { shape: [...held.shape], data: held.data };
}

/** Spec oracle-operators. */
function checkKnown(layer: Layer): void {
  if (Object.keys(layer.children).length > 0)
    throw new SpecError('oracle-operators', `oracle: one operator at a time, got '${layer.name}' with children`);
  operatorOf(layer.name);
}

const boundOfOutput = (layer: Layer, operands: Operands, profile?: Profile): Bound =>
  familyOf(layer.name).bounds(layer, operands, readTraits(profile)).y;

/**
 * The exact output of a convolution, dense layer or pool, and how far a float32 result may be from it:
 * `γ_m·(Σ|x·w| + |b|)` for m terms, whatever the order of operations, with or without fused multiply-add.
 * x and parameters are float32. Spec oracle-bound.
 *
 * @throws {SpecError} oracle-operators, oracle-operands, oracle-traits, and the clauses of the layer.
 * @example
 * const x = tensor([1, 3], [1, 2, 3]);
 * bound(dense({ units: 1, bias: false }), x, { weight: tensor([3, 1], [1, 1, 1]) }).y.data // [6]
 */
export function bound(layer: Layer, x: Tensor, params: Params<Tensor>, profile?: Profile): OutputBound {
  const operands = operandsOf(layer, x, params);
  const { value, error } = boundOfOutput(layer, operands, profile);
  const shape = layer.shape(operands.x.shape);
  return { y: { shape, data: value }, error: { shape, data: error } };
}

/**
 * Holds another engine's output against the bound of {@link bound}. A `fail` is a proof: no order of float32 operations
 * gives that number; `where` says where such numbers lie, `mistakes` which known ones give exactly them. A mismatch, a
 * wrong type, shape or length of `theirs` is a verdict, never an exception. Spec oracle-verdict, oracle-mistakes.
 *
 * @throws {SpecError} oracle-operators, oracle-operands, oracle-traits, and the clauses of the layer, when the question itself is wrong.
 * @example
 * const layer = dense({ units: 1, bias: false });
 * const x = tensor([1, 2], [1, 2]);
 * check(layer, x, { weight: tensor([2, 1], [3, 4]) }, tensor([1, 1], [10])).kind // 'fail'
 */
export function check(layer: Layer, x: Tensor, params: Params<Tensor>, theirs: unknown, profile?: Profile): Verdict {
  const operands = operandsOf(layer, x, params);
  const bound = boundOfOutput(layer, operands, profile);
  const answer = readAnswer(theirs);
  const verdict = judge('y', layer.shape(operands.x.shape), bound, answer);
  const mistakes = mistakesIn(layer, operands, bound, answer, verdict);
  return { ...verdict, ...(mistakes.length > 0 && { mistakes }) };
}

/** Of what looks like a tensor, a plain record; an answer that cannot be read is no tensor. */
function readAnswer(theirs: unknown): unknown {
  if (typeof theirs !== 'object' || theirs === null) return theirs;
  try {
    if (!('data' in theirs)) return { ...theirs };
    const { shape, data } = theirs as Tensor;
    return { shape: isList(shape) ? [...shape] : shape, data };
  } catch {
    // A getter or a trap of a proxy may throw anything: there is no answer.
    return undefined;
  }
}
