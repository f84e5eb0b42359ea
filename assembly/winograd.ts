// Winograd's minimal filtering for 3×3 windows of stride 1 [Lavin and Gray 2016]: m×m outputs from (m+2)×(m+2) cells.
//
//   y = Aᵀ [ Σ_c (G w_c Gᵀ) ∘ (Bᵀ x_c B) ] A         m = 2: points 0, ±1, ∞        m = 4: points 0, ±1, ±2, ∞
//
// The (m+2)² entries are planes: the sums over channels are one product of matrices in each, by the usual tile.
// Transforms work on four channels or filters at once: columns first, into `columns`, then rows. The formulas are those
// of src/reference/winograd.ts, to the bit. Spec winograd-transforms.

import { MR, NR } from './blocks';
import { PLACE } from './geometry';
import { storeSome } from './lanes';
import { Epilogue, finish, tile } from './tile';

/** The numbers of one block of tiles. A plane of x is `inputPlane` bytes, one of sums `sumPlane`. */
@unmanaged
export class Winograd {
  /** m: 2 or 4. */
  outputs: i32;
  channels: i32;
  filters: i32;
  /** Bytes from one pixel and row of the source to the next, and of y. */
  sourcePixel: usize;
  sourceRow: usize;
  pixel: usize;
  row: usize;
  /** Positions of y, and tiles that cover them. */
  height: i32;
  width: i32;
  tilesDown: i32;
  tilesAcross: i32;
  inputs: usize;
  inputPlane: usize;
  sums: usize;
  sumPlane: usize;
}

/** The first of two passes of a transform: 6 × 6 vectors at most. */
const columns = memory.data(6 * 6 * 16, 16);
const COLUMNS: usize = 6 * 16;

/** Bᵀ applied to the values at `from`, `step` bytes apart. */
@inline
function transformInput(m: i32, from: usize, step: usize, to: usize, toStep: usize, lanes: i32): void {
  const x0 = v128.load(from), x1 = v128.load(from + step), x2 = v128.load(from + 2 * step), x3 = v128.load(from + 3 * step);
  if (m == 2) {
    storeSome(to, f32x4.sub(x0, x2), lanes);
    storeSome(to + toStep, f32x4.add(x1, x2), lanes);
    storeSome(to + 2 * toStep, f32x4.sub(x2, x1), lanes);
    storeSome(to + 3 * toStep, f32x4.sub(x1, x3), lanes);
    return;
  }
  const x4 = v128.load(from + 4 * step), x5 = v128.load(from + 5 * step);
  const four = f32x4.splat(4), five = f32x4.splat(5), two = f32x4.splat(2);
  const a = f32x4.sub(x4, f32x4.mul(four, x2)), b = f32x4.sub(x3, f32x4.mul(four, x1));
  const c = f32x4.sub(x4, x2), d = f32x4.mul(two, f32x4.sub(x3, x1));
  storeSome(to, f32x4.add(f32x4.sub(f32x4.mul(four, x0), f32x4.mul(five, x2)), x4), lanes);
  storeSome(to + toStep, f32x4.add(a, b), lanes);
  storeSome(to + 2 * toStep, f32x4.sub(a, b), lanes);
  storeSome(to + 3 * toStep, f32x4.add(c, d), lanes);
  storeSome(to + 4 * toStep, f32x4.sub(c, d), lanes);
  storeSome(to + 5 * toStep, f32x4.add(f32x4.sub(f32x4.mul(four, x1), f32x4.mul(five, x3)), x5), lanes);
}

/** G applied to three values. */
@inline
function transformWeight(m: i32, from: usize, step: usize, to: usize, toStep: usize): void {
  const w0 = v128.load(from), w1 = v128.load(from + step), w2 = v128.load(from + 2 * step);
  const s = f32x4.add(w0, w2);
  if (m == 2) {
    const half = f32x4.splat(0.5);
    v128.store(to, w0);
    v128.store(to + toStep, f32x4.mul(f32x4.add(s, w1), half));
    v128.store(to + 2 * toStep, f32x4.mul(f32x4.sub(s, w1), half));
    v128.store(to + 3 * toStep, w2);
    return;
  }
  const six = f32x4.splat(-6);
  const p = f32x4.div(f32x4.add(w0, f32x4.mul(f32x4.splat(4), w2)), f32x4.splat(24));
  const q = f32x4.div(w1, f32x4.splat(12));
  v128.store(to, f32x4.mul(w0, f32x4.splat(0.25)));
  v128.store(to + toStep, f32x4.div(f32x4.add(s, w1), six));
  v128.store(to + 2 * toStep, f32x4.div(f32x4.sub(s, w1), six));
  v128.store(to + 3 * toStep, f32x4.add(p, q));
  v128.store(to + 4 * toStep, f32x4.sub(p, q));
  v128.store(to + 5 * toStep, w2);
}

/** Aᵀ applied to m + 2 values. */
@inline
function transformOutput(m: i32, from: usize, step: usize, to: usize, toStep: usize): void {
  const s0 = v128.load(from), s1 = v128.load(from + step), s2 = v128.load(from + 2 * step), s3 = v128.load(from + 3 * step);
  const a = f32x4.add(s1, s2), b = f32x4.sub(s1, s2);
  if (m == 2) {
    v128.store(to, f32x4.add(s0, a));
    v128.store(to + toStep, f32x4.sub(b, s3));
    return;
  }
  const s4 = v128.load(from + 4 * step), s5 = v128.load(from + 5 * step);
  const c = f32x4.add(s3, s4), d = f32x4.sub(s3, s4);
  v128.store(to, f32x4.add(f32x4.add(s0, a), c));
  v128.store(to + toStep, f32x4.add(b, f32x4.mul(f32x4.splat(2), d)));
  v128.store(to + 2 * toStep, f32x4.add(a, f32x4.mul(f32x4.splat(4), c)));
  v128.store(to + 3 * toStep, f32x4.add(f32x4.add(b, f32x4.mul(f32x4.splat(8), d)), s5));
}

/**
 * The weights of one group, w[9][channels] rows of filters `rowStep` bytes apart, into panels of 8 filters in each
 * plane: panel[plane][filters / 8][channels][8].
 */
export function winogradWeights(m: i32, w: usize, rowStep: usize, channels: i32, filters: i32, panel: usize): void {
  if (m == 2) weights(2, w, rowStep, channels, filters, panel);
  else weights(4, w, rowStep, channels, filters, panel);
}

@inline
function weights(m: i32, w: usize, rowStep: usize, channels: i32, filters: i32, panel: usize): void {
  const size = m + 2;
  const tap = <usize>channels * rowStep;
  const panelBytes = <usize>(channels * NR * 4);
  const plane = <usize>((filters + NR - 1) / NR) * panelBytes;
  for (let c = 0; c < channels; c++) {
    for (let o = 0; o < filters; o += 4) {
      const from = w + <usize>c * rowStep + o * 4;
      const to = panel + <usize>(o / NR) * panelBytes + c * (NR * 4) + (o % NR) * 4;
      for (let j: usize = 0; j < 3; j++) transformWeight(m, from + j * tap, 3 * tap, columns + j * 16, COLUMNS);
      for (let i: usize = 0; i < <usize>size; i++) transformWeight(m, columns + i * COLUMNS, 16, to + i * size * plane, plane);
    }
  }
}

/** The cells under `count` tiles into the planes of x. */
export function winogradInputs(g: Winograd, places: usize, count: i32): void {
  for (let t = 0; t < count; t++) {
    const to = g.inputs + <usize>(t * g.channels) * 4;
    if (g.outputs == 2) inputs(2, g, load<usize>(places), to);
    else inputs(4, g, load<usize>(places), to);
    places += PLACE;
  }
}

@inline
function inputs(m: i32, g: Winograd, from: usize, to: usize): void {
  const size: usize = m + 2;
  for (let c = 0; c < g.channels; c += 4) {
    const lanes = min(4, g.channels - c);
    for (let j: usize = 0; j < size; j++) {
      transformInput(m, from + j * g.sourcePixel, g.sourceRow, columns + j * 16, COLUMNS, 4);
    }
    for (let i: usize = 0; i < size; i++) {
      transformInput(m, columns + i * COLUMNS, 16, to + i * size * g.inputPlane, g.inputPlane, lanes);
    }
    from += 16;
    to += 16;
  }
}

/** In every plane, sums = x · panels. `runs` holds the byte offset of each plane of x. */
export function winogradSums(g: Winograd, places: usize, tiles: i32, runs: usize, panel: usize): void {
  const planes = (g.outputs + 2) * (g.outputs + 2);
  const end = places + tiles * MR * PLACE;
  const panelBytes = <usize>(g.channels * NR * 4);
  let sums: usize = 0;
  for (let e = 0; e < planes; e++) {
    for (let o = 0; o < g.filters; o += NR) {
      const lanes = min(NR, g.filters - o);
      for (let place = places; place != end; place += MR * PLACE) {
        tile(place, panel, runs, runs + 4, <usize>g.channels * 4, sums + o * 4, lanes, false, 0);
      }
      panel += panelBytes;
    }
    runs += 4;
    sums += g.sumPlane;
  }
}

/** The sums of `count` tiles, from tile `first` of the images on, into y; what lies beyond y is left out. */
export function winogradOutputs(g: Winograd, places: usize, first: i32, count: i32, epilogue: usize): void {
  for (let t = 0; t < count; t++) {
    const rows = min(g.outputs, g.height - ((first + t) / g.tilesAcross % g.tilesDown) * g.outputs);
    const across = min(g.outputs, g.width - ((first + t) % g.tilesAcross) * g.outputs);
    const from = g.sums + <usize>(t * g.filters) * 4;
    if (g.outputs == 2) outputs(2, g, from, load<usize>(places, 4), rows, across, epilogue);
    else outputs(4, g, from, load<usize>(places, 4), rows, across, epilogue);
    places += PLACE;
  }
}

@inline
function outputs(m: i32, g: Winograd, from: usize, y: usize, rows: i32, across: i32, epilogue: usize): void {
  const size: usize = m + 2;
  const row = columns + 5 * COLUMNS;
  for (let o = 0; o < g.filters; o += 4) {
    const lanes = min(4, g.filters - o);
    for (let j: usize = 0; j < size; j++) {
      transformOutput(m, from + j * g.sumPlane, size * g.sumPlane, columns + j * 16, COLUMNS);
    }
    for (let i = 0; i < rows; i++) {
      transformOutput(m, columns + <usize>i * COLUMNS, 16, row, 16);
      for (let j = 0; j < across; j++) {
        let v = v128.load(row + j * 16);
        if (epilogue) v = finish(v, changetype<Epilogue>(epilogue), o * 4);
        storeSome(y + <usize>i * g.row + <usize>j * g.pixel, v, lanes);
      }
    }
    from += 16;
    y += 16;
  }
}
