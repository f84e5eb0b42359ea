// Upsampling, and any other change of the number of cells: by the nearest cell, or linearly between two.
//
//   place of cell i in x:   half-pixel (i + ½)/scale − ½,   asymmetric i/scale,   align-corners i·(n − 1)/(m − 1)

import { finiteNumber, known, MAX_ATTRIBUTE, oneOf, wholeNumber } from '../attributes.ts';
import { SpecError, show } from '../errors.ts';
import { spaceOf } from '../layer/field.ts';
import type { Layer } from '../layer/layer.ts';
import { listedField } from '../layer/listed-field.ts';
import { isList } from '../reading.ts';
import type { CellAxis } from '../reference/cells.ts';
import type { Shape } from '../tensor.ts';
import { cellLayer } from './cell-layer.ts';

const modes = ['nearest', 'linear'] as const;
const coordinateNames = [
  'half-pixel',
  'half-pixel-or-first',
  'half-pixel-start',
  'asymmetric',
  'align-corners',
] as const;
const roundingNames = ['prefer-floor', 'prefer-ceil', 'floor', 'ceil'] as const;

export type Coordinates = (typeof coordinateNames)[number];
export type Rounding = (typeof roundingNames)[number];

export interface UpsampleAttributes {
  /** Cells of y for each cell of x: one number, or one for each axis of space; it need not be whole. The default is 2. */
  readonly scale?: number | readonly number[];
  /** Cells of y on each axis, instead of a scale. */
  readonly size?: number | readonly number[];
  /** 'nearest' (the default) or 'linear'. */
  readonly mode?: (typeof modes)[number];
  /** Where a cell of y lies in x; the default is 'half-pixel'. */
  readonly coordinates?: Coordinates;
  /** Which cell is the nearest; the default is 'prefer-floor': halves go down. */
  readonly rounding?: Rounding;
}

/** The place in x of cell i of y; n cells become m. Spec upsample-coordinates. */
export const places: Record<Coordinates, (i: number, scale: number, n: number, m: number) => number> = {
  'half-pixel': (i, scale) => (i + 0.5) / scale - 0.5,
  'half-pixel-or-first': (i, scale, _n, m) => (m > 1 ? (i + 0.5) / scale - 0.5 : 0),
  'half-pixel-start': (i, scale) => (i + 0.5) / scale,
  asymmetric: (i, scale) => i / scale,
  'align-corners': (i, _scale, n, m) => (m > 1 ? (i * (n - 1)) / (m - 1) : 0),
};

export const roundings: Record<Rounding, (place: number) => number> = {
  'prefer-floor': (place) => Math.ceil(place - 0.5),
  'prefer-ceil': (place) => Math.floor(place + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
};

/**
 * Changes the number of cells on each axis of space: `y[p] = x[nearest(place(p))]`, or between the two cells around that place
 * (bilinear in two dimensions). x `[batch, ...space, channels]` → `[batch, ...⌊space · scale⌋, channels]`. The defaults are those of
 * ONNX's Resize; torch and TensorFlow agree for whole scales. Spec upsample-nearest, upsample-linear.
 *
 * @throws {SpecError} upsample-scale, upsample-mode, upsample-coordinates.
 * @example
 * upsample({ mode: 'linear' }).forward(tensor([1, 2, 1], [0, 4]), {}).data // [0, 1, 3, 4]
 */
export function upsample(attributes: UpsampleAttributes = {}): Layer {
  const name = 'upsample';
  attributes = known(name, attributes, ['scale', 'size', 'mode', 'coordinates', 'rounding']);
  if (attributes.size !== undefined && attributes.scale !== undefined)
    throw new SpecError('upsample-scale', `${name}: give a scale or a size, got both`);
  const extent =
    attributes.size !== undefined
      ? { size: numbersOf(name, attributes.size, (n) => wholeNumber('upsample-scale', name, 'size', n, 1)) }
      : { scale: numbersOf(name, attributes.scale ?? 2, (n) => positive(name, n)) };
  const mode = oneOf('upsample-mode', name, 'mode', attributes.mode ?? 'nearest', modes);
  const coordinates = oneOf(
    'upsample-coordinates',
    name,
    'coordinates',
    attributes.coordinates ?? 'half-pixel',
    coordinateNames,
  );
  const rounding = oneOf(
    'upsample-coordinates',
    name,
    'rounding',
    attributes.rounding ?? 'prefer-floor',
    roundingNames,
  );
  /** For each cell of y the lower cell of x, and the share of the one above it. */
  const samplingOf = (x: Shape, i: number): Sampling => {
    const n = x[i + 1];
    const { scale, m } = extentOf(name, extent, x, i);
    const within = (at: number): number => Math.min(n - 1, Math.max(0, at));
    const place = (p: number): number => places[coordinates](p, scale, n, m);
    if (mode === 'nearest') return { m, low: (p) => within(roundings[rounding](place(p))), share: () => 0 };
    return { m, low: (p) => Math.floor(within(place(p))), share: (p) => within(place(p)) % 1 };
  };
  return cellLayer(name, { ...extent, mode, coordinates, rounding }, upsample, {
    clause: 'upsample-scale',
    lengths: (x) => spaceOf(x).map((_, i) => extentOf(name, extent, x, i).m),
    axes: (x) => spaceOf(x).map((n, i) => tableOf(samplingOf(x, i), n)),
    field: (x) =>
      spaceOf(x).map((n, i) => {
        const { m, low, share } = samplingOf(x, i);
        const last = (p: number): number => (Math.fround(share(p)) === 0 ? low(p) : low(p) + 1);
        return listedField(m, n / m, low, last, { size: mode === 'linear' ? 2 : 1, step: n / m, start: -3 });
      }),
    fill: 0,
  });
}

const positive = (name: string, value: unknown): number =>
  finiteNumber('upsample-scale', name, 'scale', value, 'a number > 0', (scale) => scale > 0);

const numbersOf = (name: string, value: unknown, read: (each: unknown) => number): number | readonly number[] => {
  if (!isList(value)) return read(value);
  if (value.length === 0)
    throw new SpecError('upsample-scale', `${name}: scale or size must have a number for each axis`);
  return value.map(read);
};

/** The scale and the number of cells of one axis. Spec upsample-scale. */
export function extentOf(
  name: string,
  { scale, size }: { readonly scale?: number | readonly number[]; readonly size?: number | readonly number[] },
  x: Shape,
  i: number,
): { readonly scale: number; readonly m: number } {
  const rank = x.length - 2;
  const given = scale ?? size;
  if (typeof given === 'object' && given.length !== rank)
    throw new SpecError(
      'upsample-scale',
      `${name}: scale or size must be a number or one for each of the ${rank} axes of space, got ${show(given)}`,
    );
  const own = typeof given === 'object' ? given[i] : (given as number);
  const m = scale === undefined ? own : Math.floor(x[i + 1] * own);
  if (m < 1 || m > MAX_ATTRIBUTE)
    throw new SpecError(
      'upsample-scale',
      `${name}: an axis of ${x[i + 1]} cells must get at least 1, got scale ${own}`,
    );
  return { scale: scale === undefined ? m / x[i + 1] : own, m };
}

interface Sampling {
  readonly m: number;
  low(p: number): number;
  share(p: number): number;
}

/** Places beyond the first and the last cell are those cells. */
function tableOf({ m, low, share }: Sampling, n: number): CellAxis {
  const lower = Int32Array.from({ length: m }, (_, p) => low(p));
  const shares = Float64Array.from({ length: m }, (_, p) => share(p));
  if (shares.every((each) => each === 0)) return { low: lower };
  return { low: lower, high: lower.map((each) => Math.min(n - 1, each + 1)), share: shares };
}
