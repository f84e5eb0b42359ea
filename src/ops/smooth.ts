// Activations made of exp, erf, powers or a logistic function, which are computed in float64 and rounded once.

import { known, type None, oneOf } from '../attributes.ts';
import * as kernels from '../kernels/choose.ts';
import type { Layer } from '../layer/layer.ts';
import { normalDensity, normalDistribution } from '../reference/erf.ts';
import { expm1 } from '../reference/expm1.ts';
import { exp, sigmoid as logistic, pow } from '../reference/math.ts';
import type { Data } from '../tensor.ts';
import { elementwise, finite } from './elementwise.ts';

/** x·share where the share tends to 0 faster than x to −∞; the limit there is −0. */
const weighted = (x: number, share: number): number => (x === Number.NEGATIVE_INFINITY ? -0 : x * share);

/** Beyond this the slope of silu and of gelu is 0 or 1 in float64. */
const FLAT = 800;

/**
 * Sigmoid-weighted linear unit, also called swish: `y = x / (1 + exp(−x))`. Spec activation-silu.
 *
 * @example
 * silu().forward(tensor([1, 3], [-1000, 0, 1000]), {}).data // [-0, 0, 1000]
 */
export function silu(attributes: None = {}): Layer {
  known('silu', attributes, []);
  return elementwise('silu', {}, silu, {
    value: (x) => weighted(x, logistic(x)),
    slope: (x) => (Math.abs(x) > FLAT ? Number(x > 0) : logistic(x) * (1 + x * logistic(-x))),
  });
}

export interface GeluAttributes {
  /** 'none' (the default): with the normal distribution. 'tanh': with `½ + ½·tanh(√(2/π)·(x + 0.044715·x³))` instead. */
  readonly approximate?: 'none' | 'tanh';
}

/** √(8/π): the tanh of u is 2·logistic(2u) − 1. */
const ROOT = 1.5957691216057308;
const CUBE = 0.044715;

/**
 * Gaussian error linear unit: `y = x · Φ(x)`, with Φ the distribution of the standard normal. Spec activation-gelu.
 *
 * @throws {SpecError} activation-gelu when `approximate` is not 'none' or 'tanh'.
 * @example
 * gelu().forward(tensor([1, 3], [-1, 0, 1]), {}).data // [-0.158655, 0, 0.841345]
 */
export function gelu(attributes: GeluAttributes = {}): Layer {
  attributes = known('gelu', attributes, ['approximate']);
  const choices = ['none', 'tanh'] as const;
  const approximate = oneOf('activation-gelu', 'gelu', 'approximate', attributes.approximate ?? 'none', choices);
  const inner = (x: number): number => ROOT * (x + CUBE * x * x * x);
  if (approximate === 'none')
    return elementwise('gelu', { approximate }, gelu, {
      value: (x) => weighted(x, normalDistribution(x)),
      slope: (x) => (Math.abs(x) > FLAT ? Number(x > 0) : normalDistribution(x) + x * normalDensity(x)),
    });
  return elementwise('gelu', { approximate }, gelu, {
    value: (x) => weighted(x, logistic(inner(x))),
    slope(x) {
      if (Math.abs(x) > FLAT) return Number(x > 0);
      const [up, down] = [logistic(inner(x)), logistic(-inner(x))];
      return up * (1 + x * down * ROOT * (1 + 3 * CUBE * x * x));
    },
  });
}

/**
 * Exponential linear unit: `y = alpha·(exp(x) − 1)` where x < 0, else x. Spec activation-elu.
 *
 * @throws {SpecError} activation-elu when alpha is not a finite number.
 * @example
 * elu().forward(tensor([1, 3], [-1000, 0, 2]), {}).data // [-1, 0, 2]
 */
export function elu(attributes: { readonly alpha?: number } = {}): Layer {
  attributes = known('elu', attributes, ['alpha']);
  const alpha = finite('activation-elu', 'elu', 'alpha', attributes.alpha ?? 1);
  return elementwise('elu', { alpha }, elu, {
    value: (x, a) => (x < 0 ? a.alpha * expm1(x) : x),
    slope: (x, a) => (x > 0 ? 1 : a.alpha * exp(x)),
  });
}

/**
 * Scaled exponential linear unit: `y = gamma·x` where x > 0, else `gamma·alpha·(exp(x) − 1)`; the default factors keep
 * mean 0 and variance 1. Spec activation-selu.
 *
 * @throws {SpecError} activation-selu when alpha or gamma is not a finite number.
 * @example
 * selu({ alpha: 2, gamma: 3 }).forward(tensor([1, 2], [-1000, 2]), {}).data // [-6, 6]
 */
export function selu(attributes: { readonly alpha?: number; readonly gamma?: number } = {}): Layer {
  attributes = known('selu', attributes, ['alpha', 'gamma']);
  const alpha = finite('activation-selu', 'selu', 'alpha', attributes.alpha ?? 1.6732632423543772);
  const gamma = finite('activation-selu', 'selu', 'gamma', attributes.gamma ?? 1.0507009873554805);
  return elementwise('selu', { alpha, gamma }, selu, {
    value: (x, a) => a.gamma * (x > 0 ? x : a.alpha * expm1(x)),
    slope: (x, a) => a.gamma * (x > 0 ? 1 : a.alpha * exp(x)),
  });
}

export interface PowerAttributes {
  /** By default 1. */
  readonly exponent?: number;
  /** By default 1. */
  readonly scale?: number;
  /** By default 0. */
  readonly shift?: number;
}

/**
 * `y = (shift + scale·x)^exponent`, NaN where that is no real number. Spec activation-power.
 *
 * @throws {SpecError} activation-power when an attribute is not a finite number.
 * @example
 * power({ exponent: 2, shift: 1 }).forward(tensor([1, 3], [-1, 0, 2]), {}).data // [0, 1, 9]
 */
export function power(attributes: PowerAttributes = {}): Layer {
  const [name, clause] = ['power', 'activation-power'];
  attributes = known(name, attributes, ['exponent', 'scale', 'shift']);
  const exponent = finite(clause, name, 'exponent', attributes.exponent ?? 1);
  const scale = finite(clause, name, 'scale', attributes.scale ?? 1);
  const shift = finite(clause, name, 'shift', attributes.shift ?? 0);
  return elementwise(name, { exponent, scale, shift }, power, {
    value: (x, a) => pow(a.shift + a.scale * x, a.exponent),
    slope: (x, a) => (a.exponent === 0 ? 0 : a.exponent * a.scale * pow(a.shift + a.scale * x, a.exponent - 1)),
  });
}

/**
 * A smooth rectifier: `y = log(1 + exp(x))`. Spec activation-softplus.
 *
 * @example
 * softplus().forward(tensor([1, 2], [-1000, 1000]), {}).data // [0, 1000]
 */
export function softplus(attributes: None = {}): Layer {
  known('softplus', attributes, []);
  const forward = (x: Data, y: Data): void => kernels.map('softplus', x, y);
  return elementwise('softplus', {}, softplus, { value: () => 0, slope: logistic }, forward);
}
