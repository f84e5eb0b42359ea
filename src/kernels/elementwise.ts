// Functions of one element over arrays on the kernels, a block at a time.

import type { MathFunction } from '../reference/map.ts';
import * as declared from './declared.ts';
import { Lattice, Sum } from './declared.ts';
import type { Kernels } from './exports.ts';
import { latticeOf } from './lattice.ts';
import { densePlacement, type Placement } from './placement.ts';
import { withArena } from './scratch-arena.ts';

/** The numbers of the functions; one that the kernels lack is an error of types. */
const NUMBERS: Record<MathFunction, number> = declared.MathFunction;

/** Elements copied at a time: one page of WebAssembly memory. */
export const BLOCK = 16384;

/** Runs `kernel` on copies of the arguments, a block at a time, and copies the last one to y, which may be any of them. */
function blockwise(
  who: string,
  args: readonly Float32Array[],
  y: Float32Array,
  kernel: (kernels: Kernels, addresses: readonly number[], count: number) => void,
): void {
  withArena(who, (arena) => {
    if (arena.holds(y) && args.every((each) => arena.holds(each))) {
      const last = args[args.length - 1];
      if (y !== last) y.set(last);
      const addresses = [...args.slice(0, -1), y].map((each) => each.byteOffset);
      arena.parallel(() => kernel(arena.kernels, addresses, y.length));
      return;
    }
    const addresses = args.map(() => arena.take(BLOCK * 4));
    const blocks = addresses.map((address) => arena.floats(address, BLOCK));
    for (let start = 0; start < y.length; start += BLOCK) {
      const count = Math.min(BLOCK, y.length - start);
      for (const [i, values] of args.entries()) blocks[i].set(values.subarray(start, start + count));
      kernel(arena.kernels, addresses, count);
      y.set(blocks[args.length - 1].subarray(0, count), start);
    }
  });
}

/** y[i] = f(x[i]); y may be x. Spec math-map. */
export function map(f: MathFunction, x: Float32Array, y: Float32Array, exponent: number): void {
  blockwise(f, [x], y, (kernels, [values], count) => kernels.map(NUMBERS[f], values, count, exponent));
}

/** y = x < 0 ? 0 : x. Spec activation-relu. */
export function relu(x: Float32Array, y: Float32Array): void {
  blockwise('relu', [x], y, (kernels, [values], count) => kernels.relu(values, count));
}

/** dx = x > 0 ? dy : 0. Spec activation-relu. */
export function reluGrad(x: Float32Array, dy: Float32Array, dx: Float32Array): void {
  blockwise('relu', [x, dy], dx, (kernels, [atX, atDy], count) => kernels.reluGradient(atX, atDy, count));
}

/** A sum without an epilogue: what a pixelwise operation is unless it says otherwise. */
export const SUM = { operation: 0, firstSingle: 0, secondSingle: 0, epilogue: 0, a: 0, b: 0, slope: 0 };

/** y = a + b. Spec sum-rules. */
export function add(a: Float32Array, b: Float32Array, y: Float32Array): void {
  withArena('sum', (arena) => {
    const run = (addresses: readonly number[], count: number): void => {
      // Threads share pixels: as many as a power of two gives, each of equally many values.
      const pixels = Math.min(64, count & -count);
      const channels = count / pixels;
      const [first, second, to] = addresses.map((address) => densePlacement(address, [1, 1, pixels], channels));
      const lattice = (from: Placement): number => arena.struct(Lattice, latticeOf([1, 1, 1, pixels], from, to));
      const plan = arena.struct(Sum, { ...SUM, first: lattice(first), second: lattice(second), channels });
      arena.parallel(() => arena.kernels.add(plan));
    };
    const all = [a, b, y];
    if (all.every((each) => arena.holds(each))) {
      run(
        all.map((each) => each.byteOffset),
        y.length,
      );
      return;
    }
    const rooms = all.map(() => arena.take(BLOCK * 4));
    for (let start = 0; start < y.length; start += BLOCK) {
      const count = Math.min(BLOCK, y.length - start);
      for (const i of [0, 1]) arena.floats(rooms[i], count).set(all[i].subarray(start, start + count));
      run(rooms, count);
      y.set(arena.floats(rooms[2], count), start);
    }
  });
}
