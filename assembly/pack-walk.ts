// Packing of x for a weight gradient: its values along a walk over the positions, side by side.

import { MR } from './blocks';

/** The positions [images][planes][rows][columns] in order, `count` of them, with the byte steps of x from `origin` on. */
@unmanaged
export class Walk {
  count: i32;
  planes: i32;
  rows: i32;
  columns: i32;
  origin: usize;
  image: usize;
  plane: usize;
  row: usize;
  column: usize;
}

/** A stretch of a walk: how many positions, and where its first one lies. */
@unmanaged
export class Block {
  count: i32;
  image: i32;
  plane: i32;
  row: i32;
  column: i32;

  /** Chooses `count` positions of a walk from the one numbered `first` on. */
  choose(walk: Walk, first: i32, count: i32): void {
    this.count = count;
    this.column = first % walk.columns;
    first /= walk.columns;
    this.row = first % walk.rows;
    first /= walk.rows;
    this.plane = first % walk.planes;
    this.image = first / walk.planes;
  }
}

/**
 * The values of x at 4 places along a block, side by side: 16 bytes for every position, or 32 in float64. A walk through x
 * itself would step over whole pixels, whose addresses share few cache sets (measured: half the speed at 512 channels).
 */
export function packBlock(doubles: i32, places: usize, walk: Walk, block: Block, packed: usize): void {
  const x0 = load<usize>(places), x1 = load<usize>(places, 8), x2 = load<usize>(places, 16), x3 = load<usize>(places, 24);
  const S = <usize>4 << doubles;
  const together = x1 == x0 + S && x2 == x0 + 2 * S && x3 == x0 + 3 * S;
  let plane = block.plane, row = block.row, column = block.column;
  let image = walk.origin + <usize>block.image * walk.image;
  for (let left = block.count; left > 0; ) {
    const count = min(left, walk.columns - column);
    const at = image + <usize>plane * walk.plane + <usize>row * walk.row + <usize>column * walk.column;
    if (together) packTogether(doubles, x0 + at, walk.column, count, packed);
    else if (doubles) packApart<f64>(x0 + at, x1 + at, x2 + at, x3 + at, walk.column, count, packed);
    else packApart<f32>(x0 + at, x1 + at, x2 + at, x3 + at, walk.column, count, packed);
    packed += <usize>(count * MR) * S;
    left -= count;
    column = 0;
    if (++row < walk.rows) continue;
    row = 0;
    if (++plane < walk.planes) continue;
    plane = 0;
    image += walk.image;
  }
}

@inline
function packTogether(doubles: i32, x: usize, step: usize, count: i32, packed: usize): void {
  for (; count > 0; count--) {
    v128.store(packed, v128.load(x));
    packed += 16;
    if (doubles) {
      v128.store(packed, v128.load(x, 16));
      packed += 16;
    }
    x += step;
  }
}

/** Seven arguments, which stay in registers where it is inlined: loading the four addresses again costs time at every row. */
@inline
function packApart<T>(x0: usize, x1: usize, x2: usize, x3: usize, step: usize, count: i32, packed: usize): void {
  for (; count > 0; count--) {
    store<T>(packed, load<T>(x0));
    store<T>(packed, load<T>(x1), sizeof<T>());
    store<T>(packed, load<T>(x2), 2 * sizeof<T>());
    store<T>(packed, load<T>(x3), 3 * sizeof<T>());
    x0 += step;
    x1 += step;
    x2 += step;
    x3 += step;
    packed += MR * sizeof<T>();
  }
}
