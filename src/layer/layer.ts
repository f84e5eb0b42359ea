// The layer, a pure function of one tensor and its parameters together with the rules about it; and the program of a
// compiled net, to which a layer adds its steps.

import type { Data, Shape, Tensor } from '../tensor.ts';
import type { ConvGeometry, PoolGeometry } from '../window.ts';
import type { ConvStep, LrnStep, NormStep, PointwiseStep, Value } from './step.ts';

export type Attributes = Readonly<Record<string, unknown>>;
export type Children = Readonly<Record<string, Layer>>;

/** The deepest nesting of layers: each level needs some of the host's stack. Spec layer-children. */
export const MOST_NESTED = 1000;

/** Parameters by name, nested as the children of a layer are. `Params<Shape>` holds their shapes. */
export interface Params<T> {
  readonly [name: string]: T | Params<T>;
}

/**
 * The receptive field on one spatial axis of the input: unit `p` of the output depends on the cells from `start +
 * p·step` to `start + p·step + size − 1`, and `step` is 0 where all units depend on the same cells. After transposed
 * layers the fields of the units differ: no unit depends on a cell before `start + p·step`, nor on more than `size`
 * cells from its first to its last, and for some unit each is exact; `fieldAt` gives the cells of one unit. Spec
 * layer-field.
 */
export interface AxisField {
  readonly size: number;
  readonly step: number;
  readonly start: number;
}
export type Field = readonly AxisField[];

/** The input of a child: its shape, and the receptive field of its units on the input of the parent. */
export interface Input {
  readonly shape: Shape;
  readonly field: Field;
}

/** The gradients of a scalar with respect to a layer's input and its parameters. */
export interface Gradient {
  readonly x: Tensor;
  readonly params: Params<Tensor>;
}

/** With `needsX` false the gradient at the input is not needed: it may be zeros. Spec layer-rules. */
export type Pull = (dy: Tensor, needsX?: boolean) => Gradient;

/** What `with` can change in a layer: attributes and children that it has. */
export interface Changes {
  readonly attributes?: Attributes;
  readonly children?: Children;
}

/** How weights are drawn. Spec init-weights. */
export type Scheme = 'he' | 'glorot';

/** Writes the first value of a parameter. */
export type FirstValue = (data: Data, seed: number, scheme: Scheme) => void;

/** What an operator declares of one parameter. Spec layer-parameters. */
export interface Parameter {
  readonly shape: Shape;
  readonly first: FirstValue;
  /** False for the given statistics of a norm; the default is true. */
  readonly trained?: boolean;
  /** The axis that runs over the channels of x, if there is one. */
  readonly channelAxis?: number;
  /** The attribute that is false for a layer without it. */
  readonly attribute?: string;
}

/**
 * How the layers of a layer are arranged: one after the other, in parallel with their outputs added, multiplied or joined, or the first
 * used inside the second.
 */
export type Arrangement = 'sequence' | 'sum' | 'product' | 'concat' | 'shared';

/** The mean and the biased variance of each channel. */
export interface Statistics {
  readonly mean: Data;
  readonly variance: Data;
}

/**
 * What an operator says about its part in training, in files and in pictures, so that no code depends on its name. A
 * layer omits the roles that it does not have. Spec layer-roles.
 */
export interface Roles {
  /** Draws random numbers: the layer with another seed, and the layer that replaces it after training. */
  readonly random?: { reseeded(seed: number): Layer; readonly after: Layer };
  /** Computes statistics of the batch: those of an input, and the layer that takes them as parameters instead. */
  readonly batchStatistics?: { of(x: Tensor): Statistics; readonly given: Layer };
  /** Is `(x − mean)·weight / √(variance + epsilon) + bias` with these four parameters. */
  readonly givenStatistics?: { readonly epsilon: number };
  /** Is `Σ weight·x + bias`: the channel of y to which element i of a weight of this shape contributes. */
  readonly linear?: { outputChannel(weight: Shape, i: number): number };
  /** Is a loss with the number of the right class for each row of logits; −1 where the row does not count. */
  readonly labels?: ArrayLike<number>;
  /** Makes one axis out of space and channels, in row-major order. */
  readonly flattens?: boolean;
  /** Its outputs are the activations of hidden units. */
  readonly activates?: boolean;
  /** Its weight is `[height, width, channels, filters]` and can be shown as pictures. */
  readonly pictured?: boolean;
}

/** A pure function of one tensor and its parameters, with its rules. A net is a layer; so is a loss. Spec layer-rules. */
export interface Layer {
  readonly name: string;
  /** Complete (including all defaults), and a deeply frozen copy, so that the layer cannot be changed. */
  readonly attributes: Attributes;
  /** `{}` for an operator. */
  readonly children: Children;
  /** The same constructor again, with some attributes or children changed. */
  with(changes: Changes): Layer;
  /** The shape of the output; the one place where shapes are checked. */
  shape(x: Shape): Shape;
  /** For a layer made of layers: the input of each child. */
  inputs?(x: Shape): Readonly<Record<string, Input>>;
  /** The shapes of the parameters. */
  params(x: Shape): Params<Shape>;
  /** Of an operator: the declaration of each parameter. */
  parameters?(x: Shape): Readonly<Record<string, Parameter>>;
  /** Of a windowed operator: the numbers of its windows. Spec layer-geometry. */
  geometry?(x: Shape): ConvGeometry | PoolGeometry;
  /** Of a layer made of layers. */
  readonly arrangement?: Arrangement;
  readonly roles?: Roles;
  /** The receptive field of an output unit, one entry per spatial axis of the input. */
  field(x: Shape): Field;
  /** Multiply-adds of one forward pass: every tap counts, also those over padding; biases do not. */
  cost(x: Shape): number;
  forward(x: Tensor, p: Params<Tensor>): Tensor;
  /**
   * The output, and the function from the gradient at the output to the gradients at the input and the parameters. That
   * function reads x, y and the parameters again: they must not be changed before it is called. If they were
   * transferred or shrunk, they are refused. Spec layer-gradient.
   */
  vjp(x: Tensor, p: Params<Tensor>): readonly [y: Tensor, pull: Pull];
  /** Adds its steps to a compiled net; a layer without this member is called through `forward`. Spec compile-bits. */
  emit?(program: Program, x: Value, p: Params<Tensor>): Value;
}

/**
 * What a layer may add to a compiled net; every member returns the value of its result, whose `shape` is given where
 * it is not that of x. The bits are those of the layer's `forward`. Spec compile-bits.
 */
export interface Program {
  /** Any layer: its own steps, or otherwise a call of its `forward`. */
  layer(layer: Layer, x: Value, p: Params<Tensor>): Value;
  /** A call of `forward`, with x copied from the memory of the kernels and y back to it. */
  call(layer: Layer, x: Value, p: Params<Tensor>): Value;
  /** `undefined` where the kernels would not give the bits: ∞ or NaN in a weight that meets padding. */
  conv(x: Value, shape: Shape, step: ConvStep): Value | undefined;
  /** The input gradient of the convolution, plus the bias. */
  convTranspose(x: Value, shape: Shape, step: ConvStep): Value | undefined;
  maxPool(x: Value, shape: Shape, geometry: PoolGeometry): Value;
  avgPool(x: Value, shape: Shape, geometry: PoolGeometry, countPadding: boolean): Value;
  norm(x: Value, step: NormStep): Value;
  relu(x: Value): Value;
  lrn(x: Value, step: LrnStep): Value;
  pointwise(x: Value, step: PointwiseStep): Value | undefined;
  /** ((first + second) + third) … */
  sum(parts: readonly Value[]): Value;
  /** ((first · second) · third) …, where an axis of one cell or channel is repeated; `loops` computes it without kernels. */
  product(parts: readonly Value[], shape: Shape, loops: (parts: readonly Tensor[]) => Tensor): Value | undefined;
  /** The parts joined on the channel axis. */
  concat(parts: readonly Value[], shape: Shape): Value;
  /** The same numbers in another shape. */
  reshape(x: Value, shape: Shape): Value;
}
