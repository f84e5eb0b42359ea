// Cells of x chosen or mixed: padding, and upsampling by the nearest cell or between two.

import { storeSome } from './store';

/** One image. Each table has an entry of three words for every cell of its axis of y. */
@unmanaged
export class Cells {
  x: usize;
  y: usize;
  planes: i32;
  rows: i32;
  columns: i32;
  channels: i32;
  yPlane: usize;
  yRow: usize;
  yColumn: usize;
  planeTable: usize;
  rowTable: usize;
  columnTable: usize;
  /** The address of four floats: what a cell of padding holds. */
  fill: usize;
}

/** Bytes of an entry: where its cell lies in x, or −1 for padding; where the other one lies; and the share of that. */
const ENTRY: usize = 12;

/**
 * y = low where the share is 0 (so is it for padding), else low·(1 − share) + high·share; at most one axis has shares. Spec pad-forward,
 * upsample-nearest, upsample-linear.
 */
export function cells(g: Cells): void {
  for (let plane = 0; plane < g.planes; plane++) {
    const a = g.planeTable + <usize>plane * ENTRY;
    for (let row = 0; row < g.rows; row++) {
      const b = g.rowTable + <usize>row * ENTRY;
      let y = g.y + <usize>plane * g.yPlane + <usize>row * g.yRow;
      for (let column = 0; column < g.columns; column++, y += g.yColumn) {
        const c = g.columnTable + <usize>column * ENTRY;
        const padding = load<i32>(a) == -1 || load<i32>(b) == -1 || load<i32>(c) == -1;
        const low = padding ? g.fill : g.x + load<usize>(a) + load<usize>(b) + load<usize>(c);
        const high = g.x + load<usize>(a, 4) + load<usize>(b, 4) + load<usize>(c, 4);
        const share = load<f32>(a, 8) + load<f32>(b, 8) + load<f32>(c, 8);
        writeCell(low, padding ? 0 : 16, high, share, y, g.channels);
      }
    }
  }
}

/** The vectors of one cell; `step` is 0 where the first one stands for all. */
function writeCell(low: usize, step: usize, high: usize, share: f32, y: usize, channels: i32): void {
  const s = f32x4.splat(share), r = f32x4.splat(1 - share);
  for (; channels > 0; channels -= 4, low += step, high += 16, y += 16) {
    let v = v128.load(low);
    if (share != 0) v = f32x4.add(f32x4.mul(v, r), f32x4.mul(v128.load(high), s));
    storeSome<f32>(y, v, min(4, channels));
  }
}
