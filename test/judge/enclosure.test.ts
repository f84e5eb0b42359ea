// Enclosures hold what conforming engines give: every operator alone, and behind others that are not seen.

import { describe, expect, test } from 'vitest';
import { type Shape, type Tensor, tensor } from '../../src/index.ts';
import { ruledOperators } from '../../src/judge/rules-by-operator.ts';
import { type JudgedNode, judge, readOnnx } from '../../src/onnx/index.ts';
import { operatorNames } from '../../src/onnx/operators/index.ts';
import { random } from '../../src/random.ts';
import { sizeOf } from '../../src/tensor.ts';
import { floats, modelOf, type NodeDraft } from '../onnx/build.ts';
import { cases, type NodeCase, type Type, typed } from '../onnx/cases.ts';

const drawn = (shape: Shape, seed: number, type: Type): Tensor => {
  const { uniform } = random(seed);
  const values = Array.from({ length: sizeOf(shape) }, () => 4 * uniform() - 2);
  return { shape, data: type === 'float64' ? Float64Array.from(values) : Float32Array.from(values) };
};

/** The node of a case as a model, behind as many divisions by a number near 1 as `hidden` says. */
function modelFor({ op, opset, attributes, shape, more, outputs }: NodeCase, hidden: number, type: Type) {
  const before = Array.from(
    { length: hidden },
    (_, i): NodeDraft => ({ op: 'Div', inputs: [i === 0 ? 'x' : `h${i}`, 'near'], outputs: [`h${i + 1}`] }),
  );
  const names = more.map((each, i) => (each === '' ? '' : `c${i}`));
  const given = more.flatMap((each, i) => (Array.isArray(each) ? [[`c${i}`, each as Shape] as const] : []));
  const constants = more.flatMap((each, i) =>
    each !== '' && !Array.isArray(each) ? [typed({ ...each, name: `c${i}` }, type)] : [],
  );
  const outs = Array.from({ length: outputs }, (_, i) => `y${i}`);
  const inputs = { x: shape, ...Object.fromEntries(given) };
  const node: NodeDraft = { op, inputs: [hidden === 0 ? 'x' : `h${hidden}`, ...names], outputs: outs, attributes };
  const bytes = modelOf({
    nodes: [...before, node],
    inputs,
    outputs: outs,
    initializers: [...constants, typed(floats('near', [], [0.9]), type)],
    opset,
    element: type === 'float64' ? 11 : 1,
  });
  return { model: readOnnx(bytes), inputs, outs };
}

/** An engine whose quotients are off by up to three units in the last place. */
function hiddenQuotients(x: Tensor, count: number, seed: number): Tensor {
  const { below } = random(seed);
  const data = x.data.slice();
  const isDouble = data instanceof Float64Array;
  const bits = isDouble ? new BigInt64Array(data.buffer) : new Int32Array(data.buffer);
  for (let k = 0; k < count; k++)
    for (let i = 0; i < data.length; i++) {
      data[i] /= isDouble ? 0.9 : Math.fround(0.9);
      if (data[i] === 0) continue;
      const off = below(7) - 3;
      if (bits instanceof BigInt64Array) bits[i] += BigInt(off);
      else bits[i] += off;
    }
  return { shape: x.shape, data };
}

const casesOf = (ops: readonly string[]): NodeCase[] => cases.filter(({ op }) => ops.includes(op));

/** The node's row, of an engine that computes it as this library does, and what it was given. */
function judged(each: NodeCase, hidden: number, seed: number, type: Type, change?: (y: Tensor) => void): JudgedNode {
  const { model, inputs, outs } = modelFor(each, hidden, type);
  const given = Object.fromEntries(
    Object.entries(inputs).map(([name, shape], i) => [name, positive(each, drawn(shape, seed + i, type))]),
  );
  const { model: alone } = modelFor(each, 0, type);
  const results = alone.run({ ...given, x: hiddenQuotients(given.x, hidden, seed) });
  change?.(results[outs[0]]);
  const activations = { ...given, ...Object.fromEntries(outs.map((name) => [name, results[name]])) };
  return judge(model, activations).nodes.at(-1) as JudgedNode;
}

/** Roots and logarithms of numbers above 0. */
const positive = ({ op }: NodeCase, x: Tensor): Tensor =>
  /^(Sqrt|Log|Pow|Reciprocal)$/.test(op) ? { shape: x.shape, data: x.data.map((value) => Math.abs(value) + 0.1) } : x;

/** Alone; behind quotients of which the engine shows nothing; and with one number that is off. */
function holds(ops: readonly string[]): void {
  for (const type of ['float32', 'float64'] as const) holdsIn(ops, type);
}

function holdsIn(ops: readonly string[], type: Type): void {
  const list = casesOf(ops);
  expect(ops.filter((op) => !list.some((each) => each.op === op))).toEqual([]);
  for (const [i, each] of list.entries()) {
    const title = `${each.op}, opset ${each.opset}, ${JSON.stringify(each.attributes)}, ${type}`;
    const off = type === 'float64' && !/^(Resize|Upsample|LayerNorm.*|GroupNorm.*)$/.test(each.op) ? 1e-11 : 0.01;
    const row = judged(each, 0, i, type);
    if (row === undefined) continue; // what is constant
    expect(row.verdict, title).toBe('pass');
    for (const hidden of [1, 3]) {
      const piece = judged(each, hidden, i + hidden, type);
      expect(
        ['pass', 'cannot tell', ...(each.op === 'ReduceProd' ? ['not judged'] : [])],
        `${title}, ${hidden} unseen: ${piece.message}`,
      ).toContain(piece.verdict);
    }
    const wrong = judged(each, 0, i, type, ({ data }) => {
      data[data.length - 1] += off * (1 + 2 * Math.abs(data[data.length - 1]));
    });
    expect(wrong.verdict, `${title}, one number off`).toBe('fail');
    const lost = judged(each, 0, i, type, ({ data }) => {
      data[0] = Number.NaN;
    });
    expect(lost.verdict, `${title}, one number lost`).toBe('fail');
  }
}

describe('every operator alone, behind what is not seen, and wrong', () => {
  test('[enclosure-contraction] [enclosure-value] convolutions and products of matrices', () =>
    holds(['Conv', 'ConvTranspose', 'Gemm', 'MatMul']));
  test('[enclosure-moved] [bound-upsample] a nearest Resize may take either cell where its place is rounded, and no other', () => {
    const model = readOnnx(
      modelOf({
        inputs: { x: [1, 1, 1, 4] },
        initializers: [floats('scales', [4], [1, 1, 1, 3])],
        nodes: [
          {
            op: 'Resize',
            inputs: ['x', '', 'scales'],
            attributes: { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
          },
        ],
        outputs: ['y'],
      }),
    );
    const x = tensor([1, 1, 1, 4], [1, 2, 3, 4]);
    const verdict = (...data: number[]) => judge(model, { x, y: tensor([1, 1, 1, 12], data) }).nodes[0].verdict;
    expect(verdict(1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4)).toBe('pass');
    expect(verdict(1, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4)).toBe('pass');
    expect(verdict(1, 1, 2, 2, 2, 2, 3, 3, 3, 4, 4, 4)).toBe('fail');
  });
  test('[enclosure-moved] what moves elements', () =>
    holds([
      'Reshape',
      'Flatten',
      'Squeeze',
      'Unsqueeze',
      'Transpose',
      'Concat',
      'Slice',
      'Split',
      'Gather',
      'Expand',
      'Pad',
      'DepthToSpace',
      'SpaceToDepth',
      'Identity',
      'Dropout',
      'Resize',
      'Upsample',
      'MaxPool',
      'GlobalMaxPool',
      'ReduceMax',
      'ReduceMin',
      'Max',
      'Min',
    ]));
  test('[enclosure-monotone] [enclosure-function] functions of one number', () =>
    holds([
      'Relu',
      'Clip',
      'Neg',
      'Abs',
      'LeakyRelu',
      'PRelu',
      'Sigmoid',
      'Tanh',
      'Softplus',
      'Softsign',
      'Exp',
      'Log',
      'Sqrt',
      'Reciprocal',
      'Elu',
      'Selu',
      'HardSigmoid',
      'HardSwish',
    ]));
  test('[enclosure-arithmetic] arithmetic', () => holds(['Add', 'Sub', 'Mul', 'Div', 'Sum', 'Pow']));
  test('[enclosure-average] averages and sums', () =>
    holds(['AveragePool', 'GlobalAveragePool', 'ReduceMean', 'ReduceSum', 'ReduceProd', 'LpPool', 'GlobalLpPool']));
  test('[enclosure-norm] norms', () =>
    holds(['BatchNormalization', 'LRN', 'InstanceNormalization', 'GroupNormalization', 'LayerNormalization']));
  test('[enclosure-softmax] softmax and its logarithm', () => holds(['Softmax', 'LogSoftmax']));

  test('[enclosure-rule] every operator that is run has a rule', () => {
    expect(operatorNames.filter((name) => !ruledOperators.includes(name))).toEqual([]);
  });
});
