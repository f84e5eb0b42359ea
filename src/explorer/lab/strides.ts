// What a stride leaves out: the layer with stride 1 on the same input, of which it keeps some outputs.

import { indexAt, placeOf } from '../../places.ts';
import { type Lab, labOf } from './lab.ts';

/**
 * The outputs on each axis with stride 1, if those of the lab are some of them in bits. Padding as a word depends on the
 * stride, and a size that is rounded up may hold a window more: then there is nothing to say.
 */
export function denseOf(lab: Lab): readonly number[] | undefined {
  const { op, rank, texts, y, axes } = lab;
  if (op === 'transposed' || texts.padding.startsWith('same') || axes.every(({ stride }) => stride === 1)) return;
  const dense = labOf({ ...texts, stride: '1', ceil: 'no' }).lab?.y;
  if (!dense) return;
  const isKept = y.data.every((value, i) => {
    const from = placeOf(y.shape, i).map((at, axis) => at * (axes[axis - 1]?.stride ?? 1));
    return from.every((at, axis) => at < dense.shape[axis]) && Object.is(dense.data[indexAt(dense.shape, from)], value);
  });
  return isKept ? dense.shape.slice(1, 1 + rank) : undefined;
}
