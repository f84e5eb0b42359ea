// The version of the numerics, which tells which bits the library gives.

/**
 * The version of the definitions of `spec/` that fix the bits of results: a whole number that increases whenever a
 * result changes in one bit. Results of one version are the same on every host; those of different versions may differ.
 * Spec numerics-version.
 *
 * @example
 * NUMERICS // 2
 */
export const NUMERICS = 2;
