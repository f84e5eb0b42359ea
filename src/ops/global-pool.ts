// Pooling over all of space, and over channels: the windows of pool.ts on other axes.

import { flag, known, wholeNumber } from '../attributes.ts';
import { SpecError } from '../errors.ts';
import * as kernels from '../kernels/choose.ts';
import { spaceOf, wholeField } from '../layer/field.ts';
import type { Field, Layer, Program } from '../layer/layer.ts';
import { operator } from '../layer/operator.ts';
import type { Value } from '../layer/step.ts';
import { allocate, type Shape, sizeOf, type Tensor, typeOf } from '../tensor.ts';
import { type Axis, type PoolGeometry, threeAxes } from '../window.ts';

export interface GlobalPoolAttributes {
  /** Keep the axes of space, with one cell each; the default is false. */
  readonly keep?: boolean;
}

/**
 * Global average pooling: the mean of each channel over all of space, `[batch, ...space, channels]` → `[batch, channels]`,
 * ready for `dense`; with `keep` `[batch, 1, …, channels]`, ready for a convolution or a product. Spec pool-global.
 *
 * @throws {SpecError} pool-global when x has no spatial axis.
 * @example
 * globalAvgPool().forward(tensor([1, 2, 2, 1], [1, 2, 3, 6]), {}).data // [3]
 */
export const globalAvgPool = (attributes: GlobalPoolAttributes = {}): Layer =>
  globalPool('globalAvgPool', attributes, globalAvgPool, {
    forward: (g, x, y) => kernels.avgPool(g, x.data, false, y.data),
    emit: (program, x, shape, g) => program.avgPool(x, shape, g, false),
    gradient: (g, _x, dy, dx) => kernels.avgPoolGrad(g, dy.data, false, dx.data),
  });

/**
 * Global max pooling: the maximum of each channel over all of space, `[batch, ...space, channels]` → `[batch, channels]`,
 * with `keep` `[batch, 1, …, channels]`; NaN and ties as in {@link maxPool2d}. Spec pool-global.
 *
 * @throws {SpecError} pool-global when x has no spatial axis.
 * @example
 * globalMaxPool().shape([8, 7, 7, 512]) // [8, 512]
 */
export const globalMaxPool = (attributes: GlobalPoolAttributes = {}): Layer =>
  globalPool('globalMaxPool', attributes, globalMaxPool, {
    ...maximum,
    emit: (program, x, shape, g) => program.maxPool(x, shape, g),
  });

export interface ChannelMaxPoolAttributes {
  /** Channels of one block. */
  readonly size: number;
}

/**
 * Max pooling over channels: `y[…, j] = max(x[…, j·size], …, x[…, j·size + size − 1])`; contiguous blocks, NaN and ties
 * as in {@link maxPool2d}. `[batch, ...space, channels]` → `[batch, ...space, channels / size]`. Spec pool-channels.
 *
 * @throws {SpecError} pool-channels when size is not a whole number ≥ 1 or does not divide the channels.
 * @example
 * channelMaxPool({ size: 2 }).forward(tensor([1, 4], [1, 5, -2, -7]), {}).data // [5, -2]
 */
export function channelMaxPool(attributes: ChannelMaxPoolAttributes): Layer {
  const name = 'channelMaxPool';
  attributes = known(name, attributes, ['size']);
  const size = wholeNumber('pool-channels', name, 'size', attributes.size, 1);
  const shape = (x: Shape): Shape => {
    const C = x[x.length - 1];
    if (x.length < 2 || C % size !== 0)
      throw new SpecError('pool-channels', `${name}: size must divide the channels of x, got ${size} and shape [${x}]`);
    return [...x.slice(0, -1), C / size];
  };
  /** The pixels of an image are rows, its channels the columns of one channel. */
  const geometry = (x: Shape): PoolGeometry => ({
    batch: x[0],
    channels: 1,
    axes: threeAxes([axisOf(sizeOf(spaceOf(x)), 1), axisOf(x[x.length - 1], size)]),
  });
  return windowed(name, { size }, channelMaxPool, { shape, geometry, ...maximum });
}

interface Pool {
  /** Given the geometry over the axes of space one by one, whose windows list the same cells. */
  emit?(program: Program, x: Value, shape: Shape, g: PoolGeometry): Value;
  forward(g: PoolGeometry, x: Tensor, y: Tensor): void;
  gradient(g: PoolGeometry, x: Tensor, dy: Tensor, dx: Tensor): void;
}

const maximum: Pool = {
  forward: (g, x, y) => kernels.maxPool(g, x.data, y.data),
  gradient: (g, x, dy, dx) => kernels.maxPoolGrad(g, x.data, dy.data, dx.data),
};

/** Adjacent windows of `size` cells. */
const axisOf = (input: number, size: number): Axis => ({
  input,
  size,
  stride: size,
  dilation: 1,
  before: 0,
  after: 0,
  output: input / size,
});

/** One window that covers all of space, whose axes are treated as one. */
function globalPool(
  name: string,
  attributes: GlobalPoolAttributes,
  make: (attributes: GlobalPoolAttributes) => Layer,
  pool: Pool,
): Layer {
  attributes = known(name, attributes, ['keep']);
  const keep = flag('pool-global', name, 'keep', attributes.keep ?? false);
  return windowed(name, { keep }, make, {
    ...pool,
    shape(x) {
      if (x.length < 3)
        throw new SpecError(
          'pool-global',
          `${name}: x must have the axes [batch, ...space, channels], got shape [${x}]`,
        );
      return [x[0], ...(keep ? spaceOf(x).map(() => 1) : []), x[x.length - 1]];
    },
    field: wholeField,
    geometry(x) {
      const I = sizeOf(spaceOf(x));
      return { batch: x[0], channels: x[x.length - 1], axes: threeAxes([axisOf(I, I)]), isLong: true };
    },
  });
}

function windowed(
  name: string,
  attributes: Readonly<Record<string, unknown>>,
  make: (attributes: never) => Layer,
  rules: Pool & { shape(x: Shape): Shape; field?(x: Shape): Field; geometry(x: Shape): PoolGeometry },
): Layer {
  return operator<PoolGeometry>({
    name,
    attributes,
    make,
    geometry(x) {
      rules.shape(x);
      return rules.geometry(x);
    },
    shape: rules.shape,
    field: rules.field,
    forward(x, _p, g) {
      const y = allocate(name, rules.shape(x.shape), typeOf(x.data));
      rules.forward(g, x, y);
      return y;
    },
    emit(program, x, _p, g) {
      const space = spaceOf(x.shape);
      if (space.length > 3) return undefined;
      return rules.emit?.(program, x, rules.shape(x.shape), { ...g, axes: threeAxes(space.map((n) => axisOf(n, n))) });
    },
    gradient({ x, dy, g }) {
      const dx = allocate(name, x.shape, typeOf(x.data));
      rules.gradient(g, x, dy, dx);
      return { x: dx };
    },
  });
}
