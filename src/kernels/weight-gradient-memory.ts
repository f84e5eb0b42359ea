// The memory of a weight gradient: x as it is staged, float64 sums by tiles, rooms for the structs, the patches of im2col.

import { imagesOfSum, SUM_POSITIONS } from '../reference/convolution.ts';
import type { Data } from '../tensor.ts';
import { type ConvGeometry, outputs, taps } from '../window.ts';
import { type Arena, wordsOf } from './arena.ts';
import { PART_BYTES } from './blocks.ts';
import { forward, imagesOf } from './contraction.ts';
import { Lattice, MR, NR, Packing, PartSums, PLACE, TILE_BYTES, Walk, WeightGradient } from './declared.ts';
import { makePaddedInput, type PaddedInput } from './padded-input.ts';
import { type Runs, runsOf } from './runs.ts';

/** The memory of one weight gradient. */
export interface Workspace {
  readonly g: ConvGeometry;
  /** Words of 4 bytes in a value: 1 for float32, 2 for float64; and its bytes. */
  readonly words: 1 | 2;
  readonly value: number;
  readonly source: PaddedInput;
  /** Positions of an image, and images of a part. */
  readonly P: number;
  readonly together: number;
  /** Rows of tiles of a group, the bytes of their float64 sums, and how many of them a call adds to. */
  readonly tiles: number;
  readonly tileBytes: number;
  readonly some: number;
  /** dw, and float64 sums by tiles: those of a part of several blocks, and of all parts before if there are any. */
  readonly dw: number;
  readonly part: number;
  readonly total: number;
  /** Room for the places of the (tap, channel) pairs, and for the structs. */
  readonly pairs: number;
  readonly lattice: number;
  readonly packing: number;
  readonly walk: number;
  readonly sums: number;
  readonly call: number;
  readonly packed: number;
  readonly patches?: Patches | undefined;
}

/** Memory of im2col: the patches of a block as rows of a matrix. */
interface Patches {
  readonly runs: Runs;
  readonly table: number;
  readonly places: number;
  readonly matrix: number;
}

/** Takes the memory, and stages nothing yet. */
export function makeWorkspace(arena: Arena, g: ConvGeometry, x: Data, dw: Data, im2col: boolean): Workspace {
  const words = dw instanceof Float32Array ? 1 : 2;
  const value = 4 * words;
  const c = forward(g, words);
  const { phases } = c;
  const source = makePaddedInput(arena, { data: wordsOf(x), batch: g.batch, ...imagesOf(c.source, c) }, phases);
  const [P, K] = [outputs(g.axes), taps(g.axes)];
  const together = imagesOfSum(P);
  const tiles = Math.ceil((K * g.channels) / MR);
  const tileBytes = (Math.ceil((g.filters * words) / NR) * TILE_BYTES) / words;
  // With im2col one call adds to all tiles, so that the patches are copied only once.
  const some = im2col ? tiles : Math.min(tiles, Math.max(1, Math.floor(PART_BYTES / tileBytes)));
  return {
    g,
    words,
    value,
    source,
    P,
    together,
    tiles,
    tileBytes,
    some,
    dw: arena.holds(dw) ? dw.byteOffset : arena.take(dw.byteLength),
    part: P > SUM_POSITIONS ? arena.take(some * tileBytes) : 0,
    total: g.batch > together ? arena.take(g.groups * tiles * tileBytes) : 0,
    pairs: arena.take((K * g.channels + MR) * PLACE),
    lattice: arena.room(Lattice),
    packing: arena.room(Packing),
    walk: arena.room(Walk),
    sums: arena.room(PartSums),
    call: arena.room(WeightGradient),
    packed: arena.take(SUM_POSITIONS * MR * value),
    patches: im2col ? makePatches(arena, runsOf(phases[0], source, g.channels * 4), K * g.channels) : undefined,
  };
}

const makePatches = (arena: Arena, runs: Runs, terms: number): Patches => ({
  runs,
  table: arena.table(runs.offsets),
  places: arena.take((SUM_POSITIONS + MR) * PLACE),
  matrix: arena.take(SUM_POSITIONS * terms * 4),
});
