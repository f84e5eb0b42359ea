// Runs a kernel with weights once, on the scratch arena.

import type { Data } from '../tensor.ts';
import { wordsOf } from './arena.ts';
import { makePaddedInput } from './padded-input.ts';
import { densePlacement } from './placement.ts';
import { withArena } from './scratch-arena.ts';
import type { WeightedKernel } from './weighted-kernel.ts';

/** The tensors of one call, all of one type; y is filled. */
export interface KernelCall {
  readonly batch: number;
  readonly x: Data;
  readonly w: Data;
  readonly b?: Data | undefined;
  readonly y: Data;
}

/**
 * Fills y. Returns false, with y untouched, if the kernel would multiply ∞ or NaN in w by zeros that stand for padding,
 * which takes no part in the sums. Spec numerics-padding.
 */
export function callKernel(kernel: WeightedKernel, { batch, w, ...call }: KernelCall): boolean {
  return withArena('conv', (arena) => {
    const [x, y] = [wordsOf(call.x), wordsOf(call.y)];
    const isHeld = arena.holds(y);
    const source = makePaddedInput(arena, { data: x, batch, ...kernel.source }, kernel.phases, isHeld);
    const weights = arena.values(w);
    const finite = w instanceof Float32Array ? arena.kernels.finite : arena.kernels.finiteDoubles;
    if (source.isPadded && kernel.skipsPadding && finite(weights, w.length) === 0) return false;
    const floats = y.length / batch;
    const stage = isHeld ? y.byteOffset : arena.take(source.images * floats * 4);
    const target = densePlacement(stage, kernel.target.size, kernel.target.channels);
    const bias = call.b && wordsOf(call.b);
    const staged = (first: number): number => weights + first * w.BYTES_PER_ELEMENT;
    const run = kernel.prepare(arena, { weights: staged, source, target, finish: { bias } });
    for (let first = 0; first < batch; first += source.images) {
      const end = Math.min(batch, first + source.images);
      arena.parallel(() => {
        source.load(first, end);
        if (!kernel.isCovered) arena.kernels.zero(stage, (end - first) * floats * 4);
        run(end - first);
      });
      if (!isHeld) y.set(arena.floats(stage, (end - first) * floats), first * floats);
    }
    return true;
  });
}
