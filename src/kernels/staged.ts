// Tensors in kernel memory, some images at a time: where they lie if they lie there already, or as copies.

import type { Arena } from './arena.ts';
import { STAGED_BYTES } from './blocks.ts';

/** The images of a tensor in kernel memory, as many at a time as there is room for. */
export interface Staged {
  /** Copies images [first, end) in, if they must be; the address of the first. */
  load(first: number, end: number): number;
  /** The address where images from `first` on are to be written. */
  at(first: number): number;
  /** Copies images [first, end) out, if they must be. */
  store(first: number, end: number): void;
}

/** How many images of some tensors are staged together: all of a batch if none must be copied. */
export function stagedImages(arena: Arena, batch: number, tensors: readonly Float32Array[]): number {
  const copied = tensors.filter((each) => !arena.holds(each));
  if (copied.length === 0) return batch;
  const bytes = Math.max(...copied.map((each) => (each.length / batch) * 4));
  return Math.max(1, Math.min(batch, Math.floor(STAGED_BYTES / bytes)));
}

export function staged(arena: Arena, data: Float32Array, batch: number, images: number): Staged {
  const floats = data.length / batch;
  if (arena.holds(data)) {
    const at = (first: number): number => data.byteOffset + first * floats * 4;
    return { load: at, at, store: () => undefined };
  }
  const address = arena.take(images * floats * 4);
  const room = (first: number, end: number): Float32Array => arena.floats(address, (end - first) * floats);
  return {
    load(first, end) {
      room(first, end).set(data.subarray(first * floats, end * floats));
      return address;
    },
    at: () => address,
    store: (first, end) => data.set(room(first, end), first * floats),
  };
}

/** Calls `run` for [0, images), [images, 2·images), … up to the batch. */
export function forBlocks(batch: number, images: number, run: (first: number, end: number) => void): void {
  for (let first = 0; first < batch; first += images) run(first, Math.min(batch, first + images));
}
