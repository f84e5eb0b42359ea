// Points: everything that a layer depends on as one flat record, so that a law can treat x and each parameter alike.
//
//   { x: […], 'conv1.weight': […], 'conv1.bias': […] }

import fc from 'fast-check';
import { toFloat64 } from '../convert.ts';
import type { Gradient, Layer, Params } from '../layer/layer.ts';
import type { ElementType, Shape, Tensor } from '../tensor.ts';
import { tensors } from './numbers.ts';

export type Point = Readonly<Record<string, Tensor>>;

/** A layer, the shape of its input, and the arbitraries for its numbers. */
export interface Subject {
  readonly layer: Layer;
  readonly shape: Shape;
  /** By the name of the tensor ('x', 'dy') or the last part of a parameter's ('variance'). */
  readonly numbers: Readonly<Record<string, fc.Arbitrary<number>>>;
}

/** A statement about every point of a layer, as a property that fast-check can run. */
export interface Law {
  readonly name: string;
  property(subject: Subject): fc.IProperty<unknown>;
}

/** Nested parameters as one flat record, by path: `stage2.body.conv1.weight`. */
export function leaves<T>(params: Params<T>, isLeaf: (value: unknown) => boolean, path = ''): Record<string, T> {
  return Object.fromEntries(
    Object.entries(params).flatMap(([name, value]) =>
      isLeaf(value)
        ? [[path + name, value as T]]
        : Object.entries(leaves(value as Params<T>, isLeaf, `${path}${name}.`)),
    ),
  );
}

export const isTensor = (value: unknown): boolean => ArrayBuffer.isView((value as Tensor | null)?.data);

export const shapesOf = ({ layer, shape }: Subject): Record<string, Shape> => ({
  x: shape,
  ...leaves<Shape>(layer.params(shape), Array.isArray),
});

export const gradientAt = (gradient: Gradient): Point => ({
  x: gradient.x,
  ...leaves<Tensor>(gradient.params, isTensor),
});

/** The parameters of a point, nested again as the layer's shapes of them are. */
export function nest({ layer, shape }: Subject, point: Point): Params<Tensor> {
  const build = (shapes: Params<Shape>, path: string): Params<Tensor> =>
    Object.fromEntries(
      Object.entries(shapes).map(([name, value]) => [
        name,
        Array.isArray(value) ? point[path + name] : build(value as Params<Shape>, `${path}${name}.`),
      ]),
    );
  return build(layer.params(shape), '');
}

export const valueAt = (s: Subject, point: Point): Tensor => s.layer.forward(point.x, nest(s, point));

/** The output at a point in float64, for exact sums and differences. */
export const exactValueAt = (s: Subject, point: Point): Tensor => toFloat64(valueAt(s, point));

/** The output, and the gradient for one dy. */
export function vjpAt(s: Subject, point: Point, dy: Tensor): readonly [Tensor, Point] {
  const [y, pull] = s.layer.vjp(point.x, nest(s, point));
  return [y, gradientAt(pull(dy))];
}

/** Draws a point; `numbers` is used for tensors for which the subject has no arbitrary of its own. */
export const points = (s: Subject, numbers: fc.Arbitrary<number>, type: ElementType): fc.Arbitrary<Point> =>
  fc.record(
    Object.fromEntries(
      Object.entries(shapesOf(s)).map(([name, shape]) => [name, tensors(shape, numbersFor(s, name, numbers), type)]),
    ),
    { noNullPrototype: true },
  ) as fc.Arbitrary<Point>;

export const gradients = (s: Subject, numbers: fc.Arbitrary<number>, type: ElementType): fc.Arbitrary<Tensor> =>
  tensors(s.layer.shape(s.shape), numbersFor(s, 'dy', numbers), type);

const numbersFor = (s: Subject, name: string, numbers: fc.Arbitrary<number>): fc.Arbitrary<number> =>
  s.numbers[name.slice(name.lastIndexOf('.') + 1)] ?? numbers;
