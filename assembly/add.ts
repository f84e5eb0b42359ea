// Sums and products of two tensors, functions of one number, copies, and epilogues by themselves: pixel by pixel, four
// channels at a time.

import { finish } from './epilogue';
import { Lattice } from './lattice';
import { storeSome } from './store';

/** What is done before the epilogue: the first two to two tensors, or to one, which is a copy; the others to one. */
export enum Pixelwise {
  sum,
  product,
  clip,
  hardSigmoid,
  hardSwish,
  prelu,
}

/** The numbers of one pixelwise operation. */
@unmanaged
export class Sum {
  operation: Pixelwise;
  /** Where a and y lie. */
  first: Lattice;
  /** The address of the lattice, with the same counts, whose source is b; 0 without b. */
  second: usize;
  channels: i32;
  /** Whether a or b has one channel, which stands for all. */
  firstSingle: i32;
  secondSingle: i32;
  /** The address of an Epilogue, or 0. */
  epilogue: usize;
  /** The numbers of the function, and the address of a slope for each channel. */
  a: f32;
  b: f32;
  slope: usize;
}

/** y = a + b, a · b or f(a), then the epilogue. y may be a or b. Spec sum-rules, product-rules. */
export function add(g: Sum): void {
  const a = g.first, b = changetype<Lattice>(g.second ? g.second : changetype<usize>(a));
  for (let image: usize = 0; image < a.images; image++) {
    for (let plane: usize = 0; plane < a.planes; plane++) {
      let x = a.source + image * a.sourceImage + plane * a.sourcePlane;
      let other = b.source + image * b.sourceImage + plane * b.sourcePlane;
      let y = a.destination + image * a.destinationImage + plane * a.destinationPlane;
      for (let row: usize = 0; row < a.rows; row++) {
        applyRow(g, x, other, y);
        x += a.sourceRow;
        other += b.sourceRow;
        y += a.destinationRow;
      }
    }
  }
}

/** A row of pixels. Channels of the tail are computed as a whole vector; what lies beyond them is read, never stored. */
function applyRow(g: Sum, x: usize, other: usize, y: usize): void {
  const a = g.first, epilogue = g.epilogue, channels = g.channels, second = g.second, operation = g.operation;
  const otherColumn = second ? changetype<Lattice>(second).sourceColumn : 0;
  const whole = channels & ~3;
  for (let column: usize = 0; column < a.columns; column++) {
    for (let c = 0; c < channels; c += 4) {
      const at: usize = c * 4;
      let v = g.firstSingle ? v128.load32_splat(x) : v128.load(x + at);
      if (second) {
        const w = g.secondSingle ? v128.load32_splat(other) : v128.load(other + at);
        v = operation == Pixelwise.product ? f32x4.mul(v, w) : f32x4.add(v, w);
      } else if (operation > Pixelwise.product) {
        v = applied(g, v, at);
      }
      v = finish(v, epilogue, at);
      if (c < whole) v128.store(y + at, v);
      else storeSome<f32>(y + at, v, channels - whole);
    }
    x += a.sourceColumn;
    y += a.destinationColumn;
    other += otherColumn;
  }
}

/** pmax(v, m) = v < m ? m : v and pmin(v, m) = m < v ? m : v keep NaN and −0. Spec activation-clip, activation-prelu. */
@inline
function applied(g: Sum, v: v128, channel: usize): v128 {
  const a = f32x4.splat(g.a), b = f32x4.splat(g.b), zero = f32x4.splat(0);
  if (g.operation == Pixelwise.clip) return f32x4.pmin(f32x4.pmax(v, a), b);
  if (g.operation == Pixelwise.prelu) {
    return v128.bitselect(f32x4.mul(v, v128.load(g.slope + channel)), v, f32x4.lt(v, zero));
  }
  const h = f32x4.pmin(f32x4.pmax(f32x4.add(f32x4.mul(v, a), b), zero), f32x4.splat(1));
  return g.operation == Pixelwise.hardSwish ? f32x4.mul(v, h) : h;
}
