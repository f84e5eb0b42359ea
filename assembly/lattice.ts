// The positions of one windowed operation, and where each of them reads and writes.
//
//   A place is two addresses, those of the source and of the destination of one position. Tiles work through tables of
//   places.

import { MR } from './blocks';

/**
 * Positions [images][planes][rows][columns]: how many there are, where the first one reads and writes, and the bytes from
 * there to the next on each axis.
 */
@unmanaged
export class Lattice {
  images: usize;
  planes: usize;
  rows: usize;
  columns: usize;
  source: usize;
  sourceImage: usize;
  sourcePlane: usize;
  sourceRow: usize;
  sourceColumn: usize;
  destination: usize;
  destinationImage: usize;
  destinationPlane: usize;
  destinationRow: usize;
  destinationColumn: usize;
  /** The span of each row of positions, or 0 where all runs of all positions meet cells. */
  spans: usize;
}

/** Bytes of one place. */
export const PLACE: i32 = 8;

/** Bytes of a span: where the runs that meet cells begin in a table of runs, and where they end. The others meet only padding. */
export const SPAN: i32 = 8;

/**
 * Writes the places of the positions [first, end), row-major, and repeats the last one until the table fills whole
 * tiles: a repeated place computes and stores the same values once more. Behind the places the spans of the tiles follow, each
 * from the first run that any of its rows needs to the last.
 */
export function places(l: Lattice, first: usize, end: usize, table: usize): void {
  const spans = table + ((end - first + MR - 1) & -MR) * PLACE;
  let row = first / l.columns, column = first % l.columns;
  for (let p = first; p < end; row++, column = 0) {
    const ownRow = row % l.rows, plane = row / l.rows % l.planes, image = row / l.rows / l.planes;
    let source = l.source + image * l.sourceImage + plane * l.sourcePlane + ownRow * l.sourceRow + column * l.sourceColumn;
    let destination = l.destination + image * l.destinationImage + plane * l.destinationPlane + ownRow * l.destinationRow + column * l.destinationColumn;
    const begin = p - first;
    const rowEnd = min(end, p + l.columns - column);
    for (; p < rowEnd; p++) {
      store<usize>(table, source), store<usize>(table, destination, 4);
      table += PLACE;
      source += l.sourceColumn;
      destination += l.destinationColumn;
    }
    if (l.spans) widen(spans, begin, rowEnd - first, l.spans + ownRow * SPAN);
  }
  for (let p = end - first; p % <usize>MR != 0; p++) {
    store<u64>(table, load<u64>(table - PLACE));
    table += PLACE;
  }
}

/** Makes the spans of the tiles of the places [begin, end) as wide as that of their row. */
function widen(spans: usize, begin: usize, end: usize, span: usize): void {
  const from = load<usize>(span), to = load<usize>(span, 4);
  for (let place = begin & -MR; place < end; place += MR) {
    const at = spans + place * (SPAN / MR), isNew = place >= begin;
    store<usize>(at, isNew ? from : min(from, load<usize>(at)));
    store<usize>(at, isNew ? to : max(to, load<usize>(at, 4)), 4);
  }
}
