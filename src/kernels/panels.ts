// Panels: the filters of a piece in the order of its terms, eight side by side.

import type { Arena } from './arena.ts';
import { NR, STAGED_BYTES } from './blocks.ts';
import type { Contraction } from './contraction.ts';
import type { Piece } from './pieces.ts';

/** Panels lie `bytes` apart, the first ones of two groups `groupBytes`. */
export interface Panels {
  readonly address: number;
  readonly rows: number;
  readonly bytes: number;
  readonly groupBytes: number;
}

/** The address where `count` values of w from the one numbered `first` lie until the next call. */
export type Staged = (first: number, count: number) => number;

/** Rows of one tap that are staged together: filters that lie side by side may come in parts. */
const rowsTogether = (c: Contraction): number =>
  c.targetStep === 1
    ? Math.min(c.source.channels, Math.max(1, Math.floor(STAGED_BYTES / (c.sourceStep * 4))))
    : c.source.channels;

/** The most bytes of w that a contraction asks for together. */
export const stagedBytes = (c: Contraction): number =>
  c.depthwise
    ? c.taps[0] * c.taps[1] * c.taps[2] * c.tapStep * 4
    : (c.targetStep === 1 ? rowsTogether(c) * c.sourceStep : c.tapStep) * 4;

/** Takes the memory of a piece's panels, to be packed when the arena is ready. */
export function packPanels(arena: Arena, c: Contraction, [a, b, d]: Piece, w: Staged): Panels {
  const terms = c.source.channels;
  const rows = a.taps.length * b.taps.length * d.taps.length * terms;
  const bytes = rows * NR * 4;
  const groupBytes = Math.ceil(c.target.channels / NR) * bytes;
  const address = arena.take(c.groups * groupBytes);
  arena.whenReady(() => {
    let panel = address;
    for (const i of a.taps) {
      for (const j of b.taps) {
        for (const k of d.taps) {
          packTap(arena, c, (i * c.taps[1] + j) * c.taps[2] + k, panel, bytes, groupBytes, w);
          panel += terms * NR * 4;
        }
      }
    }
  });
  return { address, rows, bytes, groupBytes };
}

function packTap(
  arena: Arena,
  c: Contraction,
  tap: number,
  panel: number,
  bytes: number,
  groupBytes: number,
  w: Staged,
): void {
  const [terms, together] = [c.source.channels, rowsTogether(c)];
  for (let row = 0; row < terms; row += together) {
    const rows = Math.min(together, terms - row);
    const first = tap * c.tapStep + row * c.sourceStep;
    const from = w(first, together < terms ? rows * c.sourceStep : c.tapStep);
    for (let group = 0; group < c.groups; group++) {
      const to = panel + group * groupBytes + row * NR * 4;
      const source = from + group * c.groupStep * 4;
      arena.kernels.pack(to, bytes, source, rows, c.sourceStep * 4, c.target.channels, c.targetStep * 4);
    }
  }
}
