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
 * of the runs that any of its places needs.
 */
export function places(l: Lattice, first: usize, end: usize, table: usize): void {
  let column = first % l.columns;
  let row = (first / l.columns) % l.rows;
  let plane = (first / l.columns / l.rows) % l.planes;
  let image = first / l.columns / l.rows / l.planes;
  let source: usize = 0;
  let destination: usize = 0;
  let begin = true;
  for (let p = first; p < end; p++) {
    if (begin) {
      source = l.source + image * l.sourceImage + plane * l.sourcePlane + row * l.sourceRow + column * l.sourceColumn;
      destination = l.destination + image * l.destinationImage + plane * l.destinationPlane + row * l.destinationRow + column * l.destinationColumn;
    }
    store<usize>(table, source);
    store<usize>(table, destination, 4);
    table += PLACE;
    source += l.sourceColumn;
    destination += l.destinationColumn;
    begin = ++column == l.columns;
    if (!begin) continue;
    column = 0;
    if (++row < l.rows) continue;
    row = 0;
    if (++plane < l.planes) continue;
    plane = 0;
    image++;
  }
  for (let p = end - first; p % <usize>MR != 0; p++) {
    store<u64>(table, load<u64>(table - PLACE));
    table += PLACE;
  }
  if (l.spans) tileSpans(l, first, end, table);
}

/** Writes the span of each tile: from the first run that a row of its positions needs to the last. */
function tileSpans(l: Lattice, first: usize, end: usize, table: usize): void {
  let column = first % l.columns;
  let row = (first / l.columns) % l.rows;
  for (let p = first; p < end; p += MR) {
    let from: usize = -1, to: usize = 0;
    for (let left = min<usize>(MR, end - p); left > 0; ) {
      const span = l.spans + row * SPAN;
      from = min(from, load<usize>(span)), to = max(to, load<usize>(span, 4));
      const count = min(left, l.columns - column);
      left -= count, column += count;
      if (column == l.columns) column = 0, row = row + 1 == l.rows ? 0 : row + 1;
    }
    store<usize>(table, from), store<usize>(table, to, 4);
    table += SPAN;
  }
}
