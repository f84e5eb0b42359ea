// Rounding: what a float32 result means in plain JavaScript. Spec numerics-rounding.

import type { Data } from './tensor.ts';

/** Rounds the result of one operation: identity for float64, `Math.fround` for float32. Spec numerics-rounding. */
export type Round = (value: number) => number;

export const roundingOf = (data: Data): Round => (data instanceof Float32Array ? Math.fround : exactly);
const exactly: Round = (value) => value;
