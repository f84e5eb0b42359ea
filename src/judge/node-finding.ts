// The first wrong node in full: where it is wrong, which known mistakes give its numbers, and the smallest case cut out of it.
// Spec judge-finding.

import type { Attributes, Layer } from '../layer/layer.ts';
import { isOutside, type Verdict } from '../oracle/ask/verdict.ts';
import type { Operands } from '../oracle/case.ts';
import { operators } from '../oracle/families/index.ts';
import { mistakesIn } from '../oracle/findings/one-answer.ts';
import { placeOf } from '../places.ts';
import type { Shape, Tensor } from '../tensor.ts';
import { type Asked, type CutCase, cutCase, geometryCase } from './cut-case.ts';
import type { Explanation, Failure } from './explanation.ts';
import type { JudgedNode } from './judged-node.ts';
import { otherNodes } from './other-nodes.ts';
import { regularPlaces } from './regular-distances.ts';
import { enclosed } from './rules-by-operator.ts';
import { narrowed, wrongIn } from './smaller-node.ts';
import { boundFor, type TensorVerdict } from './verdict.ts';

/** One number, at its place in the tensor as the model has it: [batch, channel, …space]. */
export interface WrongNumber {
  readonly index: readonly number[];
  readonly expected: number;
  readonly got: number;
  readonly bound: number;
}

export interface NodeFinding {
  readonly node: JudgedNode;
  /** The layer that computes it here, if one does, with complete attributes. */
  readonly layer?: { readonly name: string; readonly attributes: Attributes };
  readonly first?: WrongNumber;
  readonly worst?: WrongNumber;
  /** Where all of the wrong numbers lie, if not anywhere. */
  readonly where?: string;
  /** Known mistakes, or else another node, that give exactly these numbers; each completes "behaves as if". */
  readonly mistakes: readonly string[];
  readonly explanation?: Explanation;
  /** The first wrong number alone, as a case for `toeplitz check --case`: the engine gave `got`, the case wants `expected`. */
  readonly case?: CutCase;
  /** The whole node with numbers drawn anew, as such a case. */
  readonly geometry?: string;
}

/** Products that are computed again for each known mistake: about a second for all. */
const PRODUCTS = 4_000_000;

/** From channels last to the order of the file. */
const fileIndex = (index: readonly number[]): readonly number[] =>
  index.length < 3 ? index : [index[0], index[index.length - 1], ...index.slice(1, -1)];

export function findingOf(node: JudgedNode, failure: Failure, { verdict, bound, image }: TensorVerdict): NodeFinding {
  const { first, worst } = verdict;
  const where = verdict.where ?? (bound && image && regularPlaces(image, bound));
  const layer = failure.planned.plan?.step?.layer;
  const inFile = (each: Verdict['first']) => each && { ...each, index: fileIndex(each.index) };
  const subject = layer && !failure.isPiece ? subjectOf(layer, failure) : undefined;
  const mistakes = subject ? knownMistakes(narrowed(subject, PRODUCTS), verdict) : [];
  const cut = subject && cutCase(subject);
  const geometry = subject && geometryCase(subject);
  return {
    node,
    ...(layer && { layer: { name: layer.name, attributes: layer.attributes } }),
    ...(first && { first: inFile(first) as WrongNumber }),
    ...(worst && { worst: inFile(worst) as WrongNumber }),
    ...(where && { where }),
    mistakes: mistakes.length > 0 || failure.isPiece ? mistakes : otherNodes(failure),
    ...(node.explanation && { explanation: node.explanation }),
    ...(cut && { case: cut }),
    ...(geometry !== undefined && { geometry }),
  };
}

const knownMistakes = (asked: Asked, verdict: Verdict): readonly string[] =>
  mistakesIn(asked.layer, asked.operands, asked.bound, asked.theirs, { ...verdict, wrong: wrongIn(asked) }, PRODUCTS);

/** Places that are kept. */
const MOST_PLACES = 1000;

function subjectOf(layer: Layer, { planned, inputs, theirs, k, declared }: Failure): Asked | undefined {
  // Cases and known mistakes are about float32.
  if (declared.isDouble || !Object.hasOwn(operators, layer.name)) return undefined;
  const image = inputs[0]?.value.image as Tensor;
  const narrow = ({ shape, data }: Tensor): Tensor => ({ shape, data: new Float32Array(data) });
  const params = (planned.plan?.step?.params?.((i) => inputs[i]?.value as never) ?? {}) as Record<string, Tensor>;
  const operands: Operands = {
    ...Object.fromEntries(Object.entries(params).map(([name, each]) => [name, narrow(each)])),
    x: narrow(image),
  };
  const outputs = enclosed(planned, inputs, declared, true);
  if (outputs === undefined) return undefined;
  const bound = boundFor(outputs[k], declared);
  const shape: Shape = layer.shape(image.shape);
  const data = lastOf(theirs);
  const wrong: (readonly number[])[] = [];
  for (let i = 0; i < data.length && wrong.length < MOST_PLACES; i++)
    if (isOutside(bound, i, data[i])) wrong.push(placeOf(shape, i));
  return { layer, operands, bound, theirs: { shape, data }, wrong };
}

/** Channels last, whatever the shape of a global pool is in the file. */
function lastOf({ shape, data }: Tensor): Float32Array {
  if (shape.length < 3) return new Float32Array(data);
  const [batch, C, ...space] = shape;
  const P = space.reduce((a, b) => a * b, 1);
  const moved = new Float32Array(data.length);
  for (let n = 0; n < batch; n++)
    for (let c = 0; c < C; c++) for (let p = 0; p < P; p++) moved[(n * P + p) * C + c] = data[(n * C + c) * P + p];
  return moved;
}
