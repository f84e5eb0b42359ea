// The rules of combinators, and of rebuilding a layer.

import { describe, expect, test } from 'vitest';
import {
  chain,
  concat,
  conv2d,
  dense,
  identity,
  type Layer,
  mapLayer,
  maxPool2d,
  type Params,
  relu,
  type Shape,
  sum,
  type Tensor,
  tensor,
} from '../../src/index.ts';

/** Whole numbers from −3 to 3, others for another seed, so that every sum below is exact. */
const some = (shape: Shape, seed = 1): Tensor => {
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(
    shape,
    Array.from({ length: size }, (_, i) => ((i * 5 + seed * 3) % 7) - 3),
  );
};
const fill = (shapes: Params<Shape>, seed = 1): Params<Tensor> =>
  Object.fromEntries(
    Object.entries(shapes).map(([name, shape], i) => [
      name,
      Array.isArray(shape) ? some(shape, seed + i) : fill(shape as Params<Shape>, seed + i + 2),
    ]),
  );
const run = (layer: Layer, x: Tensor, p: Params<Tensor>, dy?: Tensor) => {
  const [y, pull] = layer.vjp(x, p);
  return { y, gradient: pull(dy ?? some(y.shape, 4)) };
};

const same = (filters: number, size = 3) => conv2d({ filters, size, padding: 'same' });
const shape = [2, 6, 5, 3];

describe('chain', () => {
  test('[chain-rules] the empty chain is the identity, with its field and no cost', () => {
    const x = some(shape);
    const [empty, one] = [chain([]), identity()];
    expect(run(empty, x, {})).toEqual({ ...run(one, x, {}), gradient: { ...run(one, x, {}).gradient, params: {} } });
    expect([empty.shape(shape), empty.field(shape), empty.cost(shape)]).toEqual([shape, one.field(shape), 0]);
  });

  test('[chain-rules] [layer-gradient] the gradient at x is that of its layers, and is taken unless it is not needed', () => {
    const [a, b] = [conv2d({ filters: 2, size: 2 }), conv2d({ filters: 3, size: 3 })];
    const net = chain({ a, b });
    const x = some(shape);
    const p = fill(net.params(shape)) as Record<string, Params<Tensor>>;
    const [y, pullA] = a.vjp(x, p.a);
    const [z, pullB] = b.vjp(y, p.b);
    const [dy, [, pull]] = [some(z.shape, 4), net.vjp(x, p)];
    const second = pullB(dy);
    const first = pullA(second.x);
    expect(pull(dy)).toEqual({ x: first.x, params: { a: first.params, b: second.params } });
    expect(first.x.data.some((value) => value !== 0)).toBe(true);
    expect(pull(dy, true)).toEqual(pull(dy));
    expect(pull(dy, false).params).toEqual(pull(dy).params);
    expect(pull(dy, false).x.data.every((value) => value === 0)).toBe(true);
  });

  test('[chain-rules] grouping its parts differently changes nothing', () => {
    const [a, b, c] = [same(4), maxPool2d({ size: 2 }), conv2d({ filters: 2, size: 2 })];
    const flat = chain({ a, b, c });
    const nested = chain({ head: chain({ a, b }), c });
    const x = some(shape);
    const p = fill(flat.params(shape));
    const { y, gradient } = run(flat, x, p);
    const other = run(nested, x, { head: { a: p.a }, c: p.c });
    expect(other.y).toEqual(y);
    expect(other.gradient).toEqual({
      x: gradient.x,
      params: { head: { a: gradient.params.a, b: {} }, c: gradient.params.c },
    });
    expect([nested.shape(shape), nested.field(shape), nested.cost(shape)]).toEqual([
      flat.shape(shape),
      flat.field(shape),
      flat.cost(shape),
    ]);
  });
});

describe('sum and concat', () => {
  const parts = { a: same(4), b: same(4, 1) };
  const x = some(shape);

  test('[sum-rules] y is the sum of the branches, and so is dx; each gets dy unchanged', () => {
    const layer = sum(parts);
    const p = fill(layer.params(shape));
    const { y, gradient } = run(layer, x, p);
    const [a, b] = (['a', 'b'] as const).map((name) => run(parts[name], x, p[name] as Params<Tensor>));
    expect(y.data).toEqual(a.y.data.map((value, i) => value + b.y.data[i]));
    expect(gradient.x.data).toEqual(a.gradient.x.data.map((value, i) => value + b.gradient.x.data[i]));
    expect(gradient.params).toEqual({ a: a.gradient.params, b: b.gradient.params });
    expect(layer.cost(shape)).toBe(parts.a.cost(shape) + parts.b.cost(shape));
  });

  test('[sum-rules] branches are added in their order', () => {
    const scaled = (factor: number) => ({ weight: tensor([1, 1], [factor]) });
    const one = dense({ units: 1, bias: false });
    const add = (...factors: number[]) =>
      sum(factors.map(() => one)).forward(
        tensor([1, 1], [1]),
        Object.fromEntries(factors.map((f, i) => [i, scaled(f)])),
      );
    expect(add(2 ** 24, 1, 1).data[0]).toBe(2 ** 24);
    expect(add(1, 1, 2 ** 24).data[0]).toBe(2 ** 24 + 2);
  });

  test('[concat-rules] y has the channels of the branches in order, and dy is divided in the same places', () => {
    const layer = concat({ a: same(2), skip: identity() });
    const p = fill(layer.params(shape));
    const { y, gradient } = run(layer, x, p);
    expect(y.shape).toEqual([2, 6, 5, 5]);
    const cut = (t: Tensor, from: number, to: number): Tensor =>
      tensor(
        [...t.shape.slice(0, -1), to - from],
        [...t.data].filter((_, i) => i % 5 >= from && i % 5 < to),
      );
    const dy = some(y.shape, 4);
    const a = run(parts.a.with({ attributes: { filters: 2 } }), x, p.a as Params<Tensor>, cut(dy, 0, 2));
    expect(cut(y, 0, 2)).toEqual(a.y);
    expect(cut(y, 2, 5)).toEqual(x);
    expect(gradient.params).toEqual({ a: a.gradient.params, skip: {} });
    expect(gradient.x.data).toEqual(a.gradient.x.data.map((value, i) => value + cut(dy, 2, 5).data[i]));
  });

  test('[sum-shape] branches with different shapes are refused', () => {
    expect(() => sum([same(4), same(3)]).shape(shape)).toThrow(
      'sum: the branches must give equal shapes, got [2,6,5,4] and [2,6,5,3] [sum-shape]',
    );
  });

  test('[concat-shape] branches may differ in channels only', () => {
    expect(concat([same(4), same(3)]).shape(shape)).toEqual([2, 6, 5, 7]);
    expect(() => concat([same(4), conv2d({ filters: 4, size: 3 })]).shape(shape)).toThrow('[concat-shape]');
  });
});

test('[sum-rules] Q6: a residual block whose last convolution is 0 gives its input ≥ 0 back, and dx = dy where x > 0', () => {
  const body = chain({ first: same(3), relu: relu(), last: same(3) });
  const block = chain({ add: sum({ body, skip: identity() }), relu: relu() });
  const [x, dy] = [some(shape, 2), some(shape, 5)];
  const input = tensor(shape, x.data.map(Math.abs));
  const p = fill(body.params(shape)) as Record<string, Record<string, Tensor>>;
  const zero = Object.fromEntries(Object.entries(p.last).map(([name, t]) => [name, tensor(t.shape)]));
  const { y, gradient } = run(block, input, { add: { body: { ...p, last: zero } } }, dy);
  expect(y).toEqual(input);
  expect(gradient.x.data).toEqual(dy.data.map((value, i) => (input.data[i] > 0 ? value : 0)));
});

test('[identity-rules] y is x and dx is dy, as copies', () => {
  const x = some(shape);
  const { y, gradient } = run(identity(), x, {}, some(shape, 9));
  expect([y, gradient]).toEqual([x, { x: some(shape, 9), params: {} }]);
  expect(y.data).not.toBe(x.data);
});

test('[layer-map] visits every layer with its path, from the inside out, and replaces it with the result', () => {
  const net = chain({ stem: same(4), stage: sum({ body: chain([relu(), same(4)]), skip: identity() }) });
  const paths: string[] = [];
  const replaced = mapLayer(net, (path, layer) => {
    paths.push(`${path}:${layer.name}`);
    return layer.name === 'relu' ? identity() : layer;
  });
  expect(paths).toEqual([
    'stem:conv2d',
    'stage.body.0:relu',
    'stage.body.1:conv2d',
    'stage.body:chain',
    'stage.skip:identity',
    'stage:sum',
    ':chain',
  ]);
  expect(replaced.children.stage.children.body.children[0].name).toBe('identity');
  expect(replaced.children.stem).toBe(net.children.stem);
  expect(mapLayer(net, (_, layer) => layer)).toBe(net);
});

test('[layer-rules] rules answer for the shape of the call, even if the array of an earlier call was changed', () => {
  const conv = conv2d({ filters: 2, size: 3 });
  for (const layer of [conv, chain({ conv, again: conv2d({ filters: 4, size: 1 }) })]) {
    const filters = layer.name === 'chain' ? 4 : 2;
    const x = [1, 8, 7, 3];
    expect(layer.shape(x)).toEqual([1, 6, 5, filters]);
    x[1] = 5;
    expect(layer.shape(x)).toEqual([1, 3, 5, filters]);
    expect(layer.shape([1, 8, 7, 3])).toEqual([1, 6, 5, filters]);
    expect(() => (layer.shape(x) as number[]).fill(0)).toThrow(TypeError);
    expect(layer.shape([...x])).toEqual([1, 3, 5, filters]);
  }
});
