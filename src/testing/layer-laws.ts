// The laws of every layer, on whole numbers and on awkward floats.

import { type ElementType, sameShape, sizeOf, type Tensor, typeOf } from '../tensor.ts';
import { mustEqual } from './compare.ts';
import fc from './install-fast-check.ts';
import { awkwardFloats, wholeNumbers } from './numbers.ts';
import {
  gradientAt,
  gradients,
  type Law,
  nest,
  type Point,
  points,
  type Subject,
  shapesOf,
  valueAt,
  vjpAt,
} from './points.ts';

interface Sample {
  readonly point: Point;
  readonly dy: Tensor;
}

/** Samples in both element types. */
const samples = (s: Subject): fc.Arbitrary<Sample> =>
  fc
    .tuple(fc.constantFrom<ElementType>('float32', 'float64'), fc.constantFrom(wholeNumbers(), awkwardFloats()))
    .chain(([type, numbers]) => fc.record({ point: points(s, numbers, type), dy: gradients(s, numbers, type) }));

const law = (name: string, holds: (s: Subject, sample: Sample) => void): Law => ({
  name,
  property: (s) => fc.property(samples(s), (sample) => holds(s, sample)),
});

export const layerLaws: readonly Law[] = [
  law('promised shape', (s, { point }) => {
    mustFit('y', valueAt(s, point), s.layer.shape(s.shape), point.x);
  }),
  law('vjp and forward agree', (s, { point, dy }) => {
    mustEqual('y of vjp', vjpAt(s, point, dy)[0], valueAt(s, point));
  }),
  law('promised gradients', (s, { point, dy }) => {
    const gradient = vjpAt(s, point, dy)[1];
    const shapes = shapesOf(s);
    const [names, given] = [Object.keys(shapes), Object.keys(gradient)].map((each) => each.join(', '));
    if (names !== given) throw new Error(`gradients for ${given}, expected ${names}`);
    for (const name of Object.keys(shapes)) mustFit(`d${name}`, gradient[name], shapes[name], point.x);
  }),
  law('arguments untouched', (s, { point, dy }) => {
    const given: Point = { ...point, dy };
    const before = Object.entries(given).map(([name, t]) => [name, { shape: t.shape, data: t.data.slice() }] as const);
    const [y, gradient] = vjpAt(s, point, dy);
    const results: Point = { ...gradient, y, 'y of forward': valueAt(s, point) };
    for (const [name, t] of before) mustEqual(name, given[name], t);
    for (const [name, t] of Object.entries(results)) {
      const shared = Object.entries(given).find(([, argument]) => argument.data.buffer === t.data.buffer);
      if (shared) throw new Error(`the result ${name} shares its memory with the argument ${shared[0]}`);
    }
  }),
  law('same input, same bits', (s, { point, dy }) => {
    const [y, pull] = s.layer.vjp(point.x, nest(s, point));
    const dx = pull(dy).x;
    const other = Object.fromEntries(
      Object.entries(point).map(([name, t]) => [name, { shape: t.shape, data: t.data.map((value) => value + 1) }]),
    );
    valueAt(s, other);
    mustEqual('y again', valueAt(s, point), y);
    mustEqual('dx again', pull(dy).x, dx);
  }),
  law('parameters alone', (s, { point, dy }) => {
    const [, pull] = s.layer.vjp(point.x, nest(s, point));
    const [all, some] = [gradientAt(pull(dy)), gradientAt(pull(dy, false))];
    for (const name of Object.keys(all).filter((each) => each !== 'x')) mustEqual(`d${name}`, some[name], all[name]);
    if (!sameShape(some.x.shape, all.x.shape)) throw new Error(`dx of shape [${some.x.shape}] without need`);
  }),
  law('with nothing changed', (s, { point }) => {
    const same = { ...s, layer: s.layer.with({}) };
    mustEqual('y', valueAt(same, point), valueAt(s, point));
    const rules = ({ layer, shape }: Subject) =>
      JSON.stringify([layer.name, layer.attributes, layer.params(shape), layer.field(shape), layer.cost(shape)]);
    if (rules(same) !== rules(s)) throw new Error(`the rules are ${rules(same)}, expected ${rules(s)}`);
  }),
  {
    name: 'finite rules',
    property: (s) => fc.property(fc.constant(s.layer), (layer) => finiteRules(s, layer)),
  },
];

function finiteRules({ shape }: Subject, layer: Subject['layer']): void {
  const field = layer.field(shape);
  const cost = layer.cost(shape);
  if (!Number.isSafeInteger(cost) || cost < 0) throw new Error(`cost must be a whole number ≥ 0, got ${cost}`);
  const numbers = field.flatMap(({ size, step, start }) => [size, step, start]);
  if (!numbers.every(Number.isFinite)) throw new Error(`field must be finite numbers, got ${numbers}`);
  if (field.length !== Math.max(0, shape.length - 2))
    throw new Error(`field must have one entry per spatial axis of [${shape}], got ${field.length}`);
  if (!isFrozen(layer.attributes)) throw new Error('attributes must be frozen to the bottom');
}

/** The data of tensors cannot be. */
const isFrozen = (value: unknown): boolean =>
  typeof value !== 'object' ||
  value === null ||
  ArrayBuffer.isView(value) ||
  (Object.isFrozen(value) && Object.values(value).every(isFrozen));

function mustFit(what: string, t: Tensor, shape: readonly number[], x: Tensor): void {
  if (!sameShape(t.shape, shape)) throw new Error(`${what} has shape [${t.shape}], expected [${shape}]`);
  const size = sizeOf(shape);
  if (t.data.length !== size) throw new Error(`${what} has ${t.data.length} elements, expected ${size}`);
  if (typeOf(t.data) !== typeOf(x.data)) throw new Error(`${what} is ${typeOf(t.data)}, x is ${typeOf(x.data)}`);
}
