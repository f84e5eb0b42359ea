// Lp pooling: the p-norm of each window.

import { finiteNumber, known } from '../attributes.ts';
import type { Layer } from '../layer/layer.ts';
import { lpPool, lpPoolGrad } from '../reference/lp-pool.ts';
import { type MaxPoolAttributes, pooling, readPoolWindow, windowNames } from './pooling.ts';

export interface LpPoolAttributes extends MaxPoolAttributes {
  /** The exponent of the norm, at least 1; the default is 2. */
  readonly p?: number;
}

/**
 * 2-D Lp pooling: `y[n,i,c] = (Σ_k |x[n, i·stride + k·dilation − before, c]|^p)^(1/p)` over the cells inside the input.
 * x `[batch, height, width, channels]`; no parameters. p = 1 adds magnitudes; the larger p, the nearer to the maximum of them. Spec pool-lp.
 *
 * @throws {SpecError} pool-power and the clauses of {@link maxPool2d}.
 * @example
 * lpPool2d({ size: [1, 2] }).forward(tensor([1, 1, 4, 1], [3, -4, 0, 2]), {}).data // [5, 2]
 */
export function lpPool2d(attributes: LpPoolAttributes): Layer {
  const name = 'lpPool2d';
  attributes = known(name, attributes, [...windowNames, 'p']);
  const p = finiteNumber('pool-power', name, 'p', attributes.p ?? 2, 'a finite number ≥ 1', (value) => value >= 1);
  return pooling(name, 2, { ...readPoolWindow(name, 2, attributes), p }, lpPool2d, {
    forward: (g, x, y) => lpPool(g, x.data, p, y.data),
    gradient: (g, x, dy, dx, y) => lpPoolGrad(g, x.data, p, y.data, dy.data, dx.data),
  });
}
