// Figures of other projects: test cases that PyTorch exported for ONNX, and the arithmetic of Dumoulin and Visin.
// The data are not in the repository; without them the tests are reported as skipped.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  avgPool2d,
  conv2d,
  convTranspose2d,
  maxPool2d,
  type Params,
  type Tensor,
  tensor,
  toFloat64,
} from '../src/index.ts';
import { bound, type OutputBound } from '../src/oracle/index.ts';
import { type Call, type Graph, NotOffered, run } from './onnx.ts';
import { ABSENT, shared } from './shared.ts';

const folder = shared('data/onnx-pytorch');
const files = folder ? readdirSync(folder).filter((file) => file.endsWith('.json')) : [];

/** Cases whose operator the library does not have, and why. */
const notOffered: Readonly<Record<string, string>> = {
  Pad: 'padding is an attribute of windows',
  Elu: 'no such activation',
  Selu: 'no such activation',
  Softplus: 'no such activation',
  Abs: 'softsign: no such activation',
  LogSoftmax: 'part of crossEntropy',
  Exp: 'Poisson loss: no such loss',
  Gather: 'embeddings are no layer of images',
  Split: 'gates are not series-parallel in one input',
  Reshape: 'pixel shuffle: no such layer',
  Add: 'arithmetic of two inputs',
  'PRelu with a slope for each channel': 'slopes are attributes, one for all',
  'Gemm that adds a matrix': 'a bias has one value per unit',
};

/**
 * The exact output and how far from it float32 may be: the oracle's bound where it knows the operator; elsewhere 16 units in the
 * last place of the largest value, a few roundings being all there are.
 */
function boundOf({ layer, x, params }: Call): OutputBound {
  if (/^(conv[123]d|dense|maxPool[123]d|avgPool[123]d)$/.test(layer.name)) return bound(layer, x, params);
  const y = layer.forward(toFloat64(x), toFloat64(params));
  const error = y.data.slice().fill(Math.max(...y.data.map(Math.abs)) * 2 ** -20);
  return { y, error: { shape: y.shape, data: error } };
}

/** The places of values outside the bound. */
const outside = ({ y, error }: OutputBound, values: Tensor): number[] =>
  Array.from(values.data, (value, i) =>
    Math.abs(value - y.data[i]) <= error.data[i] || value === y.data[i] ? -1 : i,
  ).filter((i) => i >= 0);

describe('cases that PyTorch exported for ONNX', () => {
  it.skipIf(!folder)(`[layer-rules] there are 93 of them${folder ? '' : ` (${ABSENT})`}`, () => {
    expect(files.length).toBe(93);
  });

  for (const file of files) {
    const graph = JSON.parse(readFileSync(join(folder!, file), 'utf8')) as Graph;
    it(`[layer-rules] ${graph.name}`, (context) => {
      let found: ReturnType<typeof run>;
      try {
        found = run(graph);
      } catch (error) {
        if (!(error instanceof NotOffered)) throw error;
        expect(Object.keys(notOffered)).toContain(error.message);
        return context.skip(`${error.message}: ${notOffered[error.message]}`);
      }
      const { call, expected } = found;
      const ours = call.layer.forward(call.x, call.params);
      expect(ours.shape).toEqual(expected.shape);
      const limits = boundOf(call);
      expect(outside(limits, expected)).toEqual([]);
      expect(outside(limits, ours)).toEqual([]);
    });
  }
});

interface Arithmetic {
  readonly cases: readonly {
    name: string;
    kind: string;
    i: number;
    k: number;
    s: number;
    p: number;
    d: number;
    o: number;
    output_padding: number;
  }[];
  readonly numerical: readonly {
    name: string;
    mode: string;
    k: number;
    s: number;
    p: number;
    o: number;
    input: number[][];
    kernel: number[][];
    output: number[][];
  }[];
}

describe('the arithmetic of convolutions', () => {
  const path = shared('data/conv-arithmetic.json');
  const { cases, numerical } = path
    ? (JSON.parse(readFileSync(path, 'utf8')) as Arithmetic)
    : { cases: [], numerical: [] };

  it.skipIf(!path)(`[window-output] [conv-transpose-output] sizes${path ? '' : ` (${ABSENT})`}`, () => {
    expect(cases.length).toBe(15);
    for (const { name, kind, i, k, s, p, d, o, output_padding } of cases) {
      const window = { filters: 1, size: k, stride: s, padding: p, dilation: d };
      const layer = kind === 'conv' ? conv2d(window) : convTranspose2d({ ...window, outputPadding: output_padding });
      expect(layer.shape([1, i, i, 1]), name).toEqual([1, o, o, 1]);
    }
  });

  it.skipIf(!path)(`[conv-forward] [pool-max] [pool-average] worked figures${path ? '' : ` (${ABSENT})`}`, () => {
    expect(numerical.length).toBe(4);
    for (const { name, mode, k, s, p, o, input, kernel, output } of numerical) {
      const window = { size: k, stride: s, padding: p };
      const layer =
        mode === 'convolution'
          ? conv2d({ ...window, filters: 1, bias: false })
          : (mode === 'max' ? maxPool2d : avgPool2d)(window);
      const params: Params<Tensor> = mode === 'convolution' ? { weight: tensor([k, k, 1, 1], kernel.flat()) } : {};
      const y = layer.forward(tensor([1, 5, 5, 1], input.flat()), params);
      expect(y.shape).toEqual([1, o, o, 1]);
      y.data.forEach((value, i) => {
        expect(value, `${name} at ${i}`).toBeCloseTo(output.flat()[i], 6);
      });
    }
  });
});
