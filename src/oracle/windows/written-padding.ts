// x with its padding written out as zeros, for engines that multiply it. Spec oracle-traits.

import type { Layer } from '../../layer.ts';
import { sizeOf } from '../../tensor.ts';
import type { Profile } from '../bounds/bound.ts';
import type { Operands } from '../case.ts';
import { indexAt, placeOf } from '../places.ts';
import { axesOfLayer } from './case.ts';

/** The call that gives the same, if the engine multiplies the padding; else the call itself. */
export function withWrittenPadding(layer: Layer, operands: Operands, { padding }: Profile): readonly [Layer, Operands] {
  if (padding !== 'multiplied') return [layer, operands];
  const { x } = operands;
  const axes = axesOfLayer(layer, x.shape);
  const C = x.shape[x.shape.length - 1];
  const pixels = [x.shape[0], ...axes.map((axis) => axis.input)];
  const wide = [x.shape[0], ...axes.map((axis) => axis.before + axis.input + axis.after)];
  const data = new Float32Array(sizeOf(wide) * C);
  for (let i = 0; i < x.data.length / C; i++) {
    const place = placeOf(pixels, i).map((at, axis) => (axis === 0 ? at : at + axes[axis - 1].before));
    data.set(x.data.subarray(i * C, (i + 1) * C), indexAt(wide, place) * C);
  }
  const written = { ...operands, x: { shape: [...wide, C], data } };
  return [layer.with({ attributes: { padding: 'valid' } }), written];
}
