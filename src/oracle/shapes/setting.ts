// An operator without windows taken apart: its tensors in float64, and the layer over them.

import type { Layer } from '../../layer/layer.ts';
import { type Data, type Shape, sizeOf, type Tensor } from '../../tensor.ts';
import type { Operands } from '../case.ts';
import type { DialectName } from '../dialect.ts';
import type { Mistake, Prediction, Predictions, Setting } from '../mistake.ts';
import { inputOf, type ShapedCase } from './case.ts';

/** What one call computes from. */
export interface ShapedSetting<A = object> extends Setting {
  readonly case: ShapedCase<A>;
  readonly x: Float64Array;
  /** The parameters. */
  readonly p: Readonly<Record<string, Tensor>>;
  readonly dy: Float64Array;
}

export type ShapedMistake<A = object> = Mistake<ShapedCase<A>, ShapedSetting<A>>;

const doubles = (data: Data): Float64Array => new Float64Array(data);

export function shapedSetting<A>(
  dialect: DialectName,
  c: ShapedCase<A>,
  layer: Layer,
  { x, dy, ...rest }: Operands,
): ShapedSetting<A> {
  const names = Object.keys(layer.params(x.shape));
  const p = names.map((name) => [name, { shape: rest[name]!.shape, data: doubles(rest[name]!.data) }]);
  return {
    case: c,
    dialect,
    layer,
    x: doubles(x.data),
    p: Object.fromEntries(p),
    dy: dy ? doubles(dy.data) : new Float64Array(),
    products: x.data.length,
    cells: x.data.length,
    evaluate: (s) => evaluated(s as ShapedSetting),
    gradients: (s) => gradientsOf(s as ShapedSetting),
    moved: (changed) => gradientsOf(changed as ShapedSetting),
  };
}

/** x as a tensor. */
export const inputTensor = ({ case: c, x }: ShapedSetting): Tensor => ({ shape: inputOf(c), data: x });

/** The output of a setting, by the layer itself. */
export function evaluated({ case: c, layer, x, p }: ShapedSetting): Prediction {
  const { shape, data } = layer.forward({ shape: inputOf(c), data: x }, p);
  return { shape, data: doubles(data) };
}

/** The gradients of a setting, by the layer itself. */
export function gradientsOf({ case: c, layer, x, p, dy }: ShapedSetting): Predictions {
  const shape = inputOf(c);
  const { x: dx, params } = layer.vjp({ shape, data: x }, p)[1]({ shape: layer.shape(shape), data: dy });
  const all = Object.entries({ x: dx, ...params } as Record<string, Tensor>);
  return Object.fromEntries(all.map(([name, each]) => [name, { shape: each.shape, data: doubles(each.data) }]));
}

/** The image, the pixel in it, and the channel of element i. */
export function placeIn({ batch, space, channels }: ShapedCase, i: number): { n: number; p: number; c: number } {
  const P = sizeOf(space);
  return { n: Math.floor(i / channels / P) % batch, p: Math.floor(i / channels) % P, c: i % channels };
}

/** Each output as a function of the right one and of its place. */
export const eachOutput = (s: ShapedSetting, f: (y: number, i: number) => number): Prediction => {
  const { shape, data } = evaluated(s);
  return { shape, data: data.map(f) };
};

/** A gradient, each element a function of the right one and of its place; those of other parts stay. */
export function eachGradient(s: ShapedSetting, part: string, f: (d: number, i: number) => number): Predictions {
  const all = gradientsOf(s);
  const { shape, data } = all[part];
  return { ...all, [part]: { shape, data: data.map(f) } };
}

/** Element by element from x (and dy), of the shape of x. */
export const fromX = (s: ShapedSetting, f: (i: number) => number): Prediction => {
  const shape: Shape = inputOf(s.case);
  return { shape, data: s.x.map((_, i) => f(i)) };
};

/** Mistakes at the end of a block, and of images behind the first, which every operator may have. */
export const sharedMistakes: readonly ShapedMistake[] = [
  {
    name: 'images after the first stayed 0',
    result: (s) => (s.case.batch > 1 ? eachOutput(s, (y, i) => (i < s.x.length / s.case.batch ? y : 0)) : undefined),
  },
  ...[4, 8, 16].map(
    (block): ShapedMistake => ({
      name: `elements past the last full block of ${block} stayed as they were`,
      result(s) {
        const tail = s.x.length - (s.x.length % block);
        return tail === s.x.length ? undefined : eachOutput(s, (y, i) => (i < tail ? y : s.x[i]));
      },
    }),
  ),
  ...[4, 8, 16].map(
    (block): ShapedMistake => ({
      name: `elements past the last full block of ${block} stayed 0`,
      result(s) {
        const tail = s.x.length - (s.x.length % block);
        return tail === s.x.length ? undefined : eachOutput(s, (y, i) => (i < tail ? y : 0));
      },
      gradient(s) {
        const tail = s.x.length - (s.x.length % block);
        return tail === s.x.length ? undefined : eachGradient(s, 'x', (d, i) => (i < tail ? d : 0));
      },
    }),
  ),
];
