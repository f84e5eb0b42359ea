// The walk over the nodes of a model, each judged on the engine's own inputs of it. Spec judge-node, judge-piece.

import { show } from '../errors.ts';
import { isFloat } from '../onnx/element-types.ts';
import type { Planned, PlannedNode } from '../onnx/plan.ts';
import { type Kind, Value } from '../onnx/value.ts';
import type { Tensor } from '../tensor.ts';
import { type Declared, declaredIn, type Enclosure } from './enclosure.ts';
import { Explanations } from './explanation.ts';
import type { JudgedNode } from './judged-node.ts';
import type { Judgement } from './judgement.ts';
import { findingOf } from './node-finding.ts';
import { enclosed } from './rules-by-operator.ts';
import { type TensorVerdict, verdictOn } from './verdict.ts';

/** What is known of a tensor, or why nothing is. */
type Carried = Enclosure | { readonly unknown: string };

/** Called before each node, and at the end. */
type OnProgress = (progress: { readonly done: number; readonly of: number; readonly node: string }) => void;

const order = ['pass', 'suspect', 'cannot tell', 'fail'];

const isWorse = (a: TensorVerdict, b: TensorVerdict): boolean =>
  order.indexOf(a.kind) > order.indexOf(b.kind) || (a.kind === b.kind && a.row.margin > b.row.margin);

/** Why a rule gives nothing. */
function unproved(
  { op, name, inputs: names }: PlannedNode['node'],
  inputs: readonly (Enclosure | undefined)[],
): string {
  const odd = inputs.findIndex((each) => each?.value.in(each.value.order).some((value) => !Number.isFinite(value)));
  const of = `of ${op} in node ${show(name)} nothing is proved`;
  return odd < 0 ? `${of} here` : `${of} where ${show(names[odd])} holds NaN or ∞`;
}

/** Judges every node of a plan that the engine's tensors say something of. */
export class Walk {
  readonly #planned: Planned;
  readonly #seen: ReadonlyMap<string, Tensor>;
  readonly #declared: Declared;
  readonly #onProgress: OnProgress | undefined;
  readonly #carried = new Map<string, Carried>();
  readonly #explanations = new Explanations();
  /** Nodes between known tensors that a carried value comes from. */
  readonly #through = new Map<string, ReadonlySet<string>>();

  constructor(
    planned: Planned,
    seen: ReadonlyMap<string, Tensor>,
    declared: Declared,
    onProgress: OnProgress | undefined,
  ) {
    this.#planned = planned;
    this.#seen = seen;
    this.#declared = declared;
    this.#onProgress = onProgress;
  }

  result(): Pick<Judgement, 'nodes' | 'first'> {
    const nodes = this.#planned.nodes.filter(({ constants }) => constants === undefined);
    const needed = this.#needed(nodes);
    const last = new Map<string, number>();
    nodes.forEach(({ node }, at) => {
      if (needed.has(node.name)) for (const name of node.inputs) last.set(name, at);
    });
    const judged: JudgedNode[] = [];
    let first: Judgement['first'];
    nodes.forEach((planned, at) => {
      const { node } = planned;
      this.#onProgress?.({ done: at, of: nodes.length, node: node.name });
      if (!needed.has(node.name)) judged.push(this.#row(planned, 'not seen'));
      else {
        const row = this.#judged(planned);
        judged.push(row.node);
        if (row.finding && first === undefined) first = row.finding();
      }
      for (const name of node.inputs) if ((last.get(name) ?? -1) <= at) this.#carried.delete(name);
    });
    this.#onProgress?.({ done: nodes.length, of: nodes.length, node: '' });
    return { nodes: judged, ...(first && { first }) };
  }

  /** Those with a known output, and those that such an output is made of. */
  #needed(nodes: readonly PlannedNode[]): ReadonlySet<string> {
    const open = new Set<string>();
    const needed = new Set<string>();
    for (const { node } of [...nodes].reverse()) {
      if (!node.outputs.some((name) => this.#seen.has(name) || open.has(name))) continue;
      needed.add(node.name);
      for (const name of node.inputs) if (!this.#seen.has(name)) open.add(name);
    }
    return needed;
  }

  #firstSeen = ({ outputs }: PlannedNode['node']): number =>
    Math.max(
      outputs.findIndex((each) => this.#seen.has(each)),
      0,
    );

  #row(
    { node, plan }: PlannedNode,
    verdict: JudgedNode['verdict'],
    { k = this.#firstSeen(node), message }: { readonly k?: number; readonly message?: string } = {},
  ): JudgedNode {
    const name = node.outputs[k];
    const shape = plan?.outputs[k]?.shape;
    return {
      name: node.name,
      op: node.domain === '' ? node.op : `${node.domain}.${node.op}`,
      tensor: name,
      ...(shape && { shape }),
      verdict,
      ...(message !== undefined && { message }),
      margin: 0,
      wrong: 0,
      elements: 0,
    };
  }

  /** What is known of an input of a node. */
  #input(planned: PlannedNode, i: number): Carried | undefined {
    const name = planned.node.inputs[i];
    if (name === '') return undefined;
    const constant = planned.inputs[i]?.constant;
    if (constant) return { value: constant().widened(true) };
    const carried = this.#carried.get(name);
    if (carried) return carried;
    const seen = this.#seen.get(name);
    if (seen === undefined) return { unknown: `${show(name)} is not among the activations` };
    const own = enclosureOf(seen, this.#planned.known.get(name) as Kind);
    this.#carried.set(name, own);
    return own;
  }

  #judged(planned: PlannedNode): { readonly node: JudgedNode; readonly finding?: () => Judgement['first'] } {
    const { node, problem } = planned;
    const inputs = node.inputs.map((_, i) => this.#input(planned, i));
    const gap = inputs.find((each) => each !== undefined && 'unknown' in each) as { unknown: string } | undefined;
    const through = new Set(node.inputs.flatMap((name) => [...(this.#through.get(name) ?? [])]));
    const theirs = node.outputs.map((name) => this.#seen.get(name));
    const isSeen = theirs.some((tensor) => tensor !== undefined);
    const declared = declaredIn(planned.plan?.outputs[0].type, this.#declared);
    const outputs =
      gap || problem ? undefined : enclosed(planned, inputs as (Enclosure | undefined)[], declared, isSeen);
    const why =
      gap?.unknown ?? problem?.message ?? (outputs ? '' : unproved(node, inputs as (Enclosure | undefined)[]));
    node.outputs.forEach((name, k) => {
      if (name === '' || this.#seen.has(name)) return;
      this.#carried.set(name, outputs?.[k] ?? { unknown: why });
      this.#through.set(name, new Set([...through, node.name]));
    });
    if (!isSeen) return { node: this.#row(planned, 'not seen') };
    // Every output that is there; the row tells the worst of them.
    const verdicts = theirs.flatMap((tensor, k) => {
      const own = outputs?.[k];
      return own && tensor ? [{ k, tensor, verdict: verdictOn(own, tensor, declared, through.size > 0) }] : [];
    });
    if (verdicts.length === 0)
      return { node: this.#row(planned, gap ? 'cannot tell' : 'not judged', { message: why }) };
    const { k, tensor, verdict } = verdicts.reduce((a, b) => (isWorse(b.verdict, a.verdict) ? b : a));
    const row = {
      ...this.#row(planned, verdict.kind, { k }),
      ...verdict.row,
      ...(through.size > 0 && { through: [...through] }),
    };
    if (verdict.kind !== 'fail') return { node: row };
    const failure = {
      planned,
      inputs: inputs as (Enclosure | undefined)[],
      theirs: tensor,
      k,
      declared,
      isPiece: through.size > 0,
    };
    const explanation = this.#explanations.of(failure);
    const explained = { ...row, ...(explanation && { explanation }) };
    return { node: explained, finding: () => findingOf(explained, failure, verdict) };
  }
}

/** Numbers that an engine gave. */
function enclosureOf({ shape, data }: Tensor, { type }: Kind): Enclosure {
  return {
    value: new Value(isFloat(type) || !/^float|^bfloat/.test(type) ? type : 'float32', shape, new Float64Array(data)),
  };
}
