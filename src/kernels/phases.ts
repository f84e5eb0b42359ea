// Phases: a convolution or its input gradient as convolutions in which taps do not depend on the position, over one source
// with zeros around it.
//
//   forward          position p reads source cells  p·stride + k·dilation − before,       k ascending
//   input gradient   the cells i = r + j·stride of one residue r read the cells of dy
//                    j + (r + before − k·dilation)/stride, for the taps k where that is whole;   k descending
//
// so that both are: position j reads cells j·step + offset, and the terms come in the specified order.

import type { Axis, Three, ThreeAxes } from '../window.ts';
import type { Margins } from './placement.ts';

/** One axis of a phase. `taps[t]` is the tap of w that multiplies the source cell j·step + offsets[t]; offsets ascend. */
export interface PhaseAxis {
  readonly positions: number;
  readonly step: number;
  readonly offsets: readonly number[];
  readonly taps: readonly number[];
  readonly outputStart: number;
  readonly outputStep: number;
}

export type Phase = Three<PhaseAxis>;

/** 0, 1, … count − 1. Array.from takes so long that small convolutions would be slower (measured). */
function range(count: number): number[] {
  const numbers: number[] = [];
  for (let i = 0; i < count; i++) numbers.push(i);
  return numbers;
}

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

/** The phases of an input gradient: one for each residue of the input cells modulo the stride, if any tap reaches them. */
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

/** The zeros that phases meet around a source of `size` cells. */
export function marginsOf(phases: readonly Phase[], size: Three<number>): Margins {
  const onAxis = (axis: 0 | 1 | 2): readonly [number, number] => {
    let [before, after] = [0, 0];
    for (const phase of phases) {
      const { positions, step, offsets } = phase[axis];
      before = Math.max(before, -offsets[0]);
      after = Math.max(after, (positions - 1) * step + offsets[offsets.length - 1] + 1 - size[axis]);
    }
    return [before, after];
  };
  return [onAxis(0), onAxis(1), onAxis(2)];
}
