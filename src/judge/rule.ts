// What a rule of an operator sees of a node: its inputs as enclosures, and ways to compute from them. Spec enclosure-rule.

import { once } from '../onnx/call.ts';
import { isFloat } from '../onnx/element-types.ts';
import type { PlannedNode } from '../onnx/plan.ts';
import type { Message } from '../onnx/schema.ts';
import { type Order, Value } from '../onnx/value.ts';
import { sizeOf } from '../tensor.ts';
import { type Declared, type Enclosure, passedOn, type Rounding, roundingOf, sound } from './enclosure.ts';

/** The outputs of a node, from its inputs; undefined where nothing is proved. */
export type Rule = (node: Node) => readonly Enclosure[] | undefined;

/** How many elements each number of an output is made of. */
export type Change = (values: Float64Array, i: number) => Float64Array;

export class Node {
  readonly planned: PlannedNode;
  readonly inputs: readonly (Enclosure | undefined)[];
  readonly declared: Declared;
  readonly rounding: Rounding;
  #center: readonly Value[] | undefined;
  #order: Order | undefined;

  constructor(planned: PlannedNode, inputs: readonly (Enclosure | undefined)[], declared: Declared) {
    this.planned = planned;
    this.inputs = inputs;
    this.declared = declared;
    this.rounding = roundingOf(declared);
  }

  at(i: number): Enclosure {
    return this.inputs[i] as Enclosure;
  }

  has(i: number): boolean {
    return this.inputs[i] !== undefined;
  }

  /** Whether every input is a known number. */
  get isExact(): boolean {
    return this.inputs.every((each) => each?.radius === undefined);
  }

  /** Terms of unseen sums before this node. */
  get terms(): number {
    return this.inputs.reduce((all, each) => all + (each?.terms ?? 0), 0);
  }

  /** The node itself in float64 on changed floating-point inputs. */
  run(change: Change): Float64Array[] {
    return this.values(change).map((value) => value.in(this.order) as Float64Array);
  }

  values(change?: Change): readonly Value[] {
    const given = once((i) => {
      const { value } = this.at(i);
      if (change === undefined || !isFloat(value.type)) return value;
      return value.with(change(value.in(value.order) as Float64Array, i));
    });
    return (this.planned.plan as NonNullable<PlannedNode['plan']>).run(given);
  }

  /** The node on another first input. */
  runOn(x: Value): readonly Value[] {
    return (this.planned.plan as NonNullable<PlannedNode['plan']>).run(once((i) => (i === 0 ? x : this.at(i).value)));
  }

  /** The outputs in float64. */
  get center(): readonly Value[] {
    this.#center ??= this.values();
    return this.#center;
  }

  /** In which the first output lies; all arrays of a rule lie so. */
  get order(): Order {
    this.#order ??= this.center[0].order;
    return this.#order;
  }

  get y(): Float64Array {
    return this.center[0].in(this.order) as Float64Array;
  }

  /** The radius of an input beside its values, in their order; zeros where it is known. */
  radius(i: number): Float64Array {
    const { value, radius } = this.at(i);
    return radius ? (radius.in(value.order) as Float64Array) : new Float64Array(sizeOf(value.shape));
  }

  /** The node on the radii: of what only moves elements, or adds them with factors ≥ 0. */
  spread(): Float64Array[] {
    return this.run((_, i) => this.radius(i));
  }

  /** The node on |x| + r. */
  reach(): Float64Array[] {
    return this.run((x, i) => {
      const r = this.radius(i);
      return x.map((v, k) => Math.abs(v) + r[k]);
    });
  }

  /** The first output with these radii, rounded up; none where all are 0. */
  within(radius: (i: number) => number, more: Partial<Enclosure> = {}): readonly Enclosure[] {
    const r = this.y.map((_, i) => sound(radius(i)));
    const [value] = this.center;
    const isKnown = r.every((each) => each === 0);
    return [{ value, ...(!isKnown && { radius: new Value(value.type, value.shape, r, this.order) }), ...more }];
  }

  /** The radius of something that is passed on: r, and what a subnormal loses. */
  passed(r: number, v: number): number {
    return r + passedOn(v, this.declared);
  }

  attribute(name: string): Message<'Attribute'> | undefined {
    return this.planned.node.attributes.get(name);
  }

  float(name: string, otherwise: number): number {
    return this.attribute(name)?.f ?? otherwise;
  }
}
