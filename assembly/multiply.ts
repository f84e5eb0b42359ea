// The loops around the tiles: panel by panel, tile by tile.

import { MR, NR } from './blocks';
import { PLACE } from './geometry';
import { Walk, gradientTile, tile } from './tile';

/**
 * y[tiles · 4 places][filters] = Σ over the runs, for panels `panelBytes` apart. Spec conv-forward,
 * conv-input-gradient.
 */
export function multiply(places: usize, tiles: i32, panel: usize, panelBytes: usize, filters: i32, runs: usize, runCount: i32, length: usize, reload: bool, epilogue: usize): void {
  const end = places + tiles * MR * PLACE;
  const runsEnd = runs + runCount * 4;
  for (let o = 0; o < filters; o += NR) {
    const lanes = min(NR, filters - o);
    for (let place = places; place != end; place += MR * PLACE) {
      tile(place, panel, runs, runsEnd, length, o * 4, lanes, reload, epilogue);
    }
    panel += panelBytes;
  }
}

/** dw[tiles · 4 (tap, channel) pairs][filters] over the positions of a walk from `origin`. Spec conv-weight-gradient. */
export function accumulate(places: usize, tiles: i32, panel: usize, panelBytes: usize, filters: i32, walk: Walk, origin: usize, image: usize, reload: bool, last: bool): void {
  const end = places + tiles * MR * PLACE;
  for (let o = 0; o < filters; o += NR) {
    const lanes = min(NR, filters - o);
    for (let place = places; place != end; place += MR * PLACE) {
      gradientTile(place, panel, walk, origin, o * 4, lanes, image, reload, last);
    }
    panel += panelBytes;
  }
}
