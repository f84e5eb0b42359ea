// The slopes of a function on the two sides of a point, and whether it has a corner there.
//
//   before = (L(θ) − L(θ − h)) / h     after = (L(θ + h) − L(θ)) / h     h = 1e-5 · max(1, |θ|)

import type { Tensor } from '../tensor.ts';

export interface Slopes {
  readonly before: number;
  readonly after: number;
  /** The difference of the two, and that of the slopes with half the step. */
  readonly bend: number;
  readonly halfBend: number;
}

/** The slopes on the two sides of one entry; their mean is the central difference. */
export function slopes(data: Tensor['data'], index: number, loss: () => number): Slopes {
  const theta = data[index];
  const at = (value: number): number => {
    data[index] = value;
    return loss();
  };
  const h = 1e-5 * Math.max(1, Math.abs(theta));
  const middle = at(theta);
  const sides = (step: number): [before: number, after: number] => [
    (middle - at(theta - step)) / step,
    (at(theta + step) - middle) / step,
  ];
  const [[before, after], [halfBefore, halfAfter]] = [sides(h), sides(h / 2)];
  data[index] = theta;
  return { before, after, bend: Math.abs(after - before), halfBend: Math.abs(halfAfter - halfBefore) };
}

/**
 * Whether the slopes indicate a corner: the gradient of either side of a corner lies between them; and where several meet, as
 * ties of maxima on a flat image do, halving the step does not halve their difference, as it does where the function is smooth.
 */
export function isCorner({ before, after, bend, halfBend }: Slopes, a: number, slack: number): boolean {
  const between = a >= Math.min(before, after) - slack && a <= Math.max(before, after) + slack;
  const most = Math.max(bend, halfBend);
  return between || (most > slack && Math.abs(halfBend - bend / 2) > most / 10);
}
