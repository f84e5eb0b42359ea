// ResNet (He, Zhang, Ren and Sun 2015): table 1 for large images, section 4.2 for images of 32×32.

import { flag, known, oneOf, wholeNumber } from '../attributes.ts';
import { SpecError, show, wrongType } from '../errors.ts';
import { chain } from '../layer/chain.ts';
import type { Layer } from '../layer/layer.ts';
import { relu } from '../ops/activation.ts';
import { conv2d } from '../ops/conv.ts';
import { dense } from '../ops/dense.ts';
import { globalAvgPool } from '../ops/global-pool.ts';
import { batchNorm } from '../ops/normalization.ts';
import { maxPool2d } from '../ops/pool.ts';
import { residualBlock, type StrideVariant } from './residual.ts';

export interface ResnetOptions {
  /** Units of the last layer; the default is 1000, and 10 for the nets of small images. */
  readonly classes?: number;
  /** Where a bottleneck has its stride: 'paper' (the default) on the first 1×1, 'v1.5' on the 3×3. */
  readonly variant?: StrideVariant;
  /** The plain counterpart, without shortcuts; the default is false. */
  readonly plain?: boolean;
}

interface Form {
  readonly bottleneck: boolean;
  /** Blocks of each stage. */
  readonly blocks: readonly number[];
  /** Channels at the end of the first stage; each later stage has twice as many and half the map. */
  readonly filters: number;
}

/** The columns of the paper's table 1. */
const LARGE: Readonly<Record<number, Form>> = {
  18: { bottleneck: false, blocks: [2, 2, 2, 2], filters: 64 },
  34: { bottleneck: false, blocks: [3, 4, 6, 3], filters: 64 },
  50: { bottleneck: true, blocks: [3, 4, 6, 3], filters: 256 },
  101: { bottleneck: true, blocks: [3, 4, 23, 3], filters: 256 },
  152: { bottleneck: true, blocks: [3, 8, 36, 3], filters: 256 },
};
/** Section 4.2: three stages of n blocks, 6n + 2 layers. */
const small = (n: number): Form => ({ bottleneck: false, blocks: [n, n, n], filters: 16 });
const SMALL: Readonly<Record<number, Form>> = {
  20: small(3),
  32: small(5),
  44: small(7),
  56: small(9),
  110: small(18),
};

/**
 * ResNet-18, 34, 50, 101 or 152 on `[batch, 224, 224, 3]`, ending in logits: 11,689,512, 21,797,672, 25,557,032,
 * 44,549,160 and 60,192,808 parameters, including the scale and shift of batch norm; convolutions have no bias. With 20,
 * 32, 44, 56 or 110 layers, the nets for `[batch, 32, 32, 3]`, with projections where the shape changes. Spec nets-resnet.
 *
 * @throws {SpecError} nets-resnet.
 * @example
 * parameterCount(resnet(50), [1, 224, 224, 3]) // 25557032
 */
export function resnet(depth: number, options: ResnetOptions = {}): Layer {
  const [clause, who] = ['nets-resnet', 'resnet'];
  options = known(who, options, ['classes', 'variant', 'plain'], 'options');
  const forms = { ...LARGE, ...SMALL };
  if (typeof depth !== 'number') throw wrongType(clause, `${who}: the depth must be a number, got ${show(depth)}`);
  if (!Object.hasOwn(forms, depth))
    throw new SpecError(
      clause,
      `${who}: the depth must be one of ${Object.keys(forms).join(', ')}, got ${show(depth)}`,
    );
  const large = Object.hasOwn(LARGE, depth);
  const classes = wholeNumber(clause, who, 'classes', options.classes ?? (large ? 1000 : 10), 1);
  const variant = oneOf(clause, who, 'variant', options.variant ?? 'paper', ['paper', 'v1.5']);
  const plain = flag(clause, who, 'plain', options.plain ?? false);
  return chain({
    ...(large ? largeStem() : smallStem()),
    ...stages(forms[depth], large ? 64 : 16, variant, plain),
    pool: globalAvgPool(),
    fc: dense({ units: classes }),
  });
}

const largeStem = (): Record<string, Layer> => ({
  conv1: conv2d({ filters: 64, size: 7, stride: 2, padding: 3, bias: false }),
  norm1: batchNorm(),
  relu1: relu(),
  pool1: maxPool2d({ size: 3, stride: 2, padding: 1 }),
});

const smallStem = (): Record<string, Layer> => ({
  conv1: conv2d({ filters: 16, size: 3, padding: 1, bias: false }),
  norm1: batchNorm(),
  relu1: relu(),
});

/** The first block of every stage but the first halves the map. */
function stages(
  { bottleneck, blocks, filters: first }: Form,
  stem: number,
  variant: StrideVariant,
  plain: boolean,
): Record<string, Layer> {
  let channels = stem;
  return Object.fromEntries(
    blocks.map((count, i) => {
      const filters = first << i;
      const parts: Record<string, Layer> = {};
      for (let j = 1; j <= count; j++) {
        const stride = i > 0 && j === 1 ? 2 : 1;
        parts[`block${j}`] = residualBlock({ channels, filters, stride, bottleneck, variant, plain });
        channels = filters;
      }
      return [`stage${i + 1}`, chain(parts)];
    }),
  );
}
