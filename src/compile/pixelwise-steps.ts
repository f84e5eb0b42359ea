// Steps over the cells of tensors: sums with their epilogues, local response normalisation, zeros around the cells.

import type { Arena } from '../kernels/arena.ts';
import { type Finish, writeEpilogues } from '../kernels/epilogue.ts';
import type { Placement } from '../kernels/placement.ts';
import type { LrnStep } from '../layer/layer.ts';
import { SHORT_SUM } from '../reference/sums.ts';
import type { Activation } from './activation.ts';
import type { Step } from './steps.ts';

/** y = ((first + second) + third) …, then the epilogue; a part may be y itself. Spec sum-rules. */
export function sumStep(reads: readonly Activation[], y: Activation, finish: Finish): Step {
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

/** The cells of a activation, where they are read and where they go. */
function latticeOf({ batch, size }: Activation, from: Placement, to: Placement): number[] {
  const steps = ({ address, image, plane, row, pixel }: Placement): number[] => [address, image, plane, row, pixel];
  return [batch, ...size, ...steps(from), ...steps(to)];
}

/** Spec lrn-forward. */
export function lrnStep(x: Activation, y: Activation, { before, after, k, alpha, beta }: LrnStep): Step {
  return {
    reads: [x],
    y,
    finish: undefined,
    isSum: false,
    staged: 0,
    prepare(arena, at) {
      const lattice = arena.words(latticeOf(x, at(x), at(y)));
      const factors = new Uint32Array(Float32Array.of(k, alpha).buffer);
      const isLong = before + after + 1 > SHORT_SUM ? 1 : 0;
      const numbers = arena.words([x.channels, before, after, ...factors, isLong]);
      return () => arena.kernels.lrn(lattice, numbers, beta);
    },
  };
}

/** Sets the zeros around a root's cells. */
export function clearMargins(arena: Arena, root: Activation, placement: Placement): () => void {
  const { address, image, plane, row, pixel } = placement;
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
