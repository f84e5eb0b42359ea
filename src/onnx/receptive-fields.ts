// The receptive field of every value of a graph on its first image. Spec onnx-describe.

import { hull, pointField, throughField } from '../layer/field.ts';
import type { Field } from '../layer/layer.ts';
import type { Shape } from '../tensor.ts';
import type { Graph } from './graph.ts';
import type { Planned, PlannedNode } from './plan.ts';
import { lastShape } from './value.ts';

const spaceOf = (shape: Shape): Shape => shape.slice(2);

/** By the names of values; those of whose cells nothing is known here are left out. */
export function fieldsOf(graph: Graph, { nodes, known }: Planned): ReadonlyMap<string, Field> {
  const fields = new Map<string, Field>();
  const image = graph.inputs.find(({ name }) => (known.get(name)?.shape.length ?? 0) > 2);
  const shape = image && known.get(image.name)?.shape;
  if (image && shape) fields.set(image.name, pointField(lastShape(shape)));
  for (const each of nodes) {
    if (each.constants || each.plan === undefined) continue;
    const field = fieldOf(each, fields, known);
    if (field) for (const name of each.node.outputs) fields.set(name, field);
  }
  return fields;
}

function fieldOf(
  { node, plan }: PlannedNode,
  fields: ReadonlyMap<string, Field>,
  known: Planned['known'],
): Field | undefined {
  const sources = node.inputs.filter((name) => name !== '' && known.get(name)?.constant === undefined);
  const inner = sources.map((name) => fields.get(name));
  if (sources.length === 0 || inner.some((field) => field === undefined)) return undefined;
  const all = inner as Field[];
  const x = known.get(sources[0])?.shape ?? [];
  const y = plan?.outputs[0].shape ?? [];
  if (plan?.step && sources[0] === node.inputs[0]) return throughField(all[0], plan.step.layer.field(lastShape(x)));
  const isKept = sources.every((name) => alike(spaceOf(known.get(name)?.shape ?? []), spaceOf(y)));
  if (isKept && !plan?.moves && y.length === x.length) return hull(all, spaceOf(y));
  // What is flattened or averaged over all of space depends on all of it.
  if (plan?.flattens || (spaceOf(y).every((cells) => cells === 1) && /^Reduce|^Reshape|^Squeeze/.test(node.op)))
    return whole(all[0], spaceOf(x));
  return undefined;
}

/** Equal, or of one cell that stands for all. */
const alike = (from: Shape, to: Shape): boolean =>
  from.length === to.length && from.every((cells, i) => cells === to[i] || cells === 1);

/** All that any unit depends on. */
const whole = (field: Field, space: Shape): Field =>
  field.map(({ size, step, start }, i) => ({ size: size + ((space[i] ?? 1) - 1) * step, step: 0, start }));
