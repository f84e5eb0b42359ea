// The weight gradient of a depthwise convolution: the sums of a block, row by row, then the blocks.

import { imagesOfSum, SUM_POSITIONS } from '../reference/convolution.ts';
import { type ConvGeometry, outputs } from '../window.ts';
import type { Arena } from './arena.ts';
import { forward } from './convolution-contractions.ts';
import { depthwisePlan } from './depthwise.ts';
import { densePlacement } from './placement.ts';
import { makePaddedInput } from './padded-input.ts';

/** Fills dw. Padding takes no part, so that there is nothing it could not do. Spec conv-depthwise, numerics-weight-gradient. */
export function depthwiseGradient(
  arena: Arena,
  g: ConvGeometry,
  x: Float32Array,
  dy: Float32Array,
  dw: Float32Array,
): boolean {
  const { kernels } = arena;
  const c = forward(g, 'auto');
  const source = makePaddedInput(arena, x, g.batch, c.source.size, g.groups, []);
  const [planes, rows, columns] = c.target.size;
  const P = outputs(g.axes);
  const floats = P * g.groups;
  const stage = densePlacement(arena.take(source.images * floats * 4), c.target.size, g.groups);
  // `move` reads and writes whole vectors of four sums.
  const written = Math.ceil(dw.length / 4) * 4;
  const sums = arena.take(written * 4);
  const [part, total] = [arena.take(written * 8), arena.take(written * 8)];
  const weights = { address: sums, tap: g.groups * 4, quad: 16 };
  const plan = arena.words(depthwisePlan(arena, c, c.phases[0], weights, 0, source, stage));
  const together = imagesOfSum(P);
  const finishBlock = (n: number, from: number, isLast: boolean): void => {
    const before = isLast && n >= together ? total : 0;
    kernels.move(sums, dw.length, from || before, from ? before : 0, isLast ? total : part);
  };
  kernels.zero(sums, written * 4);
  for (let first = 0; first < g.batch; first += source.images) {
    const end = Math.min(g.batch, first + source.images);
    source.load(first, end);
    arena.floats(stage.address, (end - first) * floats).set(dy.subarray(first * floats, end * floats));
    for (let n = first; n < end; n++) {
      const isLast = (n + 1) % together === 0 || n === g.batch - 1;
      const [xImage, dyImage] = [(n - first) * source.image, (n - first) * stage.image];
      let [p, from] = [0, 0];
      for (let plane = 0; plane < planes; plane++) {
        for (let row = 0; row < rows; row++) {
          for (let column = 0, count = 0; column < columns; column += count) {
            count = Math.min(columns - column, SUM_POSITIONS - (p % SUM_POSITIONS));
            kernels.depthwiseGradient(plan, xImage, dyImage, plane, row, column, count);
            p += count;
            if (p === P ? !isLast : p % SUM_POSITIONS !== 0) continue;
            finishBlock(n, from, p === P);
            from = part;
          }
        }
      }
    }
  }
  dw.set(arena.doubles(total, dw.length));
  return true;
}
