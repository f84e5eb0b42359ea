// The weight gradient of a depthwise convolution: the sums of a block of positions, then those of the blocks.

import { imagesOfSum, SUM_POSITIONS } from '../reference/convolution.ts';
import { type ConvGeometry, outputs } from '../window.ts';
import { forward } from './contraction.ts';
import { BlockSums } from './declared.ts';
import { depthwisePlan } from './depthwise.ts';
import { makePaddedInput } from './padded-input.ts';
import { densePlacement } from './placement.ts';
import { withArena } from './scratch-arena.ts';

/** Fills dw. Padding takes no part. Spec conv-depthwise, numerics-weight-gradient. */
export function depthwiseWeightGrad(g: ConvGeometry, x: Float32Array, dy: Float32Array, dw: Float32Array): void {
  withArena('conv', (arena) => {
    const { kernels } = arena;
    const { groups: channels, batch } = g;
    const c = forward(g);
    const source = makePaddedInput(arena, { data: x, batch, size: c.source.size, channels }, []);
    const P = outputs(g.axes);
    const floats = P * channels;
    const isHeld = arena.holds(dy);
    const address = isHeld ? dy.byteOffset : arena.take(source.images * floats * 4);
    const stage = densePlacement(address, c.target.size, channels);
    // Sums are read and written in whole vectors of four.
    const written = Math.ceil(dw.length / 4) * 4;
    const sums = arena.take(written * 4);
    const [part, total] = [arena.take(written * 8), arena.take(written * 8)];
    const w = { address: sums, tap: channels * 4, quad: 16 };
    const plan = depthwisePlan(arena, c, c.phases[0], { w, epilogue: 0, source, target: stage });
    const blockSums = arena.room(BlockSums);
    const together = imagesOfSum(P);
    const finishBlock = (n: number, from: number, isLast: boolean): void => {
      const before = isLast && n >= together ? total : 0;
      const to = isLast ? total : part;
      arena.write(blockSums, BlockSums, { from: from || before, total: from ? before : 0, to });
      kernels.addSums(sums, dw.length, blockSums);
    };
    kernels.zero(sums, written * 4);
    for (let first = 0; first < batch; first += source.images) {
      const end = Math.min(batch, first + source.images);
      source.copyIn(first, end);
      source.load(first, end);
      if (!isHeld) arena.floats(stage.address, (end - first) * floats).set(dy.subarray(first * floats, end * floats));
      for (let n = first; n < end; n++) {
        const isLastImage = (n + 1) % together === 0 || n === batch - 1;
        const [xImage, dyImage] = [(n - first) * source.image, (isHeld ? n : n - first) * stage.image];
        for (let p = 0; p < P; p += SUM_POSITIONS) {
          const count = Math.min(SUM_POSITIONS, P - p);
          const isLast = p + count === P;
          kernels.depthwiseGradient(plan, xImage, dyImage, p, count);
          if (!isLast || isLastImage) finishBlock(n, p > 0 ? part : 0, isLast);
        }
      }
    }
    dw.set(arena.doubles(total, dw.length));
  });
}
