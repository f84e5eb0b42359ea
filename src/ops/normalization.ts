// Batch normalisation, with the statistics of the batch and with given ones: two functions, two operators.
//
//   scale = weight / √(variance + epsilon),   y = (x − mean)·scale + bias        for each channel

import { finiteNumber, known } from '../attributes.ts';
import { SpecError } from '../errors.ts';
import * as kernels from '../kernels/choose.ts';
import { filled } from '../layer/declared-params.ts';
import type { Layer, Parameter } from '../layer/layer.ts';
import { type Operator, operator } from '../layer/operator.ts';
import {
  deviations,
  frozenInputGrad,
  type Normalization,
  type NormSums,
  type Statistics,
  scales,
} from '../reference/normalization.ts';
import { roundingOf } from '../rounding.ts';
import { allocate, type Shape, type Tensor, typeOf } from '../tensor.ts';

export interface NormAttributes {
  /** Added to the variance; above 0, by default 1e-5. */
  readonly epsilon?: number;
}

/**
 * Batch normalisation with the statistics of the batch: `y = (x − mean)·weight/√(variance + epsilon) + bias` for each channel,
 * mean and (biased) variance over batch and space. x `[batch, ...space, channels]`, weight and bias `[channels]`. Spec norm-batch.
 *
 * @throws {SpecError} norm-epsilon, norm-rank.
 * @example
 * const p = { weight: tensor([1], [2]), bias: tensor([1], [5]) };
 * batchNorm({ epsilon: 3 }).forward(tensor([2, 1], [0, 2]), p).data // [4, 6]
 */
export function batchNorm(attributes: NormAttributes = {}): Layer {
  const epsilon = readEpsilon('batchNorm', attributes);
  const statistics = (x: Tensor): Statistics =>
    kernels.batchStatistics(x.shape[0], channelsOf('batchNorm', x.shape), x.data);
  return norm('batchNorm', epsilon, batchNorm, {
    parameters: scaleAndShift,
    statistics,
    inputGrad: (x, norm, sums, dy, dx) => kernels.batchNormInputGrad(x.shape[0], x.data, norm, sums, dy.data, dx.data),
    roles: { batchStatistics: { of: statistics, given: frozenNorm({ epsilon }) } },
  });
}

/**
 * Normalisation with given statistics, as batch norm runs after training: `y = (x − mean)·weight/√(variance + epsilon) + bias`.
 * Parameters weight, bias, mean and variance, all `[channels]`; mean and variance are constants, their gradients zeros. Spec norm-frozen.
 *
 * @throws {SpecError} norm-epsilon, norm-rank.
 * @example
 * const p = { weight: tensor([1], [3]), bias: tensor([1], [1]), mean: tensor([1], [10]), variance: tensor([1], [3]) };
 * frozenNorm({ epsilon: 1 }).forward(tensor([2, 1], [10, 14]), p).data // [1, 7]
 */
export function frozenNorm(attributes: NormAttributes = {}): Layer {
  const epsilon = readEpsilon('frozenNorm', attributes);
  const statistics = (_x: Tensor, p: Readonly<Record<string, Tensor>>): Statistics => ({
    mean: p.mean.data,
    variance: p.variance.data,
  });
  return norm('frozenNorm', epsilon, frozenNorm, {
    parameters: (C) => ({
      ...scaleAndShift(C),
      mean: { shape: [C], first: filled(0), trained: false, channelAxis: 0 },
      variance: { shape: [C], first: filled(1), trained: false, channelAxis: 0 },
    }),
    statistics,
    inputGrad: (_x, norm, _sums, dy, dx) => frozenInputGrad(norm, dy.data, dx.data),
    roles: { givenStatistics: { epsilon } },
    emit(program, x, p) {
      const scale = scales(p.weight.data, deviations(p.variance.data, epsilon, Math.fround)) as Float32Array;
      return program.norm(x, { mean: p.mean.data as Float32Array, scale, shift: p.bias.data as Float32Array });
    },
  });
}

/** The common part of both norms: scales the channels of x to mean 0 and variance 1. */
const scaleAndShift = (C: number): Record<string, Parameter> => ({
  weight: { shape: [C], first: filled(1), channelAxis: 0 },
  bias: { shape: [C], first: filled(0), channelAxis: 0 },
});

interface Norm extends Pick<Operator, 'emit' | 'roles'> {
  parameters(C: number): Readonly<Record<string, Parameter>>;
  statistics(x: Tensor, p: Readonly<Record<string, Tensor>>): Statistics;
  inputGrad(x: Tensor, norm: Normalization, sums: NormSums, dy: Tensor, dx: Tensor): void;
}

function norm(
  name: string,
  epsilon: number,
  make: (attributes: NormAttributes) => Layer,
  { parameters, statistics, inputGrad, ...rest }: Norm,
): Layer {
  const by = (x: Tensor, p: Readonly<Record<string, Tensor>>): Normalization => {
    const { mean, variance } = statistics(x, p);
    return { mean, deviation: deviations(variance, epsilon, roundingOf(x.data)), weight: p.weight.data };
  };
  return operator({
    name,
    ...rest,
    attributes: { epsilon },
    make,
    shape(x) {
      channelsOf(name, x);
      return x;
    },
    parameters: (x) => parameters(channelsOf(name, x)),
    forward(x, p) {
      const y = allocate(name, x.shape, typeOf(x.data), true);
      kernels.normalize(x.shape[0], x.data, by(x, p), p.bias.data, y.data);
      return y;
    },
    gradient({ x, p, dy }) {
      const norm = by(x, p);
      const sums = kernels.normParamGrads(x.shape[0], x.data, norm, dy.data);
      const dx = allocate(name, x.shape, typeOf(x.data), true);
      inputGrad(x, norm, sums, dy, dx);
      const gradients: Record<string, Float64Array> = { ...sums };
      const params = Object.keys(p).map((each) => {
        const own = allocate(name, p.weight.shape, typeOf(x.data));
        own.data.set(gradients[each] ?? []);
        return [each, own];
      });
      return { x: dx, params: Object.fromEntries(params) as Record<string, Tensor> };
    },
  });
}

/** Spec norm-epsilon: above 0, so that a constant channel does not divide by 0. */
function readEpsilon(who: string, attributes: NormAttributes): number {
  attributes = known(who, attributes, ['epsilon']);
  return finiteNumber('norm-epsilon', who, 'epsilon', attributes.epsilon ?? 1e-5, 'a number > 0', (value) => value > 0);
}

/** Spec norm-rank. */
export function channelsOf(who: string, x: Shape): number {
  if (x.length < 2)
    throw new SpecError('norm-rank', `${who}: x must have the axes [batch, ...space, channels], got shape [${x}]`);
  return x[x.length - 1];
}
