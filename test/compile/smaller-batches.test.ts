// Compiled nets called with smaller batches than they were compiled for, one after another.

import { describe, expect, it } from 'vitest';
import {
  chain,
  compile,
  concat,
  conv1d,
  identity,
  type Layer,
  lrn,
  type Params,
  relu,
  type Shape,
  scale,
  sum,
  type Tensor,
  tensor,
} from '../../src/index.ts';
import { product, slice } from '../../src/ops/index.ts';
import { examples } from '../layers.ts';
import { paramsOf } from './random-nets.ts';

const wave =
  (seed: number) =>
  (length: number): Float32Array =>
    Float32Array.from({ length }, (_, i) => (((i + seed) * 40503) % 65536) / 9973 - 2);
const some = (shape: Shape, seed: number): Tensor => tensor(shape, wave(seed)(shape.reduce((a, b) => a * b, 1)));

/** Calls with 3, 1, 2 and 3 images give what `forward` gives for them. */
function follow(layer: Layer, inner: Shape, params: (shape: Shape) => Params<Tensor>): void {
  const shape = [3, ...inner];
  const p = params(shape);
  const run = compile(layer, shape, p);
  for (const [call, batch] of [3, 1, 2, 3].entries()) {
    const x = some([batch, ...inner], call);
    expect(run(x)).toEqual(layer.forward(x, p));
  }
}

describe('[compile-input] [compile-bits] smaller batches', () => {
  // Losses have targets for one batch.
  const tried = examples.filter(({ layer, shape }) => shape.length > 1 && layer.shape(shape).length > 1);
  it.each(tried.map((each) => [each.name, each] as const))('of %s', (_, { layer, shape }) => {
    const params = (of: Shape) => paramsOf(layer.params(of), wave(9));
    follow(layer, shape.slice(1), params);
    follow({ ...layer }, shape.slice(1), params);
    const net = sum([layer, chain([scale({ factor: 2 }), layer]), layer]);
    follow(net, shape.slice(1), (of) => paramsOf(net.params(of), wave(9)));
    const joined = chain([concat([layer, layer]), relu()]);
    follow(joined, shape.slice(1), (of) => paramsOf(joined.params(of), wave(9)));
  });

  it('of products of more axes than the kernels count, with one cell on some of them', () => {
    const first = (axes: readonly number[]) => slice({ axes, starts: axes.map(() => 0), ends: axes.map(() => 1) });
    const axes = [1, 2, 3, 4, 5];
    const some = [[1], [2], [3], [4], [5], [1, 2], [2, 3], [3, 4], [1, 2, 3, 4], axes];
    for (const parts of [
      ...some.map((each) => [identity(), first(each)]),
      [identity(), identity()],
      [first([1]), first([4])],
    ])
      follow(product(parts), [2, 3, 2, 3, 5], () => ({}));
  });

  it('of sums over many channels, short and long', () => {
    for (const size of [63, 64, 65, 67]) follow(lrn({ size }), [2, 80], () => ({}));
  });
});

it('[compile-bits] a layer made by hand must give a value of the program, and what its shape promises', () => {
  const own = (members: object): Layer => ({ ...relu(), name: 'mine', ...members });
  expect(() => compile(own({ emit: () => 5 }), [1, 2], {})).toThrow(
    'compile: emit of mine must give a value of the program, got 5 [compile-bits]',
  );
  const wide = compile(own({ forward: () => tensor([1, 3]) }), [1, 2], {});
  expect(() => wide(tensor([1, 2]))).toThrow('mine: y must have shape [1,2], got [1,3] [layer-rules]');
});

it('[compile-memory] a net keeps the parameters that it was given, whatever is written to them afterwards', () => {
  const layer = conv1d({ filters: 1, size: 1 });
  const hidden: Layer = { ...layer };
  const p = { weight: tensor([1, 1, 1], [2]), bias: tensor([1], [3]) };
  const runs = [layer, hidden].map((each) => compile(each, [1, 1, 1], p));
  p.weight.data[0] = 100;
  p.bias.data[0] = 100;
  for (const run of runs) expect([...run(tensor([1, 1, 1], [5])).data]).toEqual([13]);
});

it('[compile-arithmetic] [layer-attributes] options are checked', () => {
  expect(() => compile(relu(), [1, 2], {}, { arithmetic: 'fast' as never })).toThrow(
    "compile: arithmetic must be 'exact' or 'winograd', got 'fast' [compile-arithmetic]",
  );
  expect(() => compile(relu(), [1, 2], {}, { exact: true } as never)).toThrow(
    "compile: the options are arithmetic, got 'exact' [layer-attributes]",
  );
  expect(() => compile(5 as never, [1], {})).toThrow('compile: layer must be a layer, got 5 [layer-rules]');
  expect(() => compile(relu(), 5 as never, {})).toThrow('compile: a shape must be an array of whole numbers, got 5 [');
  const run = compile(relu(), [2, 2], {});
  expect(() => run(5 as never)).toThrow('compile: x must be a tensor {shape, data}, got 5 [tensor-type]');
  expect(() => run(tensor([2, 2], undefined, 'float64'))).toThrow(
    'compile: x must be float32, got float64 [compile-input]',
  );
  for (const shape of [
    [3, 2],
    [0, 2],
    [2, 3],
    [2, 2, 1],
  ])
    expect(() => run(tensor(shape))).toThrow(
      `compile: x must have the shape [2,2] it was compiled for, or a smaller batch, got [${shape}] [compile-input]`,
    );
});
