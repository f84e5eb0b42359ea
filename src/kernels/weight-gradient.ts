// The weight gradient: four (tap, channel) pairs of x against panels of dy, over the positions of a part, in float32 or
// float64.
//
//   for images staged together: for each group: for each part: for some tiles of dw: one call for all its blocks
//
// A part is an image of several blocks, or some images that are one block. Spec numerics-weight-gradient.

import { SUM_POSITIONS } from '../reference/convolution.ts';
import type { Data } from '../tensor.ts';
import type { ConvGeometry } from '../window.ts';
import { type Arena, wordsOf } from './arena.ts';
import { Lattice, MR, NR, Packing, PartSums, PLACE, ROW, Walk, WeightGradient } from './declared.ts';
import { latticeOf } from './lattice.ts';
import { densePlacement, type Placement, stridedPlacement } from './placement.ts';
import { runPlanned } from './scratch-arena.ts';
import { makeWorkspace, type Workspace } from './weight-gradient-memory.ts';

/** Images [first, end) of a part, as far as they are staged, for one group: the addresses of x and of the panels of dy. */
interface Staged {
  readonly group: number;
  readonly first: number;
  readonly end: number;
  readonly x: number;
  readonly panel: number;
  readonly panelBytes: number;
}

/** The tensors of one call, all of one type; dw is filled. */
export interface WeightGradientCall {
  readonly x: Data;
  readonly dy: Data;
  readonly dw: Data;
}

/**
 * Fills dw. Returns false, with dw untouched, where zeros that stand for padding would meet ∞ or NaN in dy. Spec
 * numerics-padding.
 */
export function convWeightGrad(g: ConvGeometry, { x, dy, dw }: WeightGradientCall, im2col: boolean): boolean {
  const plan = (arena: Arena): (() => boolean) => {
    const { kernels } = arena;
    const workspace = makeWorkspace(arena, g, x, dw, im2col);
    const { P, together, source, words, value } = workspace;
    const { images, isPadded } = source;
    const [F, O] = [g.filters, g.groups * g.filters];
    const panelBytes = images * P * ROW;
    const isHeld = arena.holds(dy);
    const copy = isHeld ? 0 : arena.take(images * P * O * value);
    const panels = arena.take(Math.ceil((F * words) / NR) * panelBytes);
    const addGroup = (group: number, first: number, end: number, stage: number): void => {
      const rows = (end - first) * P;
      const matrix = { source: stage + group * F * value, rows, rowStep: O * value, columns: F, columnStep: value };
      arena.write(workspace.packing, Packing, { panel: panels, panelBytes, ...matrix, doubles: words - 1 });
      arena.parallel(() => kernels.pack(workspace.packing));
      writePairs(arena, workspace, group);
      const addParts = (): void => {
        for (let n = first, next = n; n < end; n = next) {
          next = Math.min(end, n - (n % together) + together);
          const panel = panels + (n - first) * P * ROW;
          const x = source.address + (n - first) * source.image + group * g.channels * value;
          addPart(arena, workspace, { group, first: n, end: next, x, panel, panelBytes });
        }
      };
      if (im2col) addParts();
      else arena.parallel(addParts);
    };
    return () => {
      for (let first = 0; first < g.batch; first += images) {
        const end = Math.min(g.batch, first + images);
        const rows = (end - first) * P;
        source.copyIn(first, end);
        source.load(first, end);
        const stage = isHeld ? dy.byteOffset + first * P * O * value : copy;
        if (!isHeld) arena.floats(stage, rows * O * words).set(wordsOf(dy.subarray(first * P * O, end * P * O)));
        if (isPadded && kernels.finite(stage, rows * O, words - 1) === 0) return false;
        for (let group = 0; group < g.groups; group++) addGroup(group, first, end, stage);
      }
      if (!arena.holds(dw)) wordsOf(dw).set(arena.floats(workspace.dw, dw.length * words));
      return true;
    };
  };
  return runPlanned('conv', plan, [g, x, dy, dw, im2col]);
}

/** Writes the places of the (tap, channel) pairs of a group: where x begins, relative to a position, and the row of dw. */
function writePairs(arena: Arena, workspace: Workspace, group: number): void {
  const { g, value, source, dw, pairs, lattice, patches } = workspace;
  const [a, b, c] = g.axes;
  const counts = [a.size, b.size, c.size, g.channels] as const;
  const [plane, row, pixel] = [a.dilation * source.plane, b.dilation * source.row, c.dilation * source.pixel];
  const inSource = { address: -source.before, image: plane, plane: row, row: pixel, pixel: value };
  const dense = (address: number, bytes: number): Placement =>
    densePlacement(address, [b.size, c.size, g.channels], bytes / 4);
  const from = patches ? dense(0, value) : inSource;
  const to = dense(dw + group * g.filters * value, g.groups * g.filters * value);
  arena.write(lattice, Lattice, latticeOf(counts, from, to));
  arena.kernels.places(lattice, 0, a.size * b.size * c.size * g.channels, pairs);
}

/**
 * Adds images of a part to the float64 sums. The last ones of all go to dw, and so do those of a part whose other images
 * are not staged yet: its sums go on from there.
 */
function addPart(arena: Arena, workspace: Workspace, images: Staged): void {
  const { g, P, together, tiles, tileBytes, some, pairs, walk, packed, call } = workspace;
  const { first, end, panel, panelBytes } = images;
  const count = (end - first) * P;
  const stretch = workspace.patches ? SUM_POSITIONS : count;
  for (let tile = 0; tile < tiles; tile += some) {
    const total = workspace.total && workspace.total + (images.group * tiles + tile) * tileBytes;
    for (let p = 0; p < count; p += stretch) {
      writeWalk(arena, workspace, images.x, p, Math.min(stretch, count - p));
      arena.write(call, WeightGradient, {
        places: pairs + tile * MR * PLACE,
        tiles: Math.min(some, tiles - tile),
        panel: panel + p * ROW,
        panelBytes,
        filters: g.filters,
        walk,
        packed,
        doubles: workspace.words - 1,
        reload: first % together === 0 ? 0 : 1,
        sums: sumsOf(arena, workspace, images, { total, isBegun: p > 0, isLast: p + stretch >= count }),
      });
      arena.kernels.accumulate(call);
    }
  }
}

/** A stretch of the positions of a part: where the sums of all parts before lie, and whether it begins or ends the part. */
interface Stretch {
  readonly total: number;
  readonly isBegun: boolean;
  readonly isLast: boolean;
}

/** Writes where the sums of blocks go and gives its address; 0 if they stay in dw. */
function sumsOf(
  arena: Arena,
  { g, P, together, part, sums }: Workspace,
  { first, end }: Staged,
  stretch: Stretch,
): number {
  const { total, isBegun, isLast } = stretch;
  const isCut = end < g.batch && end % together !== 0;
  if (isCut || (P <= SUM_POSITIONS && !total)) return 0;
  const before = first < together ? 0 : total;
  const to = end < g.batch ? total : 0;
  const ofStretch = { from: isBegun ? part : 0, part, total: isLast ? before : 0, to: isLast ? to : part };
  arena.write(sums, PartSums, P <= SUM_POSITIONS ? { from: before, part: 0, total: 0, to } : ofStretch);
  return sums;
}

/** Writes the walk over `count` positions of x from the one numbered `first` on; with im2col over their patches. */
function writeWalk(arena: Arena, workspace: Workspace, x: number, first: number, count: number): void {
  const { g, source, P, walk, lattice, patches } = workspace;
  const [a, b, c] = g.axes;
  const { address: origin, ...steps } = stridedPlacement({ ...source, address: x }, 0, [a.stride, b.stride, c.stride]);
  if (!patches) {
    const { image, plane, row, pixel: column } = steps;
    const [planes, rows, columns] = [a.output, b.output, c.output];
    // Images of one position each are like one row of positions, which the inner loop walks over.
    const along = P === 1 ? lineOf(count, image) : { planes, rows, columns, image, plane, row, column };
    arena.write(walk, Walk, { count, origin, ...along });
    return;
  }
  const { runs, table, places, matrix } = patches;
  const nowhere = { address: 0, image: 0, plane: 0, row: 0, pixel: 0 };
  const from = { address: origin, ...steps };
  arena.write(lattice, Lattice, latticeOf([1, a.output, b.output, c.output], from, nowhere));
  arena.kernels.places(lattice, first, first + count, places);
  arena.kernels.gather(places, count, table, runs.offsets.length, runs.length, matrix);
  arena.write(walk, Walk, { count, origin: matrix, ...lineOf(count, runs.offsets.length * runs.length) });
}

/** The counts and steps of a walk over `count` positions in a line. */
const lineOf = (count: number, column: number) => ({
  planes: 1,
  rows: 1,
  columns: count,
  image: 0,
  plane: 0,
  row: 0,
  column,
});
