// Steps: what a compiled net does, one after the other. A step is made ready once and then run at every call.

import { checkLike, type Layer, type Params } from '../layer.ts';
import type { LrnStep } from '../program.ts';
import { divisors } from '../reference/pool.ts';
import { sizeOf, type Tensor } from '../tensor.ts';
import type { PoolGeometry } from '../window.ts';
import type { Run } from './contract.ts';
import type { Arena } from './engine.ts';
import { type Finish, writeEpilogues } from './epilogue.ts';
import type { Staged } from './panels.ts';
import type { Piece } from './plan.ts';
import { preparePool } from './pool.ts';
import type { Region } from './region.ts';
import type { Slot } from './slot.ts';

export type RegionOf = (slot: Slot) => Region;

export interface Step {
  readonly reads: readonly Slot[];
  y: Slot;
  /** What is done to the results before they are stored; undefined for a step that can do nothing more. */
  finish: Finish | undefined;
  /** A sum of one part or more; with one part and nothing to finish it is a copy. */
  readonly isSum: boolean;
  /** The most bytes of weights that it asks to have staged. */
  readonly staged: number;
  /** Takes its memory. The result runs it; what is to be written once waits until the arena is ready. */
  prepare(arena: Arena, at: RegionOf, step: Step, stage: () => number): () => void;
}

export const isCopy = ({ isSum, reads, finish }: Step): boolean =>
  isSum && reads.length === 1 && !finish?.norm && !finish?.bias && !finish?.relu;

/** A kernel with weights: the pieces of the source it reads, and how it is made ready. */
export interface Weighted {
  readonly pieces: readonly Piece[];
  readonly staged: number;
  prepare(arena: Arena, w: Staged, source: Region, target: Region, finish: Finish): Run;
}

/** A convolution or a transposed one. */
export function weightedStep(x: Slot, y: Slot, kernel: Weighted, w: Float32Array, finish: Finish): Step {
  return {
    reads: [x],
    y,
    finish,
    isSum: false,
    staged: kernel.staged,
    prepare(arena, at, step, stage) {
      const staged: Staged = (first, count) => {
        arena.floats(stage(), count).set(w.subarray(first, first + count));
        return stage();
      };
      const run = kernel.prepare(arena, staged, at(x), at(step.y), step.finish ?? {});
      return () => run(x.batch);
    },
  };
}

/** y = ((first + second) + third) …, then the epilogue; a part may be y itself. Spec sum-rules. */
export function sumStep(reads: readonly Slot[], y: Slot, finish: Finish): Step {
  return {
    reads,
    y,
    finish,
    isSum: true,
    staged: 0,
    prepare(arena, at, step) {
      const [epilogue] = writeEpilogues(arena, step.finish ?? {}, 1, y.channels);
      const target = at(step.y);
      const [first, ...others] = reads.map((part) => arena.words(latticeOf(part, at(part), target)));
      const own = arena.words(latticeOf(y, target, target));
      const adds = (others.length > 0 ? others : [0]).map((second, i, all) => ({
        first: i === 0 ? first : own,
        second,
        epilogue: i === all.length - 1 ? epilogue : 0,
      }));
      return () => {
        for (const add of adds) arena.kernels.add(add.first, add.second, y.channels, add.epilogue);
      };
    },
  };
}

/** The cells of a slot, where they are read and where they go. */
function latticeOf({ batch, size }: Slot, from: Region, to: Region): number[] {
  const steps = ({ address, image, plane, row, pixel }: Region): number[] => [address, image, plane, row, pixel];
  return [batch, ...size, ...steps(from), ...steps(to)];
}

/** Sets the zeros around a root's cells. */
export function clearMargins(arena: Arena, root: Slot, region: Region): () => void {
  const { address, image, plane, row, pixel } = region;
  const [a, b, c] = root.treeMargins;
  const [planes, rows, columns] = root.size;
  const { batch } = root;
  const strips = [
    { start: address - a[0] * plane - b[0] * row - c[0] * pixel, counts: [1, 1], bytes: a[0] * plane },
    { start: address + planes * plane - b[0] * row - c[0] * pixel, counts: [1, 1], bytes: a[1] * plane },
    { start: address - b[0] * row - c[0] * pixel, counts: [planes, 1], bytes: b[0] * row },
    { start: address + rows * row - c[0] * pixel, counts: [planes, 1], bytes: b[1] * row },
    { start: address - c[0] * pixel, counts: [planes, rows], bytes: c[0] * pixel },
    { start: address + columns * pixel, counts: [planes, rows], bytes: c[1] * pixel },
  ].filter(({ bytes }) => bytes > 0);
  const tables = strips.map(({ start, counts, bytes }) => ({
    lattice: arena.words([batch, ...counts, 1, 0, 0, 0, 0, 0, start, image, plane, row, pixel]),
    bytes,
  }));
  return () => {
    for (const { lattice, bytes } of tables) arena.kernels.zeroRows(lattice, bytes);
  };
}

/** Spec pool-max, pool-average; with `countPadding` undefined it is a maximum. */
export function poolStep(x: Slot, y: Slot, g: PoolGeometry, countPadding: boolean | undefined): Step {
  const divisor = countPadding === undefined ? undefined : divisors(g, countPadding);
  return {
    reads: [x],
    y,
    finish: undefined,
    isSum: false,
    staged: 0,
    prepare: (arena, at) => preparePool(arena, g, at(x), at(y), divisor),
  };
}

/** Spec lrn-forward. */
export function lrnStep(x: Slot, y: Slot, { before, after, k, alpha, beta }: LrnStep): Step {
  return {
    reads: [x],
    y,
    finish: undefined,
    isSum: false,
    staged: 0,
    prepare(arena, at) {
      const lattice = arena.words(latticeOf(x, at(x), at(y)));
      const factors = new Uint32Array(Float32Array.of(k, alpha).buffer);
      const numbers = arena.words([x.channels, before, after, ...factors]);
      return () => arena.kernels.lrn(lattice, numbers, beta);
    },
  };
}

/** A call of a layer's `forward`; x and y are dense. Spec compile-bits. */
export function callStep(layer: Layer, x: Slot, p: Params<Tensor>, y: Slot): Step {
  return {
    reads: [x],
    y,
    finish: undefined,
    isSum: false,
    staged: 0,
    prepare(arena, at) {
      let [from, to]: Float32Array[] = [];
      arena.whenReady(() => {
        from = arena.floats(at(x).address, sizeOf(x.shape));
        to = arena.floats(at(y).address, sizeOf(y.shape));
      });
      return () => {
        const result = layer.forward({ shape: x.shape, data: from.slice() }, p);
        checkLike(layer.name, 'y', result, y.shape, to, 'layer-rules');
        to.set(result.data);
      };
    },
  };
}
