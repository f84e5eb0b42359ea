// Test cases that PyTorch exported for ONNX, run as models, and judged by the oracle where they are one layer it knows.
// The data stand beside the repository; without them the tests skip, and say so.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Params, type Shape, type Tensor, tensor, toChannelsLast, toFloat64 } from '../../src/index.ts';
import { type Model, readOnnx } from '../../src/onnx/index.ts';
import { bound } from '../../src/oracle/index.ts';
import { ABSENT, shared } from '../shared.ts';
import { type AttributeValue, floats, modelOf, wholes } from './build.ts';

interface Value {
  readonly name: string;
  readonly shape: Shape;
  readonly data?: readonly number[];
  /** Little-endian float32, where there are many. */
  readonly data_b64?: string;
}

interface Graph {
  readonly name: string;
  readonly nodes: readonly {
    readonly op: string;
    readonly inputs: readonly string[];
    readonly outputs: readonly string[];
    readonly attributes: Readonly<Record<string, unknown>>;
  }[];
  readonly initializers: readonly Value[];
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
}

const folder = shared('data/onnx-pytorch');
const files = folder ? readdirSync(folder).filter((file) => file.endsWith('.json')) : [];

/** Cases of opset 6 that say something else in opset 7. */
const old: Readonly<Record<string, string>> = {
  PReLU_1d_multiparam: 'slopes of opset 6 are those of the channels, of opset 7 those of the last axis',
  PReLU_2d_multiparam: 'the same',
  PReLU_3d_multiparam: 'the same',
  Embedding: 'its indices are written as floats',
  Embedding_sparse: 'the same',
};

/** What opset 7 took out: rules of broadcasting that were not NumPy's, and a flag of training. */
const gone = new Set(['broadcast', 'is_test']);

const valuesOf = ({ data, data_b64 }: Value): number[] =>
  data_b64 === undefined
    ? [...(data ?? [])]
    : Array.from(new Float32Array(Uint8Array.from(Buffer.from(data_b64, 'base64')).buffer));
const tensorOf = (value: Value): Tensor => tensor(value.shape, valuesOf(value));

const floatsAt = (name: string, values: readonly number[], shape: Shape) => floats(name, shape, values);

function attributeOf(name: string, value: unknown): AttributeValue {
  if (name === 'value' && typeof value === 'object') {
    const { shape = [], dtype, ...rest } = value as Value & { dtype: string };
    return { t: (dtype === 'int64' ? wholes : floatsAt)('', valuesOf({ shape, ...rest }), shape) };
  }
  if (/^(alpha|beta|epsilon|momentum|value)$/.test(name)) return { float: value as number };
  return value as AttributeValue;
}

/** The first input is the model's; those behind it are weights. */
function modelFrom({ nodes, initializers, inputs }: Graph, opset: number): Model {
  const [x, ...weights] = inputs;
  return readOnnx(
    modelOf({
      opset,
      inputs: { [x.name]: x.shape },
      initializers: [...initializers, ...weights].map((each) => floats(each.name, each.shape, valuesOf(each))),
      nodes: nodes.map(({ attributes, ...node }) => ({
        ...node,
        attributes: Object.fromEntries(
          Object.entries(attributes)
            .filter(([name]) => !gone.has(name))
            .map(([name, value]) => [name, attributeOf(name, value)]),
        ),
      })),
    }),
  );
}

const last = (y: Tensor): Tensor => (y.shape.length < 3 ? y : toChannelsLast(y));

describe('cases that PyTorch exported for ONNX', () => {
  it.skipIf(!folder)(`[onnx-operator] there are 93 of them${folder ? '' : ` (${ABSENT})`}`, () => {
    expect(files.length).toBe(93);
  });

  for (const file of files) {
    const graph = JSON.parse(readFileSync(join(folder!, file), 'utf8')) as Graph;
    it(`[onnx-operator] ${graph.name}`, (context) => {
      context.skip(graph.name in old, old[graph.name]);
      const model = modelFrom(graph, 9);
      const [input] = graph.inputs;
      const x = tensorOf(input);
      const expected = tensorOf(graph.outputs[0]);
      const [{ name }] = model.outputs;
      const exact = model.run({ [input.name]: toFloat64(x) })[name] as { data: Float64Array };
      const ours = model.run({ [input.name]: x })[name];
      expect(ours.shape).toEqual(expected.shape);
      // A few roundings are all there are: 16 units in the last place of the largest value.
      const error = exact.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0) * 2 ** -20;
      const outside = (values: Tensor): number[] =>
        Array.from(values.data, (value, i) => Math.abs(value - exact.data[i])).filter((off) => !(off <= error));
      expect(outside(ours)).toEqual([]);
      expect(outside(expected)).toEqual([]);
    });

    it(`[onnx-layer] ${graph.name}`, (context) => {
      context.skip(graph.name in old, old[graph.name]);
      const model = modelFrom(graph, 9);
      const one = model.describe().rows.filter(({ by }) => by !== 'folded');
      context.skip(
        one.length !== 1 || !/^(conv[123]d|dense|maxPool[123]d|avgPool[123]d)$/.test(one[0].by),
        'not one layer that the oracle knows',
      );
      const { layer, params } = model.layer();
      const [[key, child]] = Object.entries(layer.children);
      const own = (params[key] ?? {}) as Params<Tensor>;
      const x = last(tensorOf(graph.inputs[0]));
      const { y, error } = bound(child, x, own);
      const judged = (values: Tensor): number[] =>
        Array.from(values.data, (value, i) =>
          value === y.data[i] || Math.abs(value - y.data[i]) <= error.data[i] ? -1 : i,
        ).filter((i) => i >= 0);
      expect(judged(layer.forward(x, params))).toEqual([]);
      expect(judged(last(tensorOf(graph.outputs[0])))).toEqual([]);
    });
  }
});
