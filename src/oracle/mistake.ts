// A known mistake: a small change to a case, to what is computed from, or to the result. Spec oracle-mistakes, oracle-score.

import type { Layer } from '../layer/layer.ts';
import type { Shape } from '../tensor.ts';
import type { Case, Part } from './case.ts';
import type { Dialect, DialectName } from './dialect.ts';

/** A result that a mistake would give. */
export interface Prediction {
  readonly shape: Shape;
  readonly data: Float64Array;
  /** 1 where anything may be: over no cell. */
  readonly open?: Uint8Array;
}

export type Predictions = Readonly<Record<Part, Prediction>>;

/** Everything that one call computes from, taken apart so that a mistake can be put in. A family adds its own parts. */
export interface Setting {
  readonly case: Case;
  readonly dialect: DialectName;
  readonly layer: Layer;
  /** How many products the plain loops take, and how many cells they read. */
  readonly products: number;
  readonly cells: number;
  /** The output of a setting, by plain loops. */
  evaluate(s: Setting): Prediction;
  /** The gradients of a setting, by the layer itself. */
  gradients(s: Setting): Predictions;
  /** The gradients where the windows of `changed` lie elsewhere than those of `s`; undefined where there are none. */
  moved(changed: Setting, s: Setting): Predictions | undefined;
}

/** What a mistake is about. A family says which of these its operators have. */
export type Topic =
  /** The attributes, of whatever operator. */
  | 'attributes'
  /** Any output. */
  | 'output'
  /** Outputs that read x in windows, position by position. */
  | 'windows over x'
  /** Outputs that are sums over cells of x. */
  | 'sums'
  /** A weight, and a bias beside it. */
  | 'weight'
  /** Channels of x that are mixed under a window. */
  | 'channels'
  /** The same, with padding around x. */
  | 'convolution'
  /** Several filters for each channel. */
  | 'multiplier'
  /** Rows of a matrix in place of images. */
  | 'rows';

/** One mistake; each of its functions gives undefined where the mistake makes no difference. */
export interface Mistake<C extends Case = Case, S extends Setting = Setting> {
  /** A clause after "behaves as if". */
  readonly name: string;
  /** The case that is answered instead of the one that was asked, with the same tensors. */
  instead?(c: C): C | undefined;
  /** What is computed instead. */
  setting?(s: S): S | undefined;
  /** The result instead. */
  result?(s: S): Prediction | undefined;
  /** For gradients: the gradients instead. */
  gradient?(s: S): Predictions | undefined;
  /** Whether it is the rule of a dialect: an engine that follows it speaks that one, and the result is not converted. */
  isRuleOf?(dialect: Dialect): boolean;
  /** What becomes of NaN: right answers to NaN speak against it, as they do not against other mistakes. */
  readonly isAboutNaN?: boolean;
}
