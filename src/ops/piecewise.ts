// Activations made of straight lines: clip, hardSigmoid, hardSwish.

import { known, type None } from '../attributes.ts';
import { SpecError, show, wrongType } from '../errors.ts';
import type { Layer } from '../layer/layer.ts';
import type { Round } from '../rounding.ts';
import { elementwise, finite } from './elementwise.ts';

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
  return elementwise('clip', { min, max }, clip, {
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
  return elementwise(name, { alpha, beta }, hardSigmoid, {
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
  return elementwise('hardSwish', {}, hardSwish, {
    value: (x, _a, round) => x * hard(x, round(1 / 6), 0.5, round),
    slope(x, _a, round) {
      const h = hard(x, round(1 / 6), 0.5, round);
      return h === 0 || h === 1 ? h : round(h + round(round(1 / 6) * x));
    },
    kernel: () => ({ operation: 'hardSwish', a: Math.fround(1 / 6), b: 0.5 }),
  });
}
