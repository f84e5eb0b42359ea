// Activations as rows of a table: each is a function of one number and its slope. Spec activation-elementwise.
//
//   y = value(x),   dx = dy · slope(x), and +0 where the slope is 0

import { finiteNumber } from '../attributes.ts';
import type { Layer } from '../layer/layer.ts';
import type { PointwiseStep } from '../layer/step.ts';
import { type Round, roundingOf } from '../rounding.ts';
import type { Data } from '../tensor.ts';
import { pointwise } from './activation.ts';

/** The numbers among the attributes, rounded to the element type. */
type Numbers<A> = Readonly<Record<keyof A, number>>;

export interface Row<A> {
  value(x: number, a: Numbers<A>, round: Round): number;
  slope(x: number, a: Numbers<A>, round: Round): number;
  /** Its kernel in a compiled net. */
  readonly kernel?: (a: Numbers<A>) => PointwiseStep;
}

/** A layer of a row of the table. `all` computes all elements at once. */
export function elementwise<A extends Readonly<Record<string, unknown>>>(
  name: string,
  attributes: A,
  make: (attributes: never) => Layer,
  row: Row<A>,
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

export const finite = (clause: string, who: string, what: string, value: unknown): number =>
  finiteNumber(clause, who, what, value, 'a finite number', () => true);
