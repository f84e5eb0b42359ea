// Layers written as ONNX, read back, and run by another engine.

import { describe, expect, it, test } from 'vitest';
import {
  chain,
  conv2d,
  dense,
  dropout,
  flatten,
  frozenNorm,
  identity,
  initialize,
  type Layer,
  lpPool2d,
  lrn,
  mapLayer,
  type Params,
  parameterCount,
  relu,
  type Shape,
  softmax,
  sum,
  type Tensor,
  tensor,
  toChannelsFirst,
  toChannelsLast,
  toFloat64,
} from '../../src/index.ts';
import { flatParams, mapParams } from '../../src/layer/flat-params.ts';
import { readOnnx, writeOnnx } from '../../src/onnx/index.ts';
import { numberByNumber } from '../../src/onnx/number-by-number.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { pad } from '../../src/ops/index.ts';
import { random } from '../../src/random.ts';
import { sizeOf } from '../../src/tensor.ts';
import { examples } from '../layers.ts';
import { floats, modelOf } from './build.ts';
import { engineRun, hasEngine, UNINSTALLED } from './engine.ts';

/** What ONNX has no operator for. */
const refused =
  /^(locallyConnected|channelMaxPool|squaredError|crossEntropy|binaryCrossEntropy|depthToSpace, one axis)/;
/** Attributes that are float32 in the file: an epsilon and an alpha that float32 does not have. */
const rounded = /^(batchNorm|frozenNorm|lrn|groupNorm|instanceNorm|layerNorm|hardSigmoid|selu|silu)/;

const whole = (shape: Shape, seed: number): Tensor => {
  const { uniform } = random(seed);
  return tensor(
    shape,
    Array.from({ length: sizeOf(shape) }, () => Math.floor(uniform() * 9) - 4),
  );
};

/** Small whole numbers, so that no order of a sum matters; variances are above 0. */
const paramsOf = (layer: Layer, shape: Shape): Params<Tensor> => {
  let seed = 1;
  return mapParams(layer.params(shape), (each: Shape, name): Tensor => {
    const drawn = whole(each, ++seed);
    return name.endsWith('variance') ? tensor(each, drawn.data.map(Math.abs)) : drawn;
  });
};

/** What is left of a net when it is run: dropout does nothing. */
const still = (layer: Layer): Layer => mapLayer(layer, (_, each) => (each.name === 'dropout' ? identity() : each));

const last = (y: Tensor): Tensor => (y.shape.length < 3 ? y : toChannelsLast(y));
const first = (x: Tensor): Tensor => (x.shape.length < 3 ? x : toChannelsFirst(x));

function expectClose(ours: Tensor, theirs: { shape: Shape; data: ArrayLike<number> }, share = 1e-5): void {
  expect(theirs.shape).toEqual(ours.shape);
  const most = Math.max(1e-3, ...Array.from(ours.data, Math.abs).filter(Number.isFinite));
  const far = Array.from(ours.data, (value, i) => Math.abs(value - theirs.data[i]) / most).filter(
    (each) => !(each <= share),
  );
  expect(far).toEqual([]);
}

describe('every layer', () => {
  test.each(examples.filter(({ name }) => refused.test(name)))('[onnx-write] is refused: $name', ({ layer, shape }) => {
    expect(() => writeOnnx(chain({ inner: layer }), shape, { inner: paramsOf(layer, shape) })).toThrow(
      `writeOnnx: at inner: ONNX has no operator for the layer ${layer.name} [onnx-write]`,
    );
  });

  test.each(examples.filter(({ name }) => refused.test(name)))(
    '[onnx-own] is a node of a domain of its own, if that is asked for: $name',
    ({ layer, shape }) => {
      const [x, params] = [whole(shape, 7), paramsOf(layer, shape)];
      const model = readOnnx(writeModel(chain({ inner: layer }), shape, { inner: params }, true));
      expect(model.nodes).toMatchObject([{ op: layer.name, domain: 'toeplitz', name: 'inner' }]);
      const y = layer.forward(x, params);
      expect(last(model.run({ x: first(x) }).y)).toEqual(y);
      const { rows, parameters } = model.describe({ shapes: { x: first(x).shape } });
      expect([rows[0].by, parameters]).toEqual([layer.name, parameterCount(layer, shape)]);
      expect(model.layer({ shapes: { x: first(x).shape } }).layer.children.inner.attributes).toEqual(layer.attributes);
    },
  );

  test('[onnx-write] a layer that gives numbers moved by one place for numbers moved so is known to act number by number', () => {
    const isOne = ({ layer, shape }: (typeof examples)[number]): boolean => {
      if (layer.arrangement !== undefined || Object.keys(layer.params(shape)).length > 0) return false;
      const x = { shape, data: Float32Array.from({ length: sizeOf(shape) }, (_, i) => ((i * 37) % 41) / 8 - 2.5) };
      const y = layer.forward(x, {});
      const later = layer.forward({ shape, data: moved(x.data) }, {});
      return layer.roles?.random === undefined && `${y.shape}` === `${shape}` && equal(later.data, moved(y.data));
    };
    const moved = <T extends Tensor['data']>(data: T): T => data.map((_, i) => data.at(i - 1)!) as T;
    const equal = (a: ArrayLike<number>, b: ArrayLike<number>): boolean =>
      a.length > 2 && Array.from(a).every((value, i) => Object.is(value, b[i]));
    const found = new Set(examples.filter(isOne).map(({ layer }) => layer.name));
    expect([...found].sort()).toEqual([...numberByNumber].sort());
  });

  test('[onnx-own] what is no layer, or has other attributes or parameters, is named', () => {
    const problem = (op: string, attributes: Record<string, string>, inputs: readonly string[] = ['x']) =>
      readOnnx(
        modelOf({
          inputs: { x: [1, 3, 4] },
          initializers: [floats('w', [2], [1, 2])],
          nodes: [{ op, domain: 'toeplitz', inputs, attributes }],
        }),
      ).describe().rows[0].problem;
    expect(problem('softmacks', {})).toMatch("operator 'softmacks' of 'toeplitz' is not known [onnx-operator]");
    expect(problem('relu', { attributes: '[' })).toMatch(/must be a JSON object: .*\[onnx-own\]/);
    expect(problem('relu', { attributes: '[]' })).toMatch('[onnx-own]');
    expect(problem('relu', { attributes: '['.repeat(99) })).toMatch('it is nested too deep [onnx-own]');
    expect(problem('relu', { attributes: '{"slope":1}' })).toMatch('[layer-attributes]');
    expect(problem('prelu', {})).toMatch('prelu takes 1 parameters, got 0 [onnx-own]');
    expect(problem('prelu', {}, ['x', 'w'])).toMatch('slope must have shape [3], got [2] [onnx-own]');
  });

  const written = examples.filter(({ name }) => !refused.test(name));

  test.each(written)('[onnx-write] [onnx-layout] reads back with the same bits: $name', ({ name, layer, shape }) => {
    const params = paramsOf(layer, shape);
    for (const wide of [false, true]) {
      const [x, p] = wide ? [toFloat64(whole(shape, 7)), toFloat64(params)] : [whole(shape, 7), params];
      const y = still(layer).forward(x, p);
      const model = readOnnx(writeOnnx(layer, shape, p));
      const run = last(model.run({ x: first(x) }).y);
      expect(run.shape).toEqual(y.shape);
      if (rounded.test(name)) expectClose(y, run);
      else expect(run.data).toEqual(y.data);
    }
  });

  test.each(written.filter(({ name }) => /^shared/.test(name)))(
    '[onnx-layer] is none again, for its nodes share a weight: $name',
    ({ layer, shape }) => {
      const model = readOnnx(writeOnnx(layer, shape, paramsOf(layer, shape)));
      expect(() => model.layer()).toThrow('shares the weight');
    },
  );

  test.each(written.filter(({ name }) => !/^shared/.test(name)))(
    '[onnx-layer] is a layer again: $name',
    ({ name, layer, shape }) => {
      const [x, params] = [whole(shape, 7), paramsOf(layer, shape)];
      const made = readOnnx(writeOnnx(layer, shape, params)).layer({ shapes: { x: first(x).shape } });
      expect(made.shape).toEqual(shape);
      const y = still(layer).forward(x, params);
      const back = made.layer.forward(x, made.params);
      if (rounded.test(name)) expectClose(y, back);
      else expect(back).toEqual(y);
    },
  );

  // ONNX Runtime takes odd sizes of LRN alone, no output padding beyond the stride, and no border longer than x.
  const asked = written
    .filter(({ name }) => name !== 'lrn' && !/more outputPadding|pad, (reflect|wrap)/.test(name))
    .concat(
      { name: 'lrn, odd', layer: lrn({ size: 3, alpha: 0.5 }), shape: [2, 3, 4, 5] },
      { name: 'pad, reflect, short', layer: pad({ padding: [[2, 1]], mode: 'reflect' }), shape: [2, 3, 2] },
      { name: 'pad, wrap, short', layer: pad({ padding: [[1, 0], 2], mode: 'wrap' }), shape: [2, 3, 4, 3] },
    );
  it.skipIf(!hasEngine).each(asked)(
    `[onnx-write] is what ONNX Runtime computes: $name${hasEngine ? '' : ` (${UNINSTALLED})`}`,
    async ({ layer, shape }) => {
      const [x, params] = [whole(shape, 7), paramsOf(layer, shape)];
      const { y } = await engineRun(writeOnnx(layer, shape, params), { x: first(x) });
      expectClose(first(still(layer).forward(x, params)), y);
    },
  );
});

const opsOf = (layer: Layer, shape: Shape): string[] =>
  readOnnx(writeOnnx(layer, shape, paramsOf(layer, shape))).nodes.map(({ op }) => op);

test('[onnx-write] a flattened image is transposed only where no dense layer takes its order', () => {
  const conv = conv2d({ filters: 3, size: 2 });
  const shape = [1, 4, 5, 2];
  expect(opsOf(chain([conv, flatten(), dropout(), relu(), dense({ units: 2 })]), shape)).toEqual([
    'Conv',
    'Dropout',
    'Relu',
    'Flatten',
    'Gemm',
  ]);
  expect(opsOf(chain([conv, flatten()]), shape)).toEqual(['Conv', 'Transpose', 'Flatten']);
  expect(opsOf(chain([conv, flatten(), softmax()]), shape)).toEqual(['Conv', 'Transpose', 'Flatten', 'Softmax']);
  expect(opsOf(chain([conv, flatten(), sum([dense({ units: 36 }), identity()])]), shape)).toEqual([
    'Conv',
    'Transpose',
    'Flatten',
    'Gemm',
    'Identity',
    'Sum',
  ]);
});

test('[onnx-write] nodes and weights have their paths, and equal arguments give equal bytes', () => {
  const net = chain({
    body: sum({ conv: conv2d({ filters: 2, size: 3, padding: 1 }), skip: identity() }),
    end: relu(),
  });
  const params = initialize(net, [1, 4, 4, 2], { seed: 3 });
  const bytes = writeOnnx(net, [1, 4, 4, 2], params);
  expect(readOnnx(bytes).nodes.map(({ name }) => name)).toEqual(['body.conv', 'body.skip', 'body', 'end']);
  expect(writeOnnx(net, [1, 4, 4, 2], params)).toEqual(bytes);
  const back = readOnnx(bytes).layer();
  expect(Object.values(flatParams(back.params)).length).toBe(2);
});

test('[onnx-write] a batch of another size runs', () => {
  const net = chain([conv2d({ filters: 2, size: 3 }), flatten(), dense({ units: 3 })]);
  const params = paramsOf(net, [1, 4, 4, 2]);
  const x = whole([5, 4, 4, 2], 3);
  const { y } = readOnnx(writeOnnx(net, [1, 4, 4, 2], params)).run({ x: toChannelsFirst(x) });
  expect(y).toEqual(net.forward(x, params));
});

test("[onnx-write] a power that is not whole is refused; [layer-params] so are parameters that are not the net's", () => {
  expect(() => writeOnnx(lpPool2d({ size: 2, p: 1.5 }), [1, 4, 4, 1], {})).toThrow('[onnx-write]');
  expect(() => writeOnnx(dense({ units: 2 }), [1, 3], {})).toThrow('[layer-params]');
  expect(() => writeOnnx(relu(), [1, 3], { weight: tensor([1]) })).toThrow('[layer-params]');
  const mixed = { weight: tensor([3, 2]), bias: tensor([2], undefined, 'float64') };
  expect(() => writeOnnx(dense({ units: 2 }), [1, 3], mixed)).toThrow('[layer-params]');
});

test('[onnx-write] epsilon and alpha that float32 has come back with the same bits', () => {
  const net = chain([frozenNorm({ epsilon: 0.5 }), lrn({ size: 4, alpha: 0.25, beta: 0.75, k: 2 })]);
  const [x, params] = [whole([2, 3, 4, 5], 5), paramsOf(net, [2, 3, 4, 5])];
  const { y } = readOnnx(writeOnnx(net, [2, 3, 4, 5], params)).run({ x: toChannelsFirst(x) });
  expect(toChannelsLast(y)).toEqual(net.forward(x, params));
});
