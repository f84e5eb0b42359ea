// A depthwise convolution three taps wide, and the weight gradient of a 3×3 one: four channels of some positions at a time.
//
//   a row of taps    w0 w1 w2
//   its cells      [ x0 x1 x2 ]            at stride 1 four positions share the cells; each has a sum of its own, whose
//                     [ x1 x2 x3 ]         terms come in the order of the taps
//                        [ x2 x3 x4 ]
//                           [ x3 x4 x5 ]
//
// The rows of taps are a loop, so that only 4 sums, 6 cells and 3 weights are in registers at a time. V8 11 and 12 move all
// loads of straight-line code to its front, which would need more registers than there are (measured: 40.6 GFLOP/s of 42
// as a loop, 34.6 with three rows in straight-line code, 32.5 with all nine weights in registers). At other strides two
// positions at a time are as fast as four (30.0, and 28 to 32).

import { Depthwise, LISTED } from './depthwise-taps';
import { storeFinished, storeFinishedPair } from './epilogue';

/** Bytes of four channels. */
const QUAD: usize = 16;

/**
 * At least four positions whose list, which ends at `end`, holds whole rows of three taps, at least one: the first
 * `channels`, a multiple of 4.
 */
export function threeTaps(g: Depthwise, x: usize, y: usize, count: i32, channels: i32, end: usize): void {
  const cell = load<usize>(g.list, LISTED) - load<usize>(g.list);
  x += load<usize>(g.list);
  if (cell == <usize>g.xColumn) fourPositions(g, x, y, count, channels * 4, end);
  else twoPositions(g, x, y, count, channels * 4, end);
}

/** Positions whose windows are one cell apart, four at a time; the last four may overlap the four before them. */
function fourPositions(g: Depthwise, x: usize, y: usize, count: i32, channels: usize, end: usize): void {
  const cell = <usize>g.xColumn, row = load<usize>(g.list, 3 * LISTED) - load<usize>(g.list);
  const w = load<usize>(g.list, 4), bytes = (end - g.list) / LISTED * QUAD, quad = <usize>g.wQuad;
  const yCell = <usize>g.yColumn, epilogue = g.epilogue;
  for (let left = count; left > 0; left -= 4) {
    const back = <usize>max(0, 4 - left);
    x -= back * cell, y -= back * yCell;
    for (let channel: usize = 0, panel = w; channel != channels; channel += QUAD, panel += quad) {
      let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0;
      let at = x + channel, v = panel;
      const vEnd = v + bytes;
      do {
        const w0 = v128.load(v), w1 = v128.load(v, QUAD), w2 = v128.load(v, 2 * QUAD);
        const x0 = v128.load(at), x1 = v128.load(at + cell), x2 = v128.load(at + 2 * cell);
        const x3 = v128.load(at + 3 * cell), x4 = v128.load(at + 4 * cell), x5 = v128.load(at + 5 * cell);
        a0 = f32x4.add(a0, f32x4.mul(x0, w0)), a1 = f32x4.add(a1, f32x4.mul(x1, w0));
        a2 = f32x4.add(a2, f32x4.mul(x2, w0)), a3 = f32x4.add(a3, f32x4.mul(x3, w0));
        a0 = f32x4.add(a0, f32x4.mul(x1, w1)), a1 = f32x4.add(a1, f32x4.mul(x2, w1));
        a2 = f32x4.add(a2, f32x4.mul(x3, w1)), a3 = f32x4.add(a3, f32x4.mul(x4, w1));
        a0 = f32x4.add(a0, f32x4.mul(x2, w2)), a1 = f32x4.add(a1, f32x4.mul(x3, w2));
        a2 = f32x4.add(a2, f32x4.mul(x4, w2)), a3 = f32x4.add(a3, f32x4.mul(x5, w2));
        at += row, v += 3 * QUAD;
      } while (v != vEnd);
      const to = y + channel;
      storeFinished<f32>(a0, a1, a2, a3, epilogue, channel, 4, to, to + yCell, to + 2 * yCell, to + 3 * yCell);
    }
    x += 4 * cell, y += 4 * yCell;
  }
}

/** Positions whose windows are `step` apart, two at a time; the last two may overlap the two before them. */
function twoPositions(g: Depthwise, x: usize, y: usize, count: i32, channels: usize, end: usize): void {
  const first = load<usize>(g.list), cell = load<usize>(g.list, LISTED) - first, row = load<usize>(g.list, 3 * LISTED) - first;
  const w = load<usize>(g.list, 4), bytes = (end - g.list) / LISTED * QUAD, quad = <usize>g.wQuad;
  const step = <usize>g.xColumn, yCell = <usize>g.yColumn, epilogue = g.epilogue;
  for (let left = count; left > 0; left -= 2) {
    if (left == 1) x -= step, y -= yCell;
    for (let channel: usize = 0, panel = w; channel != channels; channel += QUAD, panel += quad) {
      let a = f32x4.splat(0), b = a;
      let at = x + channel, v = panel;
      const vEnd = v + bytes;
      do {
        const w0 = v128.load(v), w1 = v128.load(v, QUAD), w2 = v128.load(v, 2 * QUAD);
        const next = at + step;
        a = f32x4.add(a, f32x4.mul(v128.load(at), w0)), b = f32x4.add(b, f32x4.mul(v128.load(next), w0));
        a = f32x4.add(a, f32x4.mul(v128.load(at + cell), w1)), b = f32x4.add(b, f32x4.mul(v128.load(next + cell), w1));
        a = f32x4.add(a, f32x4.mul(v128.load(at + 2 * cell), w2)), b = f32x4.add(b, f32x4.mul(v128.load(next + 2 * cell), w2));
        at += row, v += 3 * QUAD;
      } while (v != vEnd);
      storeFinishedPair(a, b, epilogue, channel, y + channel, y + channel + yCell);
    }
    x += 2 * step, y += 2 * yCell;
  }
}

/**
 * Adds the products of x and dy at `count` positions to nine sums, one for each tap. The list holds the addresses of the
 * sums where a forward pass has those of the weights.
 */
export function nineSums(g: Depthwise, x: usize, dy: usize, count: i32, channel: usize): void {
  const list = g.list, xStep = <usize>g.xColumn, dyStep = <usize>g.yColumn;
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
