// What a shift of the input does to the output: which outputs move along, and which change.

import { indexAt, placeOf } from '../../places.ts';
import type { Lab } from './lab.ts';

export interface Moves {
  /** Cells that the output should move on each spatial axis; undefined where the stride does not divide the shift. */
  readonly by?: readonly number[];
  /** The outputs whose value is not the one that moved there, or without `by` not the one that was there. */
  readonly changed: ReadonlySet<number>;
  /** How many are. */
  readonly kept: number;
}

/** Compares the output with that of the input before its shift; nothing where there is no shift. */
export function movesOf(lab: Lab): Moves | undefined {
  const { shift, axes, rank, op, layer, unshifted, params, y } = lab;
  const wanted = shift.slice(2 - rank);
  if (wanted.every((cells) => cells === 0)) return undefined;
  const by = wanted.map((cells, i) => (op === 'transposed' ? cells * axes[i].stride : cells / axes[i].stride));
  const isWhole = by.every(Number.isInteger);
  const before = layer.forward(unshifted, params);
  const changed = new Set<number>();
  y.data.forEach((value, i) => {
    const from = placeOf(y.shape, i).map((at, axis) => at - (isWhole ? (by[axis - 1] ?? 0) : 0));
    const isInside = from.every((at, axis) => at >= 0 && at < y.shape[axis]);
    if (!isInside || !Object.is(before.data[indexAt(y.shape, from)], value)) changed.add(i);
  });
  return { ...(isWhole && { by }), changed, kept: y.data.length - changed.size };
}
