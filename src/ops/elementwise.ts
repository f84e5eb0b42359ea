// Activations of newer networks, by a table: each is a function of one number and its slope. Spec activation-elementwise.
//
//   y = value(x),   dx = dy · slope(x), and +0 where the slope is 0
//
// Those that are made of exp, erf or a logistic function are computed in float64 and rounded once.

import { finiteNumber, known, type None, oneOf } from '../attributes.ts';
import { SpecError, show, wrongType } from '../errors.ts';
import * as kernels from '../kernels/choose.ts';
import type { Layer, PointwiseStep } from '../layer/layer.ts';
import { normalDensity, normalDistribution } from '../reference/erf.ts';
import { expm1 } from '../reference/expm1.ts';
import { exp, sigmoid as logistic, pow } from '../reference/math.ts';
import { type Round, roundingOf } from '../rounding.ts';
import type { Data } from '../tensor.ts';
import { pointwise } from './activation.ts';

/** The numbers among the attributes, rounded to the element type. */
type Numbers<A> = Readonly<Record<keyof A, number>>;

interface Function<A> {
  value(x: number, a: Numbers<A>, round: Round): number;
  slope(x: number, a: Numbers<A>, round: Round): number;
  /** Its kernel in a compiled net. */
  readonly kernel?: (a: Numbers<A>) => PointwiseStep;
}

/** A layer of a row of the table. */
function made<A extends Readonly<Record<string, unknown>>>(
  name: string,
  attributes: A,
  make: (attributes: never) => Layer,
  row: Function<A>,
  all?: (x: Data, y: Data) => void,
): Layer {
  const rounded = (round: Round): Numbers<A> =>
    Object.fromEntries(
      Object.entries(attributes).map(([key, value]) => [key, typeof value === 'number' ? round(value) : value]),
    ) as Numbers<A>;
  const { kernel } = row;
  return pointwise(name, attributes, make, {
    roles: { activates: true },
    forward(x, y) {
      if (all) return all(x, y);
      const round = roundingOf(x);
      const a = rounded(round);
      for (let i = 0; i < y.length; i++) y[i] = row.value(x[i], a, round);
    },
    gradient({ x, dy, dx }) {
      const round = roundingOf(x);
      const a = rounded(round);
      for (let i = 0; i < dx.length; i++) {
        const slope = row.slope(x[i], a, round);
        dx[i] = slope === 0 ? 0 : dy[i] * slope;
      }
    },
    ...(kernel && { emit: (program, x) => program.pointwise(x, kernel(rounded(Math.fround))) }),
  });
}

const finite = (clause: string, who: string, what: string, value: unknown): number =>
  finiteNumber(clause, who, what, value, 'a finite number', () => true);

export interface ClipAttributes {
  /** The least result; −∞ without it. */
  readonly min?: number;
  /** The greatest result; ∞ without it. */
  readonly max?: number;
}

/**
 * Limits every element: `y = min` where x < min, `max` where x > max, else x; NaN stays NaN. The slope is 1 between the
 * limits, and 0 on them. `clip({ min: 0, max: 6 })` is ReLU6. Spec activation-clip.
 *
 * @throws {SpecError} activation-clip unless min ≤ max.
 * @example
 * clip({ min: 0, max: 6 }).forward(tensor([1, 3], [-1, 2, 9]), {}).data // [0, 2, 6]
 */
export function clip(attributes: ClipAttributes = {}): Layer {
  attributes = known('clip', attributes, ['min', 'max']);
  const limit = (what: 'min' | 'max', otherwise: number): number => {
    const value: unknown = attributes[what] ?? otherwise;
    if (typeof value !== 'number')
      throw wrongType('activation-clip', `clip: ${what} must be a number, got ${show(value)}`);
    return value;
  };
  const [min, max] = [limit('min', Number.NEGATIVE_INFINITY), limit('max', Number.POSITIVE_INFINITY)];
  if (!(min <= max))
    throw new SpecError('activation-clip', `clip: min must be at most max, got ${show(min)} and ${show(max)}`);
  return made('clip', { min, max }, clip, {
    value: (x, a) => (x < a.min ? a.min : x > a.max ? a.max : x),
    slope: (x, a) => ((x > a.min || a.min === -Infinity) && (x < a.max || a.max === Infinity) ? 1 : 0),
    kernel: (a) => ({ operation: 'clip', a: a.min, b: a.max }),
  });
}

/** min(max(alpha·x + beta, 0), 1), every operation rounded. */
function hard(x: number, alpha: number, beta: number, round: Round): number {
  const y = round(round(alpha * x) + beta);
  return y < 0 ? 0 : y > 1 ? 1 : y;
}

export interface HardSigmoidAttributes {
  /** The slope; the default is 0.2, as in ONNX and Keras. MobileNetV3 and torch have 1/6. */
  readonly alpha?: number;
  /** The result at 0; the default is 0.5. */
  readonly beta?: number;
}

/**
 * A logistic function of straight lines: `y = min(max(alpha·x + beta, 0), 1)`. Spec activation-hard-sigmoid.
 *
 * @throws {SpecError} activation-hard-sigmoid when alpha or beta is not a finite number.
 * @example
 * hardSigmoid({ alpha: 0.25 }).forward(tensor([1, 3], [-4, 1, 4]), {}).data // [0, 0.75, 1]
 */
export function hardSigmoid(attributes: HardSigmoidAttributes = {}): Layer {
  const [name, clause] = ['hardSigmoid', 'activation-hard-sigmoid'];
  attributes = known(name, attributes, ['alpha', 'beta']);
  const alpha = finite(clause, name, 'alpha', attributes.alpha ?? 0.2);
  const beta = finite(clause, name, 'beta', attributes.beta ?? 0.5);
  return made(name, { alpha, beta }, hardSigmoid, {
    value: (x, a, round) => hard(x, a.alpha, a.beta, round),
    slope(x, a, round) {
      const y = hard(x, a.alpha, a.beta, round);
      return y > 0 && y < 1 ? a.alpha : 0;
    },
    kernel: (a) => ({ operation: 'hardSigmoid', a: a.alpha, b: a.beta }),
  });
}

/**
 * `y = x · min(max(x/6 + 1/2, 0), 1)`, the activation of MobileNetV3. Spec activation-hard-swish.
 *
 * @example
 * hardSwish().forward(tensor([1, 3], [-4, 0, 8]), {}).data // [-0, 0, 8]
 */
export function hardSwish(attributes: None = {}): Layer {
  known('hardSwish', attributes, []);
  return made('hardSwish', {}, hardSwish, {
    value: (x, _a, round) => x * hard(x, round(1 / 6), 0.5, round),
    slope(x, _a, round) {
      const h = hard(x, round(1 / 6), 0.5, round);
      return h === 0 || h === 1 ? h : round(h + round(round(1 / 6) * x));
    },
    kernel: () => ({ operation: 'hardSwish', a: Math.fround(1 / 6), b: 0.5 }),
  });
}

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
  return made('silu', {}, silu, {
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
    return made('gelu', { approximate }, gelu, {
      value: (x) => weighted(x, normalDistribution(x)),
      slope: (x) => (Math.abs(x) > FLAT ? Number(x > 0) : normalDistribution(x) + x * normalDensity(x)),
    });
  return made('gelu', { approximate }, gelu, {
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
  return made('elu', { alpha }, elu, {
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
  return made('selu', { alpha, gamma }, selu, {
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
  return made(name, { exponent, scale, shift }, power, {
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
  return made('softplus', {}, softplus, { value: () => 0, slope: logistic }, forward);
}
