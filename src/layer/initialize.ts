// First parameters of a net, drawn from the library's own generator: the same bits on every host.

import { finiteNumber, known, oneOf } from '../attributes.ts';
import { hash } from '../random.ts';
import { allocate, checkShape, type ElementType, type Shape, type Tensor } from '../tensor.ts';
import { checkLayer } from './check-layer.ts';
import { declaredParams } from './declared-params.ts';
import { mapParams } from './flat-params.ts';
import type { Layer, Params, Scheme } from './layer.ts';

export interface InitializeOptions {
  /** A whole number; the same seed gives the same parameters. */
  readonly seed?: number;
  /** `'he'`: normal, variance 2 / fan-in, for rectifiers. `'glorot'`: uniform, variance 2 / (fan-in + fan-out). */
  readonly weights?: Scheme;
  readonly type?: ElementType;
}

/**
 * Draws the parameters of a net for inputs of a shape. The weights of convolutions and dense layers are random; fan-in is
 * the product of all their axes except the last, fan-out of all except the second to last. The scales and variances of
 * norms begin as 1, biases and means as 0; every operator declares the first values of its own parameters. Every tensor
 * has its own seed, derived from its flat name, so that changing one layer does not change the values of the others. Spec
 * init-weights.
 *
 * @throws {SpecError} init-weights, random-generator, and the clauses of the layers.
 * @example
 * initialize(dense({ units: 2 }), [1, 3], { seed: 1 }).weight.shape // [3, 2]
 */
export function initialize(layer: Layer, shape: Shape, options: InitializeOptions = {}): Params<Tensor> {
  const who = 'initialize';
  checkLayer(who, layer);
  checkShape(who, shape);
  options = known(who, options, ['seed', 'weights', 'type'], 'options');
  const seed = finiteNumber('init-weights', who, 'seed', options.seed ?? 0, 'a whole number', Number.isSafeInteger);
  const scheme = oneOf('init-weights', who, 'weights', options.weights ?? 'he', ['he', 'glorot'] as const);
  const type = oneOf('init-weights', who, 'type', options.type ?? 'float32', ['float32', 'float64']);
  return mapParams(declaredParams(layer, shape), (parameter, name) => {
    const result = allocate(who, parameter.shape, type);
    parameter.first(result.data, hash(seed, name), scheme);
    return result;
  });
}
