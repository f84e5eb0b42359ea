// Steps that work pixel by pixel: sums with their epilogues, local response normalisation, zeros around the cells.

import type { Arena } from '../kernels/arena.ts';
import { Lattice, Lrn, Sum } from '../kernels/declared.ts';
import { type Finish, writeEpilogues } from '../kernels/epilogue.ts';
import { latticeOf } from '../kernels/lattice.ts';
import { offsetOf, type Placement } from '../kernels/placement.ts';
import type { LrnStep } from '../layer/layer.ts';
import { SHORT_SUM } from '../reference/sums.ts';
import type { Three } from '../window.ts';
import type { Activation } from './activation.ts';
import { closed, type RunStep, type Step } from './steps.ts';

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
      const [first, ...others] = reads.map((part) => arena.struct(Lattice, cellsOf(part, at(part), target)));
      const own = arena.struct(Lattice, cellsOf(y, target, target));
      const setImages = imagesOf(arena, [first, ...others, own], y);
      const sums = (others.length > 0 ? others : [0]).map((second, i, all) =>
        arena.struct(Sum, {
          first: i === 0 ? first : own,
          second,
          channels: y.channels,
          epilogue: i === all.length - 1 ? epilogue : 0,
        }),
      );
      return (images) => {
        setImages(images);
        for (const sum of sums) arena.kernels.add(sum);
      };
    },
  };
}

/** The cells of an activation, where they are read and where they go. */
const cellsOf = ({ batch, size }: Activation, from: Placement, to: Placement) => latticeOf([batch, ...size], from, to);

/** Sets the images of lattices over an activation, where they are others than in the call before. */
function imagesOf(arena: Arena, lattices: readonly number[], activation: Activation): RunStep {
  let set = activation.batch;
  return (images) => {
    const count = images(activation);
    if (count !== set) for (const lattice of lattices) arena.write(lattice, Images, { images: count });
    set = count;
  };
}

/** The first field of a lattice. */
const Images = { fields: [Lattice.fields[0]] } as const;

/** Spec lrn-forward. */
export function lrnStep(x: Activation, y: Activation, { before, after, k, alpha, beta }: LrnStep): Step {
  return {
    reads: [x],
    y,
    ...closed,
    prepare(arena, at) {
      const lattice = arena.struct(Lattice, cellsOf(x, at(x), at(y)));
      const isLong = before + after + 1 > SHORT_SUM ? 1 : 0;
      const numbers = arena.struct(Lrn, { channels: x.channels, before, after, k, alpha, isLong });
      const setImages = imagesOf(arena, [lattice], x);
      return (images) => {
        setImages(images);
        arena.kernels.lrn(lattice, numbers, beta);
      };
    },
  };
}

/** Gives the function that sets the zeros around a root's cells, before and after them on each axis. */
export function clearMargins(arena: Arena, root: Activation, to: Placement): () => void {
  const [a, b, c] = root.treeMargins;
  const [planes, rows, columns] = root.size;
  const first: Three<number> = [-a[0], -b[0], -c[0]];
  const strips = [
    { start: first, counts: [1, 1], bytes: a[0] * to.plane },
    { start: [planes, first[1], first[2]], counts: [1, 1], bytes: a[1] * to.plane },
    { start: [0, first[1], first[2]], counts: [planes, 1], bytes: b[0] * to.row },
    { start: [0, rows, first[2]], counts: [planes, 1], bytes: b[1] * to.row },
    { start: [0, 0, first[2]], counts: [planes, rows], bytes: c[0] * to.pixel },
    { start: [0, 0, columns], counts: [planes, rows], bytes: c[1] * to.pixel },
  ] as const;
  const tables = strips
    .filter(({ bytes }) => bytes > 0)
    .map(({ start, counts, bytes }) => {
      const at = { ...to, address: to.address + offsetOf(to, start) };
      return { lattice: arena.struct(Lattice, latticeOf([root.batch, ...counts, 1], at, at)), bytes };
    });
  return () => {
    for (const { lattice, bytes } of tables) arena.kernels.zeroRows(lattice, bytes);
  };
}
