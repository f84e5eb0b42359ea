// Assembles a compiled net: plans the memory of a program and makes its steps ready in one instance of the kernels.

import type { Arena } from '../kernels/arena.ts';
import type { Placement } from '../kernels/placement.ts';
import { sizeOf } from '../tensor.ts';
import type { Activation } from './activation.ts';
import { clearMargins } from './pixelwise-steps.ts';
import { addInPlace, fuse, placed, planMemory } from './plan-memory.ts';
import type { Recorder } from './recorder.ts';

/** `run` fills y from x, as far as a batch goes; both are views of the instance's memory. */
export interface Net {
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** Whether every value that a step reads has a batch, which may then be smaller. */
  readonly hasBatch: boolean;
  run(batch: number, visit?: Visit): void;
}

/** What is done with a step: it is run, unless something else is asked for. Some call a layer's own function. */
export type Visit = (run: () => void, isCall: boolean | undefined) => void;

/** Plans the memory of a program, takes it at once, and makes every step ready. Spec compile-memory. */
export function assemble(arena: Arena, program: Recorder, input: Activation, result: Activation): Net {
  const output = program.dense(result);
  const steps = placed(fuse(program.steps, output));
  addInPlace(steps, input, output);
  const { bytes, offsets, shared } = planMemory(steps, input, output);
  arena.begin();
  const base = arena.take(bytes);
  const at = (activation: Activation): Placement => activation.placement((root) => base + (offsets.get(root) ?? 0));
  const staged = steps.reduce((most, step) => Math.max(most, step.staged), 0);
  const stage = arena.take(staged);
  const runs = steps.flatMap((step, time) => [
    ...(shared.get(time) ?? []).map((root) => ({ run: clearMargins(arena, root, at(root)), isCall: false })),
    { run: step.prepare(arena, at, step, () => stage), isCall: step.isCall },
  ]);
  arena.commit();
  return {
    x: arena.floats(at(input).address, sizeOf(input.shape)),
    y: arena.floats(at(output).address, sizeOf(output.shape)),
    hasBatch: steps.every(({ reads }) => reads.every(({ shape }) => shape.length > 1)),
    run(batch, visit = (run) => run()) {
      const images = (each: Activation): number =>
        each.batch === input.batch ? Math.min(batch, each.batch) : each.batch;
      for (const { run, isCall } of runs) visit(() => run(images), isCall);
    },
  };
}
