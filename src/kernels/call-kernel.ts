// Runs a kernel with weights once, on the scratch arena.

import { withArena } from './arena.ts';
import { makePaddedInput } from './padded-input.ts';
import { densePlacement } from './placement.ts';
import type { WeightedKernel } from './weighted-kernel.ts';

/** The tensors of one call; y is filled. */
export interface KernelCall {
  readonly batch: number;
  readonly x: Float32Array;
  readonly w: Float32Array;
  readonly b?: Float32Array | undefined;
  readonly y: Float32Array;
}

/**
 * Fills y. Returns false, with y untouched, if the kernel would multiply ∞ or NaN in w by zeros that stand for padding,
 * which takes no part in the sums. Spec numerics-padding.
 */
export function callKernel(kernel: WeightedKernel, { batch, x, w, b, y }: KernelCall): boolean {
  return withArena('conv', (arena) => {
    const isHeld = arena.holds(y);
    const source = makePaddedInput(arena, { data: x, batch, ...kernel.source }, kernel.phases, isHeld);
    const weights = arena.values(w);
    if (source.isPadded && kernel.skipsPadding && arena.kernels.finite(weights, w.length) === 0) return false;
    const floats = y.length / batch;
    const stage = isHeld ? y.byteOffset : arena.take(source.images * floats * 4);
    const target = densePlacement(stage, kernel.target.size, kernel.target.channels);
    const operands = { weights: (first: number) => weights + first * 4, source, target, finish: { bias: b } };
    const run = kernel.prepare(arena, operands);
    for (let first = 0; first < batch; first += source.images) {
      const end = Math.min(batch, first + source.images);
      source.load(first, end);
      if (!kernel.isCovered) arena.kernels.zero(stage, (end - first) * floats * 4);
      run(end - first);
      if (!isHeld) y.set(arena.floats(stage, (end - first) * floats), first * floats);
    }
    return true;
  });
}
