// Steps that work pixel by pixel: sums and products with their epilogues, functions of one number, local response normalisation, zeros around the cells.

import type { Arena } from '../kernels/arena.ts';
import { Lattice, Lrn, Pixelwise, Sum } from '../kernels/declared.ts';
import { SUM } from '../kernels/elementwise.ts';
import { type Finish, writeEpilogues } from '../kernels/epilogue.ts';
import { latticeOf } from '../kernels/lattice.ts';
import { offsetOf, type Placement } from '../kernels/placement.ts';
import { struct } from '../kernels/struct.ts';
import type { LrnStep, PointwiseStep } from '../layer/step.ts';
import { SHORT_SUM } from '../reference/sums.ts';
import type { Three } from '../window.ts';
import type { Activation } from './activation.ts';
import { closed, type RunStep, type Step } from './steps.ts';

/** What a sum may be instead. */
type Function = PointwiseStep | { readonly operation: 'product' };

/** y = ((first + second) + third) …, then the epilogue; a part may be y itself. Spec sum-rules, product-rules. */
export function sumStep(reads: readonly Activation[], y: Activation, finish: Finish, instead?: Function): Step {
  return {
    reads,
    y,
    finish,
    isSum: true,
    isFunction: instead !== undefined,
    staged: 0,
    prepare(arena, at, step) {
      const [epilogue] = writeEpilogues(arena, step.finish ?? {}, 1, y.channels);
      const target = at(step.y);
      const [first, ...others] = reads.map((part) => ({
        lattice: arena.struct(Lattice, cellsOf(y, repeated(part, at(part), y), target)),
        single: part.channels < y.channels ? 1 : 0,
      }));
      const own = { lattice: arena.struct(Lattice, cellsOf(y, target, target)), single: 0 };
      const all = [first, ...others, own].map(({ lattice }) => lattice);
      const setImages = imagesOf(arena, all, y);
      const { operation = 'sum', slope, ...numbers } = (instead ?? {}) as Partial<PointwiseStep>;
      const slopes = slope ? arena.values(slope) : 0;
      const sums = (others.length > 0 ? others : [{ lattice: 0, single: 0 }]).map((second, i, all) =>
        arena.struct(Sum, {
          ...SUM,
          ...numbers,
          operation: Pixelwise[operation],
          first: (i === 0 ? first : own).lattice,
          second: second.lattice,
          channels: y.channels,
          firstSingle: (i === 0 ? first : own).single,
          secondSingle: second.single,
          epilogue: i === all.length - 1 ? epilogue : 0,
          slope: slopes,
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

/** A placement that reads the one cell of an axis again and again where y has more. */
function repeated(part: Activation, from: Placement, y: Activation): Placement {
  const [plane, row, pixel] = part.size.map((cells, i) => cells === y.size[i]);
  return {
    ...from,
    plane: plane ? from.plane : 0,
    row: row ? from.row : 0,
    pixel: pixel ? from.pixel : 0,
  };
}

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
const Images = struct('images');

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
