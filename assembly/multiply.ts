// The loops around the tiles: panel by panel, tile by tile.

import { MR, NR, ROW } from './blocks';
import { ACROSS, multiplyOne } from './tile-1x32';
import { PLACE, SPAN } from './lattice';
import { Product } from './product';
import { tile } from './tile-4x8';

/** Bytes of a cache line, and parts of a panel that are fetched side by side. */
const LINE: usize = 64;
const STREAMS: usize = 8;

/**
 * Reads the weights of a panel so that they are in the cache. The first tile would wait for them line by line: one stream
 * reads memory at 9 GB/s, eight streams at 16 (measured: ResNet-50's 7×7 layers run 10 % faster). A host cannot remove a
 * load whose result is not used, because it may trap.
 */
function fetch(panel: usize, bytes: usize): void {
  const part = bytes / STREAMS;
  const end = panel + bytes;
  for (let i: usize = 0; i < part; i += LINE) {
    for (let at = panel + i; at < end; at += part) load<u8>(at);
  }
}

/**
 * Panels of at most this many bytes, which are sums of 64 terms, are multiplied four at a time at each place: y is then
 * written in whole cache lines, and ResNet-50's 1×1 layers of 64 channels run 1 to 3 % faster. Longer sums gain nothing
 * (measured).
 */
const SHORT: usize = 0x800;

/**
 * The product for `count` places, whose table fills whole tiles. If one place is left over after the tiles of four, the
 * tile of one row computes it while the panels are in the cache. Spec conv-forward, conv-input-gradient.
 */
export function multiply(g: Product, places: usize, count: i32): void {
  const width = NR >> g.doubles;
  const alone = !g.doubles && count % MR == 1;
  const end = places + (alone ? count - 1 : (count + MR - 1) & -MR) * PLACE;
  const spans = places + ((count + MR - 1) & -MR) * PLACE;
  const bytes = (g.runsEnd - g.runs) / 4 * (g.length / 4 >> g.doubles) * ROW;
  const together = bytes <= SHORT ? ACROSS * width : width;
  const filters = g.filters;
  let panel = g.panel;
  for (let o = 0; o < filters; o += ACROSS * width) {
    const until = min(filters, o + ACROSS * width);
    let near = panel;
    for (let first = o; places != end && first < until; first += together) {
      fetch(near, bytes);
      sweep(g, places, end, spans, near, first, min(until, first + together));
      near += g.panelBytes;
    }
    if (alone) multiplyOne(g, end, panel, o, until);
    panel += <usize>ACROSS * g.panelBytes;
  }
}

/** The tiles of filters o to `until`, place by place, each over the runs of its span. Its numbers are all that differs between calls with g. */
function sweep(g: Product, places: usize, end: usize, spans: usize, panel: usize, o: i32, until: i32): void {
  const width = NR >> g.doubles;
  const firstRun = g.firstRun, all = <i32>(g.runsEnd - g.runs), run = (g.length / 4 >> g.doubles) * ROW;
  let from = 0, to = all;
  for (let place = places; place != end; place += MR * PLACE, spans += SPAN) {
    if (firstRun >= 0) {
      from = max(0, min(all, load<i32>(spans) - firstRun));
      to = max(from, min(all, load<i32>(spans, 4) - firstRun));
    }
    let near = panel + <usize>(from / 4) * run;
    for (let first = o; first < until; first += width) {
      const lanes = min(width, until - first);
      if (g.doubles) tile<f64>(g, g.runs + from, g.runs + to, place, near, first * 8, lanes);
      else tile<f32>(g, g.runs + from, g.runs + to, place, near, first * 4, lanes);
      near += g.panelBytes;
    }
  }
}
