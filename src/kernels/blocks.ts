// The sizes that kernels work in: results never depend on them; tests straddle every one. Spec kernel-blocks.

/** Rows and columns of a tile: positions × channels (assembly/blocks.ts; a test compares). */
export const MR = 4;
export const NR = 8;

/** Channels per step of pooling loops (assembly/blocks.ts; a test compares). */
export const LANES = 16;

/** Bytes of a row of x in one pass of a depthwise weight gradient (assembly/blocks.ts; a test compares). */
export const PASS_BYTES = 0x4000;

/** Bytes of a place: the addresses of source and destination. */
export const PLACE = 8;

/** Bytes of a lattice: 4 counts, an address and 4 steps for each side. */
export const LATTICE_BYTES = 14 * 4;

/** Most and fewest positions that one call multiplies; between them, as many as touch SOURCE_BYTES of input. */
export const MOST_POSITIONS = 1024;
export const FEWEST_POSITIONS = 32;

/** Input that stays in a second-level cache of 1 MB beside the panels (measured: 256 KB). */
export const SOURCE_BYTES = 256 * 1024;

/** Panel rows of one pass over the sums, 64 KB: longer sums are cut there and go on from y (measured). */
export const PANEL_ROWS = 2048;

/**
 * The same for a single position, where panels are only streamed: longer streams run up to speed less often, and x still
 * stays in the caches (25088 → 4096 at 14.5 GB/s; with 2048 rows 13.8, uncut 13.3; four streams read and not used 15.0).
 */
export const SINGLE_ROWS = 8192;

/** Bytes of the float64 sums of one tile of a weight gradient (assembly/float64-sums.ts). */
export const TILE_BYTES = MR * NR * 8;

/** Float64 sums of an image that wait for its last block: a weight gradient adds to as many tiles of dw at a time. */
export const PART_BYTES = 1024 * 1024;

/** Images are copied in together up to this many bytes, so that small ones share the cost of a call. */
export const STAGED_BYTES = 2 * 1024 * 1024;
