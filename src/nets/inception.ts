// The inception module (Szegedy et al. 2014): four branches on one input, joined on the channel axis.
//
//        ┌─ 1×1 ──────────┐
//   x ───┼─ 1×1 ─── 3×3 ──┼─ concat ─ y          the 1×1 before a larger window reduces the channels
//        ├─ 1×1 ─── 5×5 ──┤
//        └─ pool 3×3 ─ 1×1┘

import { known, oneOf, wholeNumber } from '../attributes.ts';
import { SpecError, show, wrongType } from '../errors.ts';
import { concat } from '../layer/branches.ts';
import { chain } from '../layer/chain.ts';
import type { Layer } from '../layer/layer.ts';
import { relu } from '../ops/activation.ts';
import { conv2d } from '../ops/conv.ts';
import { batchNorm } from '../ops/normalization.ts';
import { maxPool2d } from '../ops/pool.ts';
import { isList } from '../reading.ts';

/** 'paper': biases, no norms. 'torchvision': batch norm in place of biases, and 3×3 where the paper has 5×5 (pytorch/vision issue 906). */
export type InceptionVariant = 'paper' | 'torchvision';

export interface InceptionOptions {
  /** Filters of the 1×1 branch. */
  readonly one: number;
  /** Filters of the reducing 1×1 and of the 3×3 after it. */
  readonly three: readonly [reduce: number, filters: number];
  /** Filters of the reducing 1×1 and of the 5×5 after it. */
  readonly five: readonly [reduce: number, filters: number];
  /** Filters of the 1×1 after the pool. */
  readonly pool: number;
  readonly variant?: InceptionVariant;
}

/**
 * An inception module: parallel 1×1, 3×3 and 5×5 convolutions and a 3×3 max pool, each with a 1×1 that sets its
 * channels; x `[batch, height, width, channels]`, y with `one + three[1] + five[1] + pool` channels. Spec nets-inception.
 *
 * @throws {SpecError} nets-inception.
 * @example
 * inceptionModule({ one: 64, three: [96, 128], five: [16, 32], pool: 32 }).shape([1, 28, 28, 192]) // [1, 28, 28, 256]
 */
export function inceptionModule(options: InceptionOptions): Layer {
  const [clause, who] = ['nets-inception', 'inceptionModule'];
  options = known(who, options, ['one', 'three', 'five', 'pool', 'variant'], 'options');
  const variant = oneOf(clause, who, 'variant', options.variant ?? 'paper', ['paper', 'torchvision']);
  const filters = (what: string, value: unknown): number => wholeNumber(clause, who, what, value, 1);
  const one = filters('one', options.one);
  const pool = filters('pool', options.pool);
  const [reduce3, three] = pair(clause, who, 'three', options.three);
  const [reduce5, five] = pair(clause, who, 'five', options.five);
  return concat({
    one: chain(unit(variant, '', one, 1)),
    three: chain({ ...unit(variant, '1', reduce3, 1), ...unit(variant, '2', three, 3) }),
    five: chain({ ...unit(variant, '1', reduce5, 1), ...unit(variant, '2', five, variant === 'paper' ? 5 : 3) }),
    pool: chain({ pool: maxPool2d({ size: 3, stride: 1, padding: 1 }), ...unit(variant, '', pool, 1) }),
  });
}

/** A convolution that keeps the size of the map, and its relu, as parts of a chain. */
export const unit = (
  variant: InceptionVariant,
  name: string,
  filters: number,
  size: number,
  stride = 1,
): Record<string, Layer> => ({
  [`conv${name}`]: conv2d({ filters, size, stride, padding: (size - 1) / 2, bias: variant === 'paper' }),
  ...(variant === 'torchvision' && { [`norm${name}`]: batchNorm({ epsilon: 1e-3 }) }),
  [`relu${name}`]: relu(),
});

function pair(clause: string, who: string, what: string, value: unknown): readonly number[] {
  if (!isList(value)) throw wrongType(clause, `${who}: ${what} must be a pair [reduce, filters], got ${show(value)}`);
  if (value.length !== 2)
    throw new SpecError(clause, `${who}: ${what} must be a pair [reduce, filters], got ${show(value)}`);
  return value.map((each) => wholeNumber(clause, who, what, each, 1));
}
