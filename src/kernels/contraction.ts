// Contractions: a convolution, or its input gradient, as windows over a source times weights into a target.

import type { Axis, ConvGeometry, Three } from '../window.ts';
import { forwardPhase, inputGradPhases, type Phase } from './phases.ts';

/** One side of a contraction: images of `size` cells with `channels` channels in each group. */
export interface Side {
  readonly size: Three<number>;
  readonly channels: number;
}

/** The weights as they lie in memory, whatever runs over them: w[tap][channel of a group][filter of all groups]. */
export interface WeightLayout {
  readonly taps: Three<number>;
  readonly channels: number;
  readonly filters: number;
  /** The terms of a sum: channels in a convolution, the filters of a group in an input gradient. */
  readonly terms: 'channels' | 'filters';
}

/** The numbers of a contraction, without its data. */
export interface Contraction {
  readonly groups: number;
  /** Words of 4 bytes in a value: 1 for float32, 2 for float64. */
  readonly words: 1 | 2;
  readonly source: Side;
  readonly target: Side;
  readonly phases: readonly Phase[];
  readonly weights: WeightLayout;
}

/** The images of a side in a kernel's memory, in words: the channels of all groups lie side by side. */
export const imagesOf = ({ size, channels }: Side, { groups, words }: Pick<Contraction, 'groups' | 'words'>): Side => ({
  size,
  channels: groups * channels * words,
});

/** Whether the phases write every cell of the target. */
export const isCovered = ({ phases, target: { size } }: Contraction): boolean =>
  phases.reduce((sum, [i, j, k]) => sum + i.positions * j.positions * k.positions, 0) === size[0] * size[1] * size[2];

const three = ({ axes: [a, b, c] }: ConvGeometry, number: (axis: Axis) => number): Three<number> => [
  number(a),
  number(b),
  number(c),
];

const weightsOf = (g: ConvGeometry, terms: WeightLayout['terms']): WeightLayout => ({
  taps: three(g, (axis) => axis.size),
  channels: g.channels,
  filters: g.groups * g.filters,
  terms,
});

/** The contraction that is a convolution. Spec conv-forward. */
export const forward = (g: ConvGeometry, words: 1 | 2 = 1): Contraction => ({
  groups: g.groups,
  words,
  weights: weightsOf(g, 'channels'),
  source: { size: three(g, (axis) => axis.input), channels: g.channels },
  target: { size: three(g, (axis) => axis.output), channels: g.filters },
  phases: [forwardPhase(g.axes)],
});

/** The contraction that is an input gradient, and a transposed convolution. Spec conv-input-gradient. */
export const backward = (g: ConvGeometry, words: 1 | 2 = 1): Contraction => ({
  groups: g.groups,
  words,
  weights: weightsOf(g, 'filters'),
  source: { size: three(g, (axis) => axis.output), channels: g.filters },
  target: { size: three(g, (axis) => axis.input), channels: g.channels },
  phases: inputGradPhases(g.axes),
});
