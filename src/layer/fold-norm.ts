// Folding frozen norms into the layers before them: two affine maps of a channel in sequence are one affine map.
//
//   scale = weight / √(variance + epsilon)
//   (w·x + b − mean)·scale + bias  =  (w·scale)·x + ((b − mean)·scale + bias)

import { SpecError } from '../errors.ts';
import { deviations, scales } from '../reference/normalization.ts';
import { roundingOf } from '../rounding.ts';
import { checkTensor, type Data, type Tensor } from '../tensor.ts';
import { checkLayer } from './check-layer.ts';
import { checkParams } from './flat-params.ts';
import { identity } from './identity.ts';
import type { Layer, Params } from './layer.ts';
import { checkLike } from './operands.ts';

/** A net and its parameters. */
export interface Folded {
  readonly layer: Layer;
  readonly params: Params<Tensor>;
}

/**
 * A net without the frozen norms that directly follow a convolution, transposed convolution or dense layer in a chain:
 * each becomes `identity()`, and its scale and shift move into the weight and bias before it. Names do not change. The
 * function is the same up to rounding, but not in its bits. Spec norm-fold.
 *
 * @throws {SpecError} layer-params when parameters of a child are missing.
 * @example
 * const net = chain({ conv: conv1d({ filters: 1, size: 1, bias: false }), norm: frozenNorm({ epsilon: 1 }) });
 * const one = tensor([1], [1]);
 * const norm = { weight: tensor([1], [6]), bias: one, mean: one, variance: tensor([1], [3]) };
 * foldNorm(net, { conv: { weight: tensor([1, 1, 1], [5]) }, norm }).params.conv // { weight: { shape: [1, 1, 1], data: [15] }, bias: { shape: [1], data: [-2] } }
 */
export function foldNorm(layer: Layer, params: Params<Tensor>): Folded {
  checkLayer('foldNorm', layer);
  checkParams('foldNorm', params);
  const names = Object.keys(layer.children);
  if (names.length === 0) return { layer, params };
  const parts = names.map((name) => foldNorm(layer.children[name], (params[name] ?? {}) as Params<Tensor>));
  if (layer.arrangement === 'sequence') {
    for (let i = 1; i < parts.length; i++) {
      if (!parts[i].layer.roles?.givenStatistics || !parts[i - 1].layer.roles?.linear) continue;
      parts[i - 1] = folded(names[i], parts[i - 1], parts[i]);
      parts[i] = { layer: identity(), params: {} };
    }
  }
  const record = <T>(value: (part: Folded) => T) => Object.fromEntries(names.map((name, i) => [name, value(parts[i])]));
  return { layer: layer.with({ children: record((part) => part.layer) }), params: record((part) => part.params) };
}

/** Spec norm-fold. */
function folded(name: string, linear: Folded, norm: Folded): Folded {
  const p = { ...norm.params, filter: linear.params.weight, shift: linear.params.bias } as Record<string, Tensor>;
  for (const each of ['weight', 'bias', 'mean', 'variance', 'filter'])
    if (p[each] === undefined)
      throw new SpecError('layer-params', `foldNorm: '${name}' and the layer before it must have their parameters`);
  checkTensor('foldNorm', 'weight', p.filter);
  const { outputChannel } = linear.layer.roles!.linear!;
  let outputs = 0;
  for (let i = 0; i < p.filter.data.length; i++) outputs = Math.max(outputs, outputChannel(p.filter.shape, i) + 1);
  for (const each of ['weight', 'bias', 'mean', 'variance', 'shift'])
    if (p[each] !== undefined) checkLike('foldNorm', each, p[each], [outputs], p.filter.data, 'layer-params');
  const round = roundingOf(p.filter.data);
  const deviation = deviations(p.variance.data, norm.layer.roles!.givenStatistics!.epsilon, round);
  const scale = scales(p.weight.data, deviation);
  const bias = scale.map((s, o) => round(round((p.shift?.data[o] ?? 0) - p.mean.data[o]) * s) + p.bias.data[o]);
  return {
    layer: linear.layer.with({ attributes: { bias: true } }),
    params: {
      weight: { shape: p.filter.shape, data: scaled(linear.layer, p.filter, scale) },
      bias: { shape: [bias.length], data: bias },
    },
  };
}

function scaled(layer: Layer, { shape, data }: Tensor, scale: Data): Data {
  const { outputChannel } = layer.roles!.linear!;
  return data.map((w, i) => w * scale[outputChannel(shape, i)]);
}
