// What upsampling may give: the cells that a place lies at or between, where the place itself is rounded. Spec bound-upsample.

import type { Layer } from '../../layer/layer.ts';
import { type Coordinates, extentOf, places, type Rounding, roundings } from '../../ops/upsample.ts';
import { type Shape, sizeOf } from '../../tensor.ts';
import { type Bound, type Profile, toDoubles, U } from '../bounds/bound.ts';
import {
  anything,
  boundFrom,
  exactly,
  isPowerOfTwo,
  type Operations,
  operationsOf,
  type Rounded,
  widest,
} from '../bounds/rounded.ts';
import type { Operands } from '../case.ts';

export interface Upsample {
  readonly scale: number | readonly number[];
  readonly mode: 'nearest' | 'linear';
  readonly coordinates: Coordinates;
  readonly rounding: Rounding;
}

/** The cells of x that one cell of an axis of y may be made of, with their shares; those of no share may give it a NaN. */
interface Sampled {
  readonly cells: readonly (readonly [cell: number, share: Rounded])[];
  /** How far the share of a cell between two may be off. */
  readonly off: number;
  /** Whether every share is a multiple of 1/64. */
  readonly isDyadic: boolean;
}

/** Whether float32 holds every multiple of a ratio that occurs; of a scale, it must hold the reciprocal too. */
const isDyadic = (ratio: number): boolean => Number.isInteger(ratio * 1024);

/** How far a place may be off that is computed in float32: four roundings of numbers up to n + 1. */
const PLACE = 8 * U;

function axisOf(a: Upsample, x: Shape, i: number): readonly Sampled[] {
  const n = x[i + 1];
  const { scale, m } = extentOf('upsample', a, x, i);
  const isCertain = a.coordinates === 'align-corners' ? m === 1 || isDyadic((n - 1) / (m - 1)) : isPowerOfTwo(scale);
  const off = isCertain ? 0 : PLACE * (n + 1);
  const within = (cell: number): number => Math.min(n - 1, Math.max(0, cell));
  return Array.from({ length: m }, (_, p): Sampled => {
    const place = places[a.coordinates](p, scale, n, m);
    if (a.mode === 'nearest') {
      const round = (at: number): number => within(roundings[a.rounding](at));
      const [own, ...others] = [...new Set([place, place - off, place + off].map(round))];
      const open = others.length > 0 ? 1 : 0;
      return {
        cells: [[own, { v: 1, e: open }], ...others.map((cell) => [cell, { v: 0, e: open }] as const)],
        off,
        isDyadic: true,
      };
    }
    const low = Math.floor(place);
    const e = off === 0 ? 0 : off + 2 * U;
    const shares = new Map<number, Rounded>();
    for (let cell = low - 1; cell <= low + 2; cell++) {
      const distance = Math.abs(place - cell);
      if (distance > 1 + off) continue;
      const { v, e: sofar } = shares.get(within(cell)) ?? exactly(0);
      shares.set(within(cell), { v: v + Math.max(0, 1 - distance), e: sofar + e });
    }
    // Places that are moved to an end have a neighbour too.
    const moved = Math.floor(Math.min(n - 1, Math.max(0, place)));
    for (const cell of [moved, moved + 1]) if (!shares.has(within(cell))) shares.set(within(cell), exactly(0));
    return { cells: [...shares], off: e, isDyadic: e === 0 && Number.isInteger(place * 64) };
  });
}

/** Whether some cells of y may be either of two of x, because a place is rounded to the nearest cell. */
export const isOpen = (a: Upsample, x: Shape): boolean =>
  a.mode === 'nearest' && x.slice(1, -1).some((_, i) => axisOf(a, x, i).some(({ cells }) => cells.length > 1));

/** Every choice of a cell on each axis, with the product of its shares; the place is that of a pixel of x. */
function* choices(
  o: Operations,
  space: Shape,
  sampled: readonly Sampled[],
  k = 0,
): Generator<readonly [number, Rounded]> {
  if (k === space.length) return yield [0, exactly(1)];
  const step = sizeOf(space.slice(k + 1));
  for (const [rest, share] of choices(o, space, sampled, k + 1))
    for (const [cell, own] of sampled[k].cells)
      yield [cell * step + rest, k + 1 === space.length ? own : o.mul(own, share)];
}

/** Between numbers of at most M: every share that is off moves y by at most 2M as far, and each formula rounds by 7u·M. */
function mixingError({ unit, lost }: Operations, sampled: readonly Sampled[], M: number, isWhole: boolean): number {
  const k = sampled.length;
  if (isWhole && sampled.every((each) => each.isDyadic) && M * DYADIC[k] <= 1 / unit) return 0;
  const off = sampled.reduce((all, each) => all + each.off, 0);
  return (2 * off + Math.max(7 * k, 2 * k + (1 << k)) * unit) * M * (1 + 1e-6) + 4 * k * lost;
}

/** 2·64ᵏ: with shares of 64ths on k axes, every number on the way is so many times smaller than a whole one. */
const DYADIC: readonly number[] = [1, 128, 8192, 524288];

/** What a mixture of numbers may be; a NaN that has no share may be multiplied all the same. */
function mixed(
  o: Operations,
  y: number,
  of: readonly (readonly [Rounded, Rounded])[],
  sampled: readonly Sampled[],
): Rounded {
  if (of.some(([x]) => !Number.isFinite(x.v))) {
    const isCertain = of.some(([x, share]) => x.v !== x.v && share.v > share.e);
    return isCertain ? exactly(Number.NaN) : anything;
  }
  const M = of.reduce((most, [x]) => Math.max(most, Math.abs(x.v) + x.e), 0);
  const given = of.reduce((most, [x]) => Math.max(most, x.e), 0);
  const isWhole = given === 0 && of.every(([x]) => Number.isInteger(x.v));
  return { v: y, e: given * (1 + 1e-6) + mixingError(o, sampled, M, isWhole) };
}

/** One of several numbers, the first of which is the exact one. */
function picked([first, ...others]: readonly Rounded[]): Rounded {
  if (others.some(({ v }) => Number.isNaN(v) !== Number.isNaN(first.v))) return anything;
  return widest(first, ...others);
}

export function upsampleBounds(layer: Layer, { x, dy }: Operands, profile: Profile): Readonly<Record<string, Bound>> {
  const o = operationsOf(profile);
  const attributes = layer.attributes as unknown as Upsample;
  const space = x.shape.slice(1, -1);
  const axes = space.map((_, i) => axisOf(attributes, x.shape, i));
  const out = axes.map(({ length }) => length);
  const [N, C, I, P] = [x.shape[0], x.shape[x.shape.length - 1], sizeOf(space), sizeOf(out)];
  const values = Array.from(x.data, o.given);
  const exact = layer.forward({ shape: x.shape, data: toDoubles(x.data) }, {}).data;
  const gradient = dy && Array.from(dy.data, o.given);
  const y: Rounded[] = new Array(exact.length);
  const terms: Rounded[][] = gradient ? values.map(() => []) : [];
  for (let p = 0; p < P; p++) {
    const sampled = axes.map((axis, k) => axis[Math.floor(p / sizeOf(out.slice(k + 1))) % axis.length]);
    const list = [...choices(o, space, sampled)];
    for (let n = 0; n < N; n++)
      for (let c = 0; c < C; c++) {
        const i = (n * P + p) * C + c;
        const place = (pixel: number): number => (n * I + pixel) * C + c;
        if (gradient) for (const [pixel, share] of list) terms[place(pixel)].push(o.mul(gradient[i], share));
        else {
          const of = list.map(([pixel, share]) => [values[place(pixel)], share] as const);
          y[i] = attributes.mode === 'linear' ? mixed(o, exact[i], of, sampled) : picked(of.map(([own]) => own));
        }
      }
  }
  if (!gradient) return { y: boundFrom(y, profile, false) };
  const dx = terms.map((each) => o.sum(each.length, (k) => each[k]));
  return { x: boundFrom(dx, profile, false) };
}
