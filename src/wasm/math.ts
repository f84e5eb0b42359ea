// The mathematics functions over arrays on the kernels, a block at a time.

import type { MathFunction } from '../reference/map.ts';
import { withArena } from './engine.ts';

/** The functions of assembly/elementwise.ts. */
const NUMBERS: Record<MathFunction, number> = { exp: 0, log: 1, tanh: 2, sigmoid: 3, pow: 4 };

/** Elements copied at a time: one page of WebAssembly memory. */
export const BLOCK = 16384;

/** y[i] = f(x[i]); y may be x. Spec math-map. */
export function map(f: MathFunction, x: Float32Array, y: Float32Array, exponent: number): void {
  withArena(f, (arena) => {
    const values = arena.take(BLOCK * 4);
    for (let start = 0; start < x.length; start += BLOCK) {
      const count = Math.min(BLOCK, x.length - start);
      const block = arena.floats(values, count);
      block.set(x.subarray(start, start + count));
      arena.kernels.map(NUMBERS[f], values, count, exponent);
      y.set(block, start);
    }
  });
}
