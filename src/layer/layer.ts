// The layer: a pure function of one tensor and its parameters, together with the rules about it.

import { show, wrongType } from '../errors.ts';
import type { Shape, Tensor } from '../tensor.ts';
import type { Program, Value } from './program.ts';

export type Attributes = Readonly<Record<string, unknown>>;
export type Children = Readonly<Record<string, Layer>>;

/** Parameters by name, nested as the children of a layer are. `Params<Shape>` holds their shapes. */
export interface Params<T> {
  readonly [name: string]: T | Params<T>;
}

/**
 * The receptive field on one spatial axis of the input: unit `p` of the output sees the cells from `start + p·step` to
 * `start + p·step + size − 1`. `step` is 0 where there is only one unit. Spec layer-field.
 */
export interface AxisField {
  readonly size: number;
  readonly step: number;
  readonly start: number;
}
export type Field = readonly AxisField[];

/** What reaches a child: the shape of its input, and the field of that input's units on the parent's input. */
export interface Input {
  readonly shape: Shape;
  readonly field: Field;
}

/** The gradients of a scalar with respect to a layer's input and its parameters. */
export interface Gradient {
  readonly x: Tensor;
  readonly params: Params<Tensor>;
}

/** With `needsX` false the gradient at the input is not asked for: it may be zeros. Spec layer-rules. */
export type Pull = (dy: Tensor, needsX?: boolean) => Gradient;

/** What `with` changes of a layer: attributes and children that it has. */
export interface Changes {
  readonly attributes?: Attributes;
  readonly children?: Children;
}

/** A pure function of one tensor and its parameters, with its rules. A net is a layer; so is a loss. Spec layer-rules. */
export interface Layer {
  readonly name: string;
  /** Complete (no defaults left out) and frozen. */
  readonly attributes: Attributes;
  /** `{}` for an operator. */
  readonly children: Children;
  /** The same constructor again, with some attributes or children changed. */
  with(changes: Changes): Layer;
  /** The shape of the output; the one place where shapes are checked. */
  shape(x: Shape): Shape;
  /** For a layer made of layers: what reaches each child. */
  inputs?(x: Shape): Readonly<Record<string, Input>>;
  /** The shapes of the parameters. */
  params(x: Shape): Params<Shape>;
  /** The receptive field of an output unit, one entry per spatial axis of the input. */
  field(x: Shape): Field;
  /** Multiply-adds of one forward pass: every tap counts, padding too; biases do not. */
  cost(x: Shape): number;
  forward(x: Tensor, p: Params<Tensor>): Tensor;
  /** The output, and the function from the gradient at the output to the gradients at the input and the parameters. */
  vjp(x: Tensor, p: Params<Tensor>): readonly [y: Tensor, pull: Pull];
  /** Appends itself to a compiled net; a layer without it is called back. Spec compile-bits. */
  emit?(program: Program, x: Value, p: Params<Tensor>): Value;
}

const methods = ['forward', 'vjp', 'shape', 'params', 'field', 'cost', 'with'] as const;

/** Refuses what lacks a member of a layer, at every public door. Spec layer-rules. */
export function checkLayer(who: string, value: unknown, what = 'layer'): asserts value is Layer {
  const layer = (value ?? {}) as Layer;
  const missing =
    methods.find((name) => typeof layer[name] !== 'function') ??
    (['attributes', 'children'] as const).find((name) => typeof layer[name] !== 'object' || layer[name] === null);
  if (missing === undefined) return;
  const lack = typeof value === 'object' && value !== null ? `, which has no '${missing}'` : '';
  throw wrongType('layer-rules', `${who}: ${what} must be a layer, got ${show(value)}${lack}`);
}
