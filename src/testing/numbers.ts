// Numbers and tensors to draw: whole numbers, on which sums are exact in any order, and awkward floats.

import { oneOf, wholeNumber } from '../attributes.ts';
import { SpecError, show, wrongType } from '../errors.ts';
import { checkLayer } from '../layer/check-layer.ts';
import { checkShapes } from '../layer/flat-params.ts';
import type { Layer, Params } from '../layer/layer.ts';
import { reading } from '../reading.ts';
import { checkShape, type ElementType, type Shape, sizeOf, type Tensor, tensor } from '../tensor.ts';
import fc from './install-fast-check.ts';

/**
 * Whole numbers from −bound to bound: while the sum of |x·w| stays within 2²⁴, every float32 sum of products is exact in
 * every order, so that laws hold bit for bit.
 *
 * @example
 * fc.sample(wholeNumbers(2), 4).every((value) => Math.abs(value) <= 2) // true
 */
export function wholeNumbers(bound = 4): fc.Arbitrary<number> {
  wholeNumber('layer-rules', 'wholeNumbers', 'bound', bound, 0);
  return fc.integer({ min: -bound, max: bound });
}

/** The float32 values that kernels often get wrong: zeros, subnormals, the least normal, the largest, ∞ and NaN. */
const oddities = [
  -0,
  1.401298464324817e-45,
  -1.1754942106924411e-38,
  1.1754943508222875e-38,
  -3.4028234663852886e38,
  3.4028234663852886e38,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.NaN,
];

/**
 * Float32 values of every class; about one in eight is ±0, subnormal, huge, ±∞ or NaN, so that some sums stay finite.
 *
 * @example
 * fc.sample(awkwardFloats(), 10).every((value) => Object.is(Math.fround(value), value)) // true
 */
export const awkwardFloats = (): fc.Arbitrary<number> =>
  fc.oneof(
    { weight: 4, arbitrary: wholeNumbers() },
    { weight: 3, arbitrary: fc.float({ min: -8, max: 8, noNaN: true }) },
    { weight: 1, arbitrary: fc.constantFrom(...oddities) },
  );

/**
 * Finite numbers from −2 to 2 with 31 bits, for finite differences: evenly spread and never shrunk, because small and
 * equal numbers are at the corners of maxima and rectifiers.
 *
 * @example
 * fc.sample(smoothFloats(), 10).every((value) => Math.abs(value) <= 2) // true
 */
export const smoothFloats = (): fc.Arbitrary<number> =>
  fc.noShrink(fc.noBias(fc.integer({ min: -0x40000000, max: 0x40000000 }))).map((value) => value / 0x20000000);

/** Elements of the largest tensor that is drawn, one by one: some seconds. */
const MOST_DRAWN = 1 << 20;

/** Spec tensor-size. */
function drawable(who: string, shape: Shape): number {
  checkShape(who, shape);
  const size = sizeOf(shape);
  if (size > MOST_DRAWN)
    throw new SpecError('tensor-size', `${who}: at most ${MOST_DRAWN} elements are drawn, got ${size} for [${shape}]`);
  return size;
}

/** What elements are drawn from, and their type. Spec layer-rules. */
export function checkDrawn(who: string, numbers: unknown, type: unknown): void {
  const has = (name: string): boolean => typeof (numbers as Record<string, unknown>)?.[name] === 'function';
  const isArbitrary = reading('layer-rules', who, 'numbers', () => ['generate', 'shrink', 'map'].every(has));
  if (!isArbitrary)
    throw wrongType('layer-rules', `${who}: numbers must be an arbitrary of fast-check, got ${show(numbers)}`);
  oneOf('layer-rules', who, 'type', type, ['float32', 'float64']);
}

/**
 * Tensors of one shape, every element drawn from `numbers`.
 *
 * @example
 * fc.sample(tensors([2, 3]), 1)[0].data.length // 6
 */
export function tensors(
  shape: Shape,
  numbers: fc.Arbitrary<number> = wholeNumbers(),
  type: ElementType = 'float32',
): fc.Arbitrary<Tensor> {
  const size = drawable('tensors', shape);
  checkDrawn('tensors', numbers, type);
  return fc.array(numbers, { minLength: size, maxLength: size }).map((values) => tensor(shape, values, type));
}

/**
 * Parameters of the shapes that `layer` asks for, nested as its children are.
 *
 * @example
 * Object.keys(fc.sample(paramsOf(dense({ units: 2 }), [1, 3]), 1)[0]) // ['weight', 'bias']
 */
export function paramsOf(
  layer: Layer,
  x: Shape,
  numbers: fc.Arbitrary<number> = wholeNumbers(),
  type: ElementType = 'float32',
): fc.Arbitrary<Params<Tensor>> {
  checkLayer('paramsOf', layer);
  checkDrawn('paramsOf', numbers, type);
  const shapes = layer.params(x);
  checkShapes('paramsOf', shapes);
  return nested(shapes, (shape) => tensors(shape, numbers, type));
}

function nested(shapes: Params<Shape>, draw: (shape: Shape) => fc.Arbitrary<Tensor>): fc.Arbitrary<Params<Tensor>> {
  const each = (value: Shape | Params<Shape>) =>
    Array.isArray(value) ? draw(value) : nested(value as Params<Shape>, draw);
  return fc.record(
    Object.fromEntries(Object.entries(shapes).map(([name, value]) => [name, each(value as Shape | Params<Shape>)])),
    { noNullPrototype: true },
  ) as fc.Arbitrary<Params<Tensor>>;
}
