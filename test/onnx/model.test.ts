// A model described, run and made a layer.

import { describe, expect, test } from 'vitest';
import {
  chain,
  conv2d,
  dense,
  flatten,
  frozenNorm,
  globalAvgPool,
  identity,
  initialize,
  mapLayer,
  parameterCount,
  relu,
  sum,
  tensor,
  toChannelsFirst,
  toChannelsLast,
} from '../../src/index.ts';
import { lenet5, resnet } from '../../src/nets/index.ts';
import { expose, readOnnx, writeOnnx } from '../../src/onnx/index.ts';
import { floats, type ModelDraft, modelOf, type NodeDraft, wholes } from './build.ts';

const read = (draft: ModelDraft) => readOnnx(modelOf(draft));

describe('described', () => {
  test('[onnx-describe] parameters and multiply-adds are those of the net', () => {
    const net = lenet5();
    const shape = [1, 32, 32, 1];
    const model = readOnnx(writeOnnx(net, shape, initialize(net, shape, { seed: 1 })));
    const { parameters, statistics, cost, rows, inputs, outputs } = model.describe();
    expect([parameters, statistics, cost]).toEqual([parameterCount(net, shape), 0, net.cost(shape)]);
    expect(inputs).toEqual([{ name: 'x', type: 'float32', shape: [1, 1, 32, 32] }]);
    expect(outputs).toEqual([{ name: 'y', type: 'float32', shape: [1, 10] }]);
    expect(rows[0]).toMatchObject({
      op: 'Conv',
      version: 11,
      by: 'conv2d',
      outputs: [{ type: 'float32', shape: [1, 6, 28, 28] }],
      parameters: 156,
      cost: 117600,
      memory: 4 * 6 * 28 * 28,
    });
    expect(model.describe({ shapes: { x: [3, 1, 32, 32] } }).cost).toBe(3 * cost);
  });

  test('[onnx-describe] running statistics count apart, a weight that two nodes read once, single numbers not at all', () => {
    const net = chain({ norm: frozenNorm() });
    const shape = [1, 2, 2, 3];
    const { parameters, statistics } = readOnnx(writeOnnx(net, shape, initialize(net, shape, { seed: 1 }))).describe();
    expect([parameters, statistics]).toEqual([6, 6]);
    const model = read({
      inputs: { x: [2, 3] },
      initializers: [floats('w', [3], [1, 2, 3]), floats('one', [1], [1])],
      nodes: [
        { op: 'Add', inputs: ['x', 'w'], outputs: ['a'] },
        { op: 'Mul', inputs: ['a', 'w'], outputs: ['b'] },
        { op: 'Sub', inputs: ['b', 'one'] },
      ],
    });
    expect(model.describe().rows.map((row) => row.parameters)).toEqual([3, 0, 0]);
  });

  test('[onnx-describe] memory is the most that lives at once', () => {
    const model = read({
      inputs: { x: [10] },
      nodes: [
        { op: 'Relu', outputs: ['a'] },
        { op: 'Concat', inputs: ['a', 'a'], outputs: ['b'], attributes: { axis: 0 } },
        { op: 'Neg', inputs: ['b'] },
      ],
    });
    expect(model.describe().memory).toBe(4 * (20 + 20));
  });

  test('[onnx-operator] what is not known is named, and the rest described', () => {
    const model = read({
      inputs: { x: [1, 2] },
      nodes: [
        { op: 'Relu', outputs: ['a'] },
        { op: 'Frobnicate', name: 'odd', inputs: ['a'], outputs: ['b'] },
        { op: 'Relu', inputs: ['b'], outputs: ['c'] },
        { op: 'Gelu', domain: 'com.mine', name: 'own', inputs: ['a'], outputs: ['d'] },
        { op: 'Elu', name: 'more', inputs: ['a'], outputs: ['e'], attributes: { beta: 1 } },
        { op: 'Conv', name: 'small', inputs: ['a', 'a'], outputs: ['f'] },
        { op: 'HardSwish', name: 'late', inputs: ['a'], outputs: ['g'] },
      ],
      opset: 13,
      outputs: ['a', 'c', 'd', 'e', 'f', 'g'],
    });
    expect(model.describe().rows.map(({ problem }) => problem)).toEqual([
      undefined,
      "at odd: operator 'Frobnicate' is not known in opset 13 [onnx-operator]",
      "at Relu_2: the shape of 'b' is not known [onnx-shape]",
      "at own: operator 'Gelu' of 'com.mine' is not known [onnx-operator]",
      "at more: attribute 'beta' is not known [onnx-operator]",
      'at small: x must have 1, 2 or 3 spatial axes, got shape [1,2] [onnx-operator]',
      "at late: operator 'HardSwish' is not known in opset 13 [onnx-operator]",
    ]);
    const x = tensor([1, 2], [-1, 2]);
    expect(model.run({ x }, { outputs: ['a'] }).a.data).toEqual(Float32Array.of(0, 2));
    expect(() => model.run({ x })).toThrow('at odd:');
    expect(() => model.run({ x }, { outputs: ['c'] })).toThrow('at odd:');
  });

  test('[onnx-shape] a free first axis is 1, another must be given, and what follows from it is not known before', () => {
    const model = read({ inputs: { x: ['batch', 3, 'height', 5] }, nodes: [{ op: 'Relu' }] });
    expect(model.inputs[0].shape).toEqual(['batch', 3, 'height', 5]);
    expect(model.describe().rows[0]).toMatchObject({
      by: 'none',
      problem: expect.stringContaining("the shape of 'x' is not known"),
    });
    expect(model.describe({ shapes: { x: [2, 3, 4, 5] } }).rows[0].outputs[0].shape).toEqual([2, 3, 4, 5]);
    expect(() => model.describe({ shapes: { x: [2, 3, 4, 6] } })).toThrow(
      "'x' has shape [batch, 3, height, 5], got [2,3,4,6] [onnx-shape]",
    );
    expect(() => model.describe({ shapes: { z: [1] } })).toThrow('[onnx-shape]');
    expect(() => model.layer()).toThrow("layer: the input 'x' has shape [batch, 3, height, 5]: give it as shapes");
    const batch = read({ inputs: { x: ['n', 3] }, nodes: [{ op: 'Relu' }] });
    expect(batch.describe().rows[0].outputs[0].shape).toEqual([1, 3]);
  });

  test('[onnx-shape] shapes that are computed from shapes are folded', () => {
    const model = read({
      inputs: { x: ['n', 2, 'h', 3] },
      initializers: [wholes('zero', [0]), wholes('one', [1]), wholes('rest', [-1])],
      nodes: [
        { op: 'Shape', outputs: ['s'] },
        { op: 'Slice', inputs: ['s', 'zero', 'one'], outputs: ['n'] },
        { op: 'Concat', inputs: ['n', 'rest'], outputs: ['to'], attributes: { axis: 0 } },
        { op: 'Reshape', inputs: ['x', 'to'] },
      ],
    });
    const { rows } = model.describe({ shapes: { x: [4, 2, 5, 3] } });
    expect(rows.map(({ by }) => by)).toEqual(['folded', 'folded', 'folded', 'reference']);
    expect(rows[3].outputs[0].shape).toEqual([4, 30]);
  });
});

describe('run', () => {
  const model = read({
    inputs: { x: ['n', 2] },
    initializers: [floats('third', [], [1 / 3])],
    nodes: [
      { op: 'Mul', inputs: ['x', 'third'], outputs: ['a'] },
      { op: 'Shape', inputs: ['a'], outputs: ['s'] },
      { op: 'Relu', inputs: ['a'] },
    ],
  });

  test('[onnx-run] every tensor that a node makes, or those that are wanted', () => {
    const x = tensor([1, 2], [3, -3]);
    const all = model.run({ x });
    expect(Object.keys(all)).toEqual(['a', 's', 'y']);
    expect([all.a.data, all.s.data, all.y.data]).toEqual([
      Float32Array.of(1, -1),
      Float64Array.of(1, 2),
      Float32Array.of(1, 0),
    ]);
    expect(Object.keys(model.run({ x }, { outputs: ['y'] }))).toEqual(['y']);
    expect(x.data).toEqual(Float32Array.of(3, -3));
  });

  test('[onnx-run] float64 inputs run the whole model in float64', () => {
    const { a } = model.run({ x: tensor([1, 2], [3, 1], 'float64') });
    expect(a.data).toEqual(Float64Array.of(3 * Math.fround(1 / 3), Math.fround(1 / 3)));
  });

  test('[onnx-run] an output may be an input of the model, or a constant', () => {
    const passing = read({
      inputs: { x: [2] },
      initializers: [floats('k', [1], [7])],
      nodes: [{ op: 'Relu' }],
      outputs: ['x', 'k', 'y'],
    });
    const x = tensor([2], [-1, 2]);
    const results = passing.run({ x }, { outputs: ['x', 'k', 'y'] });
    expect(results).toEqual({ x, k: tensor([1], [7]), y: tensor([2], [0, 2]) });
    expect(results.x.data).not.toBe(x.data);
    expect(Object.keys(passing.run({ x }))).toEqual(['y']);
  });

  test('[onnx-run] inputs that are missing, misnamed or misshapen are refused, and tensors that no node makes', () => {
    const x = tensor([1, 2]);
    expect(() => model.run({})).toThrow("run: the input 'x' is missing [onnx-run]");
    expect(() => model.run({ x, z: x })).toThrow('[onnx-run]');
    expect(() => model.run({ x: tensor([1, 3]) })).toThrow('[onnx-shape]');
    expect(() => model.run({ x: [1, 2] as never })).toThrow('[tensor-type]');
    expect(() => model.run({ x }, { outputs: ['q'] })).toThrow("run: the model has no tensor 'q' [onnx-run]");
    expect(() => model.run({ x }, { outputs: 'y' as never })).toThrow('[onnx-run]');
    const two = read({ inputs: { a: [1], b: [1] }, nodes: [{ op: 'Add', inputs: ['a', 'b'] }] });
    expect(() => two.run({ a: tensor([1]), b: tensor([1], [1], 'float64') })).toThrow('[onnx-run]');
    const half = read({ inputs: { x: [1] }, nodes: [{ op: 'Relu' }], element: 10 });
    expect(() => half.run({ x: tensor([1]) })).toThrow(
      "the input 'x' must be float32, float64 or of whole numbers, got float16",
    );
    const whole = read({ inputs: { x: [1] }, nodes: [{ op: 'Abs' }], element: 7 });
    expect(whole.run({ x: tensor([1], [-3]) }).y.data).toEqual(Float64Array.of(3));
    expect(() => whole.run({ x: tensor([1], [0.5]) })).toThrow(
      "run: the input 'x' holds whole numbers, got 0.5 [onnx-run]",
    );
  });

  test('[onnx-run] no result shares its memory with an input', () => {
    const x = tensor([1, 2], [3, 4]);
    const { y } = read({ inputs: { x: [1, 2] }, nodes: [{ op: 'Identity' }] }).run({ x });
    y.data[0] = 9;
    expect(x.data[0]).toBe(3);
    const two = model.run({ x });
    const kept = [...two.s.data];
    two.s.data[0] = 9;
    expect([...model.run({ x }).s.data]).toEqual(kept);
  });
});

describe('as a layer', () => {
  test('[onnx-layer] a residual net with nested branches, node by node and as a layer', () => {
    const given = frozenNorm({ epsilon: 2 ** -17 }); // which float32 has
    const net = mapLayer(resnet(18, { classes: 3 }), (_, each) => (each.name === 'batchNorm' ? given : each));
    const shape = [1, 33, 32, 3];
    const params = initialize(net, shape, { seed: 2 });
    const bytes = writeOnnx(net, shape, params);
    const { layer, params: own } = readOnnx(bytes).layer({ shapes: { x: [1, 3, 33, 32] } });
    const x = tensor(
      shape,
      Array.from({ length: 33 * 32 * 3 }, (_, i) => (i % 11) - 5),
    );
    const y = net.forward(x, params);
    expect(layer.forward(x, own)).toEqual(y);
    expect(parameterCount(layer, shape)).toBe(parameterCount(net, shape));
    expect(readOnnx(bytes).run({ x: toChannelsFirst(x) }).y).toEqual(y);
  });

  test('[onnx-layer] bias, scale and the axes of a global pool', () => {
    const model = read({
      inputs: { x: [1, 2, 3, 3] },
      initializers: [
        floats('w', [4, 2, 1, 1], [1, 2, 3, 4, 5, 6, 7, 8]),
        floats('b', [1, 4, 1, 1], [1, 2, 3, 4]),
        floats('two', [], [2]),
        wholes('to', [1, 4]),
      ],
      nodes: [
        { op: 'Conv', name: 'c', inputs: ['x', 'w'], outputs: ['a'] },
        { op: 'Add', inputs: ['b', 'a'], outputs: ['d'] },
        { op: 'Mul', name: 'm', inputs: ['d', 'two'], outputs: ['e'] },
        { op: 'GlobalAveragePool', name: 'g', inputs: ['e'], outputs: ['f'] },
        { op: 'Relu', name: 'r', inputs: ['f'], outputs: ['h'] },
        { op: 'Reshape', inputs: ['h', 'to'] },
      ],
    });
    const { layer, params } = model.layer();
    expect(Object.entries(layer.children).map(([name, child]) => [name, child.name])).toEqual([
      ['c', 'conv2d'],
      ['m', 'scale'],
      ['g', 'globalAvgPool'],
      ['r', 'relu'],
    ]);
    const x = tensor(
      [1, 3, 3, 2],
      Array.from({ length: 18 }, (_, i) => i - 9),
    );
    expect(layer.forward(x, params)).toEqual(model.run({ x: toChannelsFirst(x) }).y);
  });

  test('[onnx-layer] arithmetic with a number for each channel is a norm, with one number a scale or a shift', () => {
    const model = read({
      inputs: { x: [2, 4, 2, 3] },
      initializers: [
        floats('mean', [1, 4, 1, 1], [1, 2, 3, 4]),
        floats('half', [4, 1, 1], [0.5, 2, 4, 0.25]),
        floats('times', [4, 1, 1], [1.5, -2, 0.1, 3]),
        floats('plus', [1, 4, 1, 1], [0.1, 0.2, 0.3, 0.4]),
        floats('four', [1], [4]),
      ],
      nodes: [
        { op: 'Sub', name: 'a', inputs: ['x', 'mean'], outputs: ['a'] },
        { op: 'Div', name: 'b', inputs: ['a', 'half'], outputs: ['b'] },
        { op: 'Relu', name: 'c', inputs: ['b'], outputs: ['c'] },
        { op: 'Mul', name: 'd', inputs: ['times', 'c'], outputs: ['d'] },
        { op: 'Add', name: 'e', inputs: ['d', 'plus'], outputs: ['e'] },
        { op: 'Div', name: 'f', inputs: ['e', 'four'], outputs: ['f'] },
        { op: 'Sub', name: 'g', inputs: ['f', 'four'] },
      ],
    });
    const { layer, params } = model.layer();
    expect(Object.entries(layer.children).map(([name, child]) => [name, child.name])).toEqual([
      ['a', 'frozenNorm'],
      ['b', 'frozenNorm'],
      ['c', 'relu'],
      ['d', 'frozenNorm'],
      ['f', 'scale'],
      ['g', 'power'],
    ]);
    const x = tensor(
      [2, 2, 3, 4],
      Array.from({ length: 48 }, (_, i) => (i % 7) - 2.3),
    );
    expect(layer.forward(x, params)).toEqual(toChannelsLast(model.run({ x: toChannelsFirst(x) }).y));
    const turned = { op: 'Sub', name: 'n', inputs: ['mean', 'x'] };
    const other = read({
      inputs: { x: [2, 4, 2, 3] },
      initializers: [floats('mean', [4, 1, 1], [1, 2, 3, 4])],
      nodes: [turned],
    });
    expect(() => other.layer()).toThrow("node 'n' ('Sub') has no layer [onnx-layer]");
  });

  test('[onnx-layer] groups of channels that are exchanged are a shuffle', () => {
    const model = read({
      inputs: { x: [2, 6, 2, 2] },
      initializers: [wholes('apart', [2, 3, 2, 2, 2]), wholes('again', [2, 6, 2, 2])],
      nodes: [
        { op: 'Reshape', inputs: ['x', 'apart'], outputs: ['a'] },
        { op: 'Transpose', name: 't', inputs: ['a'], outputs: ['b'], attributes: { perm: [0, 2, 1, 3, 4] } },
        { op: 'Reshape', name: 's', inputs: ['b', 'again'], outputs: ['c'] },
        { op: 'Relu', inputs: ['c'] },
      ],
    });
    const { layer, params } = model.layer();
    expect(layer.children.s).toMatchObject({ name: 'shuffleChannels', attributes: { groups: 3 } });
    const x = tensor(
      [2, 2, 2, 6],
      Array.from({ length: 48 }, (_, i) => i),
    );
    expect(layer.forward(x, params)).toEqual(toChannelsLast(model.run({ x: toChannelsFirst(x) }).y));
  });

  test('[onnx-layer] an image whose channels come last, and which is moved at once, is taken as it is', () => {
    const model = read({
      inputs: { x: [1, 2, 3, 4] },
      initializers: [floats('w', [1, 4, 1, 2], [1, 2, 3, 4, 5, 6, 7, 8])],
      nodes: [
        { op: 'Transpose', inputs: ['x'], outputs: ['a'], attributes: { perm: [0, 3, 1, 2] } },
        { op: 'Conv', name: 'c', inputs: ['a', 'w'], outputs: ['b'] },
        { op: 'Transpose', inputs: ['b'], attributes: { perm: [0, 2, 3, 1] } },
      ],
    });
    const { layer, params, shape } = model.layer();
    expect([shape, Object.keys(layer.children)]).toEqual([[1, 2, 3, 4], ['c']]);
    const x = tensor(
      [1, 2, 3, 4],
      Array.from({ length: 24 }, (_, i) => i),
    );
    expect(layer.forward(x, params)).toEqual(model.run({ x }).y);
  });

  test('[onnx-layer] a Cast to the type that is there is nothing', () => {
    const model = read({ inputs: { x: [1, 2] }, nodes: [{ op: 'Cast', attributes: { to: 1 } }] });
    expect(Object.values(model.layer().layer.children).map(({ name }) => name)).toEqual(['identity']);
  });

  const refused: readonly (readonly [string, string, ModelDraft])[] = [
    [
      'an output whose channels are two axes',
      "the output 'y' has more axes than the layer that makes it",
      {
        inputs: { x: [1, 6, 2, 2] },
        initializers: [wholes('apart', [1, 2, 3, 2, 2])],
        nodes: [{ op: 'Reshape', inputs: ['x', 'apart'] }],
      },
    ],
    [
      'a difference of two values',
      "node 'm' ('Sub') joins 2 values",
      {
        inputs: { x: [1, 2] },
        nodes: [
          { op: 'Relu', outputs: ['a'] },
          { op: 'Sub', name: 'm', inputs: ['x', 'a'] },
        ],
      },
    ],
    [
      'a node that two branches share',
      "the graph is not series-parallel: node 'a' ('Relu') is read by branches that do not part there",
      {
        inputs: { x: [1, 2] },
        nodes: [
          { op: 'Relu', name: 'a', outputs: ['a'] },
          { op: 'Neg', name: 'b', outputs: ['b'] },
          { op: 'Tanh', name: 'c', inputs: ['a'], outputs: ['c'] },
          { op: 'Add', name: 'd', inputs: ['a', 'b'], outputs: ['d'] },
          { op: 'Add', name: 'e', inputs: ['c', 'd'] },
        ],
      },
    ],
    [
      'a weight that two nodes share',
      "node 'p' ('MatMul') shares the weight 'w' with node 'q'",
      {
        inputs: { x: [1, 2] },
        initializers: [floats('w', [2, 2], [1, 2, 3, 4])],
        nodes: [
          { op: 'MatMul', name: 'p', inputs: ['x', 'w'], outputs: ['a'] },
          { op: 'MatMul', name: 'q', inputs: ['a', 'w'] },
        ],
      },
    ],
    [
      'what has no layer',
      "node 'n' ('Softsign') has no layer",
      { inputs: { x: [1, 2] }, nodes: [{ op: 'Softsign', name: 'n' }] },
    ],
    [
      'two inputs',
      'a layer has one input and one output, the model 2 and 1',
      { inputs: { x: [1], z: [1] }, nodes: [{ op: 'Add', inputs: ['x', 'z'] }] },
    ],
    [
      'an output that is constant',
      'does not depend on the input',
      { inputs: { x: [1] }, initializers: [floats('w', [1], [1])], nodes: [{ op: 'Relu', inputs: ['w'] }] },
    ],
  ];

  test.each(refused)('[onnx-layer] %s is refused', (_, message, draft) => {
    expect(() => read(draft).layer()).toThrow(message);
    expect(() => read(draft).layer()).toThrow('[onnx-layer]');
  });

  test("[onnx-layer] a problem of a node is that node's", () => {
    expect(() => read({ inputs: { x: [1] }, nodes: [{ op: 'Shrink', name: 'n' }] }).layer()).toThrow(
      "at n: operator 'Shrink' is not known",
    );
  });

  test('[onnx-layer] ten thousand nodes in a row', () => {
    const nodes = Array.from({ length: 10_000 }, (_, i) => ({
      op: 'Relu',
      inputs: [i === 0 ? 'x' : `v${i}`],
      outputs: [`v${i + 1}`],
    }));
    const { layer } = read({ inputs: { x: [1, 2] }, nodes }).layer();
    expect(Object.keys(layer.children).length).toBe(10_000);
  });
});

test('[onnx-layout] flattened rows follow the order of channels last, through what lies between', () => {
  const net = chain({ conv: conv2d({ filters: 3, size: 2 }), flat: flatten(), relu: relu(), fc: dense({ units: 2 }) });
  const shape = [2, 4, 3, 2];
  const params = initialize(net, shape, { seed: 4 });
  const model = readOnnx(writeOnnx(net, shape, params));
  const { params: own } = model.layer({ shapes: { x: [2, 2, 4, 3] } });
  expect(own).toEqual(params);
  const branch = chain({ pool: sum({ a: globalAvgPool(), b: globalAvgPool() }), end: identity() });
  expect(
    readOnnx(writeOnnx(branch, [1, 2, 2, 3], {}))
      .layer()
      .layer.shape([1, 2, 2, 3]),
  ).toEqual([1, 3]);
});

describe('a model that asks for too much', () => {
  const doubled = (count: number, first: string) =>
    Array.from({ length: count }, (_, i) => ({
      op: 'Concat',
      inputs: i === 0 ? [first, first] : [`v${i}`, `v${i}`],
      outputs: [`v${i + 1}`],
      attributes: { axis: 0 },
    }));

  test('[onnx-operator] arrays that double at every node are refused where they pass 2³¹ elements', () => {
    const model = read({ inputs: { x: [1, 2] }, nodes: doubled(40, 'x') });
    const { rows } = model.describe();
    expect(rows.find(({ problem }) => problem)?.problem).toContain('a tensor holds at most 2147483647 elements');
    expect(rows.filter(({ by }) => by !== 'none').length).toBe(29);
  });

  test('[onnx-shape] constants that are made of each other are not computed over and over for a shape', () => {
    const halves = Array.from({ length: 60 }, (_, i) => ({
      op: 'Add',
      inputs: i === 0 ? ['w', 'w'] : [`s${i}`, `s${i}`],
      outputs: [`s${i + 1}`],
    }));
    const nodes = [
      ...halves,
      { op: 'ReduceMean', inputs: ['s60'], outputs: ['m'] },
      { op: 'Cast', inputs: ['m'], outputs: ['n'], attributes: { to: 7 } },
      { op: 'Reshape', inputs: ['x', 'n'] },
    ];
    const model = read({
      inputs: { x: [1, 2] },
      initializers: [floats('w', [2000], new Array(2000).fill(0))],
      nodes,
      opset: 17,
    });
    expect(model.describe().rows.at(-1)?.problem).toMatch(/\[onnx-(operator|shape)\]/);
  });

  test('[onnx-operator] a shape of numbers beyond any tensor', () => {
    const model = read({
      inputs: { x: [2] },
      initializers: [wholes('to', [2 ** 31, 2 ** 31])],
      nodes: [{ op: 'ConstantOfShape', inputs: ['to'] }],
    });
    expect(model.describe().rows[0].problem).toContain('a tensor holds at most 2147483647 elements');
  });

  test('[onnx-operator] ten thousand constants made of constants', () => {
    const nodes = Array.from({ length: 10_000 }, (_, i) => ({
      op: 'Neg',
      inputs: [i === 0 ? 'w' : `v${i}`],
      outputs: [`v${i + 1}`],
    }));
    const draft = (n: number): ModelDraft => ({
      inputs: { x: [n] },
      initializers: [floats('w', [n], new Array(n).fill(3))],
      nodes: [...nodes, { op: 'Add', inputs: ['x', 'v10000'] }],
    });
    for (const n of [2, 2000]) expect(read(draft(n)).run({ x: tensor([n]) }, { outputs: ['y'] }).y.data[n - 1]).toBe(3);
  });
});

test('[onnx-expose] more outputs have their type and number of axes where the file decides them', () => {
  const nodes: readonly NodeDraft[] = [
    { op: 'Cast', outputs: ['a'], attributes: { to: 7 } },
    { op: 'ReduceMax', inputs: ['a'], outputs: ['b'], attributes: { keepdims: 0 } },
    { op: 'Relu', outputs: ['r'] },
    { op: 'Odd', outputs: ['o'] },
    { op: 'Neg', inputs: ['o'] },
  ];
  const outputsOf = (axes: readonly (number | string)[]) =>
    readOnnx(expose(modelOf({ opset: 13, inputs: { x: axes }, nodes }))).outputs.slice(1);
  expect(outputsOf(['n', 3])).toEqual([
    { name: 'a', type: 'int64', shape: ['?', '?'] },
    { name: 'b', type: 'int64', shape: [] },
    { name: 'r', type: 'float32', shape: ['?', '?'] },
    { name: 'o', type: '?', shape: undefined },
  ]);
  expect(outputsOf([1, 'n'])[0]).toEqual({ name: 'a', type: '?', shape: undefined });
});

test('[onnx-expose] a part has what its nodes read, so that a run of it is judged by itself', () => {
  const nodes: readonly NodeDraft[] = [
    { op: 'Relu', outputs: ['a'] },
    { op: 'Neg', inputs: ['a'], outputs: ['b'] },
    { op: 'Shape', inputs: ['b'], outputs: ['s'] },
    { op: 'Reshape', inputs: ['b', 's'], outputs: ['c'] },
    { op: 'Add', inputs: ['c', 'a'], outputs: ['d'] },
    { op: 'Exp', inputs: ['d'], outputs: ['y'] },
  ];
  const bytes = modelOf({ opset: 13, inputs: { x: [2, 3] }, nodes });
  const part = (i: number) =>
    readOnnx(expose(bytes, { part: i, outputs: 2 }))
      .outputs.slice(1)
      .map(({ name }) => name);
  expect([part(1), part(2), part(3)]).toEqual([
    ['a', 'b'],
    ['s', 'c', 'b'],
    ['d', 'c', 'a'],
  ]);
});
