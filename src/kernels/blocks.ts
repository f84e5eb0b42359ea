// The sizes of blocks that TypeScript decides; those of assembly/ are in declared.ts. Results never depend on them, and
// tests take sizes on both sides of every one. Spec kernel-blocks.

/**
 * The most and the fewest positions that one call multiplies. Between these limits it is as many as read SOURCE_BYTES of
 * input.
 */
export const MOST_POSITIONS = 1024;
export const FEWEST_POSITIONS = 32;

/** Bytes of input that stay in a second-level cache of 1 MB beside the panels (measured). */
export const SOURCE_BYTES = 512 * 1024;

/**
 * Rows of a panel that one pass multiplies, 64 KB. Longer sums are computed in several passes, each of which goes on from
 * y (measured).
 */
export const PANEL_ROWS = 2048;

/**
 * The same for a single position, where each panel is read once. Longer passes read memory faster, as long as x stays in
 * the caches (measured for a dense layer 25088 → 4096: 14.5 GB/s; 13.8 with 2048 rows, 13.3 in one pass; 15.0 for four
 * streams that are only read).
 */
export const SINGLE_ROWS = 8192;

/** Bytes of float64 sums that one call of a weight gradient adds to: so many tiles of dw are done at a time. */
export const PART_BYTES = 1024 * 1024;

/** Images are copied in together up to this many bytes, so that small ones share the cost of a call. */
export const STAGED_BYTES = 2 * 1024 * 1024;
