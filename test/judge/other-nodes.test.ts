// What a wrong node computes instead: engines in which one node has another attribute, or something before or behind it.

import { describe, expect, test } from 'vitest';
import { fromBfloat16, toBfloat16 } from '../../src/formats/float16.ts';
import { type Tensor, tensor } from '../../src/index.ts';
import { judge, readOnnx, renderJudgement } from '../../src/onnx/index.ts';
import { random } from '../../src/random.ts';
import { sizeOf } from '../../src/tensor.ts';
import { type AttributeValue, floats, modelOf, wholes } from '../onnx/build.ts';

const drawn = (shape: readonly number[], seed: number): Tensor => {
  const { uniform } = random(seed);
  return tensor(
    shape,
    Array.from({ length: sizeOf(shape) }, () => 8 * uniform() - 3),
  );
};

type Attributes = Readonly<Record<string, AttributeValue>>;
interface Planting {
  readonly op: string;
  readonly shape?: readonly number[];
  readonly right?: Attributes;
  readonly wrong?: Attributes;
  readonly more?: readonly ReturnType<typeof floats>[];
  /** A second input of the model. */
  readonly second?: readonly number[];
  readonly change?: (all: Readonly<Record<string, Tensor>>) => Tensor;
  readonly said: string | undefined;
}

const ramp = (...shape: number[]) =>
  floats(
    'w0',
    shape,
    Array.from({ length: sizeOf(shape) }, (_, i) => ((i * 7) % 5) / 4 + 0.5),
  );
const up = (mode: string, coordinates: string): Attributes => ({ mode, coordinate_transformation_mode: coordinates });
const twice = [floats('w0', [0], []), floats('w1', [4], [1, 1, 2, 2])];
const each = (change: (v: number) => number) => (all: Readonly<Record<string, Tensor>>) => ({
  shape: all.y.shape,
  data: all.y.data.map(change),
});

// biome-ignore format: one line per planting
const plantings: readonly Planting[] = [
  { op: 'Resize', right: up('linear', 'half_pixel'), wrong: up('linear', 'align_corners'), more: twice, said: 'the cells lay from corner to corner, whatever is given' },
  { op: 'Resize', right: up('nearest', 'asymmetric'), wrong: up('linear', 'half_pixel'), more: twice, said: 'mode were linear and coordinate_transformation_mode were half_pixel' },
  { op: 'Pad', right: { mode: 'reflect' }, wrong: { mode: 'edge' }, more: [wholes('w0', [0, 0, 2, 1, 0, 0, 1, 2])], said: 'the border held the nearest cell, whatever the mode' },
  { op: 'Gelu', right: { approximate: 'tanh' }, wrong: {}, said: 'it were not approximated, whatever is given' },
  { op: 'HardSigmoid', right: {}, wrong: { alpha: { float: 1 / 6 } }, said: 'alpha were 1/6, whatever is given' },
  { op: 'Softmax', right: { axis: 1 }, wrong: { axis: -1 }, said: 'axis were -1' },
  { op: 'DepthToSpace', shape: [1, 8, 2, 3], right: { blocksize: 2 }, wrong: { blocksize: 2, mode: 'CRD' }, said: 'the channels were in the other order' },
  { op: 'InstanceNormalization', right: { epsilon: { float: 0.1 } }, wrong: {}, more: [ramp(3), { ...ramp(3), name: 'w1' }], said: 'epsilon were 0.00001, whatever is given' },
  { op: 'InstanceNormalization', right: {}, more: [ramp(3), { ...ramp(3), name: 'w1' }], change: ({ y }) => ({ shape: y.shape, data: y.data.map((v, i) => (v - [0.5, 1, 1.5][Math.floor(i / 20)]) * Math.sqrt(19 / 20) + [0.5, 1, 1.5][Math.floor(i / 20)]) }), said: 'the variance were divided by M − 1' },
  { op: 'AveragePool', right: { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }, wrong: { kernel_shape: [3, 3], pads: [1, 1, 1, 1], count_include_pad: 1 }, said: undefined },
  { op: 'Sub', second: [1, 3, 4, 5], change: ({ y }) => ({ shape: y.shape, data: y.data.map((v) => 0 - v) }), said: 'its inputs were exchanged' },
  { op: 'HardSwish', change: ({ x }) => x, said: 'it gave its first input' },
  { op: 'Add', second: [1, 3, 4, 5], change: each((v) => Math.max(0, v)), said: 'negative results became 0' },
  { op: 'Mul', second: [1, 3, 4, 5], change: each((v) => Math.min(6, Math.max(0, v))), said: 'results were cut at 0 and 6' },
  { op: 'MaxPool', shape: [1, 2, 6, 7], right: { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }, wrong: { kernel_shape: [3, 3], strides: [2, 2], pads: [0, 1, 2, 1] }, said: 'pads were [0, 1, 2, 1]' },
  { op: 'Conv', right: { pads: [1, 1, 1, 1] }, wrong: { pads: [1, 2, 1, 0] }, more: [ramp(4, 3, 3, 3)], said: 'pads were [1, 2, 1, 0]' },
  { op: 'Tanh', change: ({ y }) => ({ shape: y.shape, data: y.data.map((_, i) => y.data[Math.floor(i / 20) === 0 ? i + 40 : Math.floor(i / 20) === 2 ? i - 40 : i]) }), said: 'output channels 0 and 2 were exchanged' },
  { op: 'Tanh', change: ({ y }) => ({ shape: y.shape, data: y.data.map((_, i) => y.data[i % 20]) }), said: 'output channel 1 were 0, 2 were 0' },
  { op: 'Abs', change: each(() => 0), said: 'every result were 0' },
  { op: 'Abs', change: each((v) => v + 0.01), said: undefined },
];

test('[judge-instead] [judge-explanation] two filters that are exchanged, and operands of bfloat16 beside a bias that is not', () => {
  const w = drawn([5, 2, 3, 3], 3);
  const bias = floats('b', [5], [0.1, 0.2, 0.3, 0.4, 0.7]);
  const of = ({ data }: Tensor) =>
    readOnnx(
      modelOf({
        inputs: { x: [1, 2, 6, 6] },
        initializers: [floats('w', w.shape, [...data]), bias],
        nodes: [{ op: 'Conv', inputs: ['x', 'w', 'b'] }],
      }),
    );
  const x = drawn([1, 2, 6, 6], 4);
  const swapped = {
    shape: w.shape,
    data: w.data.map((_, i) => w.data[i < 18 ? i + 54 : i >= 54 && i < 72 ? i - 54 : i]),
  };
  const judged = judge(of(w), { x, ...of(swapped).run({ x }) });
  expect(judged.first?.mistakes).toEqual(['the filters of output channels 0 and 3 were exchanged']);
  const narrow = ({ shape, data }: Tensor): Tensor => ({ shape, data: data.map((v) => fromBfloat16(toBfloat16(v))) });
  const coarse = judge(of(w), { x, ...of(narrow(w)).run({ x: narrow(x) }) });
  expect(coarse.first?.explanation?.text).toBe('operands rounded to bfloat16');
});

test.each([
  [[1, 12, 2, 2], (c: number) => c % 4 === 3, 'all in every 4th channel from 3 on'],
  [[1, 12, 2, 2], (c: number) => c % 2 === 0, 'all in every second channel from 0 on'],
  [[1, 12, 2, 2], (c: number) => c === 3 || c === 7, undefined],
  [[1, 12, 2, 2], (c: number) => c % 3 === 1, 'all in every third channel from 1 on'],
  [[1, 12, 2, 2], (c: number) => c > 9, 'all in channels 10 to 11'],
] as const)('[judge-finding] wrong numbers at regular distances: %#', (shape, isWrong, where) => {
  const model = readOnnx(modelOf({ inputs: { x: [...shape] }, nodes: [{ op: 'Sigmoid' }] }));
  const x = drawn(shape, 1);
  const { y } = model.run({ x });
  const wrong = { shape: y.shape, data: y.data.map((v, i) => (isWrong(Math.floor(i / 4) % 12) ? v + 0.25 : v)) };
  const judged = judge(model, { x, y: wrong });
  expect(judged.first?.where).toBe(where);
  if (where) expect(renderJudgement(judged)).toContain(where);
});

describe('a node that is computed as another one', () => {
  test.each(
    plantings.map((planting) => ({ ...planting, title: `${planting.op}: ${planting.said ?? 'nothing of these'}` })),
  )(
    '[judge-instead] $title',
    ({ op, shape = [1, 3, 4, 5], right = {}, wrong = right, more = [], second, change, said }) => {
      const inputs = { x: shape, ...(second && { b: second }) };
      const names = ['x', ...(second ? ['b'] : []), ...more.map((_, i) => `w${i}`)];
      const of = (attributes: Attributes) =>
        readOnnx(modelOf({ opset: 21, inputs, initializers: more, nodes: [{ op, attributes, inputs: names }] }));
      const given = Object.fromEntries(Object.entries(inputs).map(([name, own], i) => [name, drawn(own, i + 1)]));
      const { y } = of(wrong).run(given);
      const judged = judge(of(right), { ...given, y: change?.({ ...given, y }) ?? y });
      expect(judged.nodes[0].verdict).toBe('fail');
      const { mistakes = [] } = judged.first ?? {};
      if (op === 'AveragePool') expect(mistakes[0]).toMatch(/padding/);
      else if (op === 'InstanceNormalization') expect(mistakes).toContain(said);
      else expect(mistakes).toEqual(said === undefined ? [] : [said]);
      if (said !== undefined) expect(renderJudgement(judged)).toContain(`\n  behaves as if ${said}\n`);
    },
  );
});
