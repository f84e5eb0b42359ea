// Functions of one element over arrays on the kernels, a block at a time.

import type { MathFunction } from '../reference/map.ts';
import type { Arena } from './arena.ts';
import * as declared from './declared.ts';
import { Lattice, Sum } from './declared.ts';
import { latticeOf } from './lattice.ts';
import { densePlacement, type Placement } from './placement.ts';
import { withArena } from './scratch-arena.ts';

/** The numbers of the functions; one that the kernels lack is an error of types. */
const NUMBERS: Record<MathFunction, number> = declared.MathFunction;

/** Elements copied at a time: one page of WebAssembly memory. */
export const BLOCK = 16384;

/** Runs `kernel` on the addresses of the arguments and of y, which may be any of them; of copies, a block at a time. */
function blockwise(
  who: string,
  args: readonly Float32Array[],
  y: Float32Array,
  kernel: (arena: Arena, addresses: readonly number[], count: number) => void,
  exponent?: number,
): void {
  const all = [...args, y];
  const call = (arena: Arena): void => {
    const isHeld = all.every((each) => arena.holds(each));
    const step = isHeld ? y.length : BLOCK;
    const addresses = all.map((each) => (isHeld ? each.byteOffset : arena.take(BLOCK * 4)));
    for (let start = 0; start < y.length; start += step) {
      const count = Math.min(step, y.length - start);
      const copy = (i: number): Float32Array => arena.floats(addresses[i], count);
      if (!isHeld) args.forEach((each, i) => void copy(i).set(each.subarray(start, start + count)));
      arena.parallel(() => kernel(arena, addresses, count));
      if (!isHeld) y.set(copy(args.length), start);
    }
  };
  withArena(who, call, [...all, exponent]);
}

/** y[i] = f(x[i]); y may be x. Spec math-map. */
export function map(f: MathFunction, x: Float32Array, y: Float32Array, exponent: number): void {
  const kernel = ({ kernels }: Arena, [atX, atY]: readonly number[], count: number): void =>
    kernels.map(NUMBERS[f], atX, atY, count, exponent);
  blockwise(f, [x], y, kernel, exponent);
}

/** y = x < 0 ? 0 : x. Spec activation-relu. */
export function relu(x: Float32Array, y: Float32Array): void {
  blockwise('relu', [x], y, ({ kernels }, [atX, atY], count) => kernels.relu(atX, atY, count));
}

/** dx = x > 0 ? dy : 0. Spec activation-relu. */
export function reluGrad(x: Float32Array, dy: Float32Array, dx: Float32Array): void {
  blockwise('relu', [x, dy], dx, ({ kernels }, [atX, atDy, to], count) => kernels.reluGradient(atX, atDy, to, count));
}

/** A sum without an epilogue: what a pixelwise operation is unless it says otherwise. */
export const SUM = { operation: 0, firstSingle: 0, secondSingle: 0, epilogue: 0, a: 0, b: 0, slope: 0 };

/** y = a + b. Spec sum-rules. */
export function add(a: Float32Array, b: Float32Array, y: Float32Array): void {
  blockwise('sum', [a, b], y, (arena, addresses, count) => {
    // Threads share pixels: as many as a power of two gives, each of equally many values.
    const pixels = Math.min(64, count & -count);
    const channels = count / pixels;
    const [first, second, to] = addresses.map((address) => densePlacement(address, [1, 1, pixels], channels));
    const lattice = (from: Placement): number => arena.struct(Lattice, latticeOf([1, 1, 1, pixels], from, to));
    arena.kernels.add(arena.struct(Sum, { ...SUM, first: lattice(first), second: lattice(second), channels }));
  });
}
