// The laws of a layer made from functions of one's own: they compute what the layer computes whose rules they follow. Spec layer-from.

import { toFloat64 } from '../convert.ts';
import { SpecError, show } from '../errors.ts';
import type { Layer } from '../layer/layer.ts';
import { placeOf } from '../places.ts';
import type { Shape, Tensor } from '../tensor.ts';
import fc from './install-fast-check.ts';
import { ownOf } from './layer-from.ts';
import { exactGradients, exactness, exactPoints, type Law, nest, type Point, type Subject, vjpAt } from './points.ts';

/** Where sums are not whole numbers, results may differ by this share of the largest: 256 roundings of float32. */
const TOLERANCE = 1 / 65536;

const law = (
  like: Layer,
  name: string,
  holds: (s: Subject, right: Subject, point: Point, dy: Tensor) => void,
): Law => ({
  name,
  property(s) {
    const right = { ...s, layer: like };
    const [bound] = exactness(right);
    return fc.property(exactPoints(right, bound, 'float32'), exactGradients(right, bound, 'float32'), (point, dy) =>
      holds(s, right, point, dy),
    );
  },
});

/** The laws that only a layer of one's own has. */
export function ownLaws(layer: Layer): Law[] {
  const own = ownOf(layer);
  if (own === undefined) return [];
  const { like, hasGradient } = own;
  const forward = law(like, `forward is that of ${like.name}`, (s, right, point) => {
    const y = s.layer.forward(point.x, nest(s, point));
    mustBe('y', y, like.forward(toFloat64(point.x), toFloat64(nest(right, point))));
  });
  const gradient = law(like, `gradient is that of ${like.name}`, (s, right, point, dy) => {
    const [, given] = vjpAt(s, point, dy);
    const doubles = Object.fromEntries(Object.entries(point).map(([name, t]) => [name, toFloat64(t)]));
    const [, expected] = vjpAt(right, doubles, toFloat64(dy));
    for (const name of Object.keys(expected)) mustBe(`the gradient of ${name}`, given[name], expected[name]);
  });
  return hasGradient ? [forward, gradient] : [forward];
}

/** The first number that differs: whole numbers must be equal, others nearly. */
function mustBe(what: string, given: Tensor, expected: Tensor): void {
  const largest = Array.from(expected.data).reduce(
    (most, v) => (Number.isFinite(v) ? Math.max(most, Math.abs(v)) : most),
    0,
  );
  const isExact = expected.data.every((v) => Number.isInteger(v));
  const room = isExact ? 0 : largest * TOLERANCE;
  const at = Array.from(expected.data).findIndex((v, i) => {
    const got = given.data[i];
    return !(Object.is(v, got) || Math.abs(v - got) <= room);
  });
  if (at < 0) return;
  const about = isExact ? '' : ' (to 16 bits)';
  throw new Error(
    `${what} at [${placeOf(expected.shape, at).join(', ')}]: expected ${show(expected.data[at])}${about}, got ${show(given.data[at])}`,
  );
}

/** Whether a law is broken on an input of a shape; undefined where it holds, or where the shape does not fit. */
type Broken = { readonly error: unknown; readonly point: Point; readonly dy: Tensor };

function broken(law: Law, s: Subject, parameters: fc.Parameters<unknown>): Broken | undefined {
  const details = fc.check(law.property(s) as fc.IProperty<unknown>, parameters);
  if (!details.failed || details.counterexample === null) return undefined;
  const [point, dy] = details.counterexample as unknown as [Point, Tensor];
  return { error: details.errorInstance, point, dy };
}

/** Smaller shapes, the boldest first. */
function* smaller(shape: Shape): Generator<Shape> {
  for (const next of [() => 1, (n: number) => Math.floor(n / 2), (n: number) => n - 1])
    for (const [axis, n] of shape.entries())
      if (next(n) >= 1 && next(n) < n) yield shape.map((m, i) => (i === axis ? next(n) : m));
}

function fits(layer: Layer, shape: Shape): boolean {
  try {
    layer.shape(shape);
    return true;
  } catch (error) {
    if (error instanceof SpecError) return false;
    throw error;
  }
}

/** What a broken law says, on the smallest input on which it is broken; undefined for a law of every layer. */
export function ownFailure(law: Law, s: Subject, parameters: fc.Parameters<unknown>): string | undefined {
  const own = ownOf(s.layer);
  if (own === undefined || !ownLaws(s.layer).some(({ name }) => name === law.name)) return undefined;
  let found = broken(law, s, parameters);
  if (found === undefined) return undefined;
  let { shape } = s;
  for (let isSmaller = true; isSmaller; ) {
    isSmaller = false;
    for (const next of smaller(shape)) {
      const less = fits(own.like, next) ? broken(law, { ...s, shape: next }, parameters) : undefined;
      if (less === undefined) continue;
      [shape, found, isSmaller] = [next, less, true];
      break;
    }
  }
  const isGradient = law.name.startsWith('gradient');
  const tensors = Object.entries({ ...found.point, ...(isGradient && { dy: found.dy }) });
  const said = found.error instanceof Error ? found.error.message : show(found.error);
  const head = `${s.layer.name} on [${shape}] breaks the law '${law.name}': ${said}`;
  return [
    head,
    `  ${JSON.stringify(s.layer.attributes)}`,
    ...tensors.map(([name, t]) => `  ${name}: ${sparse(t)}`),
  ].join('\n');
}

/** Numbers that are listed one by one. */
const LISTED = 12;

/** `[1, 2, 2, 1], 0 but for 3 at [0, 1, 0, 0]`, or all numbers of a small tensor. */
function sparse({ shape, data }: Tensor): string {
  const some = [...data.keys()].filter((i) => data[i] !== 0);
  const listed = some.slice(0, LISTED).map((i) => `${data[i]} at [${placeOf(shape, i).join(', ')}]`);
  if (data.length <= LISTED && some.length > 1) return `[${shape.join(', ')}], ${Array.from(data).join(', ')}`;
  if (some.length === 0) return `[${shape.join(', ')}], 0 everywhere`;
  const more = some.length - listed.length;
  return `[${shape.join(', ')}], 0 but for ${listed.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
