// The memory of training steps. A step makes the same tensors as the step before: they lie in kernel memory, one behind
// the other, where the kernels read and write them without copies, and the next step writes over them.

import { allocating } from '../tensor.ts';
import { Arena, Overflow, onArena } from './arena.ts';
import { runsKernels } from './host.ts';

/** Runs a step. Its tensors keep their values until the next step; it must not have effects, since it may run twice. */
export type StepMemory = <T>(step: () => T) => T;

/** Memory above this stays with the host's own arrays, which it frees as soon as it can. */
const MOST_BYTES = 0xc0000000;

/**
 * The first step runs on arrays of the host and is measured; one that needs more memory than was reserved runs again with
 * more. Results never depend on it. Spec train-memory.
 */
export function stepMemory(): StepMemory {
  let arena: Arena | undefined;
  let bytes = 0;
  const measured = <T>(step: () => T): T => {
    const trial = new Arena();
    const make = (size: number): Float32Array => {
      bytes = Arena.endOf(bytes, size * 4);
      return new Float32Array(size);
    };
    const result = onArena(trial, () => allocating(make, step));
    bytes += trial.most;
    return result;
  };
  const reserved = (): Arena => {
    const own = new Arena();
    own.reserve(bytes);
    return own;
  };
  return (step) => {
    if (!runsKernels()) return step();
    if (bytes === 0) return measured(step);
    for (;;) {
      if (bytes > MOST_BYTES) return step();
      arena ??= reserved();
      const own = arena;
      own.clearTensors();
      try {
        return onArena(own, () => allocating((size) => own.tensor(size), step));
      } catch (error) {
        if (!(error instanceof Overflow)) throw error;
        arena = undefined;
        bytes *= 1.5;
      }
    }
  };
}
