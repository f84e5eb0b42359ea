// The sizes of the blocks that the kernels work in. Tests take sizes on both sides of every one.

/** Rows of a tile: output positions, or (tap, channel) pairs of a weight gradient. */
export const MR: i32 = 4;

/** Columns of a tile: two vectors of channels. 4×8 is the one tile that V8 11 to 14 compile without spills (measured). */
export const NR: i32 = 8;

/** Bytes of a row of a panel: two vectors, of 8 float32 or 4 float64. */
export const ROW: i32 = 4 * NR;

/** Channels that one step of a pooling loop holds in registers. */
export const LANES: i32 = 16;

/**
 * Bytes of a row of x in one pass of a depthwise weight gradient: three such rows stay in a first-level cache (measured).
 */
export const PASS_BYTES: i32 = 0x4000;

/** Positions whose products are one float32 sum of a weight gradient, at most. Spec numerics-weight-gradient. */
export const SUM_POSITIONS: i32 = 224;
