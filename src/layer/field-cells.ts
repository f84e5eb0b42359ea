// The exact cells of the units behind a receptive field.
//
// A triple {size, step, start} cannot describe the units after a transposed layer, whose fields alternate, so the
// library keeps with each of its fields the exact sets of cells: unit p depends on sets[p mod period], moved by shift
// for each whole period.

import type { AxisField } from './layer.ts';

/** Cells in ascending order, as runs [first, last] with gaps between them. */
export type Runs = readonly (readonly [first: number, last: number])[];

interface Cells {
  readonly period: number;
  readonly shift: number;
  readonly sets: readonly Runs[];
}

const exact = new WeakMap<AxisField, Cells>();

/**
 * With more runs or single cells than this, the gaps are ignored, and with more phases, the sets. Real nets stay far
 * below.
 */
export const MOST = 1024;
export const MOST_PHASES = 4096;

/** The triple of the sets: the greatest size, and the latest start before which no unit depends on a cell. */
export function fieldOf(cells: Cells): AxisField {
  const { period, shift, sets } = cells;
  let [size, start] = [0, Number.POSITIVE_INFINITY];
  sets.forEach((set, r) => {
    if (set.length === 0) return;
    size = Math.max(size, set[set.length - 1][1] - set[0][0] + 1);
    start = Math.min(start, set[0][0] * period - r * shift);
  });
  const axis = Object.freeze({ size, step: shift / period, start: size === 0 ? 0 : start / period + 0 });
  exact.set(axis, cells);
  return axis;
}

/** A frozen field; one that belongs to the caller is copied. */
export const kept = (axis: AxisField): AxisField => (Object.isFrozen(axis) ? axis : Object.freeze({ ...axis }));

/** The sets of a field; for a hand-written field, its whole cells. */
export function cellsOf(axis: AxisField): Cells | undefined {
  const known = exact.get(axis);
  if (known !== undefined) return known;
  const { size, step, start } = axis;
  if (![size, step, start].every(Number.isSafeInteger) || size < 1) return undefined;
  return { period: 1, shift: step, sets: [[[start, start + size - 1]]] };
}

export function setAt({ period, shift, sets }: Cells, p: number): Runs {
  const turns = Math.floor(p / period);
  const by = Math.floor(turns * shift);
  return sets[p - turns * period].map(([first, last]) => [first + by, last + by] as const);
}

/** Sorts runs, and joins those that touch. */
export function joined(runs: Runs): Runs {
  const sorted = [...runs].sort((a, b) => a[0] - b[0]);
  const found: [number, number][] = [];
  for (const [first, last] of sorted) {
    const before = found.at(-1);
    if (before !== undefined && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else found.push([first, last]);
  }
  return found.length > MOST ? [[found[0][0], found[found.length - 1][1]]] : found;
}

/** ∪ inner(c) over the cells c of a set. The first cell seen is found in the first period of a run, the last in the last. */
function seenThrough(inner: Cells, set: Runs): Runs {
  const found: (readonly [number, number])[] = [];
  for (const [first, last] of set) {
    const edge = Math.max(inner.period, MOST);
    const long = last - first > 2 * edge;
    const from = found.length;
    for (let c = first; c <= last; c++) {
      if (long && c === first + edge) c = last - edge;
      found.push(...setAt(inner, c));
    }
    if (long && found.length > from) {
      const own = joined(found.splice(from));
      found.push([own[0][0], own[own.length - 1][1]]);
    }
  }
  return joined(found);
}

export function composed(inner: Cells | undefined, outer: Cells | undefined): Cells | undefined {
  if (inner === undefined || outer === undefined) return undefined;
  const times = inner.period / divisor(outer.shift, inner.period);
  const period = outer.period * times;
  if (period > MOST_PHASES) return undefined;
  const shift = ((outer.shift * times) / inner.period) * inner.shift;
  const sets = Array.from({ length: period }, (_, p) => seenThrough(inner, setAt(outer, p)));
  return { period, shift, sets };
}

/** Branches with equal steps have a common period; with different steps, every unit has its own set. */
export function united(branches: readonly (Cells | undefined)[], units: number): Cells | undefined {
  const all = branches.filter((cells) => cells !== undefined);
  if (all.length < branches.length) return undefined;
  const [one] = all;
  const alike = all.every(({ period, shift }) => period * one.shift === one.period * shift);
  const period = alike ? all.reduce((common, each) => (common * each.period) / divisor(common, each.period), 1) : units;
  if (period > MOST_PHASES) return undefined;
  const step = Math.min(...all.map((each) => each.shift / each.period));
  const sets = Array.from({ length: period }, (_, p) => joined(all.flatMap((each) => setAt(each, p))));
  return { period, shift: alike ? (one.shift * period) / one.period : step * period, sets };
}

/** The greatest common divisor. */
const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
