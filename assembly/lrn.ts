// Local response normalisation: y = x / (k + alpha · Σ x²)^beta, the sum over neighbouring channels of a pixel.

import { Lattice } from './lattice';
import { pow } from './math';

/** The numbers of one normalisation: channels before and after the one in the middle, and the factors. */
@unmanaged
export class Lrn {
  channels: i32;
  before: i32;
  after: i32;
  k: f32;
  alpha: f32;
  /** Whether the additions are those of float64. Spec numerics-long. */
  isLong: i32;
}

/**
 * Normalises every pixel of the lattice by itself; y must not be x. The squares are added by ascending channel, from +0.
 * Spec lrn-forward.
 */
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
    const first = max(c - g.before, 0);
    const sum = g.isLong ? squares<f64>(x, first, end) : <f64>squares<f32>(x, first, end);
    const d = g.k + <f32>(<f64>g.alpha * sum);
    store<f32>(y + (<usize>c << 2), load<f32>(x + (<usize>c << 2)) / <f32>pow(d, beta));
  }
}

/** The sum of the squares of channels `first` to `end`, each square a float32, the additions in the type T. */
@inline
function squares<T>(x: usize, first: i32, end: i32): T {
  let sum: T = 0;
  for (let j = first; j <= end; j++) {
    const value = load<f32>(x + (<usize>j << 2));
    sum += <T>(value * value);
  }
  return sum;
}
