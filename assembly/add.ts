// Sums of two tensors, copies, and epilogues by themselves: pixel by pixel, four channels at a time.

import { Lattice } from './lattice';
import { storeSome } from './store';
import { Epilogue, finish } from './tile-4x8';

/**
 * y = a + b, then the epilogue, over the positions of two lattices with the same counts: `first` says where a and y lie,
 * `second` where b does; without it y = a. A tensor may be added to in place. Spec sum-rules.
 */
export function add(first: Lattice, second: usize, channels: i32, epilogue: usize): void {
  const b = changetype<Lattice>(second ? second : changetype<usize>(first));
  for (let image: usize = 0; image < first.images; image++) {
    for (let plane: usize = 0; plane < first.planes; plane++) {
      let x = first.source + image * first.sourceImage + plane * first.sourcePlane;
      let other = b.source + image * b.sourceImage + plane * b.sourcePlane;
      let y = first.destination + image * first.destinationImage + plane * first.destinationPlane;
      for (let row: usize = 0; row < first.rows; row++) {
        addRow(x, first, second ? other : 0, b.sourceColumn, y, channels, epilogue);
        x += first.sourceRow;
        other += b.sourceRow;
        y += first.destinationRow;
      }
    }
  }
}

/** A row of pixels. Channels of the tail are computed as a whole vector; what lies beyond them is read, never stored. */
function addRow(x: usize, l: Lattice, other: usize, otherColumn: usize, y: usize, channels: i32, epilogue: usize): void {
  const e = changetype<Epilogue>(epilogue);
  const whole = channels & ~3;
  for (let column: usize = 0; column < l.columns; column++) {
    for (let c = 0; c < channels; c += 4) {
      const at: usize = c * 4;
      let v = v128.load(x + at);
      if (other) v = f32x4.add(v, v128.load(other + at));
      if (epilogue) v = finish(v, e, at);
      if (c < whole) v128.store(y + at, v);
      else storeSome(y + at, v, channels - whole);
    }
    x += l.sourceColumn;
    y += l.destinationColumn;
    if (other) other += otherColumn;
  }
}
