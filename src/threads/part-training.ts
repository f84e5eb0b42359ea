// How the calls of training are parted: arrays of values, images with sums of their own, tiles of weight gradients.

import {
  MR,
  Norm,
  NR,
  Packing,
  PartSums,
  PLACE,
  ROW,
  SUM_POSITIONS,
  TILE_BYTES,
  WeightGradient,
} from '../kernels/declared.ts';
import { each, type Section, share } from './share.ts';
import type { Call, KernelName } from './shared-arena.ts';
import type { Structs } from './struct-copies.ts';

/** Where the addresses and the count stand in the arguments of kernels over arrays, and bytes or floats of one step. */
const ARRAYS: Readonly<
  Partial<Record<KernelName, readonly [addresses: readonly number[], count: number, bytes: number]>>
> = {
  zero: [[0], 1, 1],
  relu: [[0, 1], 2, 4],
  reluGradient: [[0, 1, 2], 3, 4],
  map: [[1, 2], 3, 4],
  normalize: [[1, 2], 3, 0],
  normGradient: [[1, 2, 3], 4, 0],
};

/** Values in a cache line of 64 bytes, so that no two threads write in one. */
const LINE = 64;

/** Each thread some of the values, or of the rows of a norm. */
export function partFlat(structs: Structs, calls: readonly Call[], threads: number): Section {
  return each(threads, (t) =>
    calls.flatMap(({ name, numbers }) => {
      const [addresses, count, size] = ARRAYS[name]!;
      const bytes = size || structs.field(numbers[0], Norm, 'channels') * 4;
      const [first, end] = share(numbers[count], t, threads, size === 0 ? 1 : LINE);
      if (first === end) return [];
      const own = numbers.map((number, i) =>
        addresses.includes(i) ? number + first * bytes : i === count ? end - first : number,
      );
      return [{ name, numbers: own }];
    }),
  );
}

/** Each thread the sums of some of the images. */
export function partImages(_: Structs, calls: readonly Call[], threads: number): Section {
  return each(threads, (t) =>
    calls.flatMap(({ name, numbers }) => {
      const [x, rows, columns, sums, images, ...rest] = numbers;
      const [first, end] = share(images, t, threads);
      if (first === end) return [];
      const move = (address: number): number => address + first * rows * columns * 4;
      const others = name === 'sumTerms' ? [rest[0], move(rest[1])] : rest;
      const to = sums + first * Math.ceil(columns / 8) * 8 * 8;
      return [{ name, numbers: [move(x), rows, columns, to, end - first, ...others] }];
    }),
  );
}

/** Room for 4 values of x at each position of a block, float64 too. */
const PACKED_BYTES = SUM_POSITIONS * MR * 8;

/** Each thread some of the tiles of dw, over all positions of all images in their order. */
export function partTiles(structs: Structs, calls: readonly Call[], threads: number): Section {
  return each(threads, (t) => {
    let packed = 0;
    return calls.flatMap(({ name, numbers: [plan] }) => {
      const [tiles, filters, room, doubles] = (['tiles', 'filters', 'packed', 'doubles'] as const).map((field) =>
        structs.field(plan, WeightGradient, field),
      );
      const [first, end] = share(tiles, t, threads);
      if (first === end) return [];
      const bytes = first * Math.ceil(filters / (NR >> doubles)) * (TILE_BYTES >> doubles);
      const move = (address: number): number => address && address + bytes;
      if (t > 0 && packed === 0) packed = structs.arena.take(PACKED_BYTES);
      const own = {
        places: (before: number): number => before + first * MR * PLACE,
        tiles: end - first,
        packed: t > 0 ? packed : room,
        sums: (sums: number): number =>
          sums && structs.copy(sums, PartSums, { from: move, part: move, total: move, to: move }),
      };
      return [{ name, numbers: [structs.copy(plan, WeightGradient, own)] }];
    });
  });
}

/** Each thread some of the rows of the panels. */
export function partPacking(structs: Structs, calls: readonly Call[], threads: number): Section {
  return each(threads, (t) =>
    calls.flatMap(({ name, numbers: [plan] }) => {
      const [rows, rowStep] = (['rows', 'rowStep'] as const).map((field) => structs.field(plan, Packing, field));
      const [first, end] = share(rows, t, threads, NR);
      if (first === end) return [];
      const own = {
        rows: end - first,
        panel: (before: number): number => before + first * ROW,
        source: (before: number): number => before + first * rowStep,
      };
      return [{ name, numbers: [structs.copy(plan, Packing, own)] }];
    }),
  );
}
