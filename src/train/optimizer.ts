// Optimizers: how a parameter moves, given its gradient. The state of one parameter is a record of arrays.
//
//   sgd       θ ← θ − η·(g + λθ)
//   momentum  v ← μv + (g + λθ),  θ ← θ − ηv          [Sutskever et al. 2013]

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
  /** Moves `theta` in place. Everything is computed in float64 and rounded when it is stored. Spec train-step. */
  update(theta: Data, gradient: Data, state: Readonly<Record<string, Data>>, rate: number): void;
}

/**
 * Stochastic gradient descent: θ ← θ − η·(g + λθ), λ the weight decay. Spec train-step.
 *
 * @throws {SpecError} train-step for a rate that is not above 0 or a negative decay.
 * @example
 * sgd({ rate: 0.1 }).state // []
 */
export function sgd(options: { readonly rate: number; readonly decay?: number }): Optimizer {
  const { rate, decay } = readRates('sgd', options, []);
  return {
    name: 'sgd',
    rate,
    state: [],
    update(theta, gradient, _, eta) {
      checkUpdate('sgd', { theta, gradient }, eta);
      for (let i = 0; i < theta.length; i++) theta[i] -= eta * (gradient[i] + decay * theta[i]);
    },
  };
}

/**
 * Gradient descent with momentum: v ← μv + (g + λθ), θ ← θ − ηv, from v = 0. Spec train-step.
 *
 * @throws {SpecError} train-step, also for a momentum outside [0, 1).
 * @example
 * momentum({ rate: 0.1 }).state // ['velocity']
 */
export function momentum(options: {
  readonly rate: number;
  readonly momentum?: number;
  readonly decay?: number;
}): Optimizer {
  const { rate, decay, momentum: mu = 0.9 } = readRates('momentum', options, ['momentum']);
  finiteNumber('train-step', 'momentum', 'momentum', mu, 'a number in [0, 1)', (value) => value >= 0 && value < 1);
  return {
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
