// Lp pooling: the p-norm of each window.

import { finiteNumber, known } from '../attributes.ts';
import type { Layer } from '../layer/layer.ts';
import { lpPool, lpPoolGrad } from '../reference/lp-pool.ts';
import { type MaxPoolAttributes, pooling, readPoolWindow, windowNames } from './pool-layer.ts';

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
export const lpPool2d = (attributes: LpPoolAttributes): Layer => lpPooling('lpPool2d', 2, attributes, lpPool2d);

/** In as many dimensions as `rank`. */
export function lpPooling(
  name: string,
  rank: number,
  attributes: LpPoolAttributes,
  make: (attributes: LpPoolAttributes) => Layer,
): Layer {
  attributes = known(name, attributes, [...windowNames, 'p']);
  const p = powerOf(name, attributes.p);
  return pooling(name, rank, { ...readPoolWindow(name, rank, attributes), p }, make, {
    forward: (g, x, y) => lpPool(g, x.data, p, y.data),
    gradient: (g, x, dy, dx, y) => lpPoolGrad(g, x.data, p, y.data, dy.data, dx.data),
  });
}

/** Spec pool-power. */
export const powerOf = (name: string, p: unknown = 2): number =>
  finiteNumber('pool-power', name, 'p', p, 'a finite number ≥ 1', (value) => value >= 1);
