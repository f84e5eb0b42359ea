// Inception v3 (Szegedy et al. 2016), as torchvision defines it: large windows as two or three small ones, and n×n as 1×n and n×1.

import { flag, known, wholeNumber } from '../attributes.ts';
import { concat } from '../layer/branches.ts';
import { chain } from '../layer/chain.ts';
import type { Layer } from '../layer/layer.ts';
import { relu } from '../ops/activation.ts';
import { conv2d } from '../ops/convolution.ts';
import { dense } from '../ops/dense.ts';
import { dropout } from '../ops/dropout.ts';
import { globalAvgPool } from '../ops/global-pool.ts';
import { batchNorm } from '../ops/normalization.ts';
import { avgPool2d, maxPool2d } from '../ops/pool.ts';
import { dropoutRate } from './classifier.ts';

export interface InceptionV3Options {
  /** Units of the last layer of each head; the default is 1000. */
  readonly classes?: number;
  /** Adds the auxiliary head after the 17×17 maps: y is `[batch, 2 · classes]`, main and auxiliary logits. The default is false. */
  readonly head?: boolean;
  /** Rate of the dropout before the last layer: 0 (the default) has no such layer. */
  readonly dropout?: number;
}

/** Filters, height and width of the window, and what else it needs: cells of padding keep the map unless it has a stride. */
type Unit = readonly [filters: number, height: number, width: number, stride?: number];

const unit = ([filters, height, width, stride = 1]: Unit, padded = stride === 1): Record<string, Layer> => ({
  conv: conv2d({
    filters,
    size: [height, width],
    stride,
    padding: padded ? [(height - 1) / 2, (width - 1) / 2] : 0,
    bias: false,
  }),
  norm: batchNorm({ epsilon: 1e-3 }),
  relu: relu(),
});

/** Units one after the other. */
const row = (...units: readonly Unit[]): Layer =>
  chain(Object.fromEntries(units.map((each, i) => [`unit${i + 1}`, chain(unit(each))])));

/** The mean over 3×3 cells, padding counted, and a 1×1. */
const pooled = (filters: number): Layer =>
  chain({
    pool: avgPool2d({ size: 3, stride: 1, padding: 1, countPadding: true }),
    ...unit([filters, 1, 1]),
  });

const halve = (): Layer => maxPool2d({ size: 3, stride: 2 });

/** On 35×35: the module of figure 5, and the one that halves the map. */
const moduleA = (filters: number): Layer =>
  concat({
    one: row([64, 1, 1]),
    five: row([48, 1, 1], [64, 5, 5]),
    threes: row([64, 1, 1], [96, 3, 3], [96, 3, 3]),
    pool: pooled(filters),
  });
const reductionA = (): Layer =>
  concat({ three: row([384, 3, 3, 2]), threes: row([64, 1, 1], [96, 3, 3], [96, 3, 3, 2]), pool: halve() });

/** On 17×17: the module of figure 6 with n = 7 and c channels inside. */
const moduleB = (c: number): Layer =>
  concat({
    one: row([192, 1, 1]),
    seven: row([c, 1, 1], [c, 1, 7], [192, 7, 1]),
    sevens: row([c, 1, 1], [c, 7, 1], [c, 1, 7], [c, 7, 1], [192, 1, 7]),
    pool: pooled(192),
  });
const reductionB = (): Layer =>
  concat({
    three: row([192, 1, 1], [320, 3, 3, 2]),
    seven: row([192, 1, 1], [192, 1, 7], [192, 7, 1], [192, 3, 3, 2]),
    pool: halve(),
  });

/** On 8×8: the module of figure 7, which is wide at its end. */
const moduleC = (): Layer => {
  const wide = (): Layer => concat({ row: row([384, 1, 3]), column: row([384, 3, 1]) });
  return concat({
    one: row([320, 1, 1]),
    three: chain({ reduce: row([384, 1, 1]), wide: wide() }),
    threes: chain({ reduce: row([448, 1, 1], [384, 3, 3]), wide: wide() }),
    pool: pooled(192),
  });
};

/**
 * Inception v3 on `[batch, 299, 299, 3]`, ending in logits: 23,834,568 parameters, with the auxiliary head 27,161,264. Spec
 * nets-inception-v3.
 *
 * @throws {SpecError} nets-inception-v3.
 * @example
 * parameterCount(inceptionV3({ head: true }), [1, 299, 299, 3]) // 27161264
 */
export function inceptionV3(options: InceptionV3Options = {}): Layer {
  const [clause, who] = ['nets-inception-v3', 'inceptionV3'];
  options = known(who, options, ['classes', 'head', 'dropout'], 'options');
  const classes = wholeNumber(clause, who, 'classes', options.classes ?? 1000, 1);
  const head = flag(clause, who, 'head', options.head ?? false);
  const rate = dropoutRate(clause, who, options.dropout);
  const early = {
    conv1: chain(unit([32, 3, 3, 2])),
    conv2: chain(unit([32, 3, 3], false)),
    conv3: chain(unit([64, 3, 3])),
    pool1: halve(),
    conv4: chain(unit([80, 1, 1])),
    conv5: chain(unit([192, 3, 3], false)),
    pool2: halve(),
    mixed5b: moduleA(32),
    mixed5c: moduleA(64),
    mixed5d: moduleA(64),
    mixed6a: reductionA(),
    mixed6b: moduleB(128),
    mixed6c: moduleB(160),
    mixed6d: moduleB(160),
    mixed6e: moduleB(192),
  };
  const late = {
    mixed7a: reductionB(),
    mixed7b: moduleC(),
    mixed7c: moduleC(),
    pool: globalAvgPool(),
    ...(rate > 0 && { drop: dropout({ rate }) }),
    fc: dense({ units: classes }),
  };
  return head
    ? chain({ ...early, heads: concat({ main: chain(late), auxiliary: auxiliary(classes) }) })
    : chain({ ...early, ...late });
}

const auxiliary = (classes: number): Layer =>
  chain({
    pool: avgPool2d({ size: 5, stride: 3 }),
    conv1: chain(unit([128, 1, 1])),
    conv2: chain(unit([768, 5, 5], false)),
    mean: globalAvgPool(),
    fc: dense({ units: classes }),
  });
