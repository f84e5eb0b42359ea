// The sizes of blocks that TypeScript decides; those of assembly/ are in declared.ts. Results never depend on them, and
// tests take sizes on both sides of every one. Spec kernel-blocks.

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

/** Bytes of float64 sums that one call of a weight gradient adds to: so many tiles of dw are done at a time. */
export const PART_BYTES = 1024 * 1024;

/** Images are copied in together up to this many bytes, so that small ones share the cost of a call. */
export const STAGED_BYTES = 2 * 1024 * 1024;
