// The lattice of positions that a kernel walks over.

import { MR, PLACE, SPAN } from './declared.ts';
import type { Placement } from './placement.ts';

/** Bytes of a place in a table of whole tiles, with its part of its tile's span. */
export const TABLED = PLACE + SPAN / MR;

/**
 * Positions [images, planes, rows, columns]: each reads the cell of that number in one placement and writes the one in
 * another. `spans` is the address of the spans of the rows.
 */
export function latticeOf(
  counts: readonly [number, number, number, number],
  from: Placement,
  to: Placement,
  spans = 0,
) {
  const [images, planes, rows, columns] = counts;
  return {
    images,
    planes,
    rows,
    columns,
    source: from.address,
    sourceImage: from.image,
    sourcePlane: from.plane,
    sourceRow: from.row,
    sourceColumn: from.pixel,
    destination: to.address,
    destinationImage: to.image,
    destinationPlane: to.plane,
    destinationRow: to.row,
    destinationColumn: to.pixel,
    spans,
  };
}
