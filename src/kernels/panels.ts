// Panels: the filters of a phase in the order of its terms, eight side by side.

import type { Arena } from './arena.ts';
import { STAGED_BYTES } from './blocks.ts';
import type { Contraction, WeightLayout } from './contraction.ts';
import { NR, Packing } from './declared.ts';
import type { Phase } from './phases.ts';
import type { StagedWeights } from './weighted-kernel.ts';

/** Panels lie `bytes` apart, the first ones of two groups `groupBytes`. */
export interface Panels {
  readonly address: number;
  readonly rows: number;
  readonly bytes: number;
  readonly groupBytes: number;
}

/** Rows of a tap, each the filters of a channel, that are staged together: where they are terms, they may come in parts. */
const rowsTogether = ({ channels, filters, terms }: WeightLayout): number =>
  terms === 'channels' ? Math.min(channels, Math.max(1, Math.floor(STAGED_BYTES / (filters * 4)))) : channels;

/** The most bytes of w that are staged together. */
export const stagedBytes = (weights: WeightLayout): number => rowsTogether(weights) * weights.filters * 4;

/** Takes the memory of a phase's panels, to be packed when the arena is ready. */
export function packPanels(arena: Arena, c: Contraction, [a, b, d]: Phase, w: StagedWeights): Panels {
  const terms = c.source.channels;
  const rows = a.taps.length * b.taps.length * d.taps.length * terms;
  const bytes = rows * NR * 4;
  const groupBytes = Math.ceil(c.target.channels / NR) * bytes;
  const panels = { address: arena.take(c.groups * groupBytes), rows, bytes, groupBytes };
  const packing = arena.room(Packing);
  arena.whenReady(() => {
    let first = 0;
    for (const i of a.taps) {
      for (const j of b.taps) {
        for (const k of d.taps) {
          const tap = (i * c.weights.taps[1] + j) * c.weights.taps[2] + k;
          for (const part of partsOf(c, tap, w)) {
            const panel = panels.address + part.group * groupBytes + (first + part.row) * NR * 4;
            arena.write(packing, Packing, { panel, panelBytes: bytes, ...part.matrix });
            arena.kernels.pack(packing);
          }
          first += terms;
        }
      }
    }
  });
  return panels;
}

/** The matrices of one tap, staged one after the other: the terms of a group, from the one numbered `row` on, by its filters. */
function* partsOf(c: Contraction, tap: number, w: StagedWeights) {
  const { channels, filters, terms } = c.weights;
  const together = rowsTogether(c.weights);
  for (let row = 0; row < channels; row += together) {
    const count = Math.min(together, channels - row);
    const from = w((tap * channels + row) * filters, count * filters);
    for (let group = 0; group < c.groups; group++) {
      const source = from + (group * filters * 4) / c.groups;
      const matrix =
        terms === 'channels'
          ? { rows: count, rowStep: filters * 4, columns: c.target.channels, columnStep: 4 }
          : { rows: c.source.channels, rowStep: 4, columns: count, columnStep: filters * 4 };
      yield { group, row, matrix: { source, ...matrix } };
    }
  }
}
