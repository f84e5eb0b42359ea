// Runs a planned graph, node by node. Spec onnx-run.

import { locatedError, SpecError, show } from '../errors.ts';
import { type Known, once } from './call.ts';
import { isUnmade, type Planned, type PlannedNode } from './plan.ts';
import type { Value } from './value.ts';

const notMade = ({ node }: PlannedNode, k: number): SpecError =>
  new SpecError(
    'onnx-operator',
    `at ${node.name}: output ${k} of ${node.op}, ${show(node.outputs[k])}, is not computed`,
  );

/** The nodes that the wanted values depend on, in order. */
function needed({ nodes, known }: Planned, wanted: ReadonlySet<string>): PlannedNode[] {
  const open = new Set(wanted);
  const list: PlannedNode[] = [];
  let first: SpecError | undefined;
  for (const each of [...nodes].reverse()) {
    const { node, problem } = each;
    if (!node.outputs.some((name) => open.has(name))) continue;
    const unmade = node.outputs.findIndex((name, k) => open.has(name) && isUnmade(each, k));
    first = problem ?? (unmade < 0 ? first : notMade(each, unmade));
    list.push(each);
    if (each.constants) continue;
    for (const name of node.inputs) if (known.get(name)?.constant === undefined) open.add(name);
  }
  if (first) throw first; // the others follow from it
  return list.reverse();
}

/** The wanted values; others are dropped after their last reader has run. */
export function execute(
  planned: Planned,
  inputs: ReadonlyMap<string, Value>,
  wanted: ReadonlySet<string>,
  wide: boolean,
  onProgress?: (progress: { readonly done: number; readonly of: number; readonly node: string }) => void,
): Map<string, Value> {
  const list = needed(planned, wanted);
  const values = new Map(inputs);
  const last = new Map<string, number>();
  list.forEach(({ node }, at) => {
    for (const name of node.inputs) last.set(name, at);
  });
  const lookUp = (name: string, known: Known | undefined): Value => {
    const value = known?.constant?.().widened(wide) ?? values.get(name);
    if (value === undefined) throw new SpecError('onnx-run', `run: ${show(name)} is not there`);
    return value;
  };
  list.forEach(({ node, inputs: known, plan, constants }, at) => {
    if (!plan) return;
    onProgress?.({ done: at, of: list.length, node: node.name });
    try {
      if (!constants || node.outputs.some((name) => wanted.has(name))) {
        const results = plan.run(once((i) => lookUp(node.inputs[i], known[i])));
        node.outputs.forEach((name, k) => {
          if (name !== '' && k < results.length) values.set(name, results[k].widened(wide));
        });
      }
    } catch (error) {
      throw locatedError(node.name, error);
    }
    for (const name of node.inputs) if (last.get(name) === at && !wanted.has(name)) values.delete(name);
  });
  return new Map([...wanted].map((name) => [name, lookUp(name, planned.known.get(name))]));
}
