// What families of activations share: the bounds and mistakes of functions of one number. Spec bound-activations.

import type { Bound } from '../bounds/bound.ts';
import { boundFrom, exactly, type Operations, operationsOf, type Rounded, widest } from '../bounds/rounded.ts';
import { type ShapedParts, shapedFamily } from '../shapes/family.ts';
import { fromX, type ShapedMistake, type ShapedSetting } from '../shapes/setting.ts';

/** The operations, and the attributes of the layer. */
export type With<A> = Operations & { readonly own: A };

interface Activation<A extends object>
  extends Pick<ShapedParts<A>, 'place' | 'name' | 'make' | 'inCall' | 'own' | 'words' | 'nearest' | 'mistakes'> {
  y(o: With<A>, x: Rounded): Rounded;
  /** dx of one element; anything where libraries differ. */
  dx(o: With<A>, x: Rounded, dy: Rounded): Rounded;
  /** Whether functions such as exp take part. Spec bound-functions. */
  readonly isCalled: boolean;
}

export function activationFamily<A extends object>({ y, dx, isCalled, ...parts }: Activation<A>) {
  return shapedFamily<A>({
    ...parts,
    everyday: [
      [[1, 6, 6, 8], 'exact'],
      [[3, 10], 'exact'],
      [[2, 4, 5, 3], 'real'],
      [[1, 8, 8, 16], 'real'],
    ],
    bounds(layer, operands, profile): Readonly<Record<string, Bound>> {
      const operations = operationsOf(profile);
      const o = { ...operations, own: layer.attributes as A };
      const x = Array.from(operands.x.data, operations.given);
      if (!operands.dy)
        return {
          y: boundFrom(
            x.map((each) => y(o, each)),
            profile,
            isCalled,
          ),
        };
      const dy = Array.from(operands.dy.data, operations.given);
      return {
        x: boundFrom(
          x.map((each, i) => dx(o, each, dy[i])),
          profile,
          isCalled,
        ),
      };
    },
    /** Where a maximum may lose a NaN, so may a rectifier made of maxima. */
    keepsNaN: ({ conventions }) => conventions.nan !== 'open',
  });
}

/** A mistake in every element: what becomes of x, and of dy. */
export function mistake<A extends object = object>(
  name: string,
  y: ((x: number, own: A) => number) | undefined,
  dx?: (x: number, dy: number, own: A) => number,
  isAboutNaN = false,
): ShapedMistake<A> {
  const own = (s: ShapedSetting<A>): A => s.layer.attributes as A;
  return {
    name,
    ...(isAboutNaN && { isAboutNaN }),
    ...(y && { result: (s: ShapedSetting<A>) => fromX(s, (i) => y(s.x[i], own(s))) }),
    ...(dx && { gradient: (s: ShapedSetting<A>) => ({ x: fromX(s, (i) => dx(s.x[i], s.dy[i], own(s))) }) }),
  };
}

export const one = exactly(1);

/** As one function, by exp of 2x, or by the logistic function. */
export function tangentOf({ tanh, sigmoid, mul, sub, add, exp, div, negated }: Operations, x: Rounded): Rounded {
  const twice = mul(exactly(2), x);
  const bySigma = sub(mul(exactly(2), sigmoid(twice)), one);
  if (Math.abs(x.v) > 40) return widest(tanh(x), bySigma);
  const [up, down] = [exp(twice), exp(negated(twice))];
  return widest(
    tanh(x),
    bySigma,
    div(sub(up, one), add(up, one)),
    div(sub(one, down), add(one, down)),
    sub(one, div(exactly(2), add(up, one))),
  );
}
