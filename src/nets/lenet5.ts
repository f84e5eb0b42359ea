// LeNet-5, in the version of lecture L3 and in that of LeCun, Bottou, Bengio and Haffner (1998).
//
//   32×32 ─ conv 5×5 ─ 28×28×6 ─ pool 2 ─ 14×14×6 ─ conv 5×5 ─ 10×10×16 ─ pool 2 ─ 5×5×16 ─ 120 ─ 84 ─ 10

import { known, oneOf, wholeNumber } from '../attributes.ts';
import { SpecError } from '../errors.ts';
import { concat } from '../layer/branches.ts';
import { chain } from '../layer/chain.ts';
import type { Layer } from '../layer/layer.ts';
import { relu, scale, tanh } from '../ops/activation.ts';
import { conv2d, depthwiseConv2d } from '../ops/conv.ts';
import { dense } from '../ops/dense.ts';
import { avgPool2d, maxPool2d } from '../ops/pool.ts';
import { flatten } from '../ops/reshape.ts';
import { selectChannels } from '../ops/select.ts';

export interface Lenet5Options {
  /** Units of the last layer; the default is 10. The variant '1998' has no such layer, see {@link lenet5}. */
  readonly classes?: number;
  /** 'lecture' (the default: ReLU, max pooling, all channels connected) or '1998'. */
  readonly variant?: 'lecture' | '1998';
}

/**
 * LeNet-5 on `[batch, 32, 32, 1 or 3]`: 61,706 parameters on grey images, 62,006 on colour ones (lecture L3). The
 * variant '1998' has trainable subsampling, the paper's connection table and scaled tanh: 60,000 parameters. It ends in
 * the 84 units of layer F6; the paper's output unit is the squared distance from them to a fixed picture of the class,
 * which is `squaredError` with that picture as its target. Spec nets-lenet5.
 *
 * @throws {SpecError} nets-lenet5.
 * @example
 * parameterCount(lenet5(), [1, 32, 32, 1]) // 61706
 */
export function lenet5(options: Lenet5Options = {}): Layer {
  options = known('lenet5', options, ['classes', 'variant'], 'options');
  const variant = oneOf('nets-lenet5', 'lenet5', 'variant', options.variant ?? 'lecture', ['lecture', '1998']);
  if (variant === 'lecture') return lecture(wholeNumber('nets-lenet5', 'lenet5', 'classes', options.classes ?? 10, 1));
  if (options.classes !== undefined)
    throw new SpecError('nets-lenet5', `lenet5: the variant '1998' has no layer of classes, got ${options.classes}`);
  return paper();
}

const lecture = (classes: number): Layer =>
  chain({
    conv1: conv2d({ filters: 6, size: 5 }),
    relu1: relu(),
    pool1: maxPool2d({ size: 2 }),
    conv2: conv2d({ filters: 16, size: 5 }),
    relu2: relu(),
    pool2: maxPool2d({ size: 2 }),
    flatten: flatten(),
    fc3: dense({ units: 120 }),
    relu3: relu(),
    fc4: dense({ units: 84 }),
    relu4: relu(),
    out: dense({ units: classes }),
  });

const paper = (): Layer =>
  chain({
    c1: conv2d({ filters: 6, size: 5 }),
    squash1: squash(),
    s2: subsample(),
    squash2: squash(),
    c3: connections(),
    squash3: squash(),
    s4: subsample(),
    squash4: squash(),
    c5: conv2d({ filters: 120, size: 5 }),
    squash5: squash(),
    flatten: flatten(),
    f6: dense({ units: 84 }),
    squash6: squash(),
  });

/** 1.7159 · tanh(⅔ x), the paper's appendix A. */
const squash = (): Layer =>
  chain({ inside: scale({ factor: 2 / 3 }), tanh: tanh(), outside: scale({ factor: 1.7159 }) });

/** The sum of 2×2 cells times one coefficient plus one bias for each map. */
const subsample = (): Layer =>
  chain({ mean: avgPool2d({ size: 2 }), four: scale({ factor: 4 }), map: depthwiseConv2d({ size: 1 }) });

/** The paper's table I: which of the six maps of S2 each of the sixteen maps of C3 uses. */
const TABLE = {
  three: [
    [0, 1, 2],
    [1, 2, 3],
    [2, 3, 4],
    [3, 4, 5],
    [0, 4, 5],
    [0, 1, 5],
  ],
  // biome-ignore format: one row for each kind of the table
  four: [[0, 1, 2, 3], [1, 2, 3, 4], [2, 3, 4, 5], [0, 3, 4, 5], [0, 1, 4, 5], [0, 1, 2, 5], [0, 1, 3, 4], [1, 2, 4, 5], [0, 2, 3, 5]],
  six: [[0, 1, 2, 3, 4, 5]],
};

/** Maps that see equally many others are one grouped convolution of the channels they see. */
const connections = (): Layer =>
  concat({ three: seeing(TABLE.three), four: seeing(TABLE.four), six: seeing(TABLE.six) });

const seeing = (maps: readonly (readonly number[])[]): Layer =>
  chain({
    select: selectChannels({ channels: maps.flat() }),
    conv: conv2d({ filters: maps.length, size: 5, groups: maps.length }),
  });
