// Local response normalisation over neighbouring channels.
//
//   d[c] = k + alpha · Σ x[j]²     over the channels j from c − ⌊(size − 1)/2⌋ to c + ⌈(size − 1)/2⌉
//   y[c] = x[c] / d[c]^beta

import { finiteNumber, known, wholeNumber } from '../attributes.ts';
import * as kernels from '../kernels/choose.ts';
import type { Layer } from '../layer/layer.ts';
import { operator } from '../layer/operator.ts';
import type { LrnStep } from '../layer/step.ts';
import { additions, SHORT_SUM } from '../reference/sums.ts';
import { roundingOf } from '../rounding.ts';
import { allocate, type Data, type Tensor, typeOf } from '../tensor.ts';
import { channelsOf } from './normalization.ts';

export interface LrnAttributes {
  /** Channels in the window; the default is 5. */
  readonly size?: number;
  /** The factor of the sum of squares, not of their mean; the default is 1e-4. */
  readonly alpha?: number;
  /** The default is 0.75. */
  readonly beta?: number;
  /** The default is 2. */
  readonly k?: number;
}

/**
 * Local response normalisation: `y = x / (k + alpha · Σ x²)^beta`, the sum over `size` neighbouring channels of the same
 * pixel. x `[batch, ...space, channels]`; no parameters. The defaults are AlexNet's. Spec lrn-forward.
 *
 * @throws {SpecError} lrn-size, lrn-factors, norm-rank.
 * @example
 * lrn({ size: 3, alpha: 1, beta: 1, k: 1 }).forward(tensor([1, 3], [1, 2, 0], 'float64'), {}).data // [0.16666666666666666, 0.3333333333333333, 0]
 */
export function lrn(attributes: LrnAttributes = {}): Layer {
  const name = 'lrn';
  attributes = known(name, attributes, ['size', 'alpha', 'beta', 'k']);
  const size = wholeNumber('lrn-size', name, 'size', attributes.size ?? 5, 1);
  const factor = (what: 'alpha' | 'beta', value: number): number =>
    finiteNumber('lrn-factors', name, what, value, 'a number ≥ 0', (each) => each >= 0);
  const alpha = factor('alpha', attributes.alpha ?? 1e-4);
  const beta = factor('beta', attributes.beta ?? 0.75);
  const k = finiteNumber('lrn-factors', name, 'k', attributes.k ?? 2, 'a number > 0', (each) => each > 0);
  const window = { before: Math.floor((size - 1) / 2), after: Math.ceil((size - 1) / 2) };
  const step = { ...window, k, alpha, beta };
  return operator({
    name,
    attributes: { size, alpha, beta, k },
    make: lrn,
    shape(x) {
      channelsOf(name, x);
      return x;
    },
    forward: (x) => lrnOf(x, step),
    emit: (program, x) => program.lrn(x, step),
    /** Spec lrn-gradient. */
    gradient({ x, dy, y }) {
      const round = roundingOf(x.data);
      const dx = allocate(name, x.shape, typeOf(x.data));
      const { d, power } = divisors(x, step);
      const shares = d.map((each, i) => round(dy.data[i] * y.data[i]) / each);
      const mirrored = { before: window.after, after: window.before };
      const slope = round(2 * round(alpha) * beta);
      neighbourSums(shares, channelsOf(name, x.shape), mirrored, (sum, i) => {
        dx.data[i] = round(dy.data[i] / power[i]) - round(round(slope * x.data[i]) * sum);
      });
      return { x: dx };
    },
  });
}

/** y = x / (k + alpha · Σ x²)^beta. Spec lrn-forward. */
export function lrnOf(x: Tensor, step: LrnStep): Tensor {
  const y = allocate('lrn', x.shape, typeOf(x.data));
  const { power } = divisors(x, step);
  for (let i = 0; i < y.data.length; i++) y.data[i] = x.data[i] / power[i];
  return y;
}

/** d = k + alpha · Σ x² and d^beta of every element. */
function divisors(x: Tensor, { k, alpha, beta, ...window }: LrnStep): { d: Data; power: Data } {
  const round = roundingOf(x.data);
  const squares = x.data.map((value) => value * value);
  const d = x.data.slice();
  neighbourSums(squares, channelsOf('lrn', x.shape), window, (sum, i) => {
    d[i] = round(k) + round(round(alpha) * sum);
  });
  const power = d.slice();
  kernels.map('pow', d, power, beta);
  return { d, power };
}

/** Calls `use` with the sum over the window around each channel, by ascending channel from +0. Spec lrn-size, numerics-long. */
function neighbourSums(
  values: Data,
  C: number,
  { before, after }: { before: number; after: number },
  use: (sum: number, i: number) => void,
): void {
  const add = additions(values, before + after + 1 > SHORT_SUM);
  for (let i = 0; i < values.length; i++) {
    const c = i % C;
    const end = i + Math.min(after, C - 1 - c);
    let sum = 0;
    for (let j = i - Math.min(before, c); j <= end; j++) sum = add(sum + values[j]);
    use(sum, i);
  }
}
