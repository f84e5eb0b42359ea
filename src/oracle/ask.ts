// Asks an engine one case: the call in its dialect and layout, its answer in ours, the verdict.

import type { Shape, Tensor } from '../tensor.ts';
import type { Bound } from './bound.ts';
import { type Case, layerOf, operandsOf } from './cases.ts';
import { attributesIn } from './dialect-attributes.ts';
import { boundIn, operandsIn, outputIn } from './dialect-results.ts';
import type { Call, Subject } from './engine.ts';
import { expected } from './forms.ts';
import { toOurs, toTheirs } from './layout.ts';
import { operatorOf, type Part } from './operators.ts';
import { checkParts } from './parts.ts';
import { type Verdict, verdict } from './verdict.ts';

/** A case, what the engine gave for it (in our layout, if it gave anything), and the verdict. */
export interface Outcome {
  readonly case: Case;
  readonly verdict: Verdict;
  readonly theirs?: unknown;
  /** The case to ask before it, where that matters. Spec oracle-history. */
  readonly after?: Case;
}

/** The channels of a depthwise weight. */
export const channelsOf = (c: Case): number | undefined =>
  operatorOf(c.op).family === 'depthwise' ? c.groups : undefined;

/** The question as the engine gets it, in its dialect and layout. */
export function callOf({ dialect = 'toeplitz', layout }: Pick<Subject, 'dialect' | 'layout'>, c: Case): Call {
  const operands = Object.entries(operandsOf(c, layerOf(c))) as [string, Tensor][];
  const tensors = operands.map(([name, tensor]) => [name, toTheirs(name, tensor, layout, channelsOf(c))]);
  return { op: c.op, attributes: attributesIn(dialect, c, layout), ...Object.fromEntries(tensors) } as unknown as Call;
}

/** What the engine is to give by its dialect: each output, its shape in our layout and its bound. */
export function partsOf(
  { dialect = 'toeplitz', traits }: Pick<Subject, 'dialect' | 'traits'>,
  c: Case,
): [Part, { shape: Shape; bound: Bound }][] {
  const layer = layerOf(c);
  const operands = operandsIn(dialect, c, operandsOf(c, layer));
  const x = operands.x.shape;
  const shapes = { y: layer.shape(x), x, ...layer.params(x) } as Record<Part, Shape>;
  const bounds = expected(layer, operands, traits);
  const wider = outputIn(dialect, c);
  if (wider) return [['y', { shape: wider, bound: boundIn(dialect, c, shapes.y, wider, bounds.y!) }]];
  return (Object.entries(bounds) as [Part, Bound][]).map(([part, bound]) => [part, { shape: shapes[part], bound }]);
}

export async function ask(subject: Subject, c: Case): Promise<Outcome> {
  const answer = await subject.run(callOf(subject, c), c);
  if (answer.kind !== 'result') return { case: c, verdict: verdict(answer.kind, answer.message) };
  const theirs = ours(answer.value, c, subject);
  return { case: c, verdict: checkParts(partsOf(subject, c), theirs), theirs };
}

/** A result in our layout; of gradients, each. */
function ours(value: unknown, c: Case, { layout }: Subject): unknown {
  const rank = c.space.length + 2;
  if (!c.gradient) return toOurs('y', value, layout, rank);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, toOurs(name, each, layout, rank, channelsOf(c))]),
  );
}
