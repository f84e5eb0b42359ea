// Nets with an answer for every pixel: the dilated context module (Yu and Koltun 2016), a segmenter around it, and the
// grid of cells that lecture L0 begins with.

import { known, wholeNumber } from '../attributes.ts';
import { chain } from '../layer/chain.ts';
import type { Layer } from '../layer/layer.ts';
import { relu } from '../ops/activation.ts';
import { conv2d } from '../ops/conv.ts';

/** Dilation of the 3×3 convolutions: the paper's table 1, receptive fields 3, 5, 9, 17, 33, 65, 67. */
const RATES = [1, 1, 2, 4, 8, 16, 1];

export interface ContextOptions {
  /** Channels of x and of every layer; the default is 21, the number of classes of the paper's data. */
  readonly channels?: number;
}

/**
 * The context module: seven 3×3 convolutions with dilations 1, 1, 2, 4, 8, 16, 1 and one 1×1, all with as many filters
 * as x has channels; y has the shape of x. `64C² + 8C` parameters, a field of 67×67 at stride 1. Spec nets-context.
 *
 * @throws {SpecError} nets-context.
 * @example
 * parameterCount(contextModule(), [1, 64, 64, 21]) // 28392
 */
export function contextModule(options: ContextOptions = {}): Layer {
  options = known('contextModule', options, ['channels'], 'options');
  const filters = wholeNumber('nets-context', 'contextModule', 'channels', options.channels ?? 21, 1);
  const parts: Record<string, Layer> = {};
  for (const [i, dilation] of RATES.entries()) {
    parts[`conv${i + 1}`] = conv2d({ filters, size: 3, dilation, padding: dilation });
    parts[`relu${i + 1}`] = relu();
  }
  return chain({ ...parts, conv8: conv2d({ filters, size: 1 }) });
}

export interface SegmenterOptions {
  /**
   * Numbers per pixel, by default 2: the logits of that many classes for `crossEntropy`; 1 for a boundary with
   * `binaryCrossEntropy`, or for a depth with `squaredError`.
   */
  readonly outputs?: number;
  /** Filters of the layers before the head; the default is 16. */
  readonly width?: number;
}

/**
 * A fully convolutional net: two 3×3 convolutions, the context module, and a 1×1 head; x `[batch, height, width,
 * channels]` of any size, y `[batch, height, width, outputs]`, a field of 71×71 at stride 1. Spec nets-segmenter.
 *
 * @throws {SpecError} nets-segmenter.
 * @example
 * segmenter({ outputs: 5 }).shape([2, 48, 64, 3]) // [2, 48, 64, 5]
 */
export function segmenter(options: SegmenterOptions = {}): Layer {
  options = known('segmenter', options, ['outputs', 'width'], 'options');
  const outputs = wholeNumber('nets-segmenter', 'segmenter', 'outputs', options.outputs ?? 2, 1);
  const width = wholeNumber('nets-segmenter', 'segmenter', 'width', options.width ?? 16, 1);
  return chain({
    conv1: conv2d({ filters: width, size: 3, padding: 1 }),
    relu1: relu(),
    conv2: conv2d({ filters: width, size: 3, padding: 1 }),
    relu2: relu(),
    context: contextModule({ channels: width }),
    relu3: relu(),
    head: conv2d({ filters: outputs, size: 1 }),
  });
}

export interface CellGridOptions extends SegmenterOptions {
  /** Pixels on each side of a cell. */
  readonly cell: number;
}

/**
 * The baseline of lecture L0: the image is divided into square cells and each is classified on its own; y is
 * `[batch, ⌊height / cell⌋, ⌊width / cell⌋, outputs]`. Spec nets-segmenter.
 *
 * @throws {SpecError} nets-segmenter.
 * @example
 * cellGrid({ cell: 8, outputs: 5 }).shape([2, 48, 64, 3]) // [2, 6, 8, 5]
 */
export function cellGrid(options: CellGridOptions): Layer {
  options = known('cellGrid', options, ['cell', 'outputs', 'width'], 'options');
  const number = (what: string, value: unknown) => wholeNumber('nets-segmenter', 'cellGrid', what, value, 1);
  const cell = number('cell', options.cell);
  const outputs = number('outputs', options.outputs ?? 2);
  const width = number('width', options.width ?? 16);
  return chain({
    conv1: conv2d({ filters: width, size: cell, stride: cell }),
    relu1: relu(),
    head: conv2d({ filters: outputs, size: 1 }),
  });
}
