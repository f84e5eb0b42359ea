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
  /** What a cell of padding holds. */
  fill: f32;
}

/** Bytes of an entry: where its cell lies in x, or −1 for padding; where the other one lies; and the share of that. */
const ENTRY: usize = 12;

/**
 * y = low where the share is 0, else low·(1 − share) + high·share; at most one axis has shares. Spec pad-forward,
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
        if (load<i32>(a) == -1 || load<i32>(b) == -1 || load<i32>(c) == -1) {
          fillCell(y, g.fill, g.channels);
          continue;
        }
        const low = g.x + load<usize>(a) + load<usize>(b) + load<usize>(c);
        const share = load<f32>(a, 8) + load<f32>(b, 8) + load<f32>(c, 8);
        if (share == 0) copyCell(low, y, g.channels);
        else mixCell(low, g.x + load<usize>(a, 4) + load<usize>(b, 4) + load<usize>(c, 4), y, share, g.channels);
      }
    }
  }
}

function fillCell(y: usize, value: f32, channels: i32): void {
  for (; channels > 0; channels -= 4, y += 16) storeSome(y, f32x4.splat(value), min(4, channels));
}

function copyCell(x: usize, y: usize, channels: i32): void {
  for (; channels > 0; channels -= 4, x += 16, y += 16) storeSome(y, v128.load(x), min(4, channels));
}

function mixCell(low: usize, high: usize, y: usize, share: f32, channels: i32): void {
  const s = f32x4.splat(share), r = f32x4.splat(1 - share);
  for (; channels > 0; channels -= 4, low += 16, high += 16, y += 16) {
    const v = f32x4.add(f32x4.mul(v128.load(low), r), f32x4.mul(v128.load(high), s));
    storeSome(y, v, min(4, channels));
  }
}
