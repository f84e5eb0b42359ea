// A depthwise convolution by 3×3, and its weight gradient: the nine weights, or sums, of four channels stay in registers
// while a row of positions passes by.
//
//   top     x0 x1 x2 x3      two positions side by side at stride 1 share six of their cells; each has a sum of its own,
//   middle  x4 x5 x6 x7      whose terms come in the order of the list
//   bottom  x8 …

import { Epilogue, finish } from './tile';

/**
 * Four whole channels of `count` positions. The list holds nine taps on a grid: byte offsets from x, and addresses of
 * rows of w; `channel` is the byte offset in them.
 */
export function nine(x: usize, xStep: usize, list: usize, y: usize, yStep: usize, count: i32, channel: usize, epilogue: usize): void {
  if (epilogue) row(x, xStep, list, y, yStep, count, channel, epilogue, true);
  else row(x, xStep, list, y, yStep, count, channel, epilogue, false);
}

@inline
function row(x: usize, xStep: usize, list: usize, y: usize, yStep: usize, count: i32, channel: usize, epilogue: usize, finishes: bool): void {
  const w0 = v128.load(load<usize>(list, 4) + channel), w1 = v128.load(load<usize>(list, 12) + channel);
  const w2 = v128.load(load<usize>(list, 20) + channel), w3 = v128.load(load<usize>(list, 28) + channel);
  const w4 = v128.load(load<usize>(list, 36) + channel), w5 = v128.load(load<usize>(list, 44) + channel);
  const w6 = v128.load(load<usize>(list, 52) + channel), w7 = v128.load(load<usize>(list, 60) + channel);
  const w8 = v128.load(load<usize>(list, 68) + channel);
  const cell = load<usize>(list, 8) - load<usize>(list);
  let top = x + load<usize>(list), middle = x + load<usize>(list, 24), bottom = x + load<usize>(list, 48);
  const e = changetype<Epilogue>(epilogue);
  if (xStep == cell) {
    for (; count >= 2; count -= 2) {
      let v = v128.load(top);
      let a = f32x4.add(f32x4.splat(0), f32x4.mul(v, w0));
      v = v128.load(top + cell);
      a = f32x4.add(a, f32x4.mul(v, w1));
      let b = f32x4.add(f32x4.splat(0), f32x4.mul(v, w0));
      top += 2 * cell;
      v = v128.load(top);
      a = f32x4.add(a, f32x4.mul(v, w2)), b = f32x4.add(b, f32x4.mul(v, w1));
      b = f32x4.add(b, f32x4.mul(v128.load(top + cell), w2));
      a = f32x4.add(a, f32x4.mul(v128.load(middle), w3));
      v = v128.load(middle + cell);
      a = f32x4.add(a, f32x4.mul(v, w4)), b = f32x4.add(b, f32x4.mul(v, w3));
      middle += 2 * cell;
      v = v128.load(middle);
      a = f32x4.add(a, f32x4.mul(v, w5)), b = f32x4.add(b, f32x4.mul(v, w4));
      b = f32x4.add(b, f32x4.mul(v128.load(middle + cell), w5));
      a = f32x4.add(a, f32x4.mul(v128.load(bottom), w6));
      v = v128.load(bottom + cell);
      a = f32x4.add(a, f32x4.mul(v, w7)), b = f32x4.add(b, f32x4.mul(v, w6));
      bottom += 2 * cell;
      v = v128.load(bottom);
      a = f32x4.add(a, f32x4.mul(v, w8)), b = f32x4.add(b, f32x4.mul(v, w7));
      b = f32x4.add(b, f32x4.mul(v128.load(bottom + cell), w8));
      v128.store(y, finishes ? finish(a, e, channel) : a);
      v128.store(y + yStep, finishes ? finish(b, e, channel) : b);
      y += 2 * yStep;
    }
  }
  for (; count > 0; count--) {
    let a = f32x4.add(f32x4.splat(0), f32x4.mul(v128.load(top), w0));
    a = f32x4.add(a, f32x4.mul(v128.load(top + cell), w1));
    a = f32x4.add(a, f32x4.mul(v128.load(top + 2 * cell), w2));
    a = f32x4.add(a, f32x4.mul(v128.load(middle), w3));
    a = f32x4.add(a, f32x4.mul(v128.load(middle + cell), w4));
    a = f32x4.add(a, f32x4.mul(v128.load(middle + 2 * cell), w5));
    a = f32x4.add(a, f32x4.mul(v128.load(bottom), w6));
    a = f32x4.add(a, f32x4.mul(v128.load(bottom + cell), w7));
    a = f32x4.add(a, f32x4.mul(v128.load(bottom + 2 * cell), w8));
    v128.store(y, finishes ? finish(a, e, channel) : a);
    top += xStep;
    middle += xStep;
    bottom += xStep;
    y += yStep;
  }
}

/** Adds the products of `count` positions with dy to the nine sums, whose addresses the list holds in the place of w. */
export function nineSums(x: usize, xStep: usize, list: usize, dy: usize, dyStep: usize, count: i32, channel: usize): void {
  const s0 = load<usize>(list, 4) + channel, s1 = load<usize>(list, 12) + channel, s2 = load<usize>(list, 20) + channel;
  const s3 = load<usize>(list, 28) + channel, s4 = load<usize>(list, 36) + channel, s5 = load<usize>(list, 44) + channel;
  const s6 = load<usize>(list, 52) + channel, s7 = load<usize>(list, 60) + channel, s8 = load<usize>(list, 68) + channel;
  let a0 = v128.load(s0), a1 = v128.load(s1), a2 = v128.load(s2);
  let a3 = v128.load(s3), a4 = v128.load(s4), a5 = v128.load(s5);
  let a6 = v128.load(s6), a7 = v128.load(s7), a8 = v128.load(s8);
  const cell = load<usize>(list, 8) - load<usize>(list);
  let top = x + load<usize>(list), middle = x + load<usize>(list, 24), bottom = x + load<usize>(list, 48);
  do {
    const d = v128.load(dy);
    a0 = f32x4.add(a0, f32x4.mul(v128.load(top), d));
    a1 = f32x4.add(a1, f32x4.mul(v128.load(top + cell), d));
    a2 = f32x4.add(a2, f32x4.mul(v128.load(top + 2 * cell), d));
    a3 = f32x4.add(a3, f32x4.mul(v128.load(middle), d));
    a4 = f32x4.add(a4, f32x4.mul(v128.load(middle + cell), d));
    a5 = f32x4.add(a5, f32x4.mul(v128.load(middle + 2 * cell), d));
    a6 = f32x4.add(a6, f32x4.mul(v128.load(bottom), d));
    a7 = f32x4.add(a7, f32x4.mul(v128.load(bottom + cell), d));
    a8 = f32x4.add(a8, f32x4.mul(v128.load(bottom + 2 * cell), d));
    top += xStep;
    middle += xStep;
    bottom += xStep;
    dy += dyStep;
  } while (--count > 0);
  v128.store(s0, a0), v128.store(s1, a1), v128.store(s2, a2);
  v128.store(s3, a3), v128.store(s4, a4), v128.store(s5, a5);
  v128.store(s6, a6), v128.store(s7, a7), v128.store(s8, a8);
}
