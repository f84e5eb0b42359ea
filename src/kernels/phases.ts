// Plans: a convolution or its input gradient as stride-free phases over one zero-padded source.
//
//   forward          position p reads source cells  p·stride + k·dilation − before,       k ascending
//   input gradient   the cells i = r + j·stride of one residue r read the cells of dy
//                    j + (r + before − k·dilation)/stride, for the taps k that divide;    k descending
//
// so that both are: position j reads cells j·step + offset, and the terms come in the specified order.

import type { Axis, ThreeAxes } from '../window.ts';
import type { Placement } from './placement.ts';

/** One axis of a phase. `taps[t]` is the tap of w that multiplies the source cell j·step + offsets[t]; offsets ascend. */
export interface PhaseAxis {
  readonly positions: number;
  readonly step: number;
  readonly offsets: readonly number[];
  readonly taps: readonly number[];
  readonly outputStart: number;
  readonly outputStep: number;
}

export type Three<T> = readonly [T, T, T];
export type Phase = Three<PhaseAxis>;

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** The single phase of a convolution. */
export function forwardPhase(axes: ThreeAxes): Phase {
  const onAxis = ({ output, stride, size, dilation, before }: Axis): PhaseAxis => ({
    positions: output,
    step: stride,
    offsets: range(size).map((k) => k * dilation - before),
    taps: range(size),
    outputStart: 0,
    outputStep: 1,
  });
  return [onAxis(axes[0]), onAxis(axes[1]), onAxis(axes[2])];
}

/** The phases of an input gradient, one for each residue of input cells modulo the stride that any tap reaches. */
export function inputGradPhases(axes: ThreeAxes): Phase[] {
  const [a, b, c] = axes.map(residues);
  return a.flatMap((i) => b.flatMap((j) => c.map((k): Phase => [i, j, k])));
}

function residues({ input, stride, size, dilation, before }: Axis): PhaseAxis[] {
  return range(Math.min(stride, input)).flatMap((r) => {
    const taps = range(size)
      .filter((k) => (r + before - k * dilation) % stride === 0)
      .reverse();
    if (taps.length === 0) return [];
    const offsets = taps.map((k) => (r + before - k * dilation) / stride);
    return { positions: Math.ceil((input - r) / stride), step: 1, offsets, taps, outputStart: r, outputStep: stride };
  });
}

/** One axis of the padded source: `low` zeros, then `copied` cells, then zeros up to `extent`. */
export interface Padded {
  readonly low: number;
  readonly copied: number;
  readonly extent: number;
}

/** The cells that the phases read on one axis of a source of `size` cells. */
export function paddedAxis(phases: readonly Phase[], axis: 0 | 1 | 2, size: number): Padded {
  let [first, end] = [0, 0];
  for (const phase of phases) {
    const { positions, step, offsets } = phase[axis];
    first = Math.min(first, offsets[0]);
    end = Math.max(end, (positions - 1) * step + offsets[offsets.length - 1] + 1);
  }
  return { low: -first, copied: Math.min(size, end), extent: end - first };
}

/** A sum's terms as runs of equal length that lie in one phase each: byte offsets from cell j·step, below 0 in padding. */
export interface Runs {
  readonly offsets: readonly number[];
  readonly length: number;
}

/** The runs of a phase over a source, from a position's first cell, each `length` bytes. */
export function runsOf([a, b, c]: Phase, { plane, row, pixel }: Placement, length: number): Runs {
  const offsets: number[] = [];
  for (const i of a.offsets) {
    for (const j of b.offsets) {
      for (const k of c.offsets) offsets.push(i * plane + j * row + k * pixel);
    }
  }
  return merged(offsets, length);
}

/** Joins runs that follow each other without a gap, as long as all joined ones come out equally long. */
function merged(offsets: readonly number[], length: number): Runs {
  let joined = 1;
  while (joined < offsets.length && offsets[joined] === offsets[joined - 1] + length) joined++;
  const fits = offsets.every((offset, i) => i % joined === 0 || offset === offsets[i - 1] + length);
  if (!fits || offsets.length % joined !== 0) return { offsets, length };
  return { offsets: offsets.filter((_, i) => i % joined === 0), length: length * joined };
}

/** Some runs, or a part of one: what one pass adds to the sums. `row` is its first row of the panels. */
export interface Pass {
  readonly offsets: readonly number[];
  readonly length: number;
  readonly row: number;
}

/** Cuts the runs into passes of at most `most` rows. */
export function passesOf({ offsets, length }: Runs, most: number): Pass[] {
  const rows = length / 4;
  if (rows <= most) {
    const together = Math.floor(most / rows);
    return range(Math.ceil(offsets.length / together)).map((i) => ({
      offsets: offsets.slice(i * together, (i + 1) * together),
      length,
      row: i * together * rows,
    }));
  }
  return offsets.flatMap((offset, i) =>
    range(Math.ceil(rows / most)).map((part) => ({
      offsets: [offset + part * most * 4],
      length: Math.min(most, rows - part * most) * 4,
      row: i * rows + part * most,
    })),
  );
}
