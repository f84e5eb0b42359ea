// Local response normalisation: y = x / (k + alpha · Σ x²)^beta, the sum over neighbouring channels of a pixel.

import { Lattice } from './geometry';
import { pow } from './math';

/** The numbers of one normalisation: channels before and after the one in the middle, and the factors. */
@unmanaged
export class Lrn {
  channels: i32;
  before: i32;
  after: i32;
  k: f32;
  alpha: f32;
}

/** Every pixel of the lattice by itself; y is not x. The sum runs by ascending channel from +0. Spec lrn-forward. */
export function lrn(l: Lattice, g: Lrn, beta: f64): void {
  for (let image: usize = 0; image < l.images; image++) {
    for (let plane: usize = 0; plane < l.planes; plane++) {
      for (let row: usize = 0; row < l.rows; row++) {
        let x = l.source + image * l.sourceImage + plane * l.sourcePlane + row * l.sourceRow;
        let y = l.destination + image * l.destinationImage + plane * l.destinationPlane + row * l.destinationRow;
        for (let column: usize = 0; column < l.columns; column++) {
          lrnPixel(x, y, g, beta);
          x += l.sourceColumn;
          y += l.destinationColumn;
        }
      }
    }
  }
}

function lrnPixel(x: usize, y: usize, g: Lrn, beta: f64): void {
  for (let c = 0; c < g.channels; c++) {
    const end = min(c + g.after, g.channels - 1);
    let sum: f32 = 0;
    for (let j = max(c - g.before, 0); j <= end; j++) {
      const value = load<f32>(x + (<usize>j << 2));
      sum += value * value;
    }
    const d = g.k + g.alpha * sum;
    store<f32>(y + (<usize>c << 2), load<f32>(x + (<usize>c << 2)) / <f32>pow(d, beta));
  }
}
