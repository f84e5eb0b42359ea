// Padding, also negative: a border around the axes of space, of one value or of cells of x.

import { finiteNumber, known, MAX_ATTRIBUTE, oneOf, wholeNumber } from '../attributes.ts';
import { SpecError, show } from '../errors.ts';
import { spaceOf } from '../layer/field.ts';
import type { Layer } from '../layer/layer.ts';
import { listedField } from '../layer/listed-field.ts';
import { isList } from '../reading.ts';
import type { Shape } from '../tensor.ts';
import { cellLayer } from './cell-layer.ts';

const padModes = ['constant', 'reflect', 'edge', 'wrap'] as const;
export type PadMode = (typeof padModes)[number];

export interface PadAttributes {
  /** Cells for all sides, or an array with one number or one pair [before, after] for each axis of space; negative ones cut. */
  readonly padding: number | readonly (number | readonly [before: number, after: number])[];
  readonly mode?: PadMode;
  /** What the border of the mode 'constant' holds; the default is 0. */
  readonly value?: number;
}

type Pair = readonly [before: number, after: number];

/** The cell of x that stands at place i of an axis of n cells; −1 for the constant. Spec pad-modes. */
export const sourceOf: Readonly<Record<PadMode, (i: number, n: number) => number>> = {
  constant: (i, n) => (i >= 0 && i < n ? i : -1),
  edge: (i, n) => Math.min(n - 1, Math.max(0, i)),
  wrap: (i, n) => ((i % n) + n) % n,
  reflect(i, n) {
    const period = Math.max(1, 2 * (n - 1));
    const at = ((i % period) + period) % period;
    return at < n ? at : period - at;
  },
};

/**
 * Padding: `y[n, p, c] = x[n, p − before, c]`, and beyond the ends of an axis `value` (mode 'constant'), the mirrored cells without
 * the last ('reflect'), the last cell ('edge') or those of the other end ('wrap'); negative numbers cut. x `[batch, ...space,
 * channels]`. Spec pad-forward.
 *
 * @throws {SpecError} pad-padding, pad-modes, pad-value.
 * @example
 * pad({ padding: [[2, 1]], mode: 'reflect' }).forward(tensor([1, 3, 1], [1, 2, 3]), {}).data // [3, 2, 1, 2, 3, 2]
 */
export function pad(attributes: PadAttributes): Layer {
  const name = 'pad';
  attributes = known(name, attributes, ['padding', 'mode', 'value']);
  const padding = readPadding(name, attributes.padding);
  const mode = oneOf('pad-modes', name, 'mode', attributes.mode ?? 'constant', padModes);
  const value = finiteNumber('pad-value', name, 'value', attributes.value ?? 0, 'a finite number', () => true);
  return cellLayer(name, { padding, mode, value }, pad, {
    clause: 'pad-padding',
    lengths: (x) => pairsFor(name, padding, x).map((pair, i) => lengthOf(name, pair, x[i + 1])),
    axes: (x) =>
      pairsFor(name, padding, x).map((pair, i) => {
        const n = x[i + 1];
        return { low: Int32Array.from({ length: lengthOf(name, pair, n) }, (_, p) => sourceOf[mode](p - pair[0], n)) };
      }),
    field: (x) =>
      pairsFor(name, padding, x).map((pair, i) => {
        const n = x[i + 1];
        if (mode === 'constant') return { size: 1, step: 1, start: 0 - pair[0] };
        const source = (p: number): number => sourceOf[mode](p - pair[0], n);
        return listedField(lengthOf(name, pair, n), 1, source, source, { size: n, step: 0, start: 0 });
      }),
    fill: value,
  });
}

/** Cells of a padded axis. */
function lengthOf(name: string, [before, after]: Pair, n: number): number {
  const length = n + before + after;
  if (length < 1 || length > MAX_ATTRIBUTE)
    throw new SpecError(
      'pad-padding',
      `${name}: an axis of ${n} cells must become one of 1 to ${MAX_ATTRIBUTE}, got [${before}, ${after}]`,
    );
  return length;
}

/** Spec pad-padding. */
function readPadding(name: string, padding: unknown): number | readonly (number | Pair)[] {
  const whole = (value: unknown): number => wholeNumber('pad-padding', name, 'padding', value, -MAX_ATTRIBUTE);
  if (!isList(padding)) return whole(padding);
  return padding.map((each: unknown) => {
    if (!isList(each)) return whole(each);
    if (each.length !== 2)
      throw new SpecError(
        'pad-padding',
        `${name}: padding must be numbers or pairs [before, after], got ${show(each)}`,
      );
    return [whole(each[0]), whole(each[1])] as const;
  });
}

function pairsFor(name: string, padding: number | readonly (number | Pair)[], x: Shape): Pair[] {
  const space = spaceOf(x);
  const all = typeof padding === 'number' ? space.map(() => padding) : padding;
  if (all.length !== space.length)
    throw new SpecError(
      'pad-padding',
      `${name}: padding must be a number or one entry for each of the ${space.length} axes of space, got ${show(padding)}`,
    );
  return all.map((each): Pair => (typeof each === 'number' ? [each, each] : each));
}
