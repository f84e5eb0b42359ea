// The residual block (He, Zhang, Ren and Sun 2015): y = relu(F(x) + x), or relu(F(x) + projection(x)) where the shapes differ.
//
//   x ─┬─ conv ─ relu ─ conv ─┬─ + ─ relu ─ y           a bottleneck: 1×1 to a quarter, 3×3, 1×1 back
//      └─────────────────────┘

import { flag, known, oneOf, wholeNumber } from '../attributes.ts';
import { SpecError } from '../errors.ts';
import { sum } from '../layer/branches.ts';
import { chain } from '../layer/chain.ts';
import { identity } from '../layer/identity.ts';
import type { Layer } from '../layer/layer.ts';
import { relu } from '../ops/activation.ts';
import { conv2d } from '../ops/conv.ts';
import { batchNorm } from '../ops/normalization.ts';

/** Where a bottleneck that halves the map has its stride: 'paper' on the first 1×1, 'v1.5' on the 3×3. */
export type StrideVariant = 'paper' | 'v1.5';

export interface ResidualOptions {
  /** Channels of x. */
  readonly channels: number;
  /** Channels of y; the default is those of x. */
  readonly filters?: number;
  /** The stride of the block; the default is 1. */
  readonly stride?: number;
  /** Three convolutions, the middle one on a quarter of the filters, instead of two. */
  readonly bottleneck?: boolean;
  /** Batch normalisation after each convolution, which then has no bias; the default is true. */
  readonly norm?: boolean;
  /** The plain counterpart: the body and the last relu, without the sum; the default is false. */
  readonly plain?: boolean;
  readonly variant?: StrideVariant;
}

/**
 * A residual block: `y = relu(body(x) + skip(x))`, where skip is the identity, or a 1×1 projection if the block has a
 * stride or changes the number of channels. x `[batch, height, width, channels]`. Spec nets-residual.
 *
 * @throws {SpecError} nets-residual.
 * @example
 * residualBlock({ channels: 64, filters: 128, stride: 2 }).shape([1, 56, 56, 64]) // [1, 28, 28, 128]
 */
export function residualBlock(options: ResidualOptions): Layer {
  const { channels, filters, stride, bottleneck, norm, plain, variant } = read(options);
  const unit = (name: string, of: number, size: number, step: number): Record<string, Layer> => ({
    [`conv${name}`]: conv2d({ filters: of, size, stride: step, padding: (size - 1) / 2, bias: !norm }),
    ...(norm && { [`norm${name}`]: batchNorm() }),
  });
  const [first, middle] = variant === 'paper' ? [stride, 1] : [1, stride];
  const body = bottleneck
    ? chain({
        ...unit('1', filters / 4, 1, first),
        relu1: relu(),
        ...unit('2', filters / 4, 3, middle),
        relu2: relu(),
        ...unit('3', filters, 1, 1),
      })
    : chain({ ...unit('1', filters, 3, stride), relu1: relu(), ...unit('2', filters, 3, 1) });
  if (plain) return chain({ body, relu: relu() });
  const fits = stride === 1 && channels === filters;
  const skip = fits ? identity() : chain(unit('', filters, 1, stride));
  return chain({ sum: sum({ body, skip }), relu: relu() });
}

function read(options: ResidualOptions): Required<ResidualOptions> {
  const [clause, who] = ['nets-residual', 'residualBlock'];
  options = known(who, options, ['channels', 'filters', 'stride', 'bottleneck', 'norm', 'plain', 'variant'], 'options');
  const channels = wholeNumber(clause, who, 'channels', options.channels, 1);
  const filters = wholeNumber(clause, who, 'filters', options.filters ?? channels, 1);
  const bottleneck = flag(clause, who, 'bottleneck', options.bottleneck ?? false);
  if (bottleneck && filters % 4 !== 0)
    throw new SpecError(clause, `${who}: the filters of a bottleneck must be a multiple of 4, got ${filters}`);
  return {
    channels,
    filters,
    stride: wholeNumber(clause, who, 'stride', options.stride ?? 1, 1),
    bottleneck,
    norm: flag(clause, who, 'norm', options.norm ?? true),
    plain: flag(clause, who, 'plain', options.plain ?? false),
    variant: oneOf(clause, who, 'variant', options.variant ?? 'paper', ['paper', 'v1.5']),
  };
}
