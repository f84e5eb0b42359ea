// VGG (Simonyan and Zisserman 2014, table 1): 3×3 convolutions only, five stages, the map halved after each.

import { flag, known } from '../attributes.ts';
import { SpecError, show, wrongType } from '../errors.ts';
import { chain } from '../layer/chain.ts';
import type { Layer } from '../layer/layer.ts';
import { relu } from '../ops/activation.ts';
import { conv2d } from '../ops/conv.ts';
import { batchNorm } from '../ops/normalization.ts';
import { maxPool2d } from '../ops/pool.ts';
import { type ClassifierOptions, classifier, classifierNames } from './classifier.ts';

export interface VggOptions extends ClassifierOptions {
  /** Batch normalisation after every convolution; the default is false, because the paper is older. */
  readonly norm?: boolean;
}

/** Filters of the convolutions of each stage. */
const FILTERS = [64, 128, 256, 512, 512];
/** Convolutions in each stage: columns A, B, D and E of the paper's table. */
const STAGES: Readonly<Record<number, readonly number[]>> = {
  11: [1, 1, 2, 2, 2],
  13: [2, 2, 2, 2, 2],
  16: [2, 2, 3, 3, 3],
  19: [2, 2, 4, 4, 4],
};

/**
 * VGG with 11, 13, 16 or 19 layers that have weights, on `[batch, 224, 224, 3]`, ending in logits: 132,863,336,
 * 133,047,848, 138,357,544 and 143,667,240 parameters. Spec nets-vgg.
 *
 * @throws {SpecError} nets-vgg.
 * @example
 * parameterCount(vgg(11), [1, 224, 224, 3]) // 132863336
 */
export function vgg(depth: 11 | 13 | 16 | 19, options: VggOptions = {}): Layer {
  options = known('vgg', options, [...classifierNames, 'norm'], 'options');
  if (typeof depth !== 'number')
    throw wrongType('nets-vgg', `vgg: the depth must be ${Object.keys(STAGES).join(', ')}, got ${show(depth)}`);
  if (!Object.hasOwn(STAGES, depth))
    throw new SpecError('nets-vgg', `vgg: the depth must be ${Object.keys(STAGES).join(', ')}, got ${show(depth)}`);
  const norm = flag('nets-vgg', 'vgg', 'norm', options.norm ?? false);
  const parts: Record<string, Layer> = {};
  for (const [i, convolutions] of STAGES[depth].entries()) {
    for (let j = 1; j <= convolutions; j++) {
      parts[`conv${i + 1}_${j}`] = conv2d({ filters: FILTERS[i], size: 3, padding: 1 });
      if (norm) parts[`norm${i + 1}_${j}`] = batchNorm();
      parts[`relu${i + 1}_${j}`] = relu();
    }
    parts[`pool${i + 1}`] = maxPool2d({ size: 2 });
  }
  return chain({ ...parts, ...classifier('nets-vgg', 'vgg', options) });
}

/** {@link vgg} with 13 convolutions and 3 dense layers: 138,357,544 parameters. Spec nets-vgg.
 *
 * @example
 * parameterCount(vgg16(), [1, 224, 224, 3]) // 138357544
 */
export const vgg16 = (options: VggOptions = {}): Layer => vgg(16, options);

/** {@link vgg} with 16 convolutions and 3 dense layers: 143,667,240 parameters. Spec nets-vgg.
 *
 * @example
 * parameterCount(vgg19(), [1, 224, 224, 3]) // 143667240
 */
export const vgg19 = (options: VggOptions = {}): Layer => vgg(19, options);
