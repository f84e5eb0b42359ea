// A family: everything that the oracle knows about operators of one kind. A new family is a new file in families/ and a line
// in families/list.ts; whatever it lacks, test/oracle/families names.

import type { Attributes, Layer } from '../layer/layer.ts';
import type { Random } from '../random.ts';
import type { Shape } from '../tensor.ts';
import type { ConvGeometry } from '../window.ts';
import type { Bound, Profile } from './bounds/bound.ts';
import type { Case, Drawn, Operands, Part } from './case.ts';
import type { Dialect, DialectName, Layout } from './dialect.ts';
import type { Mistake, Prediction, Setting } from './mistake.ts';
import type { Fill } from './values.ts';
import type { Fact, Quantity } from './where/property.ts';

/** How an operator of a family is made. */
export interface Operator {
  readonly make: (attributes: never) => Layer;
  /** Whether a report names it even if it is not offered. */
  readonly isBasic?: boolean;
  /** The attributes and parameters of its call in a few words, for `toeplitz check --help`. */
  readonly inCall?: string;
}

/** Where cases are drawn from. */
export interface Ranges<C extends Case> {
  /** Which of the family's values: one of them is drawn. */
  readonly values: readonly string[];
  draw(draw: Random): Drawn<C>;
}

/** An axis that may be made large, and how large. */
export interface LargeAxis<C extends Case> {
  readonly values: readonly number[];
  set(c: C, value: number): C;
}

/** Which declared layout a tensor has; or none, where all engines agree. */
export type LayoutKey = keyof Layout | 'none';

/** The decision that a dialect has no words for an operator. */
export const absent = 'absent';

/** What a dialect says of one operator. */
export interface Words<C extends Case> {
  /** The attributes as an engine of that dialect gets them, none left to guess. Spec dialect-attributes. */
  attributes(c: C, layout: Required<Layout>): Attributes;
  /** Whether its padding may be numbers, where the operator has any. */
  readonly padding: 'numbers' | 'words';
  /** The shapes of tensors that the dialect has in other ones than we, with the same elements in the same order. */
  shapes?(c: C, layout: Required<Layout>): Readonly<Record<string, Shape>>;
}

/** An output: its shape in our layout, and what it may be. */
export interface Expected {
  readonly shape: Shape;
  readonly bound: Bound;
}

/** What the output is made of, where it is sums of products or maxima of cells of x. Spec oracle-instead. */
export interface Structure {
  readonly kind: 'sum' | 'maximum';
  /** The parameter in which the products are linear too, and the one that is added. */
  readonly weight?: string;
  readonly bias?: string;
  /** The tensor that the windows of the geometry read, where that is not x. */
  readonly over?: 'x' | 'y';
}

/** What may be said of a case beside its attributes and shapes. Spec oracle-where. */
export interface OwnProperties {
  readonly numbers: readonly Quantity[];
  readonly facts: readonly Fact[];
}

export interface Family<C extends Case = Case, S extends Setting = Setting> {
  /** Where it stands in lists and reports; each family has a number of its own. */
  readonly place: number;
  readonly operators: Readonly<Record<string, Operator>>;

  // The case
  /** The tensors by name (y as well), and whose layout each has. */
  readonly tensors: Readonly<Record<string, LayoutKey>>;
  /** The ways to fill the tensors, by the names that a case id has for them. */
  readonly values: Readonly<Record<string, Fill>>;
  /** The attributes of the layer. */
  attributes(c: C): object;
  /** The attributes that are tensors, which an engine gets beside x, and the shape of each. Spec oracle-engine. */
  readonly attached: Readonly<Record<string, (x: Shape) => Shape>>;
  /** The shape of x. */
  input(c: C): Shape;
  /** Whether the spec settles what a possible case gives. Cases that are a matter of convention are not drawn. */
  isSettled(c: C): boolean;
  /** The case of a layer and its tensors. */
  caseOf(layer: Layer, operands: Operands): Drawn<C>;
  /** The part of a case id between the operator and the values, written and read; undefined for any other text. */
  write(c: C): string;
  read(op: string, text: string): Omit<Drawn<C>, 'values'> | undefined;

  /** The numbers of its windows, where an operator has any; groups and channels as the family counts them. */
  geometry(layer: Layer, x: Shape): ConvGeometry | undefined;

  /** What its cases may have in common that attributes and shapes do not say: how far a window over channels reaches. */
  properties(layer: Layer, x: Shape): OwnProperties;

  /** What an engine's own matrix can be read of; undefined where there is no such matrix. */
  structure(op: string): Structure | undefined;
  /**
   * Whether the roundings of its sums say how precise an engine's arithmetic is: many sums that share no terms. Those of
   * averages over windows that overlap are not independent. Spec oracle-bits.
   */
  readonly showsPrecision: boolean;

  // The campaign
  /** The layers that networks are made of, asked first. Spec oracle-cases. */
  everyday(op: string, gradient: boolean): readonly Drawn<C>[];
  /** Asked after these: what drawn numbers hold too seldom, NaN beside zeros and equal maxima. Spec oracle-cases. */
  traps(op: string, gradient: boolean): readonly Drawn<C>[];
  /** Where the others are drawn from, in turn. Spec oracle-cases. */
  ranges(op: string, gradient: boolean): readonly Ranges<C>[];
  /** Where a case is drawn from whose axis is made large, and these axes. Spec oracle-sizes. */
  small(op: string, gradient: boolean): Ranges<C>;
  large(op: string): readonly LargeAxis<C>[];
  /** What a mixture of two cases takes from one or the other. Spec oracle-skips. */
  readonly traits: readonly string[];
  /** Smaller cases, boldest first. Spec oracle-reduce. */
  smaller(c: C): Iterable<C>;
  /** How much there is to reduce. */
  work(c: C): number;
  /** Cases with one attribute changed and tensors of the same shapes: what is kept by shapes alone is wrong for them. */
  variants(c: C): Iterable<C>;
  /** Cases near one that the spec allows that it forbids, and near such a one a case that it allows. Spec oracle-reject. */
  refusals(c: C): Iterable<C>;
  repaired(c: C): C;

  // What is right
  /** The outputs of a call and what each may be: y, or the gradients. Spec oracle-bound. */
  bounds(layer: Layer, operands: Operands, profile: Profile): Readonly<Record<Part, Bound>>;

  // The dialects
  /** What every dialect says of every operator. */
  readonly dialects: Readonly<Record<DialectName, Readonly<Record<string, Words<C> | typeof absent>>>>;
  /** Layouts that an engine may mean when it declares another. Spec oracle-layout. */
  readonly layouts: readonly Layout[];
  /** The nearest case that a dialect can say. Spec dialect-cases. */
  nearest(dialect: Dialect, c: C, name: DialectName): C;
  /** Whether a dialect promises that a NaN reaches the output. */
  keepsNaN(dialect: Dialect): boolean;
  /** The operands as a dialect reads them, an output by its rules, and a prediction by them. Spec dialect-results. */
  operandsIn(dialect: Dialect, operands: Operands): Operands;
  outputIn(dialect: Dialect, c: C, ours: Expected): Expected;
  predictionIn(dialect: Dialect, c: C, ours: Prediction): Prediction;

  // The mistakes
  /** The mistakes that may be made. Of two that explain the same, the first has the better name. Spec oracle-mistakes. */
  readonly mistakes: readonly Mistake<C, S>[];
  /** A case taken apart. */
  setting(dialect: DialectName, c: C, layer: Layer, operands: Operands): S;
  /** The setting of another case with the operands of this one. */
  answering(s: S, instead: C, layer: Layer): S;
}

/** Every member that a family must have, and its type. */
const members: Readonly<Record<keyof Family, 'number' | 'object' | 'function' | 'boolean'>> = {
  place: 'number',
  operators: 'object',
  tensors: 'object',
  values: 'object',
  attributes: 'function',
  attached: 'object',
  input: 'function',
  isSettled: 'function',
  caseOf: 'function',
  write: 'function',
  read: 'function',
  geometry: 'function',
  properties: 'function',
  structure: 'function',
  showsPrecision: 'boolean',
  everyday: 'function',
  traps: 'function',
  ranges: 'function',
  small: 'function',
  large: 'function',
  traits: 'object',
  smaller: 'function',
  work: 'function',
  variants: 'function',
  refusals: 'function',
  repaired: 'function',
  bounds: 'function',
  dialects: 'object',
  layouts: 'object',
  nearest: 'function',
  keepsNaN: 'function',
  operandsIn: 'function',
  outputIn: 'function',
  predictionIn: 'function',
  mistakes: 'object',
  setting: 'function',
  answering: 'function',
};

/** What a family lacks, by name: members, and decisions of a dialect about an operator. */
export function lackingIn(family: Partial<Family>, dialects: readonly DialectName[]): string[] {
  const given = family as Readonly<Record<string, unknown>>;
  const missing = Object.entries(members).flatMap(([member, type]) => (typeof given[member] === type ? [] : [member]));
  const undecided = Object.keys(family.operators ?? {}).flatMap((op) =>
    dialects.flatMap((name) => (family.dialects?.[name]?.[op] === undefined ? [`${op} in ${name}`] : [])),
  );
  return [...missing, ...undecided];
}
