// What every kernel with weights is to those who run it: eager calls and compiled nets.

import type { Arena } from './arena.ts';
import type { Side } from './contraction.ts';
import type { Finish } from './epilogue.ts';
import type { Phase } from './phases.ts';
import type { Placement } from './placement.ts';

/** The address where `count` values of w from the one numbered `first` lie until the next call. */
export type StagedWeights = (first: number, count: number) => number;

/** What a kernel works on. */
export interface Operands {
  readonly weights: StagedWeights;
  readonly source: Placement;
  readonly target: Placement;
  readonly finish: Finish;
}

/** Fills the targets of the first images from their sources. */
export type Run = (images: number) => void;

export interface WeightedKernel {
  /** Images of the source and of the target, with the channels of all groups. */
  readonly source: Side;
  readonly target: Side;
  /** What reads zeros around the source; empty where the kernel leaves out what is not there. */
  readonly phases: readonly Phase[];
  /** Whether it writes every cell of the target. Others must hold zeros. */
  readonly isCovered: boolean;
  /** Whether cells of padding take no part in the sums. Where zeros stand for them, no weight may be ∞ or NaN. Spec numerics-padding. */
  readonly skipsPadding: boolean;
  /** The most bytes of weights that it asks for together. */
  readonly stagedBytes: number;
  /** Takes all memory that it needs, and packs the weights once. Zeros lie around the source where windows overhang. */
  prepare(arena: Arena, operands: Operands): Run;
}
