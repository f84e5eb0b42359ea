// GoogLeNet (Szegedy et al. 2014, table 1; what the paper does not say follows Caffe's definition).
//
//   stem ─ 3a 3b ─ pool ─ 4a ─┬─ 4b 4c 4d ─┬─ 4e ─ pool ─ 5a 5b ─ mean ─ classes     main
//                            │            └─ second head ────────── classes     only with heads, for training
//                            └─ first head ───────────────────────── classes

import { finiteNumber, flag, known, oneOf, wholeNumber } from '../attributes.ts';
import { SpecError, show, wrongType } from '../errors.ts';
import { concat, sum } from '../layer/branches.ts';
import { chain } from '../layer/chain.ts';
import type { Layer } from '../layer/layer.ts';
import { relu, scale } from '../ops/activation.ts';
import { dense } from '../ops/dense.ts';
import { dropout } from '../ops/dropout.ts';
import { globalAvgPool } from '../ops/global-pool.ts';
import { crossEntropy } from '../ops/loss.ts';
import { lrn } from '../ops/lrn.ts';
import { avgPool2d, maxPool2d } from '../ops/pool.ts';
import { flatten } from '../ops/reshape.ts';
import { selectChannels } from '../ops/select.ts';
import type { Labels } from '../ops/targets.ts';
import { isList } from '../reading.ts';
import { dropoutRate } from './classifier.ts';
import { type InceptionVariant, inceptionModule, unit } from './inception.ts';

export interface GooglenetOptions {
  /** Units of the last layer of each head; the default is 1000. */
  readonly classes?: number;
  /**
   * Adds the two auxiliary heads: y is `[batch, 3 · classes]`, the logits of the main, the second and the first head.
   * The default is false.
   */
  readonly heads?: boolean;
  /** 'paper' (the default): biases and LRN. 'torchvision': batch norm, no LRN, 3×3 where the paper has 5×5. */
  readonly variant?: InceptionVariant;
  /**
   * Rate of the dropout before the last layers: 0 (the default) has no such layer; the paper trains with 0.4, and 0.7
   * in the heads.
   */
  readonly dropout?: number;
}

/** Columns of table 1: 1×1, 3×3 reduce, 3×3, 5×5 reduce, 5×5, pool projection. */
// biome-ignore format: a table
const TABLE = {
  '3a': [64, 96, 128, 16, 32, 32],
  '3b': [128, 128, 192, 32, 96, 64],
  '4a': [192, 96, 208, 16, 48, 64],
  '4b': [160, 112, 224, 24, 64, 64],
  '4c': [128, 128, 256, 24, 64, 64],
  '4d': [112, 144, 288, 32, 64, 64],
  '4e': [256, 160, 320, 32, 128, 128],
  '5a': [256, 160, 320, 32, 128, 128],
  '5b': [384, 192, 384, 48, 128, 128],
};
type Name = keyof typeof TABLE;

/**
 * GoogLeNet on `[batch, 224, 224, 3]`, ending in logits: 6,998,552 parameters, with both auxiliary heads 13,378,280;
 * the variant 'torchvision' 6,624,904. Spec nets-googlenet.
 *
 * @throws {SpecError} nets-googlenet.
 * @example
 * parameterCount(googlenet(), [1, 224, 224, 3]) // 6998552
 */
export function googlenet(options: GooglenetOptions = {}): Layer {
  const [clause, who] = ['nets-googlenet', 'googlenet'];
  options = known(who, options, ['classes', 'heads', 'variant', 'dropout'], 'options');
  const variant = oneOf(clause, who, 'variant', options.variant ?? 'paper', ['paper', 'torchvision']);
  const classes = wholeNumber(clause, who, 'classes', options.classes ?? 1000, 1);
  const rate = dropoutRate(clause, who, options.dropout);
  const heads = flag(clause, who, 'heads', options.heads ?? false);
  const modules = (...names: Name[]) =>
    Object.fromEntries(names.map((name) => [`inception${name}`, module(name, variant)]));
  const early = { ...stem(variant), ...modules('3a', '3b'), pool3: halve(), ...modules('4a') };
  const middle = modules('4b', '4c', '4d');
  const late = {
    ...modules('4e'),
    pool4: variant === 'paper' ? halve() : maxPool2d({ size: 2, ceil: true }),
    ...modules('5a', '5b'),
    pool5: globalAvgPool(),
    ...drop(rate),
    fc: dense({ units: classes }),
  };
  if (!heads) return chain({ ...early, ...middle, ...late });
  const head = () => auxiliary(variant, classes, rate);
  const rest = chain({ ...middle, heads: concat({ main: chain(late), second: head() }) });
  return chain({ ...early, heads: concat({ rest, first: head() }) });
}

const halve = (): Layer => maxPool2d({ size: 3, stride: 2, ceil: true });
const drop = (rate: number): Record<string, Layer> => (rate > 0 ? { drop: dropout({ rate }) } : {});

/** As Caffe defines it: k = 1 and alpha = 1e-4 for the mean of the five squares, where ours multiplies their sum. */
const norm = (): Layer => lrn({ size: 5, alpha: 1e-4 / 5, beta: 0.75, k: 1 });

function stem(variant: InceptionVariant): Record<string, Layer> {
  const paper = variant === 'paper';
  return {
    ...unit(variant, '1', 64, 7, 2),
    pool1: halve(),
    ...(paper && { lrn1: norm() }),
    ...unit(variant, '2', 64, 1),
    ...unit(variant, '3', 192, 3),
    ...(paper && { lrn2: norm() }),
    pool2: halve(),
  };
}

function module(name: Name, variant: InceptionVariant): Layer {
  const [one, reduce3, three, reduce5, five, pool] = TABLE[name];
  return inceptionModule({ one, three: [reduce3, three], five: [reduce5, five], pool, variant });
}

/** Caffe's auxiliary head; on 14×14 its pool leaves 4×4. */
const auxiliary = (variant: InceptionVariant, classes: number, rate: number): Layer =>
  chain({
    pool: avgPool2d({ size: 5, stride: 3 }),
    ...unit(variant, '', 128, 1),
    flatten: flatten(),
    fc1: dense({ units: 1024 }),
    relu1: relu(),
    ...drop(rate),
    fc2: dense({ units: classes }),
  });

export interface HeadsLossOptions {
  /** One whole number from 0 to below `classes` for each image. */
  readonly labels: Labels;
  /** Classes of each head; the default is 1000. */
  readonly classes?: number;
  /** The weights of the main, the second and the first head; the default is that of the paper, [1, 0.3, 0.3]. */
  readonly weights?: readonly number[];
}

/** The channels of each head are listed one by one. */
const MOST_CLASSES = 1 << 18;

/**
 * The loss of {@link googlenet} with its heads: the weighted sum of the cross-entropies of the three blocks of logits.
 * x `[batch, 3 · classes]`, y `[1]`. Spec nets-heads.
 *
 * @throws {SpecError} nets-heads, and the clauses of `crossEntropy`.
 * @example
 * headsLoss({ labels: [0], classes: 2 }).forward(tensor([1, 6]), {}).shape // [1]
 */
export function headsLoss(options: HeadsLossOptions): Layer {
  const [clause, who] = ['nets-heads', 'headsLoss'];
  options = known(who, options, ['labels', 'classes', 'weights'], 'options');
  const classes = wholeNumber(clause, who, 'classes', options.classes ?? 1000, 1);
  if (classes > MOST_CLASSES)
    throw new SpecError(clause, `${who}: there may be at most ${MOST_CLASSES} classes, got ${classes}`);
  const weights: unknown = options.weights ?? [1, 0.3, 0.3];
  if (!isList(weights)) throw wrongType(clause, `${who}: weights must be three numbers, got ${show(weights)}`);
  if (weights.length !== 3) throw new SpecError(clause, `${who}: weights must be three numbers, got ${show(weights)}`);
  const part = (i: number): Layer =>
    chain({
      logits: selectChannels({ channels: Array.from({ length: classes }, (_, j) => i * classes + j) }),
      loss: crossEntropy({ labels: options.labels }),
      weight: scale({ factor: finiteNumber(clause, who, 'a weight', weights[i], 'finite', () => true) }),
    });
  return sum({ main: part(0), second: part(1), first: part(2) });
}
