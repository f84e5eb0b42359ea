// Statements of the lectures that need more than one layer or input; single figures are in spec/examples.
// C4 … N7: the rules of the table in spec/README.md.

import { describe, expect, test } from 'vitest';
import {
  chain,
  conv1d,
  conv2d,
  dense,
  flatten,
  initialize,
  type Layer,
  maxPool1d,
  maxPool2d,
  type Params,
  relu,
  type Shape,
  squaredError,
  type Tensor,
  tensor,
  toeplitz,
} from '../src/index.ts';
import { random } from '../src/random.ts';

const image = (shape: Shape, seed = 1): Tensor => {
  const { normal } = random(seed);
  return tensor(shape, Array.from({ length: shape.reduce((a, b) => a * b, 1) }, normal));
};

/** Rows `top` to `top + size` and columns `left` to `left + size` of every image. */
const crop = ({ shape: [n, , width, c], data }: Tensor, top: number, left: number, size: number): Tensor =>
  tensor(
    [n, size, size, c],
    [...data].filter((_, i) => {
      const [row, column] = [Math.floor(i / (c * width)) % (data.length / (n * c * width)), Math.floor(i / c) % width];
      return row >= top && row < top + size && column >= left && column < left + size;
    }),
  );

describe('C9: a classifier of patches, slid over an image, is one fully convolutional net', () => {
  const features = {
    conv1: conv2d({ filters: 6, size: 5 }),
    relu1: relu(),
    pool1: maxPool2d({ size: 2 }),
    conv2: conv2d({ filters: 16, size: 5 }),
    relu2: relu(),
    pool2: maxPool2d({ size: 2 }),
  };
  const classifier = chain({
    ...features,
    flatten: flatten(),
    fc3: dense({ units: 120 }),
    relu3: relu(),
    fc4: dense({ units: 84 }),
    relu4: relu(),
    out: dense({ units: 10 }),
  });
  const sliding = chain({
    ...features,
    fc3: conv2d({ filters: 120, size: 5 }),
    relu3: relu(),
    fc4: conv2d({ filters: 84, size: 1 }),
    relu4: relu(),
    out: conv2d({ filters: 10, size: 1 }),
  });
  const params = initialize(classifier, [1, 32, 32, 1], { seed: 5 }) as Record<string, Record<string, Tensor>>;
  const shapes = sliding.params([1, 32, 32, 1]) as Record<string, Record<string, Shape>>;
  /** The same numbers: a dense weight [height · width · channels, units] is a filter bank as it lies in memory. */
  const converted = Object.fromEntries(
    Object.entries(shapes).map(([layer, own]) => [
      layer,
      Object.fromEntries(Object.entries(own).map(([name, shape]) => [name, tensor(shape, params[layer][name].data)])),
    ]),
  );

  test.each([
    [32, 1],
    [36, 2],
    [40, 3],
  ])('[dense-forward] %i×%i-pixel images: every output is the net on its own 32×32 crop, in bits', (size, outputs) => {
    const x = image([2, size, size, 1]);
    const y = sliding.forward(x, converted);
    expect(y.shape).toEqual([2, outputs, outputs, 10]);
    for (let row = 0; row < outputs; row++)
      for (let column = 0; column < outputs; column++)
        expect(crop(y, row, column, 1).data).toEqual(classifier.forward(crop(x, 4 * row, 4 * column, 32), params).data);
  });
});

test('[layer-input] C10: A = ReLU(X∗W + b) of m images is that of each, in shape and bits', () => {
  const layer = chain({ conv: conv2d({ filters: 4, size: 3, stride: 2, padding: 1 }), relu: relu() });
  const x = image([5, 7, 6, 3]);
  const params = initialize(layer, x.shape, { seed: 2 });
  const y = layer.forward(x, params);
  expect(layer.params(x.shape)).toEqual({ conv: { weight: [3, 3, 3, 4], bias: [4] }, relu: {} });
  expect(y.shape).toEqual([5, 4, 3, 4]);
  for (let n = 0; n < 5; n++) {
    const alone = layer.forward(tensor([1, 7, 6, 3], x.data.subarray(n * 126, (n + 1) * 126)), params);
    expect(alone.data).toEqual(y.data.subarray(n * 48, (n + 1) * 48));
  }
});

test('[conv-forward] C4: of all binary triples, only 010 gives the filter [−1, 1, −1] a value above 0', () => {
  const filter = { weight: tensor([3, 1, 1], [-1, 1, -1]) };
  const answers = Array.from({ length: 8 }, (_, bits) => [(bits >> 2) & 1, (bits >> 1) & 1, bits & 1]).filter(
    (triple) => conv1d({ filters: 1, size: 3, bias: false }).forward(tensor([1, 3, 1], triple), filter).data[0] > 0,
  );
  expect(answers).toEqual([[0, 1, 0]]);
});

describe('the layer as a matrix', () => {
  const filter = { weight: tensor([3, 1, 1], [5, 6, 7]) };
  const rows = ({ shape: [, columns], data }: Tensor): number[][] =>
    Array.from({ length: data.length / columns }, (_, i) => [...data.subarray(i * columns, (i + 1) * columns)]);

  test('[toeplitz-matrix] M3: padded, 3 distinct values at 13 places of a 5×5 matrix with constant diagonals', () => {
    const matrix = rows(toeplitz(conv1d({ filters: 1, size: 3, padding: 1, bias: false }), [1, 5, 1], filter));
    expect(matrix).toEqual([
      [6, 7, 0, 0, 0],
      [5, 6, 7, 0, 0],
      [0, 5, 6, 7, 0],
      [0, 0, 5, 6, 7],
      [0, 0, 0, 5, 6],
    ]);
    expect(matrix.flat().filter((value) => value !== 0)).toHaveLength(13);
  });

  test('[toeplitz-matrix] M3: an x that contains the zeros itself gives a 5×7 matrix, whose columns 0 and 6 meet them', () => {
    const layer = conv1d({ filters: 1, size: 3, bias: false });
    const matrix = toeplitz(layer, [1, 7, 1], filter);
    expect(matrix.shape).toEqual([5, 7]);
    expect(rows(matrix).map((row) => row.slice(1, 6))).toEqual(
      rows(toeplitz(layer.with({ attributes: { padding: 1 } }), [1, 5, 1], filter)),
    );
    expect(dense({ units: 5, bias: false }).params([1, 7])).toEqual({ weight: [7, 5] });
  });

  test('[conv-weight-gradient] M3: the gradient of a filter is the dense gradient, added over its tied entries', () => {
    const layer = conv1d({ filters: 1, size: 3, bias: false });
    const [x, dy] = [tensor([1, 6, 1], [3, -1, 4, 1, -5, 9]), tensor([1, 4, 1], [2, -7, 1, 8])];
    const shared = layer.vjp(x, filter)[1](dy).params.weight as Tensor;
    const matrix = toeplitz(layer, x.shape, filter);
    const transposed = tensor(
      [6, 4],
      rows(matrix)[0].flatMap((_, j) => rows(matrix).map((row) => row[j])),
    );
    const whole = dense({ units: 4, bias: false }).vjp(tensor([1, 6], x.data), { weight: transposed })[1];
    const free = rows(whole(tensor([1, 4], dy.data)).params.weight as Tensor);
    const tied = [0, 1, 2].map((k) => [0, 1, 2, 3].reduce((sum, p) => sum + free[p + k][p], 0));
    expect([...shared.data]).toEqual(tied);
  });
});

test('[dense-forward] M1: permuting inputs and weight rows together changes nothing for dense, but changes a convolution', () => {
  const order = [3, 0, 4, 1, 2];
  const permuted = (t: Tensor): Tensor =>
    tensor(
      t.shape,
      order.map((i) => t.data[i]),
    );
  const [x, w] = [tensor([1, 5], [1, 2, 3, 4, 5]), tensor([5, 1], [2, -1, 3, 0, 7])];
  const unit = dense({ units: 1, bias: false });
  expect(unit.forward(permuted(x), { weight: permuted(w) })).toEqual(unit.forward(x, { weight: w }));
  const conv = (t: Tensor): Params<Tensor> => ({ weight: tensor([5, 1, 1], t.data) });
  const layer = conv1d({ filters: 1, size: 5, padding: 2, bias: false });
  const flat = (t: Tensor): Tensor => tensor([1, 5, 1], t.data);
  const moved = layer.forward(flat(permuted(x)), conv(permuted(w))).data;
  expect([...moved].sort()).not.toEqual([...layer.forward(flat(x), conv(w)).data].sort());
});

test.each([2, 3, 4])('[pool-max] P6: windows of %i: a single cell may move inside its window, not beyond', (size) => {
  const pool: Layer = maxPool1d({ size });
  const lone = (at: number): number[] => {
    const x = tensor([1, 3 * size, 1]);
    x.data[at] = 7;
    return [...pool.forward(x, {}).data];
  };
  for (let at = size; at < 2 * size; at++) expect(lone(at)).toEqual([0, 7, 0]);
  expect(lone(size - 1)).toEqual([7, 0, 0]);
});

test('[reshape-flatten] P7: row-major, channels last, and back again', () => {
  const x = tensor(
    [2, 2, 2, 3],
    Array.from({ length: 24 }, (_, i) => i),
  );
  const [y, pull] = flatten().vjp(x, {});
  expect(y).toEqual(tensor([2, 12], x.data));
  expect(pull(y).x).toEqual(x);
});

test('[chain-rules] N7: the 1-D net of lecture L2, forward and backward by hand', () => {
  const conv = conv1d({ filters: 1, size: 3, padding: 'same', bias: false });
  const net = chain({
    conv,
    relu: relu(),
    flatten: flatten(),
    dense: dense({ units: 1, bias: false }),
    loss: squaredError({ target: tensor([1, 1], [1]) }),
  });
  const x = tensor([1, 4, 1], [1, 3, 0, 2]);
  const [w1, w2] = [tensor([3, 1, 1], [1, 2, -1]), tensor([4, 1], [1, -1, 2, 1])];
  const z = conv.forward(x, { weight: w1 });
  expect([...z.data]).toEqual([-1, 7, 1, 4]);
  const rest = chain(Object.fromEntries(Object.entries(net.children).slice(1)));
  expect([...rest.vjp(z, { dense: { weight: w2 } })[1](tensor([1], [1])).x.data]).toEqual([0, 4, -8, -4]);
  const [loss, pull] = net.vjp(x, { conv: { weight: w1 }, dense: { weight: w2 } });
  const { params } = pull(tensor([1], [1])) as { params: Record<string, Record<string, Tensor>> };
  expect([...loss.data]).toEqual([4]);
  expect([...params.conv.weight.data]).toEqual([-20, 4, -16]);
  expect([...params.dense.weight.data]).toEqual([0, -28, -4, -16]);
});
