// Random geometries and values for comparing implementations bit for bit.

import fc from 'fast-check';
import {
  type Axis,
  type ConvGeometry,
  inputs,
  outputs,
  type PoolGeometry,
  taps,
  windowAxes,
} from '../../src/window.ts';

const unit: Axis = { input: 1, size: 1, stride: 1, dilation: 1, before: 0, after: 0, output: 1 };

const padding = (rank: number) =>
  fc.oneof(
    fc.constantFrom('valid' as const, 'same-upper' as const, 'same-lower' as const),
    fc.array(fc.tuple(fc.nat(3), fc.nat(3)), { minLength: rank, maxLength: rank }),
  );

const perAxis = (rank: number, least: number, most: number) =>
  fc.array(fc.integer({ min: least, max: most }), { minLength: rank, maxLength: rank });

/** Axes of windows that fit: an input of too few cells is made as long as the window. */
const axes = (largest: number, ceil: boolean): fc.Arbitrary<readonly [Axis, Axis, Axis]> =>
  fc.integer({ min: 1, max: 3 }).chain((rank) =>
    fc
      .tuple(perAxis(rank, 1, largest), perAxis(rank, 1, 4), perAxis(rank, 1, 4), perAxis(rank, 1, 3), padding(rank))
      .map(([space, size, stride, dilation, padding]) => {
        const fitting = space.map((n, i) => Math.max(n, (size[i] - 1) * dilation[i] + 1));
        const axes = windowAxes('test', { size, stride, dilation, padding, ceil }, fitting);
        return [unit, unit, ...axes].slice(-3) as unknown as readonly [Axis, Axis, Axis];
      }),
  );

const grouped: fc.Arbitrary<ConvGeometry> = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  groups: fc.integer({ min: 1, max: 3 }),
  channels: fc.integer({ min: 1, max: 9 }),
  filters: fc.integer({ min: 1, max: 18 }),
  axes: axes(7, false),
});

const depthwise: fc.Arbitrary<ConvGeometry> = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  groups: fc.integer({ min: 1, max: 25 }),
  channels: fc.constant(1),
  filters: fc.constantFrom(1, 1, 1, 2, 3),
  axes: axes(7, false),
});

export const convGeometries = fc.oneof({ weight: 3, arbitrary: grouped }, { weight: 1, arbitrary: depthwise });

export const poolGeometries: fc.Arbitrary<PoolGeometry> = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  channels: fc.integer({ min: 1, max: 37 }),
  axes: fc.boolean().chain((ceil) => axes(8, ceil)),
});

/** Windows of 30 to 140 cells: short and long sums. Inputs may be smaller than the window. */
export const largeWindows: fc.Arbitrary<PoolGeometry> = fc
  .record({
    batch: fc.integer({ min: 1, max: 2 }),
    channels: fc.integer({ min: 1, max: 19 }),
    size: fc.constantFrom([1, 64], [1, 65], [64, 1], [65, 1], [8, 8], [5, 13], [13, 5], [9, 9], [3, 11], [12, 11]),
    space: perAxis(2, 1, 16),
    stride: perAxis(2, 1, 13),
    dilation: perAxis(2, 1, 2),
    padding: padding(2),
    ceil: fc.boolean(),
  })
  .map(({ batch, channels, size, space, stride, dilation, padding, ceil }) => {
    const reach = size.map((cells, i) => (cells - 1) * dilation[i] + 1);
    const fitting = padding === 'valid' || Array.isArray(padding) ? space.map((n, i) => Math.max(n, reach[i])) : space;
    const [a, b] = windowAxes('test', { size, stride, dilation, padding, ceil }, fitting);
    return { batch, channels, axes: [unit, a, b] };
  });

const range = fc.double({ min: -1, max: 1, noNaN: true });

/** Classes of values; each tensor draws its own. */
const classes: Record<string, fc.Arbitrary<number>> = {
  whole: fc.integer({ min: -9, max: 9 }),
  normal: range,
  subnormal: range.map((v) => v * 1e-38),
  large: range.map((v) => v * 3e38),
  wide: fc.float(),
  zeros: fc.constantFrom(0, -0, 1, -1),
  infinite: fc.constantFrom(0, -0, 1, -2, Infinity, -Infinity),
  nan: fc.constantFrom(0, 1, -3, Number.NaN),
  rareNan: fc.oneof({ weight: 40, arbitrary: range }, { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Infinity) }),
};

/** A tensor's values: a short drawn list, repeated with a stride that shares no factor with it. */
export const values = fc
  .constantFrom(...Object.keys(classes))
  .chain((name) => fc.array(classes[name], { minLength: 1, maxLength: 61 }))
  .map(
    (list) =>
      (length: number): Float32Array =>
        Float32Array.from({ length }, (_, i) => list[(i * 7 + (i >> 4)) % list.length]),
  );

export const sizesOf = (g: ConvGeometry) => ({
  x: g.batch * inputs(g.axes) * g.groups * g.channels,
  w: taps(g.axes) * g.channels * g.groups * g.filters,
  b: g.groups * g.filters,
  y: g.batch * outputs(g.axes) * g.groups * g.filters,
});

/** The first index at which two arrays differ in bits, any NaN being equal to any other; −1 if none. */
export function firstDifference<T extends Float32Array | Float64Array>(ours: T, theirs: T): number {
  if (ours.length !== theirs.length) return Math.min(ours.length, theirs.length);
  for (let i = 0; i < ours.length; i++) if (!Object.is(ours[i], theirs[i])) return i;
  return -1;
}

/** Numbers of both signs without a short period, whose sums are not exact. */
export const wave =
  (seed: number) =>
  (length: number): Float32Array => {
    const data = new Float32Array(length);
    for (let i = 0; i < length; i++) data[i] = ((Math.imul(i + seed, 0x9e3779b1) >>> 8) & 0xffff) / 0x7919 - 1;
    return data;
  };
