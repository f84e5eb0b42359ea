// Optimizers: how a parameter moves, given its gradient. The state of one parameter is a record of arrays.
//
//   sgd       θ ← θ − η·(g + λθ)
//   momentum  v ← μv + (g + λθ),  θ ← θ − ηv          [Sutskever et al. 2013]
//   adam      θ ← θ − η·m̂ / (√v̂ + ε), m̂ and v̂ the running means of g + λθ and of its square   [Kingma and Ba 2015]

import { finiteNumber, known } from '../attributes.ts';
import { SpecError, show, wrongType } from '../errors.ts';
import { reading } from '../reading.ts';
import type { Data } from '../tensor.ts';

export interface Optimizer {
  readonly name: string;
  /** The learning rate η before the schedule's factor. */
  readonly rate: number;
  /** The arrays that an update carries from step to step, each as long as the parameter. */
  readonly state: readonly string[];
  /**
   * Moves `theta` in place; `step` counts from 0. Everything is computed in float64 and rounded when it is stored.
   * Spec train-step.
   */
  update(theta: Data, gradient: Data, state: Readonly<Record<string, Data>>, rate: number, step: number): void;
}

/** The optimizers of the library, which keep no gradient. */
const made = new WeakSet<Optimizer>();

const noted = (optimizer: Optimizer): Optimizer => {
  made.add(optimizer);
  return optimizer;
};

/** What an optimizer may be given of the memory of a step: one made by hand may keep it, and gets a copy. Spec train-memory. */
export const givenTo = (optimizer: Optimizer, gradient: Data): Data =>
  made.has(optimizer) ? gradient : gradient.slice();

/**
 * Stochastic gradient descent [Robbins and Monro 1951]: θ ← θ − η·(g + λθ) for every value of a parameter, with its gradient g,
 * the weight decay λ = `decay` (0), and η = `rate`, which `fit` multiplies by the schedule. `update` takes θ and g as arrays of
 * one length. Spec train-step.
 *
 * @throws {SpecError} train-step for a rate that is not above 0 or a negative decay, and in `update` for arrays of several
 * lengths; a TypeError with the same clause for what is no number, or no array of floats.
 * @example
 * const theta = Float32Array.of(1, 2);
 * const { update, rate } = sgd({ rate: 0.5 });
 * update(theta, Float32Array.of(2, -2), {}, rate, 0);
 * [...theta] // [0, 3]
 */
export function sgd(options: { readonly rate: number; readonly decay?: number }): Optimizer {
  const { rate, decay } = readRates('sgd', options, []);
  return noted({
    name: 'sgd',
    rate,
    state: [],
    update(theta, gradient, _, eta) {
      checkUpdate('sgd', { theta, gradient }, eta);
      for (let i = 0; i < theta.length; i++) theta[i] -= eta * (gradient[i] + decay * theta[i]);
    },
  });
}

/**
 * Gradient descent with momentum [Sutskever et al. 2013]: v ← μv + (g + λθ), θ ← θ − ηv for every value of a parameter, from
 * v = 0, with μ = `momentum` (0.9), λ = `decay` (0), and η = `rate`, which `fit` multiplies by the schedule. `update` takes θ, g
 * and the velocity v as arrays of one length. Spec train-step.
 *
 * @throws {SpecError} train-step for a rate that is not above 0, a negative decay or a momentum outside [0, 1), and in `update`
 * for arrays of several lengths; a TypeError with the same clause for what is no number, or no array of floats.
 * @example
 * const [theta, velocity] = [Float32Array.of(1), Float32Array.of(0)];
 * const { update, rate } = momentum({ rate: 0.5, momentum: 0.5 });
 * for (const step of [0, 1]) update(theta, Float32Array.of(1), { velocity }, rate, step);
 * [theta[0], velocity[0]] // [-0.25, 1.5]
 */
export function momentum(options: {
  readonly rate: number;
  readonly momentum?: number;
  readonly decay?: number;
}): Optimizer {
  const { rate, decay, momentum: mu = 0.9 } = readRates('momentum', options, ['momentum']);
  finiteNumber('train-step', 'momentum', 'momentum', mu, 'a number in [0, 1)', (value) => value >= 0 && value < 1);
  return noted({
    name: 'momentum',
    rate,
    state: ['velocity'],
    update(theta, gradient, state, eta) {
      const velocity = reading('train-step', 'momentum', 'the state', () => state?.velocity);
      checkUpdate('momentum', { theta, gradient, velocity }, eta);
      for (let i = 0; i < theta.length; i++) {
        velocity[i] = mu * velocity[i] + (gradient[i] + decay * theta[i]);
        theta[i] -= eta * velocity[i];
      }
    },
  });
}

/**
 * Adam [Kingma and Ba 2015, algorithm 1]: m ← β₁m + (1 − β₁)g and v ← β₂v + (1 − β₂)g² from 0, then
 * θ ← θ − η·m̂ / (√v̂ + ε) with m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ), t the number of the step counted from 1 and
 * g the gradient plus λθ. Without options η = `rate` is 0.001, β₁ = `beta1` 0.9, β₂ = `beta2` 0.999, ε = `epsilon` 10⁻⁸ and
 * λ = `decay` 0. `update` takes θ, g, the mean m and the square v as arrays of one length. Spec train-adam.
 *
 * @throws {SpecError} train-adam for a beta outside [0, 1) or an epsilon that is not above 0; train-step for a rate that is not
 * above 0 or a negative decay, and in `update` for arrays of several lengths or a step that is not a whole number of at least 0;
 * a TypeError with the same clause for what is no number, or no array of floats.
 * @example
 * const [theta, mean, square] = [Float32Array.of(1), Float32Array.of(0), Float32Array.of(0)];
 * const { update, rate } = adam({ rate: 0.25 });
 * update(theta, Float32Array.of(8), { mean, square }, rate, 0);
 * theta[0] // 0.75
 */
export function adam(
  options: {
    readonly rate?: number;
    readonly beta1?: number;
    readonly beta2?: number;
    readonly epsilon?: number;
    readonly decay?: number;
  } = {},
): Optimizer {
  const own = ['beta1', 'beta2', 'epsilon'];
  options = known('adam', options, ['rate', ...own, 'decay'], 'options');
  const { rate, decay } = readRates('adam', { ...options, rate: options.rate ?? 0.001 }, own);
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  for (const [name, beta] of Object.entries({ beta1, beta2 }))
    finiteNumber('train-adam', 'adam', name, beta, 'a number in [0, 1)', (value) => value >= 0 && value < 1);
  finiteNumber('train-adam', 'adam', 'epsilon', epsilon, 'a number above 0', (value) => value > 0);
  const [power1, power2] = [runningPower(beta1), runningPower(beta2)];
  return noted({
    name: 'adam',
    rate,
    state: ['mean', 'square'],
    update(theta, gradient, state, eta, step) {
      const { mean, square } = reading('train-step', 'adam', 'the state', () => ({ ...state }));
      checkUpdate('adam', { theta, gradient, mean, square }, eta);
      finiteNumber('train-step', 'adam', 'the number of the step', step, 'a whole number ≥ 0', isStep);
      const [short1, short2] = [1 - power1(step + 1), 1 - power2(step + 1)];
      for (let i = 0; i < theta.length; i++) {
        const g = gradient[i] + decay * theta[i];
        mean[i] = beta1 * mean[i] + (1 - beta1) * g;
        square[i] = beta2 * square[i] + (1 - beta2) * (g * g);
        theta[i] -= (eta * (mean[i] / short1)) / (Math.sqrt(square[i] / short2) + epsilon);
      }
    },
  });
}

const isStep = (step: number): boolean => Number.isSafeInteger(step) && step >= 0;

/** baseᵗ as t products, of which the last is kept: steps mostly follow one another. Spec train-adam. */
function runningPower(base: number): (t: number) => number {
  let [last, power] = [0, 1];
  return (t) => {
    if (t < last) [last, power] = [0, 1];
    // The products end at 0, or at the least subnormal number, which rounds to itself.
    for (; last < t && power * base !== power; last++) power *= base;
    last = t;
    return power;
  };
}

/** Spec train-step: what is moved, its gradient and its state are arrays of one length. */
function checkUpdate(who: string, arrays: Readonly<Record<string, Data>>, eta: number): void {
  for (const [name, array] of Object.entries(arrays)) {
    if (!ArrayBuffer.isView(array) || !(array instanceof Float32Array || array instanceof Float64Array))
      throw wrongType('train-step', `${who}: ${name} must be a Float32Array or Float64Array, got ${show(array)}`);
    if (array.length !== arrays.theta.length)
      throw new SpecError(
        'train-step',
        `${who}: ${name} must have the ${arrays.theta.length} values of theta, got ${array.length}`,
      );
  }
  if (typeof eta !== 'number') throw wrongType('train-step', `${who}: the rate must be a number, got ${show(eta)}`);
}

interface Rates {
  readonly rate: number;
  readonly decay?: number;
  readonly momentum?: number;
}

function readRates(who: string, options: Rates, more: string[]): Rates & { readonly decay: number } {
  const { rate, decay = 0, momentum } = known(who, options, ['rate', ...more, 'decay'], 'options');
  finiteNumber('train-step', who, 'rate', rate, 'a number above 0', (value) => value > 0);
  finiteNumber('train-step', who, 'decay', decay, 'a number of at least 0', (value) => value >= 0);
  return { rate, decay, ...(momentum !== undefined && { momentum }) };
}
