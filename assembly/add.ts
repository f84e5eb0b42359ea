// Sums of two tensors, copies, and epilogues by themselves: pixel by pixel, four channels at a time.

import { finish } from './epilogue';
import { Lattice } from './lattice';
import { storeSome } from './store';

/** The numbers of one sum. */
@unmanaged
export class Sum {
  /** Where a and y lie. */
  first: Lattice;
  /** The address of the lattice, with the same counts, whose source is b; 0 without b. */
  second: usize;
  channels: i32;
  /** The address of an Epilogue, or 0. */
  epilogue: usize;
}

/** y = a + b, or y = a without b, then the epilogue. y may be a or b. Spec sum-rules. */
export function add(g: Sum): void {
  const a = g.first, b = changetype<Lattice>(g.second ? g.second : changetype<usize>(a));
  for (let image: usize = 0; image < a.images; image++) {
    for (let plane: usize = 0; plane < a.planes; plane++) {
      let x = a.source + image * a.sourceImage + plane * a.sourcePlane;
      let other = b.source + image * b.sourceImage + plane * b.sourcePlane;
      let y = a.destination + image * a.destinationImage + plane * a.destinationPlane;
      for (let row: usize = 0; row < a.rows; row++) {
        addRow(g, x, other, y);
        x += a.sourceRow;
        other += b.sourceRow;
        y += a.destinationRow;
      }
    }
  }
}

/** A row of pixels. Channels of the tail are computed as a whole vector; what lies beyond them is read, never stored. */
function addRow(g: Sum, x: usize, other: usize, y: usize): void {
  const a = g.first, epilogue = g.epilogue, channels = g.channels, isSum = g.second != 0;
  const otherColumn = isSum ? changetype<Lattice>(g.second).sourceColumn : 0;
  const whole = channels & ~3;
  for (let column: usize = 0; column < a.columns; column++) {
    for (let c = 0; c < channels; c += 4) {
      const at: usize = c * 4;
      let v = v128.load(x + at);
      if (isSum) v = f32x4.add(v, v128.load(other + at));
      v = finish(v, epilogue, at);
      if (c < whole) v128.store(y + at, v);
      else storeSome<f32>(y + at, v, channels - whole);
    }
    x += a.sourceColumn;
    y += a.destinationColumn;
    other += otherColumn;
  }
}
