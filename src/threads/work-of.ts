// About how much work a call of a kernel is, in multiply-adds: threads share only what takes longer than to meet.

import {
  Depthwise,
  Lattice,
  Lrn,
  MR,
  Norm,
  NR,
  Packing,
  Pool,
  PoolAxis,
  Product,
  Sum,
  TapAxis,
  Walk,
  WeightGradient,
  Winograd,
} from '../kernels/declared.ts';
import type { Call } from './shared-arena.ts';
import type { Structs } from './struct-copies.ts';

/** Less work than this the first thread does alone: some 50 microseconds, of which threads that meet cost several. */
export const LEAST_WORK = 1_000_000;

/** What a value costs that is compared, moved or added; one that is added in float64 or normalized; one that is raised to a power. */
const [TOUCH, NORM, POWER] = [4, 16, 100];

/** The cells under a window. */
export const cellsOf = (structs: Structs, pool: number): number =>
  (['planes', 'rows', 'columns'] as const).reduce(
    (cells, axis) => cells * structs.field(structs.field(pool, Pool, axis), PoolAxis, 'size'),
    1,
  );

export function workOf(structs: Structs, { name, numbers }: Call): number {
  const [plan, second, third] = numbers;
  const pixels = (lattice: number): number =>
    (['images', 'planes', 'rows', 'columns'] as const).reduce(
      (n, axis) => n * structs.field(lattice, Lattice, axis),
      1,
    );
  switch (name) {
    case 'multiply': {
      const [runs, end, length, filters] = (['runs', 'runsEnd', 'length', 'filters'] as const).map((field) =>
        structs.field(plan, Product, field),
      );
      return Math.ceil(third / MR) * MR * Math.ceil(filters / NR) * NR * ((end - runs) / 4) * (length / 4);
    }
    case 'winogradSums': {
      const [m, channels, filters] = (['outputs', 'channels', 'filters'] as const).map((field) =>
        structs.field(plan, Winograd, field),
      );
      return second * (m + 2) * (m + 2) * channels * filters;
    }
    case 'depthwise': {
      const columns = structs.field(plan, Depthwise, 'columns');
      return structs.field(columns, TapAxis, 'positions') * structs.field(plan, Depthwise, 'channels') * TOUCH;
    }
    case 'pool': {
      const columns = structs.field(structs.field(plan, Pool, 'columns'), PoolAxis, 'output');
      return (third - second) * columns * structs.field(plan, Pool, 'channels') * cellsOf(structs, plan);
    }
    case 'add':
      return pixels(structs.field(plan, Sum, 'first')) * structs.field(plan, Sum, 'channels') * TOUCH;
    case 'lrn':
      return pixels(plan) * structs.field(second, Lrn, 'channels') * POWER;
    case 'accumulate': {
      const [tiles, filters, walk] = (['tiles', 'filters', 'walk'] as const).map((field) =>
        structs.field(plan, WeightGradient, field),
      );
      return tiles * MR * Math.ceil(filters / NR) * NR * structs.field(walk, Walk, 'count');
    }
    case 'normGradient':
      return numbers[4] * structs.field(plan, Norm, 'channels') * NORM;
    case 'normalize':
      return numbers[3] * structs.field(plan, Norm, 'channels') * NORM;
    case 'sumRows':
    case 'sumTerms':
      return second * third * numbers[4] * NORM;
    case 'relu':
      return third * TOUCH;
    case 'reluGradient':
      return numbers[3] * TOUCH;
    case 'map':
      return numbers[3] * POWER;
    case 'pack':
      return structs.field(plan, Packing, 'rows') * structs.field(plan, Packing, 'columns') * TOUCH;
    case 'copyRows':
      return pixels(plan) * second;
    case 'zero':
      return second * 2;
    default:
      return 0;
  }
}
