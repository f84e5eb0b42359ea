// The tile for a single place, as in a dense layer at batch 1, or for the last of 7 × 7 places: with 1 × 32 sums, where a
// tile of 4 × 8 would compute three rows that nobody needs.
//
//   1 row   [ a0 a1 | a2 a3 | a4 a5 | a6 a7 ]  += x · four panels: the speed is that of reading the panels

import { NR } from './blocks';
import { storeFinishedEight } from './epilogue';
import { Product } from './product';
import { tile } from './tile-4x8';

/** Panels of the tile. */
export const ACROSS: i32 = 4;

/** y[one place][filters from o on]. If fewer than four panels are left, the tile of 4 × 8 computes them. */
export function multiplyOne(g: Product, place: usize, panel: usize, o: i32, filters: i32): void {
  for (; o + (ACROSS - 1) * NR < filters; o += ACROSS * NR) {
    tileAcross(g, place, panel, o * 4, min(NR, filters - o - (ACROSS - 1) * NR));
    panel += <usize>ACROSS * g.panelBytes;
  }
  for (; o < filters; o += NR) {
    tile<f32>(g, g.runs, g.runsEnd, place, panel, o * 4, min(NR, filters - o));
    panel += g.panelBytes;
  }
}

/** Four panels; of the last one the first `lanes` channels exist. */
function tileAcross(g: Product, place: usize, panel: usize, channel: usize, lanes: i32): void {
  const y = load<usize>(place, 4) + channel;
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
  if (g.reload) {
    a0 = v128.load(y), a1 = v128.load(y, 16), a2 = v128.load(y, 32), a3 = v128.load(y, 48);
    a4 = v128.load(y, 64), a5 = v128.load(y, 80), a6 = v128.load(y, 96), a7 = v128.load(y, 112);
  }
  const panelBytes = g.panelBytes, runsEnd = g.runsEnd, length = g.length;
  let runs = g.runs;
  let w0 = panel, w1 = panel + panelBytes, w2 = panel + 2 * panelBytes, w3 = panel + 3 * panelBytes;
  do {
    let x = load<usize>(place) + load<usize>(runs);
    const end = x + length;
    do {
      const v = v128.load32_splat(x);
      a0 = f32x4.add(a0, f32x4.mul(v, v128.load(w0)));
      a1 = f32x4.add(a1, f32x4.mul(v, v128.load(w0, 16)));
      a2 = f32x4.add(a2, f32x4.mul(v, v128.load(w1)));
      a3 = f32x4.add(a3, f32x4.mul(v, v128.load(w1, 16)));
      a4 = f32x4.add(a4, f32x4.mul(v, v128.load(w2)));
      a5 = f32x4.add(a5, f32x4.mul(v, v128.load(w2, 16)));
      a6 = f32x4.add(a6, f32x4.mul(v, v128.load(w3)));
      a7 = f32x4.add(a7, f32x4.mul(v, v128.load(w3, 16)));
      x += 4;
      w0 += NR * 4;
      w1 += NR * 4;
      w2 += NR * 4;
      w3 += NR * 4;
    } while (x != end);
    runs += 4;
  } while (runs != runsEnd);
  const e = g.epilogue;
  storeFinishedEight(y, a0, a1, e, channel, NR);
  storeFinishedEight(y + 32, a2, a3, e, channel + 32, NR);
  storeFinishedEight(y + 64, a4, a5, e, channel + 64, NR);
  storeFinishedEight(y + 96, a6, a7, e, channel + 96, lanes);
}
