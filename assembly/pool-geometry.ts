// The numbers of a pooling: what is done, where the tensors lie, and the windows on each axis.

/** One axis of a window: cell(p, k) = p·stride + k·dilation − before, taken where 0 ≤ cell < input. */
@unmanaged
export class PoolAxis {
  input: i32;
  size: i32;
  stride: i32;
  dilation: i32;
  before: i32;
  output: i32;

  /** The first cell of position p; below 0 it is padding. */
  @inline
  first(p: i32): i32 {
    return p * this.stride - this.before;
  }

  /** Whether all cells of position p are inside the input. */
  @inline
  inside(p: i32): bool {
    return this.first(p) >= 0 && this.first(p) + (this.size - 1) * this.dilation < this.input;
  }

  /** How many positions from p on have all their cells inside the input. */
  @inline
  insideFrom(p: i32): i32 {
    if (!this.inside(p)) return 0;
    const room = this.input - 1 - (this.size - 1) * this.dilation - this.first(p);
    return min(this.output - p, room / this.stride + 1);
  }
}

export enum PoolOperation {
  maximum,
  average,
  maximumGradient,
  averageGradient,
}

/** The numbers of one pooling. */
@unmanaged
export class Pool {
  operation: i32;
  /** Whether x, y and dx are float64. */
  doubles: i32;
  /** Whether sums of float32 are taken in float64; then dx is float64, laid out as x. Spec numerics-long. */
  isLong: i32;
  channels: i32;
  /** x, y or dy, and dx of the first image. */
  x: usize;
  y: usize;
  dx: usize;
  /** The float64 divisors of an average, one for every position. */
  divisor: usize;
  /** Room for two lists of byte offsets: those of a whole window from its first cell, those of a clipped window from x. */
  whole: usize;
  clipped: usize;
  /** The list that is in use, and its end. The kernel sets them. */
  list: usize;
  listEnd: usize;
  /** Bytes from one pixel, row, plane and image of x (and dx) to the next, and of y (and dy). */
  xPixel: i32;
  xRow: i32;
  xPlane: i32;
  xImage: i32;
  yPixel: i32;
  yRow: i32;
  yPlane: i32;
  yImage: i32;
  planes: PoolAxis;
  rows: PoolAxis;
  columns: PoolAxis;
}
