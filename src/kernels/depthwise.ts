// Depthwise contractions: a convolution or its input gradient with one filter a channel, straight from x, row by row.

import { sizeOf } from '../tensor.ts';
import type { Arena } from './arena.ts';
import type { Contraction, Run } from './contraction.ts';
import { type Finish, writeEpilogues } from './epilogue.ts';
import type { Staged } from './panels.ts';
import type { Phase } from './phases.ts';
import type { Placement } from './placement.ts';

/** Takes all memory of a depthwise contraction, w included, and writes its plans. Spec conv-depthwise. */
export function prepareDepthwise(
  arena: Arena,
  c: Contraction,
  w: Staged,
  source: Placement,
  target: Placement,
  finish: Finish,
): Run {
  const { kernels } = arena;
  const [epilogue] = writeEpilogues(arena, finish, 1, c.target.channels);
  const phases = c.phases.map((phase) => {
    const taps = tapsOf(c, phase);
    const weights = { address: packQuads(arena, taps, c, w), tap: 16, quad: taps.length * 16 };
    return { phase, plan: arena.words(depthwisePlan(arena, c, phase, weights, epilogue, source, target)) };
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
function packQuads(arena: Arena, taps: readonly number[], c: Contraction, w: Staged): number {
  const { channels } = c.target;
  const count = sizeOf(c.weights.taps) * channels;
  // Two quads are read together: behind an odd one lies another.
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

/** Where w lies: the bytes from one tap to the next, and from four channels to the next four. */
interface Weights {
  readonly address: number;
  readonly tap: number;
  readonly quad: number;
}

/** The words of a phase's plan, as assembly/depthwise.ts reads them. */
export function depthwisePlan(
  arena: Arena,
  c: Contraction,
  phase: Phase,
  weights: Weights,
  epilogue: number,
  source: Placement,
  target: Placement,
): number[] {
  const list = arena.take(sizeOf(c.weights.taps) * 8);
  const from = [source.plane, source.row, source.pixel];
  const to = [target.plane, target.row, target.pixel];
  const [, rows, columns] = phase.map(({ taps }) => taps.length);
  const tapBytes = [rows * columns * weights.tap, columns * weights.tap, weights.tap];
  const first = phase.reduce((sum, axis, i) => sum + axis.outputStart * to[i], target.address);
  const xSteps = phase.map((axis, i) => axis.step * from[i]).reverse();
  const ySteps = phase.map((axis, i) => axis.outputStep * to[i]).reverse();
  const axes = phase.flatMap(({ positions, step, offsets }, i) => {
    const table = arena.words(offsets.flatMap((offset, t) => [offset, offset * from[i], t * tapBytes[i]]));
    return [c.source.size[i], positions, step, offsets.length, table];
  });
  const { address, quad } = weights;
  return [c.target.channels, source.address, first, address, quad, epilogue, list, ...xSteps, ...ySteps, ...axes];
}
