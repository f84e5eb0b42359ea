// Points: everything that a layer depends on as one flat record, so that a law can treat x and each parameter alike.
//
//   { x: […], 'conv1.weight': […], 'conv1.bias': […] }
//
// A parameter of the layer itself that is called x or dy has a dot before its name.

import { toFloat64 } from '../convert.ts';
import { flatParams, mapParams } from '../layer/flat-params.ts';
import type { Gradient, Layer, Params } from '../layer/layer.ts';
import { type ElementType, type Shape, sizeOf, type Tensor, tensor } from '../tensor.ts';
import fc from './install-fast-check.ts';
import { ownOf } from './layer-from.ts';
import { tensors, wholeNumbers } from './numbers.ts';

export type Point = Readonly<Record<string, Tensor>>;

/** A layer, the shape of its input, and the arbitraries for its numbers. */
export interface Subject {
  readonly layer: Layer;
  readonly shape: Shape;
  /** By the name of the tensor ('x', 'dy') or the last part of a parameter's ('variance'). */
  readonly numbers: Readonly<Record<string, fc.Arbitrary<number>>>;
  /** Exact laws draw multiples of it in x and dy. */
  readonly unit?: number;
}

/** A statement about every point of a layer, as a property that fast-check can run. */
export interface Law {
  readonly name: string;
  property(subject: Subject): fc.IProperty<unknown>;
}

/** The key of a parameter, by its flat name. */
const keyOf = (name: string): string => (name === 'x' || name === 'dy' ? `.${name}` : name);

const byKey = <T extends Shape | Tensor>(params: Params<T>): Record<string, T> =>
  Object.fromEntries(Object.entries(flatParams(params)).map(([name, value]) => [keyOf(name), value as T]));

export const shapesOf = ({ layer, shape }: Subject): Record<string, Shape> => ({
  x: shape,
  ...byKey(layer.params(shape)),
});

export const gradientAt = ({ x, params }: Gradient): Point => ({ x, ...byKey(params) });

/** The parameters of a point, nested again as the layer's shapes of them are. */
export const nest = ({ layer, shape }: Subject, point: Point): Params<Tensor> =>
  mapParams(layer.params(shape), (_, name) => point[keyOf(name)]);

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

/** Sums within these are exact; a law adds a few of them. */
const EXACT: Readonly<Record<ElementType, number>> = { float32: 0x200000, float64: 0x1000000000000 };

/**
 * The largest whole numbers, 4, 2 or 1, on which sums are exact, found by the layer's own value and gradients where all
 * numbers are that large. In a deep net the sums of whole numbers outgrow float32, whose rounding is no fault of the net.
 */
export function exactness(s: Subject): readonly [bound: number, types: readonly ElementType[]] {
  const types: readonly ElementType[] = ownOf(s.layer)?.isNarrow ? ['float32'] : ['float32', 'float64'];
  for (const type of types)
    for (const bound of [4, 2, 1])
      if (largestAt(s, bound) < EXACT[type]) return [bound, type === 'float32' ? ['float32', 'float64'] : ['float64']];
  return [1, []];
}

/** The largest number in y and in the gradients, where each of x, the parameters and dy is `bound` throughout. */
function largestAt(s: Subject, bound: number): number {
  const filled = (shape: Shape, unit = 1): Tensor =>
    tensor(shape, new Float64Array(sizeOf(shape)).fill(bound * unit), 'float64');
  try {
    const unit = s.unit ?? 1;
    const shapes = Object.entries(shapesOf(s));
    const point = Object.fromEntries(shapes.map(([name, shape]) => [name, filled(shape, name === 'x' ? unit : 1)]));
    const [y, gradient] = vjpAt(s, point, filled(s.layer.shape(s.shape), unit));
    return [y, ...Object.values(gradient)].reduce(
      (most, { data }) => Array.from(data).reduce((largest, value) => Math.max(largest, Math.abs(value)), most),
      0,
    );
  } catch {
    // Whatever a wrong layer throws here, it throws again where a law is held against it.
    return 0;
  }
}

/**
 * Points of whole numbers on which sums are exact. Numbers of the subject's own that are not whole, or too large, become so,
 * tensor by tensor: they keep their signs and, as far as the bound allows, the order of their sizes.
 */
export function exactPoints(s: Subject, bound: number, type: ElementType): fc.Arbitrary<Point> {
  return points(s, wholeNumbers(bound), type).map((point) =>
    Object.fromEntries(
      Object.entries(point).map(([name, t]) => [
        name,
        wholeOf(t, bound * (name === 'x' ? (s.unit ?? 1) : 1), s.unit ?? 1, name),
      ]),
    ),
  );
}

export const exactGradients = (s: Subject, bound: number, type: ElementType): fc.Arbitrary<Tensor> =>
  gradients(s, wholeNumbers(bound), type).map((dy) => wholeOf(dy, bound * (s.unit ?? 1), s.unit ?? 1, 'dy'));

function wholeOf(t: Tensor, most: number, unit: number, name: string): Tensor {
  const step = name === 'x' || name === 'dy' ? unit : 1;
  if (t.data.every((value) => Number.isInteger(value / step) && Math.abs(value) <= most)) return t;
  const sizes = [...new Set(Array.from(t.data, Math.abs))].filter((size) => size > 0).sort((a, b) => a - b);
  const ranks = new Map(
    sizes.map((size, rank) => [size, Math.ceil(((rank + 1) / sizes.length) * (most / step)) * step]),
  );
  const data = t.data.map((value) => (ranks.get(Math.abs(value)) ?? 0) * (value < 0 ? -1 : 1) || 0);
  return { shape: t.shape, data };
}

/** The largest number of a point of finite differences: beyond it the steps would be wider than what layers tell apart. */
const MODERATE = 100;

/** A tensor scaled down to moderate numbers, where it has larger ones; what is not finite becomes 0. */
export function moderate(t: Tensor): Tensor {
  const finite = t.data.map((value) => (Number.isFinite(value) ? value : 0));
  const largest = Array.from(finite).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return { shape: t.shape, data: largest > MODERATE ? finite.map((value) => MODERATE * (value / largest)) : finite };
}
