// Depthwise contractions: a convolution or its input gradient with one filter a channel, straight from x, row by row.

import type { Contraction, Run } from './contract.ts';
import type { Arena } from './engine.ts';
import { type Finish, writeEpilogues } from './epilogue.ts';
import type { Staged } from './panels.ts';
import type { Piece } from './plan.ts';
import type { Region } from './region.ts';

/** Takes all memory of a depthwise contraction, w included, and writes its plans. Spec conv-depthwise. */
export function prepareDepthwise(
  arena: Arena,
  c: Contraction,
  w: Staged,
  source: Region,
  target: Region,
  finish: Finish,
): Run {
  const { kernels } = arena;
  const count = c.taps[0] * c.taps[1] * c.taps[2] * c.target.channels;
  const weights = arena.take(count * 4);
  arena.whenReady(() => arena.floats(weights, count).set(arena.floats(w(0, count), count)));
  const [epilogue] = writeEpilogues(arena, finish, 1, c.target.channels);
  const pieces = c.pieces.map((piece) => ({
    piece,
    plan: arena.words(depthwisePlan(arena, c, piece, weights, epilogue, source, target)),
  }));
  return (images) => {
    for (let n = 0; n < images; n++) {
      for (const { piece, plan } of pieces) {
        for (let plane = 0; plane < piece[0].positions; plane++) {
          for (let row = 0; row < piece[1].positions; row++)
            kernels.depthwise(plan, n * source.image, n * target.image, plane, row);
        }
      }
    }
  };
}

/** The words of a piece's plan, as assembly/depthwise.ts reads them. */
export function depthwisePlan(
  arena: Arena,
  c: Contraction,
  piece: Piece,
  weights: number,
  epilogue: number,
  source: Region,
  target: Region,
): number[] {
  const list = arena.take(c.taps[0] * c.taps[1] * c.taps[2] * 8);
  const from = [source.plane, source.row, source.pixel];
  const to = [target.plane, target.row, target.pixel];
  const tapBytes = [c.taps[1] * c.taps[2], c.taps[2], 1].map((taps) => taps * c.target.channels * 4);
  const first = piece.reduce((sum, axis, i) => sum + axis.outputStart * to[i], target.address);
  const xSteps = piece.map((axis, i) => axis.step * from[i]).reverse();
  const ySteps = piece.map((axis, i) => axis.outputStep * to[i]).reverse();
  const axes = piece.flatMap(({ positions, step, offsets, taps }, i) => {
    const table = arena.words(offsets.flatMap((offset, t) => [offset, offset * from[i], taps[t] * tapBytes[i]]));
    return [c.source.size[i], positions, step, offsets.length, table];
  });
  return [c.target.channels, source.address, first, weights, epilogue, list, ...xSteps, ...ySteps, ...axes];
}
