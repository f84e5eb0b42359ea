// Lp pooling in one and three dimensions, and over all of space.

import { flag, known } from '../attributes.ts';
import { SpecError } from '../errors.ts';
import { spaceOf, wholeField } from '../layer/field.ts';
import type { Layer } from '../layer/layer.ts';
import { operator } from '../layer/operator.ts';
import { lpPool, lpPoolGrad } from '../reference/lp-pool.ts';
import { allocate, type Shape, sizeOf, typeOf } from '../tensor.ts';
import { type PoolGeometry, threeAxes } from '../window.ts';
import type { GlobalPoolAttributes } from './global-pool.ts';
import { type LpPoolAttributes, lpPooling, powerOf } from './lp-pool.ts';

/** 1-D Lp pooling; see `lpPool2d`. Spec pool-lp.
 *
 * @example
 * lpPool1d({ size: 2 }).forward(tensor([1, 4, 1], [3, -4, 0, 2]), {}).data // [5, 2]
 */
export const lpPool1d = (attributes: LpPoolAttributes): Layer => lpPooling('lpPool1d', 1, attributes, lpPool1d);

/** 3-D Lp pooling; see `lpPool2d`. Spec pool-lp.
 *
 * @example
 * lpPool3d({ size: [1, 1, 2] }).forward(tensor([1, 1, 1, 4, 1], [3, -4, 0, 2]), {}).data // [5, 2]
 */
export const lpPool3d = (attributes: LpPoolAttributes): Layer => lpPooling('lpPool3d', 3, attributes, lpPool3d);

/**
 * The p-norm of each channel over all of space, `[batch, ...space, channels]` → `[batch, channels]`, with `keep`
 * `[batch, 1, …, channels]`. Spec pool-global.
 *
 * @throws {SpecError} pool-power, and pool-global when x has no spatial axis.
 * @example
 * globalLpPool().forward(tensor([1, 2, 1], [3, -4]), {}).data // [5]
 */
export function globalLpPool(attributes: GlobalPoolAttributes & { readonly p?: number } = {}): Layer {
  const name = 'globalLpPool';
  attributes = known(name, attributes, ['keep', 'p']);
  const keep = flag('pool-global', name, 'keep', attributes.keep ?? false);
  const p = powerOf(name, attributes.p);
  const shape = (x: Shape): Shape => {
    if (x.length < 3)
      throw new SpecError('pool-global', `${name}: x must have the axes [batch, ...space, channels], got shape [${x}]`);
    return [x[0], ...(keep ? spaceOf(x).map(() => 1) : []), x[x.length - 1]];
  };
  return operator<PoolGeometry>({
    name,
    attributes: { keep, p },
    make: globalLpPool,
    geometry(x) {
      shape(x);
      const size = sizeOf(spaceOf(x));
      const axis = { input: size, size, stride: size, dilation: 1, before: 0, after: 0, output: 1 };
      return { batch: x[0], channels: x[x.length - 1], axes: threeAxes([axis]), isLong: true };
    },
    shape,
    field: wholeField,
    forward(x, _p, g) {
      const y = allocate(name, shape(x.shape), typeOf(x.data));
      lpPool(g, x.data, p, y.data);
      return y;
    },
    gradient({ x, dy, y, g }) {
      const dx = allocate(name, x.shape, typeOf(x.data));
      lpPoolGrad(g, x.data, p, y.data, dy.data, dx.data);
      return { x: dx };
    },
  });
}
