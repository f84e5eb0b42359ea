// U-Net (Ronneberger, Fischer and Brox 2015): a path down, a path up, and what was seen on the way down beside it.
//
//   x ─ 3×3 ─ 3×3 ─┬─ crop ───────────────────────────────┬─ concat ─ 3×3 ─ 3×3 ─ y
//                  └─ pool ─ the same, deeper ─ up 2×2 ─┘

import { known, oneOf, wholeNumber } from '../attributes.ts';
import { concat } from '../layer/branches.ts';
import { chain } from '../layer/chain.ts';
import { identity } from '../layer/identity.ts';
import type { Layer } from '../layer/layer.ts';
import { relu } from '../ops/activation.ts';
import { convTranspose2d } from '../ops/conv-transpose.ts';
import { conv2d } from '../ops/convolution.ts';
import { pad } from '../ops/pad.ts';
import { maxPool2d } from '../ops/pool.ts';

export interface UnetOptions {
  /** Channels of y; the default is 2. */
  readonly classes?: number;
  /** Filters at the top, doubled at each level below; the default is 64. */
  readonly filters?: number;
  /** Levels below the top; the default is 4. */
  readonly depth?: number;
  /** 'valid' (the default) as in the paper: y is smaller than x. 'same': y has the size of x, a multiple of 2^depth. */
  readonly padding?: 'valid' | 'same';
}

/** Deeper nets would need images of millions of cells on a side. */
const DEEPEST = 16;

/**
 * U-Net, with logits for every pixel: `[batch, 572, 572, 1]` gives `[batch, 388, 388, 2]`, with 31,030,658 parameters. Spec
 * nets-unet.
 *
 * @throws {SpecError} nets-unet.
 * @example
 * unet().shape([1, 572, 572, 1]) // [1, 388, 388, 2]
 */
export function unet(options: UnetOptions = {}): Layer {
  const [clause, who] = ['nets-unet', 'unet'];
  options = known(who, options, ['classes', 'filters', 'depth', 'padding'], 'options');
  const classes = wholeNumber(clause, who, 'classes', options.classes ?? 2, 1);
  const filters = wholeNumber(clause, who, 'filters', options.filters ?? 64, 1);
  const depth = wholeNumber(clause, who, 'depth', options.depth ?? 4, 1);
  const padding = oneOf(clause, who, 'padding', options.padding ?? 'valid', ['valid', 'same']);
  wholeNumber(clause, who, 'depth (at most 16) less', DEEPEST - depth, 0);
  const { layers } = level(filters, depth, padding);
  return chain({ ...layers, classes: conv2d({ filters: classes, size: 1 }) });
}

/** The layers from one level down and up again, and the cells that y is smaller than x on each axis. */
function level(
  filters: number,
  below: number,
  padding: 'valid' | 'same',
): { readonly layers: Record<string, Layer>; readonly lost: number } {
  const pair = (name: string): Record<string, Layer> => ({
    [`${name}1`]: conv2d({ filters, size: 3, padding }),
    [`${name}Relu1`]: relu(),
    [`${name}2`]: conv2d({ filters, size: 3, padding }),
    [`${name}Relu2`]: relu(),
  });
  const own = padding === 'valid' ? 4 : 0;
  if (below === 0) return { layers: pair('down'), lost: own };
  const { layers, lost } = level(2 * filters, below - 1, padding);
  const deeper = chain({
    pool: maxPool2d({ size: 2 }),
    ...layers,
    up: convTranspose2d({ filters, size: 2, stride: 2 }),
  });
  const skip = lost > 0 ? pad({ padding: -lost }) : identity();
  return { layers: { ...pair('down'), join: concat({ skip, deeper }), ...pair('up') }, lost: own + 2 * lost + own };
}
