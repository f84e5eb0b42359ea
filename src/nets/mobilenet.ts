// MobileNet: depthwise convolutions with 1×1 convolutions between them (Howard et al. 2017), and inverted residuals with linear
// bottlenecks (Sandler et al. 2018).
//
//   v1   3×3 of each channel ─ norm ─ relu6 ─ 1×1 ─ norm ─ relu6
//   v2   x ─┬─ 1×1 to t times the channels ─ 3×3 of each channel ─ 1×1 back ─┬─ + ─ y
//           └────────────────────────────────────────────────────────────────┘

import { finiteNumber, known, wholeNumber } from '../attributes.ts';
import { sum } from '../layer/branches.ts';
import { chain } from '../layer/chain.ts';
import { identity } from '../layer/identity.ts';
import type { Layer } from '../layer/layer.ts';
import { conv2d, depthwiseConv2d } from '../ops/convolution.ts';
import { dense } from '../ops/dense.ts';
import { dropout } from '../ops/dropout.ts';
import { globalAvgPool } from '../ops/global-pool.ts';
import { batchNorm } from '../ops/normalization.ts';
import { clip } from '../ops/piecewise.ts';
import { dropoutRate } from './classifier.ts';

export interface MobilenetOptions {
  /** Units of the last layer; the default is 1000. */
  readonly classes?: number;
  /** Factor of all numbers of channels; the default is 1. */
  readonly width?: number;
  /** Rate of the dropout before the last layer: 0 (the default) has no such layer. */
  readonly dropout?: number;
}

interface Read {
  readonly classes: number;
  readonly width: number;
  readonly rate: number;
}

function read(who: string, options: MobilenetOptions): Read {
  const clause = 'nets-mobilenet';
  options = known(who, options, ['classes', 'width', 'dropout'], 'options');
  return {
    classes: wholeNumber(clause, who, 'classes', options.classes ?? 1000, 1),
    width: finiteNumber(
      clause,
      who,
      'width',
      options.width ?? 1,
      'a number from above 0 to 16',
      (w) => w > 0 && w <= 16,
    ),
    rate: dropoutRate(clause, who, options.dropout),
  };
}

const relu6 = (): Layer => clip({ min: 0, max: 6 });

/** Filters and stride of the 1×1 and the depthwise convolution of each block: table 1 of the first paper. */
const SEPARABLE = [
  [64, 1],
  [128, 2],
  [128, 1],
  [256, 2],
  [256, 1],
  [512, 2],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [1024, 2],
  [1024, 1],
] as const;

/**
 * MobileNet on `[batch, 224, 224, 3]`, ending in logits: 4,231,976 parameters, and 21,888 running statistics when they are
 * given. Spec nets-mobilenet.
 *
 * @throws {SpecError} nets-mobilenet.
 * @example
 * parameterCount(mobilenet(), [1, 224, 224, 3]) // 4231976
 */
export function mobilenet(options: MobilenetOptions = {}): Layer {
  const { classes, width, rate } = read('mobilenet', options);
  const scaled = (filters: number): number => Math.max(1, Math.floor(filters * width));
  const parts: Record<string, Layer> = {
    conv1: conv2d({ filters: scaled(32), size: 3, stride: 2, padding: 'same', bias: false }),
    norm1: batchNorm({ epsilon: 1e-3 }),
    relu1: relu6(),
  };
  SEPARABLE.forEach(([filters, stride], i) => {
    parts[`block${i + 1}`] = chain({
      depthwise: depthwiseConv2d({ size: 3, stride, padding: 'same', bias: false }),
      norm1: batchNorm({ epsilon: 1e-3 }),
      relu1: relu6(),
      pointwise: conv2d({ filters: scaled(filters), size: 1, bias: false }),
      norm2: batchNorm({ epsilon: 1e-3 }),
      relu2: relu6(),
    });
  });
  return chain({ ...parts, ...head(rate, classes) });
}

const head = (rate: number, classes: number): Record<string, Layer> => ({
  pool: globalAvgPool(),
  ...(rate > 0 && { drop: dropout({ rate }) }),
  fc: dense({ units: classes }),
});

/** Factor of the channels inside, filters, blocks, stride of the first: table 2 of the second paper. */
const INVERTED = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;

/** A multiple of 8 near the number, not more than a tenth below it. */
function eights(filters: number): number {
  const near = Math.max(8, Math.floor((filters + 4) / 8) * 8);
  return near < 0.9 * filters ? near + 8 : near;
}

/**
 * MobileNetV2 on `[batch, 224, 224, 3]`, ending in logits: 3,504,872 parameters. Spec nets-mobilenet.
 *
 * @throws {SpecError} nets-mobilenet.
 * @example
 * parameterCount(mobilenetV2(), [1, 224, 224, 3]) // 3504872
 */
export function mobilenetV2(options: MobilenetOptions = {}): Layer {
  const { classes, width, rate } = read('mobilenetV2', options);
  let channels = eights(32 * width);
  const parts: Record<string, Layer> = {
    conv1: conv2d({ filters: channels, size: 3, stride: 2, padding: 1, bias: false }),
    norm1: batchNorm(),
    relu1: relu6(),
  };
  let block = 0;
  for (const [factor, of, count, first] of INVERTED)
    for (let j = 0; j < count; j++) {
      const filters = eights(of * width);
      const stride = j === 0 ? first : 1;
      const body = inverted(channels * factor, filters, stride, factor > 1);
      const fits = stride === 1 && filters === channels;
      parts[`block${++block}`] = fits ? sum({ body, skip: identity() }) : body;
      channels = filters;
    }
  return chain({
    ...parts,
    conv2: conv2d({ filters: Math.max(1280, eights(1280 * width)), size: 1, bias: false }),
    norm2: batchNorm(),
    relu2: relu6(),
    ...head(rate, classes),
  });
}

const inverted = (inside: number, filters: number, stride: number, expands: boolean): Layer =>
  chain({
    ...(expands && { expand: conv2d({ filters: inside, size: 1, bias: false }), norm1: batchNorm(), relu1: relu6() }),
    depthwise: depthwiseConv2d({ size: 3, stride, padding: 1, bias: false }),
    norm2: batchNorm(),
    relu2: relu6(),
    project: conv2d({ filters, size: 1, bias: false }),
    norm3: batchNorm(),
  });
