// The input of a kernel in its memory: some images at a time, with zeros around them where windows overhang.

import type { Three } from '../window.ts';
import type { Arena } from './arena.ts';
import { STAGED_BYTES } from './blocks.ts';
import { Lattice } from './declared.ts';
import { latticeOf } from './lattice.ts';
import { marginsOf, type Phase } from './phases.ts';
import { densePlacement, isMarginless, type Placement, paddedPlacement } from './placement.ts';

/** Images in the arena. */
export interface PaddedInput extends Placement {
  /** Whether any window meets zeros. */
  readonly isPadded: boolean;
  /** Bytes from the first of the zeros to the first cell. */
  readonly before: number;
  /** How many images there is room for. */
  readonly images: number;
  /** Copies images [first, end) of the data in, unless they lie in kernel memory. */
  readonly copyIn: (first: number, end: number) => void;
  /** Puts images [first, end) between the zeros, by kernels alone. */
  readonly load: (first: number, end: number) => void;
}

/** The images of a tensor: all their values, how many images, and of each the cells and the channels. */
export interface Images {
  readonly data: Float32Array;
  readonly batch: number;
  readonly size: Three<number>;
  readonly channels: number;
}

/**
 * Takes the memory of an input of which `phases` read: room for some images, or `whole` for all. What lies in kernel
 * memory already is not copied in first.
 */
export function makePaddedInput(arena: Arena, input: Images, phases: readonly Phase[], whole = false): PaddedInput {
  const { data, batch, size, channels } = input;
  const margins = marginsOf(phases, size);
  const isPadded = !isMarginless(margins);
  const floats = data.length / batch;
  const { image } = paddedPlacement(0, size, margins, channels);
  const isHeld = arena.holds(data);
  const fitting = Math.max(1, Math.min(batch, Math.floor(STAGED_BYTES / (floats * 4 + image))));
  const images = whole || (isHeld && !isPadded) ? batch : fitting;
  const stage = isHeld ? data.byteOffset : arena.take(images * floats * 4);
  const dense = densePlacement(stage, size, channels);
  const copyIn = (first: number, end: number): void => {
    if (!isHeld) arena.floats(stage, (end - first) * floats).set(data.subarray(first * floats, end * floats));
  };
  if (!isPadded) return { ...dense, isPadded, before: 0, images, copyIn, load: () => undefined };
  const start = arena.take(images * image);
  const padded = paddedPlacement(start, size, margins, channels);
  const lattice = arena.room(Lattice);
  const load = (first: number, end: number): void => {
    if (first === 0) arena.kernels.zero(start, images * image);
    const from = isHeld ? { ...dense, address: stage + first * dense.image } : dense;
    arena.write(lattice, Lattice, latticeOf([end - first, size[0], size[1], 1], from, padded));
    arena.kernels.copyRows(lattice, size[2] * dense.pixel);
  };
  return { ...padded, isPadded, before: padded.address - start, images, copyIn, load };
}
