// What a kernel with weights offers to those who run it, which are single calls and compiled nets.

import type { Arena } from './arena.ts';
import type { Side } from './contraction.ts';
import type { Finish } from './epilogue.ts';
import type { Phase } from './phases.ts';
import type { Placement } from './placement.ts';

/** Gives the address where `count` values of w lie, from the one numbered `first` on, until it is called again. */
export type StagedWeights = (first: number, count: number) => number;

/** What a kernel works on. */
export interface Operands {
  readonly weights: StagedWeights;
  readonly source: Placement;
  readonly target: Placement;
  readonly finish: Finish;
}

/** Computes the first `images` images of the target from those of the source. */
export type Run = (images: number) => void;

export interface WeightedKernel {
  /** Images of the source and of the target, with the channels of all groups. */
  readonly source: Side;
  readonly target: Side;
  /** The phases that read zeros around the source. A kernel that leaves out the cells of padding has none. */
  readonly phases: readonly Phase[];
  /** Whether it writes every cell of the target. If not, the target must hold zeros before it runs. */
  readonly isCovered: boolean;
  /**
   * Whether the specification leaves the cells of padding out of the sums. If the kernel multiplies zeros in their place, no
   * weight may be ∞ or NaN. Spec numerics-padding.
   */
  readonly skipsPadding: boolean;
  /** The most bytes of weights that it asks for together. */
  readonly stagedBytes: number;
  /** Takes all memory that it needs, and packs the weights once. Zeros lie around the source where windows overhang. */
  prepare(arena: Arena, operands: Operands): Run;
}
