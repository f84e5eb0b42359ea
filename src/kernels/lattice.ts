// The lattice of positions that a kernel walks over.

import type { Placement } from './placement.ts';

/**
 * Positions [images, planes, rows, columns]: each reads the cell of that number in one placement and writes the one in
 * another.
 */
export function latticeOf(counts: readonly [number, number, number, number], from: Placement, to: Placement) {
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
  };
}
