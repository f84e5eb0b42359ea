// The patches of images to which a unit responds most: its receptive field, cut out of each image.

import { known, wholeNumber } from '../attributes.ts';
import { SpecError } from '../errors.ts';
import { type Span, spanAt } from '../layer/field.ts';
import type { Field, Layer, Params } from '../layer/layer.ts';
import { placeOf } from '../places.ts';
import { allocate, checkTensor, type Shape, sizeOf, type Tensor, typeOf } from '../tensor.ts';
import { recorder } from './activations.ts';
import { innerLayer } from './inner-layer.ts';

export interface TopPatch {
  /** The image's place in the batch, and the unit's on the output of its layer. */
  readonly image: number;
  readonly position: readonly number[];
  readonly value: number;
  /** The receptive field of the unit, clipped at the border of the image: one span per spatial axis. */
  readonly field: readonly Span[];
  /** The cells of the field, `[...space, channels]`. */
  readonly patch: Tensor;
}

export interface TopPatchOptions {
  /** The path of a layer inside the net. */
  readonly path: string;
  /** A channel of that layer's output. */
  readonly unit: number;
  readonly count?: number;
}

/**
 * Where a unit responds most: its greatest value on each image, the greatest first (of equal ones the first image, and in
 * it the first position), `count` of them, 9 by default; each with the receptive field cut out of the image. Every image
 * runs on its own. A NaN is never the greatest. Spec inspect-patches.
 *
 * @param images `[batch, ...space, channels]`.
 * @throws {SpecError} inspect-patches, inspect-activations.
 * @example
 * const net = chain({ pool: maxPool2d({ size: 2 }) });
 * const image = tensor([1, 2, 4, 1], [0, 1, 5, 2, 3, 1, 0, 4]);
 * topPatches(net, image, {}, { path: 'pool', unit: 0 })[0].patch.data // [5, 2, 0, 4]
 */
export function topPatches(net: Layer, images: Tensor, params: Params<Tensor>, options: TopPatchOptions): TopPatch[] {
  options = known('topPatches', options, ['path', 'unit', 'count'], 'options');
  return topPatchesOf(net, images, params, [options], options.count)[0];
}

/** The top patches of several units; the net runs once for each image. */
export function topPatchesOf(
  net: Layer,
  images: Tensor,
  params: Params<Tensor>,
  units: readonly { readonly path: string; readonly unit: number }[],
  count = 9,
): TopPatch[][] {
  const who = 'topPatches';
  checkTensor(who, 'images', images);
  wholeNumber('inspect-patches', who, 'count', count, 1);
  const [batch, ...rest] = images.shape;
  const size = sizeOf(rest);
  const wanted = units.map(({ path, unit }) => ({ path, unit, ...placesOf(who, net, [1, ...rest], path, unit) }));
  const record = recorder(net, [...new Set(units.map(({ path }) => path))]);
  const peaks: Peak[][] = units.map(() => []);
  for (let image = 0; image < batch; image++) {
    const outputs = record({ shape: [1, ...rest], data: images.data.slice(image * size, (image + 1) * size) }, params);
    wanted.forEach(({ path, unit }, i) => {
      const peak = peakOf(outputs[path], unit);
      if (peak) peaks[i].push({ image, ...peak });
    });
  }
  return wanted.map(({ field, space }, i) =>
    peaks[i]
      .sort((a, b) => b.value - a.value)
      .slice(0, count)
      .map(({ image, at, value }) => {
        const position = placeOf(space, at);
        const spans = field.map((axis, j) => clipped(axis, position[j] ?? 0, rest[j]));
        return { image, position, value, field: spans, patch: cropped(images, image, spans) };
      }),
  );
}

interface Peak {
  readonly image: number;
  readonly at: number;
  readonly value: number;
}

/** The field of a unit, and the spatial axes of its layer's output. */
function placesOf(who: string, net: Layer, x: Shape, path: string, unit: number): { field: Field; space: Shape } {
  const { layer, shape, field } = innerLayer(who, net, x, path);
  const output = layer.shape(shape);
  const units = output[output.length - 1];
  wholeNumber('inspect-patches', who, 'unit', unit, 0);
  if (unit >= units)
    throw new SpecError(
      'inspect-patches',
      `${who}: unit must be below the ${units} channels of '${path}', got ${unit}`,
    );
  return { field, space: output.slice(1, -1) };
}

/** The place and value of the greatest number of one channel; nothing where all are NaN. */
function peakOf({ shape, data }: Tensor, unit: number): { at: number; value: number } | undefined {
  const C = shape[shape.length - 1];
  let peak: { at: number; value: number } | undefined;
  for (let at = 0; at * C < data.length; at++) {
    const value = data[at * C + unit];
    if (peak ? value > peak.value : !Number.isNaN(value)) peak = { at, value };
  }
  return peak;
}

/** The cells in the field of position `p`, without those outside the `n` of the image. */
function clipped(axis: Field[number], p: number, n: number): Span {
  const { start, size } = spanAt(axis, p);
  const first = Math.min(Math.max(0, start), n - 1);
  const end = Math.max(first + 1, Math.min(n, start + size));
  return { start: first, size: end - first };
}

function cropped({ shape, data }: Tensor, image: number, spans: readonly Span[]): Tensor {
  const C = shape[shape.length - 1];
  const space = spans.map((span) => span.size);
  const patch = allocate('topPatches', [...space, C], typeOf(data));
  for (let at = 0; at * C < patch.data.length; at++) {
    const from = placeOf(space, at).reduce((sum, p, i) => sum * shape[i + 1] + spans[i].start + p, image);
    patch.data.set(data.subarray(from * C, (from + 1) * C), at * C);
  }
  return patch;
}
