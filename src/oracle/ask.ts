// Asks an engine one case: the call in its layout, its answer in ours, the verdict.

import type { Attributes, Layer } from '../layer.ts';
import type { Shape, Tensor } from '../tensor.ts';
import type { Bound } from './bound.ts';
import { type Case, layerOf, operandsOf } from './cases.ts';
import { checkAll } from './check.ts';
import type { Call, Subject } from './engine.ts';
import { expected, type Operands } from './forms.ts';
import { toOurs, toTheirs } from './layout.ts';
import type { Part } from './operators.ts';
import { type Verdict, verdict } from './verdict.ts';

/** A case, what the engine gave for it (in our layout, if it gave anything), and the verdict. */
export interface Outcome {
  readonly case: Case;
  readonly verdict: Verdict;
  readonly theirs?: unknown;
}

/** The attributes as an engine gets them: complete, without the choice of our own kernel. */
export function attributesFor(layer: Layer): Attributes {
  const { algorithm: _, ...attributes } = layer.attributes;
  return attributes;
}

/** The question as the engine gets it. */
export function callOf({ layout }: Pick<Subject, 'layout'>, c: Case): Call {
  const layer = layerOf(c);
  const operands = Object.entries(operandsOf(c, layer)) as [string, Tensor][];
  const tensors = Object.fromEntries(operands.map(([name, tensor]) => [name, toTheirs(name, tensor, layout)]));
  return { op: c.op, attributes: attributesFor(layer), ...tensors } as unknown as Call;
}

/** What the engine is to give: each output, its shape in our layout and its bound. */
export function partsOf({ traits }: Pick<Subject, 'traits'>, c: Case): [Part, { shape: Shape; bound: Bound }][] {
  const layer = layerOf(c);
  const operands = operandsOf(c, layer);
  const x = operands.x.shape;
  const shapes = { y: layer.shape(x), x, ...layer.params(x) } as Record<Part, Shape>;
  const bounds = Object.entries(expected(layer, operands, traits)) as [Part, Bound][];
  return bounds.map(([part, bound]) => [part, { shape: shapes[part], bound }]);
}

export async function ask(subject: Subject, c: Case): Promise<Outcome> {
  const answer = await subject.run(callOf(subject, c), c);
  if (answer.kind !== 'result') return { case: c, verdict: verdict(answer.kind, answer.message) };
  const layer = layerOf(c);
  const operands = operandsOf(c, layer);
  const theirs = ours(answer.value, c, operands, subject);
  return { case: c, verdict: checkAll(layer, operands, theirs, subject.traits), theirs };
}

/** A result in our layout; of gradients, each. */
function ours(value: unknown, c: Case, operands: Operands, { layout }: Subject): unknown {
  const rankOf = (name: string): number =>
    (operands as unknown as Record<string, Tensor>)[name]?.shape.length ?? operands.x.shape.length;
  if (!c.gradient) return toOurs('y', value, layout, rankOf('x'));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, toOurs(name, each, layout, rankOf(name))]),
  );
}
