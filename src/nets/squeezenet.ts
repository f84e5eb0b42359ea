// SqueezeNet (Iandola et al. 2016): fire modules, which squeeze the channels before they expand them.
//
//   x ─ 1×1 ─ relu ─┬─ 1×1 ─ relu ─┬─ concat ─ y
//                   └─ 3×3 ─ relu ─┘

import { known, oneOf, wholeNumber } from '../attributes.ts';
import { concat } from '../layer/branches.ts';
import { chain } from '../layer/chain.ts';
import type { Layer } from '../layer/layer.ts';
import { relu } from '../ops/activation.ts';
import { conv2d } from '../ops/convolution.ts';
import { dropout } from '../ops/dropout.ts';
import { globalAvgPool } from '../ops/global-pool.ts';
import { maxPool2d } from '../ops/pool.ts';
import { dropoutRate } from './classifier.ts';

export interface SqueezenetOptions {
  /** Units of the last layer; the default is 1000. */
  readonly classes?: number;
  /** '1.0' (the default), or '1.1' with a smaller first window and earlier pools. */
  readonly version?: '1.0' | '1.1';
  /** Rate of the dropout before the last convolution: 0 (the default) has no such layer, 0.5 is that of the paper. */
  readonly dropout?: number;
}

/** Table 1 of the paper: filters of the 1×1 that squeezes, and of each of the two that expand. */
const FIRES = [
  [16, 64],
  [16, 64],
  [32, 128],
  [32, 128],
  [48, 192],
  [48, 192],
  [64, 256],
  [64, 256],
] as const;

/**
 * SqueezeNet on `[batch, 224, 224, 3]`, ending in logits: 1,248,424 parameters; version 1.1 has 1,235,496. Spec nets-squeezenet.
 *
 * @throws {SpecError} nets-squeezenet.
 * @example
 * parameterCount(squeezenet(), [1, 224, 224, 3]) // 1248424
 */
export function squeezenet(options: SqueezenetOptions = {}): Layer {
  const [clause, who] = ['nets-squeezenet', 'squeezenet'];
  options = known(who, options, ['classes', 'version', 'dropout'], 'options');
  const classes = wholeNumber(clause, who, 'classes', options.classes ?? 1000, 1);
  const version = oneOf(clause, who, 'version', options.version ?? '1.0', ['1.0', '1.1']);
  const rate = dropoutRate(clause, who, options.dropout);
  const first = version === '1.0' ? { filters: 96, size: 7 } : { filters: 64, size: 3 };
  const pooled = version === '1.0' ? [4, 8] : [3, 5];
  const parts: Record<string, Layer> = { conv1: conv2d({ ...first, stride: 2 }), relu1: relu(), pool1: halve() };
  FIRES.forEach(([squeeze, expand], i) => {
    parts[`fire${i + 2}`] = fire(squeeze, expand);
    if (pooled.includes(i + 2)) parts[`pool${i + 2}`] = halve();
  });
  return chain({
    ...parts,
    ...(rate > 0 && { drop: dropout({ rate }) }),
    conv10: conv2d({ filters: classes, size: 1 }),
    relu10: relu(),
    pool: globalAvgPool(),
  });
}

const halve = (): Layer => maxPool2d({ size: 3, stride: 2, ceil: true });

const fire = (squeeze: number, expand: number): Layer => {
  const unit = (filters: number, size: number): Record<string, Layer> => ({
    conv: conv2d({ filters, size, padding: (size - 1) / 2 }),
    relu: relu(),
  });
  const expanded = concat({ one: chain(unit(expand, 1)), three: chain(unit(expand, 3)) });
  return chain({ squeeze: conv2d({ filters: squeeze, size: 1 }), relu: relu(), expand: expanded });
};
