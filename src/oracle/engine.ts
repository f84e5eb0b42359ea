// The engine under test: what its author writes. Spec oracle-engine.

import type { Attributes } from '../layer/layer.ts';
import type { Tensor } from '../tensor.ts';
import type { Profile } from './bounds/bound.ts';
import type { DialectName, Layout } from './dialect.ts';

/** One call: the operator, its attributes in the engine's dialect with no default left to guess, its tensors in its layout. */
export interface Call {
  readonly op: string;
  readonly attributes: Attributes;
  readonly x: Tensor;
  readonly weight?: Tensor;
  readonly bias?: Tensor;
  /** A parameter of another name is a tensor too. */
  readonly [parameter: string]: unknown;
}

/** A call for gradients: `dy` is the gradient at the output. */
export interface GradientCall extends Call {
  readonly dy: Tensor;
}

export interface Gradients {
  readonly x?: Tensor;
  readonly weight?: Tensor;
  readonly bias?: Tensor;
}

/** The gradients of x and of parameters by whatever names. */
export type NamedGradients = Gradients | Readonly<Record<string, Tensor | undefined>>;

/** Conventions of an engine, not defects; what is left out follows the spec. Spec oracle-traits, oracle-precision, oracle-winograd. */
export interface Traits extends Profile {
  /** `'kept'` (default): a NaN in the input reaches the output. `'free'`: the engine promises nothing, none is drawn. */
  readonly nan?: 'kept' | 'free';
  /** Whether the engine refuses what the spec forbids, so that it is asked. Spec oracle-reject. */
  readonly validates?: boolean;
}

type Operator<C, R> = (call: C) => R | Promise<R>;

/** Another engine: the operators it offers as functions, by the names of this library. */
export interface Engine {
  readonly name: string;
  readonly version?: string;
  readonly layout?: Layout;
  /** The library whose names, layout and edge cases hold: see {@link dialects}. Default `'toeplitz'`, the spec's own. */
  readonly dialect?: DialectName;
  readonly precision?: 'float32';
  readonly traits?: Traits;
  /** What the engine requires of a case, such as `['groups = 1', 'stride <= size']`; others are not asked. Spec oracle-requires. */
  readonly requires?: readonly string[];
  /** `'numbers'`: padding comes as numbers, also where it is `same` or `valid`. */
  readonly same?: 'numbers';
  /** In which the smallest cases are shown: `'typescript'` (default), `'python'`, `'cpp'` or `'rust'`. */
  readonly language?: 'typescript' | 'python' | 'cpp' | 'rust';
  readonly ops: Readonly<Record<string, Operator<Call, Tensor>>>;
  readonly gradients?: Readonly<Record<string, Operator<GradientCall, NamedGradients>>>;
}

/**
 * Says from inside an operator that it does not offer this case: no finding, but counted, with its reason.
 *
 * @example
 * const conv2d = ({ attributes }) => (attributes.groups > 1 ? skip('no groups') : tensor([1]));
 * conv2d({ attributes: { groups: 1 } }).shape // [1]
 */
export function skip(reason: string): never {
  throw Object.assign(new Error(reason), { name: 'Skip' });
}
