// Schedules: the factor on the learning rate at each step.

import { finiteNumber, known, wholeNumber } from '../attributes.ts';
import { SpecError } from '../errors.ts';
import { sinPi } from './sine.ts';

/** From the number of a step, counted from 0, to the factor on the learning rate. */
export type Schedule = (step: number) => number;

/**
 * Always 1. Spec train-schedule.
 *
 * @example
 * constant()(100) // 1
 */
export const constant = (): Schedule => () => 1;

/** Multiplications for one step: 0.2 s of a processor. */
const MOST_TIMES = 1 << 27;

/** Spec train-schedule. */
function checkStep(who: string, step: number): void {
  finiteNumber('train-schedule', who, 'the step', step, 'a number of at least 0', (value) => value >= 0);
}

/**
 * `factor` once every `every` steps: factor^⌊step / every⌋. Spec train-schedule.
 *
 * @example
 * [0, 9, 10, 20].map(stepDecay({ every: 10, factor: 0.5 })) // [1, 1, 0.5, 0.25]
 */
export function stepDecay(options: { readonly every: number; readonly factor?: number }): Schedule {
  options = known('stepDecay', options, ['every', 'factor'], 'options');
  const { every, factor = 0.1 } = options;
  wholeNumber('train-schedule', 'stepDecay', 'every', every, 1);
  finiteNumber(
    'train-schedule',
    'stepDecay',
    'factor',
    factor,
    'a number in (0, 1]',
    (value) => value > 0 && value <= 1,
  );
  let last = { times: 0, result: 1 };
  return (step) => {
    checkStep('stepDecay', step);
    const times = Math.floor(step / every);
    if (times > MOST_TIMES)
      throw new SpecError('train-schedule', `stepDecay: there may be at most ${MOST_TIMES} decays, got ${times}`);
    let { times: done, result } = times >= last.times ? last : { times: 0, result: 1 };
    for (; done < times; done++) {
      const next = result * factor;
      if (next === result) break; // 1, 0, or a subnormal number that is rounded to itself
      result = next;
    }
    last = { times, result };
    return result;
  };
}

/**
 * Half a cosine from 1 down to `least` over `steps` steps, `least` afterwards: least + (1 − least)·(1 + cos(π·step/steps)) / 2
 * [Loshchilov and Hutter 2017]. Spec train-schedule.
 *
 * @example
 * [0, 5, 10].map(cosine({ steps: 10 })) // [1, 0.5, 0]
 */
export function cosine(options: { readonly steps: number; readonly least?: number }): Schedule {
  options = known('cosine', options, ['steps', 'least'], 'options');
  const { steps, least = 0 } = options;
  wholeNumber('train-schedule', 'cosine', 'steps', steps, 1);
  finiteNumber('train-schedule', 'cosine', 'least', least, 'a number in [0, 1]', (value) => value >= 0 && value <= 1);
  return (step) => {
    checkStep('cosine', step);
    if (step >= steps) return least;
    const turn = sinPi(step / steps / 2);
    return least + (1 - least) * (1 - turn * turn);
  };
}
