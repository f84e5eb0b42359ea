// Runs a kernel with weights once, on the scratch arena.

import type { Data } from '../tensor.ts';
import type { ConvGeometry } from '../window.ts';
import { type Arena, wordsOf } from './arena.ts';
import { makePaddedInput } from './padded-input.ts';
import { densePlacement } from './placement.ts';
import { runPlanned } from './scratch-arena.ts';
import type { WeightedKernel } from './weighted-kernel.ts';

/** The geometry of one call, and its tensors, all of one type; y is filled. */
export interface KernelCall {
  readonly g: ConvGeometry;
  readonly x: Data;
  readonly w: Data;
  readonly b?: Data | undefined;
  readonly y: Data;
}

/**
 * Fills y by a kernel that depends on the geometry and on `key`. Returns false, with y untouched, if the kernel would
 * multiply ∞ or NaN in w by zeros that stand for padding, which takes no part in the sums. Spec numerics-padding.
 */
export function callKernel(kernelOf: () => WeightedKernel, call: KernelCall, key: readonly unknown[]): boolean {
  const plan = (arena: Arena) => {
    const { w, b } = call;
    const { batch } = call.g;
    const kernel = kernelOf();
    const [x, y] = [wordsOf(call.x), wordsOf(call.y)];
    const isHeld = arena.holds(y);
    const source = makePaddedInput(arena, { data: x, batch, ...kernel.source }, kernel.phases, isHeld);
    const weights = arena.values(w);
    const floats = y.length / batch;
    const stage = isHeld ? y.byteOffset : arena.take(source.images * floats * 4);
    const target = densePlacement(stage, kernel.target.size, kernel.target.channels);
    const run = kernel.prepare(arena, {
      weights: (first) => weights + first * w.BYTES_PER_ELEMENT,
      source,
      target,
      finish: { bias: b && wordsOf(b) },
    });
    const doubles = w instanceof Float32Array ? 0 : 1;
    return (): boolean => {
      if (source.isPadded && kernel.skipsPadding && arena.kernels.finite(weights, w.length, doubles) === 0)
        return false;
      for (let first = 0; first < batch; first += source.images) {
        const end = Math.min(batch, first + source.images);
        source.copyIn(first, end);
        arena.parallel(() => {
          source.load(first, end);
          if (!kernel.isCovered) arena.kernels.zero(stage, (end - first) * floats * 4);
          run(end - first);
        });
        if (!isHeld) y.set(arena.floats(stage, (end - first) * floats), first * floats);
      }
      return true;
    };
  };
  return runPlanned('conv', plan, [...key, ...Object.values(call)]);
}
