// A graph made one layer, where it is series-parallel: a chain of nodes, and branches that meet in a sum, a product or a concatenation.
// Spec onnx-layer.
//
//   the value where branches part is the nearest one that every way from the input to them passes: their common dominator

import { SpecError, show } from '../errors.ts';
import { concat, sum } from '../layer/branches.ts';
import { chain } from '../layer/chain.ts';
import { identity } from '../layer/identity.ts';
import type { Layer, Params } from '../layer/layer.ts';
import { product } from '../layer/product.ts';
import type { Shape, Tensor } from '../tensor.ts';
import type { Graph } from './graph.ts';
import { appended, type Form, movesFirst, type Part } from './parts.ts';
import type { Planned, PlannedNode } from './plan.ts';
import { lastShape } from './value.ts';

const CLAUSE = 'onnx-layer';

/** `shape` is that of the input, channels last. */
export interface OnnxLayer {
  readonly layer: Layer;
  readonly params: Params<Tensor>;
  readonly shape: Shape;
}

const refuse = (what: string): never => {
  throw new SpecError(CLAUSE, `layer: ${what}`);
};

export function seriesParallel(graph: Graph, planned: Planned): OnnxLayer {
  if (graph.inputs.length !== 1 || graph.outputs.length !== 1)
    refuse(`a layer has one input and one output, the model ${graph.inputs.length} and ${graph.outputs.length}`);
  const [{ name: input, shape }] = graph.inputs;
  const known = planned.known.get(input);
  if (!known)
    throw new SpecError(
      'onnx-shape',
      `layer: the input ${show(input)} has shape [${shape?.join(', ') ?? '?'}]: give it as shapes: { … }`,
    );
  const builder = new Builder(planned, input);
  const kind = isMovedAtOnce(planned, input) ? 'last' : 'same';
  const [{ name: output }] = graph.outputs;
  const { parts, form } = builder.between(input, output, { kind, shape: known.shape });
  if (form.kind === 'groups' || form.kind === 'turns')
    refuse(`the output ${show(output)} has more axes than the layer that makes it`);
  const { layer, params } = sequence(parts);
  return { layer, params, shape: kind === 'last' ? known.shape : lastShape(known.shape) };
}

/** Whether the input is an image with its channels last, which every node that reads it moves first; of three axes nobody can tell. */
function isMovedAtOnce({ nodes }: Planned, input: string): boolean {
  const readers = nodes.filter(({ node }) => node.inputs.includes(input));
  return (
    readers.length > 0 &&
    readers.every(({ plan }) => plan?.moves !== undefined && plan.moves.length > 3 && movesFirst(plan.moves))
  );
}

/** Parts in a row: one by itself, or a chain under their names. */
function sequence(parts: readonly Part[]): { readonly layer: Layer; readonly params: Params<Tensor> } {
  return {
    layer: chain(Object.fromEntries(parts.map(({ name, layer }) => [name, layer]))),
    params: Object.fromEntries(parts.map(({ name, params }) => [name, params])),
  };
}

interface Run {
  readonly parts: readonly Part[];
  readonly form: Form;
}

class Builder {
  readonly #makers = new Map<string, PlannedNode>();
  /** How many steps below the input a value is, and the value above it in the tree of dominators. */
  readonly #above = new Map<string, { readonly depth: number; readonly name: string }>();
  readonly #used = new Set<string>();
  readonly #weights = new Map<string, string>();
  readonly #names = new Set<string>();
  readonly #planned: Planned;

  constructor(planned: Planned, input: string) {
    this.#planned = planned;
    this.#above.set(input, { depth: 0, name: input });
    for (const each of planned.nodes) {
      const sources = this.#sources(each).filter((name) => this.#above.has(name));
      if (sources.length > 0) {
        const name = sources.reduce((a, b) => this.#meeting(a, b));
        const depth = (this.#above.get(name)?.depth ?? 0) + 1;
        for (const output of each.node.outputs) this.#above.set(output, { depth, name });
      }
      for (const output of each.node.outputs) this.#makers.set(output, each);
    }
  }

  /** Inputs that an input of the model decides. */
  #sources({ node, constants }: PlannedNode): string[] {
    if (constants) return [];
    return node.inputs.filter((name) => name !== '' && this.#planned.known.get(name)?.constant === undefined);
  }

  /** The nearest value that all ways to both pass. */
  #meeting(a: string, b: string): string {
    let [x, y] = [a, b];
    while (x !== y) {
      const [p, q] = [this.#above.get(x), this.#above.get(y)];
      if (!p || !q) return refuse(`${show(p ? y : x)} does not depend on the input`);
      if (p.depth >= q.depth) x = p.name;
      else y = q.name;
    }
    return x;
  }

  /** What lies between two values, the first of which dominates the second. Nodes in a row are walked without recursion. */
  between(start: string, end: string, form: Form): Run {
    const row: PlannedNode[] = [];
    let at = end;
    while (at !== start) {
      const maker = this.#makers.get(at);
      if (maker === undefined) return refuse(`${show(at)} is made by no node that depends on the input`);
      this.#use(maker);
      row.push(maker);
      const sources = this.#sources(maker);
      if (sources.length === 0) return refuse(`${this.#of(maker)} does not depend on the input`);
      at = maker.plan?.merge && sources.length > 1 ? sources.reduce((a, b) => this.#meeting(a, b)) : sources[0];
      if (sources.length > 1 && !maker.plan?.merge)
        refuse(`${this.#of(maker)} joins ${sources.length} values, and is no sum, no product and no concatenation`);
    }
    row.reverse();
    const parts: Part[] = [];
    let [reached, from] = [form, start];
    for (const each of row) {
      const isMerge = each.plan?.merge && this.#sources(each).length > 1;
      reached = isMerge ? this.#merge(each, from, reached, parts) : this.#append(each, reached, parts);
      from = each.node.outputs[0];
    }
    return { parts, form: reached };
  }

  #of = ({ node }: PlannedNode): string => `node ${show(node.name)} (${show(node.op)})`;

  /** A node that two branches share would have to run in both. */
  #use(maker: PlannedNode): void {
    if (maker.problem) throw maker.problem;
    const { name } = maker.node;
    if (this.#used.has(name))
      refuse(`the graph is not series-parallel: ${this.#of(maker)} is read by branches that do not part there`);
    this.#used.add(name);
    maker.node.inputs.forEach((input, i) => {
      if (!maker.inputs[i]?.constant || !maker.plan?.step?.params) return;
      const other = this.#weights.get(input);
      if (other !== undefined && other !== name)
        refuse(`${this.#of(maker)} shares the weight ${show(input)} with node ${show(other)}`);
      this.#weights.set(input, name);
    });
  }

  #merge(maker: PlannedNode, from: string, before: Form, parts: Part[]): Form {
    const { node, plan } = maker;
    if (node.inputs.length !== this.#sources(maker).length)
      refuse(`${this.#of(maker)} joins constants with what depends on the input`);
    const branches = node.inputs.map((input) => this.between(from, input, before));
    const [{ form }] = branches;
    if (branches.some(({ form: { kind } }) => kind !== form.kind || kind !== 'same'))
      refuse(`${this.#of(maker)} joins values whose elements are in several orders`);
    const layers = branches.map((branch) =>
      branch.parts.length === 0 ? { layer: identity(), params: {} } : sequence(branch.parts),
    );
    const make = { sum, product, concat }[plan?.merge ?? 'concat'];
    parts.push({
      name: this.#named(node.name, node.op),
      layer: make(layers.map(({ layer }) => layer)),
      params: Object.fromEntries(layers.map(({ params }, i) => [i, params])),
    });
    return { ...form, shape: plan?.outputs[0].shape ?? [] };
  }

  #append(maker: PlannedNode, before: Form, parts: Part[]): Form {
    const { form, more, changed } = appended(maker, parts, before) ?? refuse(`${this.#of(maker)} has no layer`);
    if (changed) parts[changed.at] = { name: parts[changed.at].name, ...changed.part };
    if (more) parts.push({ name: this.#named(maker.node.name, maker.node.op), ...more });
    return form;
  }

  /** A name that a child may have: the node's own, if it can be. */
  #named(name: string, op: string): string {
    const clean = name.replace(/^\/+/, '').replace(/[./]/g, '_');
    const first = clean === '' || /^\d+$/.test(clean) ? op : clean;
    let own = first;
    for (let i = 2; this.#names.has(own); i++) own = `${first}_${i}`;
    this.#names.add(own);
    return own;
  }
}
