// Panels: the filters of a phase in the order of its terms, eight side by side.

import { sizeOf } from '../tensor.ts';
import type { Arena } from './arena.ts';
import { STAGED_BYTES } from './blocks.ts';
import type { Contraction, WeightLayout } from './contraction.ts';
import { NR, Packing, ROW } from './declared.ts';
import type { Phase } from './phases.ts';
import type { StagedWeights } from './weighted-kernel.ts';

/** Panels begin `bytes` apart, those of the next group `groupBytes` later. Each has a row of weights, 8 float32 or 4 float64, for every term. */
export interface Panels {
  readonly address: number;
  readonly rows: number;
  readonly bytes: number;
  readonly groupBytes: number;
}

/**
 * How many rows of w are staged together; a row is the filters of one channel at one tap. If the terms of a sum are
 * channels, rows may come in parts of any size, over several taps. If they are filters, all rows of a tap come together.
 */
const rowsTogether = ({ taps, channels, filters, terms }: WeightLayout, words: number): number =>
  terms === 'channels'
    ? Math.min(sizeOf(taps) * channels, Math.max(1, Math.floor(STAGED_BYTES / (filters * 4 * words))))
    : channels;

/** The most bytes of w that are staged together. */
export const stagedBytes = ({ weights, words }: Contraction): number =>
  rowsTogether(weights, words) * weights.filters * 4 * words;

/** Takes the memory of a phase's panels, to be packed when the arena is ready. */
export function packPanels(arena: Arena, c: Contraction, phase: Phase, w: StagedWeights): Panels {
  const stretches = stretchesOf(c.weights, phase);
  const termsOf = ({ count }: Stretch): number => (c.weights.terms === 'channels' ? count : c.source.channels);
  const rows = stretches.reduce((sum, stretch) => sum + termsOf(stretch), 0);
  const bytes = rows * ROW;
  const groupBytes = Math.ceil((c.target.channels * c.words) / NR) * bytes;
  const address = arena.take(c.groups * groupBytes);
  const packing = arena.room(Packing);
  arena.whenReady(() => {
    let panel = address;
    for (const stretch of stretches) {
      packRows(arena, c, { ...stretch, packing, panel, panelBytes: bytes, groupBytes }, w);
      panel += termsOf(stretch) * ROW;
    }
  });
  return { address, rows, bytes, groupBytes };
}

/** Rows of w that follow each other both in memory and in the order of the terms. */
interface Stretch {
  readonly first: number;
  readonly count: number;
}

/** The rows of the taps of a phase. If the terms are channels, taps that follow each other form one stretch. */
function stretchesOf({ taps, channels, terms }: WeightLayout, [a, b, d]: Phase): Stretch[] {
  const stretches: { first: number; count: number }[] = [];
  for (const i of a.taps) {
    for (const j of b.taps) {
      for (const k of d.taps) {
        const first = ((i * taps[1] + j) * taps[2] + k) * channels;
        const last = stretches[stretches.length - 1];
        if (terms === 'channels' && last && last.first + last.count === first) last.count += channels;
        else stretches.push({ first, count: channels });
      }
    }
  }
  return stretches;
}

/** A stretch of rows, and where its part of the panels begins. */
interface Target extends Stretch {
  readonly packing: number;
  readonly panel: number;
  readonly panelBytes: number;
  readonly groupBytes: number;
}

function packRows(arena: Arena, c: Contraction, stretch: Target, w: StagedWeights): void {
  const { filters, terms } = c.weights;
  const { first, count, packing, panelBytes } = stretch;
  const together = rowsTogether(c.weights, c.words);
  const [value, doubles] = [4 * c.words, c.words - 1];
  for (let row = 0; row < count; row += together) {
    const rows = Math.min(together, count - row);
    const from = w((first + row) * filters, rows * filters);
    for (let group = 0; group < c.groups; group++) {
      const source = from + (group * filters * value) / c.groups;
      const panel = stretch.panel + group * stretch.groupBytes + row * ROW;
      const matrix =
        terms === 'channels'
          ? { rows, rowStep: filters * value, columns: c.target.channels, columnStep: value }
          : { rows: c.source.channels, rowStep: value, columns: rows, columnStep: filters * value };
      arena.write(packing, Packing, { panel, panelBytes, source, ...matrix, doubles });
      arena.kernels.pack(packing);
    }
  }
}
