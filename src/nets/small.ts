// The two small nets the lectures compute by hand: a 1-D convolutional net (L2) and a logistic multi-layer perceptron (L1, L2).

import { flag, known, wholeNumber } from '../attributes.ts';
import { SpecError, show, wrongType } from '../errors.ts';
import { chain } from '../layer/chain.ts';
import type { Layer } from '../layer/layer.ts';
import { relu, sigmoid } from '../ops/activation.ts';
import { conv1d } from '../ops/conv.ts';
import { dense } from '../ops/dense.ts';
import { flatten } from '../ops/reshape.ts';
import { isList } from '../reading.ts';

export interface Cnn1dOptions {
  /** Taps of the convolution; the default is 3. With an odd number it is centred and keeps the length. */
  readonly size?: number;
  readonly filters?: number;
  readonly units?: number;
  readonly bias?: boolean;
}

/**
 * The 1-D net of lecture L2: convolution (3 taps, centred, one filter), relu, one dense unit, no biases; x
 * `[batch, length, channels]`, y `[batch, units]`. Spec nets-cnn1d.
 *
 * @throws {SpecError} nets-cnn1d.
 * @example
 * parameterCount(cnn1d(), [1, 4, 1]) // 7
 */
export function cnn1d(options: Cnn1dOptions = {}): Layer {
  options = known('cnn1d', options, ['size', 'filters', 'units', 'bias'], 'options');
  const number = (what: string, value: unknown) => wholeNumber('nets-cnn1d', 'cnn1d', what, value, 1);
  const size = number('size', options.size ?? 3);
  const filters = number('filters', options.filters ?? 1);
  const units = number('units', options.units ?? 1);
  const bias = flag('nets-cnn1d', 'cnn1d', 'bias', options.bias ?? false);
  return chain({
    conv1: conv1d({ filters, size, padding: 'same', bias }),
    relu1: relu(),
    flatten: flatten(),
    fc2: dense({ units, bias }),
  });
}

export interface MlpOptions {
  /** Units of each layer; those of the last one are the logits. */
  readonly units: readonly number[];
  readonly bias?: boolean;
}

/**
 * A multi-layer perceptron: dense layers with a sigmoid between them, ending in logits (`binaryCrossEntropy` applies the
 * last sigmoid). Images are flattened; `mlp({ units: [1] })` is logistic regression. Spec nets-mlp.
 *
 * @throws {SpecError} nets-mlp.
 * @example
 * parameterCount(mlp({ units: [1] }), [1, 5, 5, 1]) // 26
 */
export function mlp(options: MlpOptions): Layer {
  options = known('mlp', options, ['units', 'bias'], 'options');
  const bias = flag('nets-mlp', 'mlp', 'bias', options.bias ?? true);
  if (!isList(options.units))
    throw wrongType('nets-mlp', `mlp: units must be an array of whole numbers, got ${show(options.units)}`);
  if (options.units.length === 0) throw new SpecError('nets-mlp', 'mlp: units must name at least one layer, got none');
  const parts: Record<string, Layer> = { flatten: flatten() };
  for (const [i, value] of options.units.entries()) {
    const units = wholeNumber('nets-mlp', 'mlp', 'units of a layer', value, 1);
    if (i > 0) parts[`sigmoid${i}`] = sigmoid();
    parts[`fc${i + 1}`] = dense({ units, bias });
  }
  return chain(parts);
}
