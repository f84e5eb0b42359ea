// AlexNet (Krizhevsky, Sutskever and Hinton 2012), Caffe's version of it, and the one-tower net that is often called AlexNet too.

import { known, oneOf, wholeNumber } from '../attributes.ts';
import { SpecError } from '../errors.ts';
import { chain } from '../layer/chain.ts';
import type { Layer } from '../layer/layer.ts';
import { relu } from '../ops/activation.ts';
import { conv2d } from '../ops/convolution.ts';
import { lrn } from '../ops/lrn.ts';
import { maxPool2d } from '../ops/pool.ts';
import { type ClassifierOptions, classifier, classifierNames } from './classifier.ts';

export interface AlexnetOptions extends ClassifierOptions {
  /** 'paper' (the default), 'caffenet' or 'one-tower'. */
  readonly variant?: 'paper' | 'caffenet' | 'one-tower';
  /** The groups of conv2, conv4 and conv5: 2 as in the paper (the default), or 1. The variant 'one-tower' has one. */
  readonly groups?: number;
}

/** The windows overlap: they have 3 cells and a stride of 2. */
const pool = (): Layer => maxPool2d({ size: 3, stride: 2 });
/** Section 3.3 of the paper; alpha multiplies the sum of the squares. */
const norm = (): Layer => lrn({ size: 5, alpha: 1e-4, beta: 0.75, k: 2 });

/**
 * AlexNet: five convolutions and three dense layers, ending in logits. 'paper' on `[batch, 227, 227, 3]`: 60,965,224
 * parameters with two groups, 62,378,344 with one; `hidden: [4096]` omits layer 7, `hidden: []` layers 6 and 7.
 * The paper says 224, but its maps of 55×55 need 227; on 224 they are 54×54, and the net has 49,430,888 parameters.
 * 'caffenet' pools before it normalises, with Caffe's LRN. 'one-tower' on `[batch, 224, 224, 3]` (Krizhevsky 2014): 61,100,840. Spec nets-alexnet.
 *
 * @throws {SpecError} nets-alexnet.
 * @example
 * parameterCount(alexnet({ groups: 1 }), [1, 227, 227, 3]) // 62378344
 */
export function alexnet(options: AlexnetOptions = {}): Layer {
  options = known('alexnet', options, [...classifierNames, 'variant', 'groups'], 'options');
  const variant = oneOf('nets-alexnet', 'alexnet', 'variant', options.variant ?? 'paper', [
    'paper',
    'caffenet',
    'one-tower',
  ]);
  const groups = wholeNumber(
    'nets-alexnet',
    'alexnet',
    'groups',
    options.groups ?? (variant === 'one-tower' ? 1 : 2),
    1,
  );
  if (groups > (variant === 'one-tower' ? 1 : 2))
    throw new SpecError(
      'nets-alexnet',
      `alexnet: groups must be 1, or 2 but in the variant 'one-tower', got ${groups}`,
    );
  const end = classifier('nets-alexnet', 'alexnet', options);
  return variant === 'one-tower' ? oneTower(end) : twoTowers(groups, variant === 'caffenet', end);
}

/** Caffe's k is 1, and its alpha multiplies the mean of the five squares. */
const caffeNorm = (): Layer => lrn({ size: 5, alpha: 1e-4 / 5, beta: 0.75, k: 1 });

const twoTowers = (groups: number, caffe: boolean, end: Record<string, Layer>): Layer =>
  chain({
    conv1: conv2d({ filters: 96, size: 11, stride: 4 }),
    relu1: relu(),
    ...(caffe ? { pool1: pool(), norm1: caffeNorm() } : { norm1: norm(), pool1: pool() }),
    conv2: conv2d({ filters: 256, size: 5, padding: 2, groups }),
    relu2: relu(),
    ...(caffe ? { pool2: pool(), norm2: caffeNorm() } : { norm2: norm(), pool2: pool() }),
    conv3: conv2d({ filters: 384, size: 3, padding: 1 }),
    relu3: relu(),
    conv4: conv2d({ filters: 384, size: 3, padding: 1, groups }),
    relu4: relu(),
    conv5: conv2d({ filters: 256, size: 3, padding: 1, groups }),
    relu5: relu(),
    pool5: pool(),
    ...end,
  });

const oneTower = (end: Record<string, Layer>): Layer =>
  chain({
    conv1: conv2d({ filters: 64, size: 11, stride: 4, padding: 2 }),
    relu1: relu(),
    pool1: pool(),
    conv2: conv2d({ filters: 192, size: 5, padding: 2 }),
    relu2: relu(),
    pool2: pool(),
    conv3: conv2d({ filters: 384, size: 3, padding: 1 }),
    relu3: relu(),
    conv4: conv2d({ filters: 256, size: 3, padding: 1 }),
    relu4: relu(),
    conv5: conv2d({ filters: 256, size: 3, padding: 1 }),
    relu5: relu(),
    pool5: pool(),
    ...end,
  });
