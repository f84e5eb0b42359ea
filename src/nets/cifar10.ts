// The two small nets for CIFAR-10 that Caffe's examples have been copied from: quick, and full with norms within a channel.

import { known, oneOf, wholeNumber } from '../attributes.ts';
import { chain } from '../layer/chain.ts';
import { identity } from '../layer/identity.ts';
import type { Layer } from '../layer/layer.ts';
import { product } from '../layer/product.ts';
import { relu } from '../ops/activation.ts';
import { conv2d } from '../ops/convolution.ts';
import { dense } from '../ops/dense.ts';
import { avgPool2d, maxPool2d } from '../ops/pool.ts';
import { flatten } from '../ops/reshape.ts';
import { power } from '../ops/smooth.ts';

export interface Cifar10Options {
  /** Units of the last layer; the default is 10. */
  readonly classes?: number;
  /** 'quick' (the default) or 'full'. */
  readonly variant?: 'quick' | 'full';
}

/** Caffe's pools round up. */
const window = { size: 3, stride: 2, ceil: true };
const conv = (filters: number): Layer => conv2d({ filters, size: 5, padding: 2 });

/** x · (1 + 5e-5 · mean of x² over 3×3 cells)^−¾: Caffe's LRN within a channel, whose mean counts padding. */
const norm = (): Layer =>
  product({
    x: identity(),
    factor: chain({
      square: power({ exponent: 2 }),
      mean: avgPool2d({ size: 3, stride: 1, padding: 1, countPadding: true }),
      power: power({ exponent: -0.75, scale: 5e-5, shift: 1 }),
    }),
  });

/**
 * The nets for CIFAR-10 of Caffe's examples, on `[batch, 32, 32, 3]`, ending in logits: 'quick' with 145,578 parameters, 'full'
 * with 89,578. Spec nets-cifar10.
 *
 * @throws {SpecError} nets-cifar10.
 * @example
 * parameterCount(cifar10(), [1, 32, 32, 3]) // 145578
 */
export function cifar10(options: Cifar10Options = {}): Layer {
  const [clause, who] = ['nets-cifar10', 'cifar10'];
  options = known(who, options, ['classes', 'variant'], 'options');
  const classes = wholeNumber(clause, who, 'classes', options.classes ?? 10, 1);
  const isFull = oneOf(clause, who, 'variant', options.variant ?? 'quick', ['quick', 'full']) === 'full';
  return chain({
    conv1: conv(32),
    pool1: maxPool2d(window),
    relu1: relu(),
    ...(isFull && { norm1: norm() }),
    conv2: conv(32),
    relu2: relu(),
    pool2: avgPool2d(window),
    ...(isFull && { norm2: norm() }),
    conv3: conv(64),
    relu3: relu(),
    pool3: avgPool2d(window),
    flatten: flatten(),
    ...(!isFull && { ip1: dense({ units: 64 }) }),
    out: dense({ units: classes }),
  });
}
