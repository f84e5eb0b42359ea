// Lp pooling: the p-norm of each window, or of all of space.

import { finiteNumber, flag, known } from '../attributes.ts';
import { SpecError } from '../errors.ts';
import { spaceOf, wholeField } from '../layer/field.ts';
import type { Layer } from '../layer/layer.ts';
import { operator } from '../layer/operator.ts';
import { lpPool, lpPoolGrad } from '../reference/lp-pool.ts';
import { allocate, type Shape, sizeOf, typeOf } from '../tensor.ts';
import { type PoolGeometry, threeAxes } from '../window.ts';
import type { GlobalPoolAttributes } from './global-pool.ts';
import { type MaxPoolAttributes, pooling, readPoolWindow, windowNames } from './pool-layer.ts';

export interface LpPoolAttributes extends MaxPoolAttributes {
  /** The exponent of the norm, at least 1; the default is 2. */
  readonly p?: number;
}

/** 1-D Lp pooling; see `lpPool2d`. Spec pool-lp.
 *
 * @example
 * lpPool1d({ size: 2 }).forward(tensor([1, 4, 1], [3, -4, 0, 2]), {}).data // [5, 2]
 */
export const lpPool1d = (attributes: LpPoolAttributes): Layer => lpPooling('lpPool1d', 1, attributes, lpPool1d);

/**
 * 2-D Lp pooling: `y[n,i,c] = (Σ_k |x[n, i·stride + k·dilation − before, c]|^p)^(1/p)` over the cells inside the input.
 * x `[batch, height, width, channels]`; no parameters. p = 1 adds magnitudes; the larger p, the nearer to the maximum of them. Spec pool-lp.
 *
 * @throws {SpecError} pool-power and the clauses of {@link maxPool2d}.
 * @example
 * lpPool2d({ size: [1, 2] }).forward(tensor([1, 1, 4, 1], [3, -4, 0, 2]), {}).data // [5, 2]
 */
export const lpPool2d = (attributes: LpPoolAttributes): Layer => lpPooling('lpPool2d', 2, attributes, lpPool2d);

/** 3-D Lp pooling; see `lpPool2d`. Spec pool-lp.
 *
 * @example
 * lpPool3d({ size: [1, 1, 2] }).forward(tensor([1, 1, 1, 4, 1], [3, -4, 0, 2]), {}).data // [5, 2]
 */
export const lpPool3d = (attributes: LpPoolAttributes): Layer => lpPooling('lpPool3d', 3, attributes, lpPool3d);

function lpPooling(
  name: string,
  rank: number,
  attributes: LpPoolAttributes,
  make: (attributes: LpPoolAttributes) => Layer,
): Layer {
  attributes = known(name, attributes, [...windowNames, 'p']);
  const p = powerOf(name, attributes.p);
  return pooling(name, rank, { ...readPoolWindow(name, rank, attributes), p }, make, {
    forward: (g, x, y) => lpPool(g, x.data, p, y.data),
    gradient: (g, x, dy, dx, y) => lpPoolGrad(g, x.data, p, y.data, dy.data, dx.data),
  });
}

const powerOf = (name: string, p: unknown = 2): number =>
  finiteNumber('pool-power', name, 'p', p, 'a finite number ≥ 1', (value) => value >= 1);

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
