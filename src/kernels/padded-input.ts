// The source of a contraction in kernel memory: some images at a time, with zeros around them where windows overhang.

import type { Arena } from './arena.ts';
import { LATTICE_BYTES, STAGED_BYTES } from './blocks.ts';
import { type Padded, type Phase, paddedAxis, type Three } from './phases.ts';
import { densePlacement, type Placement } from './placement.ts';

/** Images staged in the arena. */
export interface PaddedInput extends Placement {
  /** Whether any window meets zeros. */
  readonly isPadded: boolean;
  /** Bytes from the first of the zeros to the first cell. */
  readonly before: number;
  readonly images: number;
  /** Copies images [first, end) of `data` in. */
  readonly load: (first: number, end: number) => void;
}

/** Plans and takes the memory of a source with cells of `size` and `channels`, of which `phases` read. */
export function makePaddedInput(
  arena: Arena,
  data: Float32Array,
  batch: number,
  size: Three<number>,
  channels: number,
  phases: readonly Phase[],
): PaddedInput {
  const read = [0, 1, 2].map((i) => paddedAxis(phases, i as 0 | 1 | 2, size[i])) as unknown as Three<Padded>;
  const isPadded = read.some(({ low, extent }, i) => low > 0 || extent > size[i]);
  const axes = isPadded ? read : (size.map((n) => ({ low: 0, copied: n, extent: n })) as unknown as Three<Padded>);
  const extent = axes.map((axis) => axis.extent) as unknown as Three<number>;
  const { pixel, row, plane, image } = densePlacement(0, extent, channels);
  const floats = data.length / batch;
  const images = Math.max(1, Math.min(batch, Math.floor(STAGED_BYTES / (floats * 4 + image))));
  const stage = arena.take(images * floats * 4);
  const corner = isPadded ? arena.take(images * image) : stage;
  const before = axes[0].low * plane + axes[1].low * row + axes[2].low * pixel;
  const address = corner + before;
  const lattice = arena.take(LATTICE_BYTES);
  const [, b, c] = size;
  const load = (first: number, end: number): void => {
    arena.floats(stage, (end - first) * floats).set(data.subarray(first * floats, end * floats));
    if (!isPadded) return;
    if (first === 0) arena.kernels.zero(corner, images * image);
    const from = [stage, floats * 4, b * c * pixel, c * pixel, pixel];
    const to = [address, image, plane, row, pixel];
    arena.write(lattice, [end - first, axes[0].copied, axes[1].copied, 1, ...from, ...to]);
    arena.kernels.copyRows(lattice, axes[2].copied * pixel);
  };
  return { isPadded, before, address, images, pixel, row, plane, image, load };
}
