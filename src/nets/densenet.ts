// DenseNet (Huang et al. 2017): every layer of a block sees the outputs of all layers before it.
//
//   x ─┬─ norm ─ relu ─ 1×1 ─ norm ─ relu ─ 3×3 ─┬─ concat ─ y
//      └─────────────────────────────────────────┘

import { known, wholeNumber } from '../attributes.ts';
import { SpecError, show, wrongType } from '../errors.ts';
import { concat } from '../layer/branches.ts';
import { chain } from '../layer/chain.ts';
import { identity } from '../layer/identity.ts';
import type { Layer } from '../layer/layer.ts';
import { relu } from '../ops/activation.ts';
import { conv2d } from '../ops/convolution.ts';
import { dense } from '../ops/dense.ts';
import { globalAvgPool } from '../ops/global-pool.ts';
import { batchNorm } from '../ops/normalization.ts';
import { avgPool2d, maxPool2d } from '../ops/pool.ts';

export interface DensenetOptions {
  /** Units of the last layer; the default is 1000. */
  readonly classes?: number;
}

interface Form {
  /** Layers of each block. */
  readonly blocks: readonly number[];
  /** Channels that each layer adds. */
  readonly growth: number;
}

/** Table 1 of the paper. */
const FORMS: Readonly<Record<number, Form>> = {
  121: { blocks: [6, 12, 24, 16], growth: 32 },
  161: { blocks: [6, 12, 36, 24], growth: 48 },
  169: { blocks: [6, 12, 32, 32], growth: 32 },
  201: { blocks: [6, 12, 48, 32], growth: 32 },
};

/**
 * DenseNet with 121, 161, 169 or 201 layers on `[batch, 224, 224, 3]`, ending in logits: 7,978,856, 28,681,000, 14,149,480 and
 * 20,013,928 parameters. Spec nets-densenet.
 *
 * @throws {SpecError} nets-densenet.
 * @example
 * parameterCount(densenet(121), [1, 224, 224, 3]) // 7978856
 */
export function densenet(depth: 121 | 161 | 169 | 201, options: DensenetOptions = {}): Layer {
  const [clause, who] = ['nets-densenet', 'densenet'];
  options = known(who, options, ['classes'], 'options');
  if (typeof depth !== 'number') throw wrongType(clause, `${who}: the depth must be a number, got ${show(depth)}`);
  if (!Object.hasOwn(FORMS, depth))
    throw new SpecError(
      clause,
      `${who}: the depth must be one of ${Object.keys(FORMS).join(', ')}, got ${show(depth)}`,
    );
  const classes = wholeNumber(clause, who, 'classes', options.classes ?? 1000, 1);
  const { blocks, growth } = FORMS[depth];
  let channels = 2 * growth;
  const parts: Record<string, Layer> = {
    conv1: conv2d({ filters: channels, size: 7, stride: 2, padding: 3, bias: false }),
    norm1: batchNorm(),
    relu1: relu(),
    pool1: maxPool2d({ size: 3, stride: 2, padding: 1 }),
  };
  blocks.forEach((count, i) => {
    parts[`block${i + 1}`] = chain(
      Object.fromEntries(Array.from({ length: count }, (_, j) => [`layer${j + 1}`, denseLayer(growth)])),
    );
    channels += count * growth;
    if (i === blocks.length - 1) return;
    channels = Math.floor(channels / 2);
    parts[`transition${i + 1}`] = chain({ ...unit('', channels, 1), pool: avgPool2d({ size: 2 }) });
  });
  return chain({ ...parts, norm: batchNorm(), relu: relu(), pool: globalAvgPool(), fc: dense({ units: classes }) });
}

/** Norm and rectifier come before the convolution. */
const unit = (name: string, filters: number, size: number): Record<string, Layer> => ({
  [`norm${name}`]: batchNorm(),
  [`relu${name}`]: relu(),
  [`conv${name}`]: conv2d({ filters, size, padding: (size - 1) / 2, bias: false }),
});

const denseLayer = (growth: number): Layer =>
  concat({ skip: identity(), body: chain({ ...unit('1', 4 * growth, 1), ...unit('2', growth, 3) }) });
