// Depthwise contractions: a convolution or its input gradient with one filter a channel, straight from x, row by row.

import { sizeOf } from '../tensor.ts';
import type { Arena } from './arena.ts';
import { type Contraction, imagesOf, isCovered } from './contraction.ts';
import { Depthwise, TapAxis } from './declared.ts';
import { writeEpilogues } from './epilogue.ts';
import type { Phase } from './phases.ts';
import { offsetOf, type Placement, stridedPlacement } from './placement.ts';
import type { Operands, Run, StagedWeights, WeightedKernel } from './weighted-kernel.ts';

/** Bytes of a listed tap: its byte offsets in x and in w. */
const LISTED = 8;

/** Windows leave out what lies outside of x, so that no zeros are needed around it. Spec conv-depthwise. */
export const depthwiseKernel = (c: Contraction): WeightedKernel => ({
  source: imagesOf(c.source, c),
  target: imagesOf(c.target, c),
  phases: [],
  isCovered: isCovered(c),
  skipsPadding: true,
  stagedBytes: sizeOf(c.weights.taps) * c.groups * 4,
  prepare: (arena, operands) => prepare(arena, c, operands),
});

function prepare(arena: Arena, c: Contraction, { weights, source, target, finish }: Operands): Run {
  const { kernels } = arena;
  const [epilogue] = writeEpilogues(arena, finish, 1, c.groups);
  const phases = c.phases.map((phase) => {
    const taps = tapsOf(c, phase);
    const w = { address: packQuads(arena, taps, c, weights), tap: 16, quad: taps.length * 16 };
    return { phase, plan: depthwisePlan(arena, c, phase, { w, epilogue, source, target }) };
  });
  return (images) => {
    for (let n = 0; n < images; n++) {
      for (const { phase, plan } of phases) {
        for (let plane = 0; plane < phase[0].positions; plane++) {
          for (let row = 0; row < phase[1].positions; row++)
            kernels.depthwise(plan, n * source.image, n * target.image, plane, row);
        }
      }
    }
  };
}

/** The numbers of a phase's taps in w, in the order of its terms. */
const tapsOf = ({ weights: { taps } }: Contraction, [i, j, k]: Phase): number[] =>
  i.taps.flatMap((ti) => j.taps.flatMap((tj) => k.taps.map((tk) => (ti * taps[1] + tj) * taps[2] + tk)));

/** Takes memory for w[tap][channel] as [quad of channels][tap][4], to be written when the arena is ready. */
function packQuads(arena: Arena, taps: readonly number[], c: Contraction, w: StagedWeights): number {
  const channels = c.groups;
  const count = sizeOf(c.weights.taps) * channels;
  // Kernels read eight channels together: an odd quad is followed by one more.
  const floats = Math.ceil(channels / 8) * 8 * taps.length;
  const address = arena.take(floats * 4);
  arena.whenReady(() => {
    const from = arena.floats(w(0, count), count);
    const to = arena.floats(address, floats);
    taps.forEach((tap, t) => {
      for (let i = 0; i < channels; i++) to[((i >> 2) * taps.length + t) * 4 + (i & 3)] = from[tap * channels + i];
    });
  });
  return address;
}

/** What a plan works on. For w also the bytes from one tap to the next, and from four channels to the next four. */
interface Tensors {
  readonly w: { readonly address: number; readonly tap: number; readonly quad: number };
  readonly epilogue: number;
  readonly source: Placement;
  readonly target: Placement;
}

/** Takes memory for the plan of a phase and writes it. */
export function depthwisePlan(arena: Arena, c: Contraction, phase: Phase, tensors: Tensors): number {
  const { w, epilogue, source, target } = tensors;
  const [a, b, d] = phase;
  const x = stridedPlacement(source, 0, [a.step, b.step, d.step]);
  const start = offsetOf(target, [a.outputStart, b.outputStart, d.outputStart]);
  const y = stridedPlacement(target, start, [a.outputStep, b.outputStep, d.outputStep]);
  const inX = [source.plane, source.row, source.pixel];
  const inW = [b.taps.length * d.taps.length * w.tap, d.taps.length * w.tap, w.tap];
  const [planes, rows, columns] = phase.map(({ positions, step, offsets }, i) => {
    const taps = arena.table(offsets.flatMap((offset, t) => [offset, offset * inX[i], t * inW[i]]));
    return arena.struct(TapAxis, { input: c.source.size[i], positions, step, count: offsets.length, taps });
  });
  return arena.struct(Depthwise, {
    channels: c.groups,
    x: x.address,
    y: y.address,
    w: w.address,
    wQuad: w.quad,
    epilogue,
    list: arena.take(sizeOf(c.weights.taps) * LISTED),
    xColumn: x.pixel,
    xRow: x.row,
    xPlane: x.plane,
    yColumn: y.pixel,
    yRow: y.row,
    yPlane: y.plane,
    planes,
    rows,
    columns,
  });
}
