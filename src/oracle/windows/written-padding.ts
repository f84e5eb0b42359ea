// x with its padding written out as zeros, for engines that multiply it. Spec oracle-traits.

import type { Layer } from '../../layer/layer.ts';
import { indexAt, placeOf } from '../../places.ts';
import { type Shape, sizeOf } from '../../tensor.ts';
import type { Axis } from '../../window.ts';
import type { Profile } from '../bounds/bound.ts';
import type { Operands } from '../case.ts';
import { geometryOf } from './case.ts';

/** The cells of x, `C` to a pixel, among zeros where the axes are padded. */
export function cellsAmongZeros(
  batch: number,
  axes: readonly Axis[],
  C: number,
  x: ArrayLike<number>,
): { readonly shape: Shape; readonly cells: Float64Array } {
  const pixels = [batch, ...axes.map((axis) => axis.input)];
  const wide = [batch, ...axes.map((axis) => axis.before + axis.input + axis.after)];
  const cells = new Float64Array(sizeOf(wide) * C);
  for (let pixel = 0; pixel < x.length / C; pixel++) {
    const place = placeOf(pixels, pixel).map((at, axis) => (axis === 0 ? at : at + axes[axis - 1].before));
    const to = indexAt(wide, place) * C;
    for (let c = 0; c < C; c++) cells[to + c] = x[pixel * C + c];
  }
  return { shape: [...wide, C], cells };
}

/** The call that gives the same, if the engine multiplies the padding; else the call itself. */
export function withWrittenPadding(layer: Layer, operands: Operands, { padding }: Profile): readonly [Layer, Operands] {
  if (padding !== 'multiplied') return [layer, operands];
  const { shape, data } = operands.x;
  const axes = geometryOf(layer, shape).axes.slice(5 - shape.length);
  const padded = cellsAmongZeros(shape[0], axes, shape[shape.length - 1], data);
  const x = { shape: padded.shape, data: Float32Array.from(padded.cells) };
  return [layer.with({ attributes: { padding: 'valid' } }), { ...operands, x }];
}
