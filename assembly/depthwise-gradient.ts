// The weight gradient of a depthwise convolution: four taps against eight channels, over the positions of an image.

import { MR, NR } from './blocks';
import { PLACE, Walk } from './geometry';
import { storeLanes } from './lanes';

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
