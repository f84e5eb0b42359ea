// Panels: the filters of a phase in the order of its terms, eight side by side.

import { sizeOf } from '../tensor.ts';
import type { Arena } from './arena.ts';
import { NR, STAGED_BYTES } from './blocks.ts';
import type { Contraction, WeightLayout } from './contraction.ts';
import type { Phase } from './phases.ts';

/** Panels lie `bytes` apart, the first ones of two groups `groupBytes`. */
export interface Panels {
  readonly address: number;
  readonly rows: number;
  readonly bytes: number;
  readonly groupBytes: number;
}

/** The address where `count` values of w from the one numbered `first` lie until the next call. */
export type Staged = (first: number, count: number) => number;

/** Rows of a tap, each the filters of a channel, that are staged together: where they are terms, they may come in parts. */
const rowsTogether = ({ channels, filters, terms }: WeightLayout): number =>
  terms === 'channels' ? Math.min(channels, Math.max(1, Math.floor(STAGED_BYTES / (filters * 4)))) : channels;

/** The most bytes of w that a contraction asks for together; a depthwise one asks for all. */
export const stagedBytes = ({ depthwise, weights }: Contraction): number =>
  (depthwise ? sizeOf(weights.taps) * weights.channels : rowsTogether(weights)) * weights.filters * 4;

/** Takes the memory of a phase's panels, to be packed when the arena is ready. */
export function packPanels(arena: Arena, c: Contraction, [a, b, d]: Phase, w: Staged): Panels {
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
          packTap(arena, c, (i * c.weights.taps[1] + j) * c.weights.taps[2] + k, panel, bytes, groupBytes, w);
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
  const { channels, filters, terms } = c.weights;
  const together = rowsTogether(c.weights);
  for (let row = 0; row < channels; row += together) {
    const rows = Math.min(together, channels - row);
    const from = w((tap * channels + row) * filters, rows * filters);
    for (let group = 0; group < c.groups; group++) {
      const to = panel + group * groupBytes + row * NR * 4;
      const source = from + (group * filters * 4) / c.groups;
      if (terms === 'channels') arena.kernels.pack(to, bytes, source, rows, filters * 4, c.target.channels, 4);
      else arena.kernels.pack(to, bytes, source, c.source.channels, 4, rows, filters * 4);
    }
  }
}
