// Depthwise convolution: one filter a channel, so that lanes of x meet lanes of w.
//
//   y[4 places][8 channels] = Σ_k x[place + offset k][8 channels] · panel[k][8 channels]
//
// Tiles run over positions first and panels inside: all panels together are small, and x is read in the order of memory.

import { MR, NR } from './blocks';
import { PLACE, Walk } from './geometry';
import { storeLanes } from './lanes';
import { Epilogue, finish } from './tile';

/** The convolution of tiles · 4 places; `offsets` holds the bytes from a place's source to each tap. Spec conv-depthwise. */
export function depthwise(places: usize, tiles: i32, panel: usize, panelBytes: usize, channels: i32, offsets: usize, taps: i32, epilogue: usize): void {
  const end = places + tiles * MR * PLACE;
  const offsetsEnd = offsets + taps * 4;
  const whole = channels & -NR;
  for (let place = places; place != end; place += MR * PLACE) {
    let w = panel;
    for (let c = 0; c < whole; c += NR) {
      depthwiseTile(place, w, offsets, offsetsEnd, c * 4, NR, epilogue);
      w += panelBytes;
    }
    if (whole < channels) depthwiseTile(place, w, offsets, offsetsEnd, whole * 4, channels - whole, epilogue);
  }
}

@inline
function depthwiseTile(places: usize, panel: usize, offsets: usize, offsetsEnd: usize, channel: usize, lanes: i32, epilogue: usize): void {
  const x0 = load<usize>(places, 0) + channel;
  const x1 = load<usize>(places, 8) + channel;
  const x2 = load<usize>(places, 16) + channel;
  const x3 = load<usize>(places, 24) + channel;
  let a00 = f32x4.splat(0), a01 = f32x4.splat(0);
  let a10 = f32x4.splat(0), a11 = f32x4.splat(0);
  let a20 = f32x4.splat(0), a21 = f32x4.splat(0);
  let a30 = f32x4.splat(0), a31 = f32x4.splat(0);
  do {
    const offset = load<usize>(offsets);
    const w0 = v128.load(panel);
    const w1 = v128.load(panel, 16);
    a00 = f32x4.add(a00, f32x4.mul(v128.load(x0 + offset), w0));
    a01 = f32x4.add(a01, f32x4.mul(v128.load(x0 + offset, 16), w1));
    a10 = f32x4.add(a10, f32x4.mul(v128.load(x1 + offset), w0));
    a11 = f32x4.add(a11, f32x4.mul(v128.load(x1 + offset, 16), w1));
    a20 = f32x4.add(a20, f32x4.mul(v128.load(x2 + offset), w0));
    a21 = f32x4.add(a21, f32x4.mul(v128.load(x2 + offset, 16), w1));
    a30 = f32x4.add(a30, f32x4.mul(v128.load(x3 + offset), w0));
    a31 = f32x4.add(a31, f32x4.mul(v128.load(x3 + offset, 16), w1));
    panel += NR * 4;
    offsets += 4;
  } while (offsets != offsetsEnd);
  if (epilogue) {
    const e = changetype<Epilogue>(epilogue);
    a00 = finish(a00, e, channel), a01 = finish(a01, e, channel + 16);
    a10 = finish(a10, e, channel), a11 = finish(a11, e, channel + 16);
    a20 = finish(a20, e, channel), a21 = finish(a21, e, channel + 16);
    a30 = finish(a30, e, channel), a31 = finish(a31, e, channel + 16);
  }
  storeLanes(load<usize>(places, 4) + channel, a00, a01, lanes);
  storeLanes(load<usize>(places, 12) + channel, a10, a11, lanes);
  storeLanes(load<usize>(places, 20) + channel, a20, a21, lanes);
  storeLanes(load<usize>(places, 28) + channel, a30, a31, lanes);
}

/** dw[tiles · 4 taps][channels] += the sum over one image: a place is (x under the tap, dw row). Spec conv-depthwise. */
export function depthwiseGradient(places: usize, tiles: i32, dy: usize, channels: i32, walk: Walk, origin: usize): void {
  const end = places + tiles * MR * PLACE;
  for (let c = 0; c < channels; c += NR) {
    for (let place = places; place != end; place += MR * PLACE) {
      depthwiseGradientTile(place, dy, <usize>channels * 4, walk, origin + c * 4, c * 4, min(NR, channels - c));
    }
  }
}

function depthwiseGradientTile(places: usize, dy: usize, pixel: usize, walk: Walk, origin: usize, channel: usize, lanes: i32): void {
  let a00 = f32x4.splat(0), a01 = f32x4.splat(0);
  let a10 = f32x4.splat(0), a11 = f32x4.splat(0);
  let a20 = f32x4.splat(0), a21 = f32x4.splat(0);
  let a30 = f32x4.splat(0), a31 = f32x4.splat(0);
  let d = dy + channel;
  for (let plane = origin, planes = walk.planes; planes > 0; planes--, plane += walk.plane) {
    for (let row = plane, rows = walk.rows; rows > 0; rows--, row += walk.row) {
      let x0 = load<usize>(places, 0) + row;
      let x1 = load<usize>(places, 8) + row;
      let x2 = load<usize>(places, 16) + row;
      let x3 = load<usize>(places, 24) + row;
      for (let columns = walk.columns; columns > 0; columns--) {
        const d0 = v128.load(d);
        const d1 = v128.load(d, 16);
        a00 = f32x4.add(a00, f32x4.mul(v128.load(x0), d0));
        a01 = f32x4.add(a01, f32x4.mul(v128.load(x0, 16), d1));
        a10 = f32x4.add(a10, f32x4.mul(v128.load(x1), d0));
        a11 = f32x4.add(a11, f32x4.mul(v128.load(x1, 16), d1));
        a20 = f32x4.add(a20, f32x4.mul(v128.load(x2), d0));
        a21 = f32x4.add(a21, f32x4.mul(v128.load(x2, 16), d1));
        a30 = f32x4.add(a30, f32x4.mul(v128.load(x3), d0));
        a31 = f32x4.add(a31, f32x4.mul(v128.load(x3, 16), d1));
        x0 += walk.column;
        x1 += walk.column;
        x2 += walk.column;
        x3 += walk.column;
        d += pixel;
      }
    }
  }
  const w0 = load<usize>(places, 4) + channel;
  const w1 = load<usize>(places, 12) + channel;
  const w2 = load<usize>(places, 20) + channel;
  const w3 = load<usize>(places, 28) + channel;
  // All four rows are read before one is written: places repeat at the end of a table.
  a00 = f32x4.add(v128.load(w0), a00), a01 = f32x4.add(v128.load(w0, 16), a01);
  a10 = f32x4.add(v128.load(w1), a10), a11 = f32x4.add(v128.load(w1, 16), a11);
  a20 = f32x4.add(v128.load(w2), a20), a21 = f32x4.add(v128.load(w2, 16), a21);
  a30 = f32x4.add(v128.load(w3), a30), a31 = f32x4.add(v128.load(w3, 16), a31);
  storeLanes(w0, a00, a01, lanes);
  storeLanes(w1, a10, a11, lanes);
  storeLanes(w2, a20, a21, lanes);
  storeLanes(w3, a30, a31, lanes);
}
