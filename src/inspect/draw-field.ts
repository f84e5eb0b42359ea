// A receptive field drawn on its image.

import { known, wholeNumber } from '../attributes.ts';
import { SpecError, show, wrongType } from '../errors.ts';
import type { Span } from '../layer/field.ts';
import { isList, reading } from '../reading.ts';
import { allocate, checkTensor, type Tensor } from '../tensor.ts';

/**
 * A receptive field drawn on its image: the picture in colours, `scale` pixels for each cell, with a frame one pixel wide
 * along the inner border of the field. Spec inspect-patches.
 *
 * @param image `[height, width, 1 or 3]` of values from 0 to 1.
 * @param field What `topPatches` gives: a span of rows and a span of columns.
 * @throws {SpecError} inspect-patches.
 * @example
 * drawField(tensor([28, 28, 1]), [{ start: 4, size: 14 }, { start: 0, size: 14 }], { scale: 4 }).shape // [112, 112, 3]
 */
export function drawField(
  image: Tensor,
  field: readonly Span[],
  options: { readonly scale?: number; readonly colour?: readonly number[] } = {},
): Tensor {
  const who = 'drawField';
  options = known(who, options, ['scale', 'colour'], 'options');
  const { scale = 1, colour = [1, 0, 0] } = options;
  checkTensor(who, 'image', image);
  const [height, width, depth] = image.shape;
  if (image.shape.length !== 3 || (depth !== 1 && depth !== 3))
    throw new SpecError(
      'inspect-patches',
      `${who}: image must have the shape [height, width, 1 or 3], got [${image.shape}]`,
    );
  if (!isList(colour) || colour.length !== 3 || !colour.every(Number.isFinite))
    throw wrongType('inspect-patches', `${who}: colour must be three numbers, got ${show(colour)}`);
  const spans = reading('inspect-patches', who, 'field', () =>
    isList(field) ? Array.from(field, (span) => ({ start: span?.start, size: span?.size })) : [],
  );
  if (spans.length !== 2 || !spans.every(({ start, size }) => Number.isFinite(start) && Number.isFinite(size)))
    throw wrongType('inspect-patches', `${who}: field must be two spans {start, size}, rows and columns`);
  wholeNumber('inspect-patches', who, 'scale', scale, 1);
  const picture = allocate(who, [height * scale, width * scale, 3], 'float32');
  const [rows, columns] = spans.map((span) => [span.start, span.start + span.size].map((at) => at * scale));
  const inside = (at: number, [from, to]: readonly number[]): boolean => at >= from && at < to;
  const edge = (at: number, [from, to]: readonly number[]): boolean => at === from || at === to - 1;
  for (let i = 0; i < picture.data.length / 3; i++) {
    const [y, x] = [Math.floor(i / (width * scale)), i % (width * scale)];
    const framed = inside(y, rows) && inside(x, columns) && (edge(y, rows) || edge(x, columns));
    const from = (Math.floor(y / scale) * width + Math.floor(x / scale)) * depth;
    for (let c = 0; c < 3; c++) picture.data[i * 3 + c] = framed ? colour[c] : image.data[from + (depth === 3 ? c : 0)];
  }
  return picture;
}
