// Every operator, in the opsets that say it in other words, beside ONNX Runtime; and by hand where it is not installed.

import { describe, expect, it, test } from 'vitest';
import { type Tensor, tensor, toFloat64 } from '../../src/index.ts';
import { readOnnx } from '../../src/onnx/index.ts';
import { operatorNames } from '../../src/onnx/operators/index.ts';
import { floats, type ModelDraft, modelOf, wholes } from './build.ts';
import { cases, modelFor } from './cases.ts';
import { engineRun, hasEngine, UNINSTALLED } from './engine.ts';

describe('beside ONNX Runtime', () => {
  const titled = cases.map((each) => ({
    ...each,
    title: `${each.op} ${each.opset} ${JSON.stringify(each.attributes)}`,
  }));
  it.skipIf(!hasEngine).each(titled)(
    `[onnx-operator] [onnx-opset] $title${hasEngine ? '' : ` (${UNINSTALLED})`}`,
    async (each) => {
      const { bytes, inputs, to } = modelFor(each);
      const theirs = await engineRun(bytes, inputs);
      const ours = readOnnx(bytes).run(inputs);
      const wide = readOnnx(bytes).run(toFloat64(inputs) as Record<string, Tensor>);
      for (const name of to) {
        expect(ours[name].shape).toEqual(theirs[name].shape);
        const most = Math.max(1e-3, ...theirs[name].data.map(Math.abs).filter(Number.isFinite));
        const far = theirs[name].data
          .map((value, i) => [value, ours[name].data[i], wide[name].data[i]])
          .filter(
            ([a, b, c]) =>
              !(Object.is(a, b) || a === b || Math.abs(a - b) <= 2e-6 * most) ||
              !(Object.is(a, c) || a === c || Math.abs(a - c) <= 2e-6 * most),
          );
        expect(far).toEqual([]);
        expect(wide[name].data).toBeInstanceOf(Float64Array);
      }
    },
  );
});

test('[onnx-operator] every operator is among the cases, or computed by hand below', () => {
  const shown = new Set([
    ...cases.map(({ op }) => op),
    'Constant',
    'ConstantOfShape',
    'Range',
    'Where',
    'Equal',
    'Less',
    'Greater',
    'And',
    'Or',
    'Xor',
    'Not',
  ]);
  expect(operatorNames.filter((name) => !shown.has(name))).toEqual([]);
});

test('[onnx-operator] every case is planned, and none of it is folded but shapes', () => {
  for (const each of cases) {
    const { bytes } = modelFor(each);
    const [{ by, problem }] = readOnnx(bytes).describe().rows;
    expect([each.op, each.opset, problem]).toEqual([each.op, each.opset, undefined]);
    expect(by === 'folded').toBe(each.op === 'Shape' || each.op === 'Size');
  }
});

/** The output of a few nodes. */
const out = (draft: ModelDraft, inputs: Record<string, Tensor> = {}, name = 'y'): unknown => {
  const { [name]: y } = readOnnx(modelOf(draft)).run(inputs);
  return [y.shape, [...y.data]];
};
const x = tensor([2, 3], [1, -2, 3, -4, 5, -6]);
const inputs = { x: [2, 3] };

describe('by hand', () => {
  test('[onnx-operator] constants, ranges and shapes filled', () => {
    const t = { dims: [2], type: 1, floats: [1.5, 2] };
    expect(out({ inputs, nodes: [{ op: 'Constant', inputs: [], attributes: { value: { t } } }] }, { x })).toEqual([
      [2],
      [1.5, 2],
    ]);
    expect(out({ inputs, nodes: [{ op: 'Constant', inputs: [], attributes: { value_ints: [3, 4] } }] }, { x })).toEqual(
      [[2], [3, 4]],
    );
    expect(
      out({ inputs, nodes: [{ op: 'Constant', inputs: [], attributes: { value_float: { float: 0.5 } } }] }, { x }),
    ).toEqual([[], [0.5]]);
    expect(
      out(
        {
          inputs,
          nodes: [
            { op: 'Shape', outputs: ['s'] },
            { op: 'ConstantOfShape', inputs: ['s'] },
          ],
        },
        { x },
      ),
    ).toEqual([
      [2, 3],
      [0, 0, 0, 0, 0, 0],
    ]);
    const ends = [wholes('a', [1], []), wholes('b', [8], []), wholes('c', [3], [])];
    expect(out({ inputs, initializers: ends, nodes: [{ op: 'Range', inputs: ['a', 'b', 'c'] }] }, { x })).toEqual([
      [3],
      [1, 4, 7],
    ]);
  });

  test('[onnx-operator] comparisons, logic and a choice', () => {
    const initializers = [floats('w', [3], [1, 4, 3])];
    const compared = (op: string) => out({ inputs, initializers, nodes: [{ op, inputs: ['x', 'w'] }] }, { x });
    expect(compared('Equal')).toEqual([
      [2, 3],
      [1, 0, 1, 0, 0, 0],
    ]);
    expect(compared('Less')).toEqual([
      [2, 3],
      [0, 1, 0, 1, 0, 1],
    ]);
    expect(compared('Greater')).toEqual([
      [2, 3],
      [0, 0, 0, 0, 1, 0],
    ]);
    const logic = (op: string, names: string[]) =>
      out(
        {
          inputs,
          initializers,
          nodes: [
            { op: 'Less', inputs: ['x', 'w'], outputs: ['l'] },
            { op: 'Equal', inputs: ['x', 'w'], outputs: ['e'] },
            { op, inputs: names },
          ],
        },
        { x },
      );
    expect(logic('Or', ['l', 'e'])).toEqual([
      [2, 3],
      [1, 1, 1, 1, 0, 1],
    ]);
    expect(logic('Xor', ['l', 'e'])).toEqual(logic('Or', ['l', 'e']));
    expect(logic('Xor', ['l', 'l'])).toEqual([
      [2, 3],
      [0, 0, 0, 0, 0, 0],
    ]);
    expect(logic('And', ['l', 'e'])).toEqual([
      [2, 3],
      [0, 0, 0, 0, 0, 0],
    ]);
    expect(logic('Not', ['l'])).toEqual([
      [2, 3],
      [1, 0, 1, 0, 1, 0],
    ]);
    expect(logic('Where', ['l', 'x', 'w'])).toEqual([
      [2, 3],
      [1, -2, 3, -4, 4, -6],
    ]);
  });

  test('[onnx-opset] softmax before and from 13 on, a clip by attributes and by inputs', () => {
    const zeros = tensor([1, 2, 2]);
    const soft = (opset: number) => out({ opset, inputs: { x: [1, 2, 2] }, nodes: [{ op: 'Softmax' }] }, { x: zeros });
    expect([soft(11), soft(13)]).toEqual([
      [
        [1, 2, 2],
        [0.25, 0.25, 0.25, 0.25],
      ],
      [
        [1, 2, 2],
        [0.5, 0.5, 0.5, 0.5],
      ],
    ]);
    const old = out(
      { opset: 10, inputs, nodes: [{ op: 'Clip', attributes: { min: { float: -1 }, max: { float: 2 } } }] },
      { x },
    );
    expect(old).toEqual([
      [2, 3],
      [1, -1, 2, -1, 2, -1],
    ]);
    const bounds = [floats('a', [], [-1]), floats('b', [], [2])];
    expect(
      out({ opset: 11, inputs, initializers: bounds, nodes: [{ op: 'Clip', inputs: ['x', 'a', 'b'] }] }, { x }),
    ).toEqual(old);
    const wrong = modelOf({ opset: 11, inputs, nodes: [{ op: 'Clip', attributes: { min: { float: -1 } } }] });
    expect(readOnnx(wrong).describe().rows[0].problem).toContain("attribute 'min' is not known [onnx-operator]");
    expect(readOnnx(modelOf({ opset: 10, inputs, nodes: [{ op: 'Upsample' }] })).describe().rows[0].problem).toContain(
      'not known in opset 10',
    );
  });

  test('[onnx-operator] as many outputs as num_outputs says, however many that are', () => {
    for (const count of [0, -1, 1, 3, 2 ** 31, 2 ** 53]) {
      const node = { op: 'Split', outputs: ['a', 'b'], attributes: { num_outputs: count } };
      expect(readOnnx(modelOf({ opset: 18, inputs, nodes: [node] })).describe().rows[0].problem).toContain(
        `num_outputs is ${count}, but there are 2 outputs [onnx-operator]`,
      );
    }
  });

  test('[onnx-operator] a remainder of whole numbers has the sign of the divisor, with fmod that of the dividend; powers', () => {
    const ints = [wholes('a', [7, -7, 7, -7]), wholes('b', [3, 3, -3, -3]), wholes('c', [2, 3, 0, -1])];
    const of = (op: string, names: string[], attributes = {}) =>
      out({ inputs, initializers: ints, nodes: [{ op, inputs: names, attributes }] }, { x });
    expect(of('Mod', ['a', 'b'])).toEqual([[4], [1, 2, -2, -1]]);
    expect(of('Mod', ['a', 'b'], { fmod: 1 })).toEqual([[4], [1, -1, 1, -1]]);
    expect(of('Pow', ['a', 'c'])).toEqual([[4], [49, -343, 1, -0]]);
  });

  test('[onnx-operator] outputs that are not computed do no harm where nobody reads them, and are named where somebody does', () => {
    const node = { op: 'Dropout', name: 'drop', outputs: ['d', 'mask'] };
    const model = readOnnx(modelOf({ opset: 9, inputs, nodes: [node, { op: 'Relu', inputs: ['d'] }] }));
    expect(model.describe().rows.map(({ problem }) => problem)).toEqual([undefined, undefined]);
    expect(Object.keys(model.run({ x }))).toEqual(['d', 'y']);
    const why = "at drop: output 1 of Dropout, 'mask', is not computed [onnx-operator]";
    expect(() => model.run({ x }, { outputs: ['mask'] })).toThrow(why);
    const masked = modelOf({
      opset: 9,
      inputs,
      nodes: [node, { op: 'Not', inputs: ['mask'] }],
      outputs: ['y', 'mask'],
    });
    expect(readOnnx(masked).describe().rows[1].problem).toContain("the shape of 'mask' is not known [onnx-shape]");
    const sums = [1, 2, 3, 4].map((i) => floats(`w${i}`, [3], [1, 2, 4]));
    const trained = {
      op: 'BatchNormalization',
      inputs: ['x', 'w1', 'w2', 'w3', 'w4'],
      outputs: ['y', 'a', 'b', 'c', 'd'],
    };
    expect(
      readOnnx(modelOf({ opset: 9, inputs, initializers: sums, nodes: [trained] })).describe().rows[0].problem,
    ).toContain('statistics of the batch');
  });

  test('[onnx-operator] whole numbers are divided towards 0, and a cast cuts', () => {
    const ints = [wholes('a', [7, -7]), wholes('b', [2])];
    expect(out({ inputs, initializers: ints, nodes: [{ op: 'Div', inputs: ['a', 'b'] }] }, { x })).toEqual([
      [2],
      [3, -3],
    ]);
    const half = tensor([2, 3], [1.5, -1.5, 0.5, -0.5, 2, 0]);
    expect(out({ inputs, nodes: [{ op: 'Cast', attributes: { to: 7 } }] }, { x: half })).toEqual([
      [2, 3],
      [1, -1, 0, 0, 2, 0].map((v, i) => (i === 3 ? -0 : v)),
    ]);
  });

  test('[onnx-opset] what opset 28 added: blocks of channels, one after the other, and remainders of floating-point numbers', () => {
    const cells = { opset: 28, inputs: { x: [1, 2, 2, 2] } };
    const image = tensor([1, 2, 2, 2], [0, 1, 2, 3, 4, 5, 6, 7]);
    const deep = (mode: string) =>
      out({ ...cells, nodes: [{ op: 'SpaceToDepth', attributes: { blocksize: 2, mode } }] }, { x: image });
    expect(deep('DCR')).toEqual([
      [1, 8, 1, 1],
      [0, 4, 1, 5, 2, 6, 3, 7],
    ]);
    expect(deep('CRD')).toEqual([
      [1, 8, 1, 1],
      [0, 1, 2, 3, 4, 5, 6, 7],
    ]);
    const by = (value: number) =>
      out(
        { opset: 28, inputs, initializers: [floats('w', [], [value])], nodes: [{ op: 'Mod', inputs: ['x', 'w'] }] },
        { x },
      );
    expect([by(3), by(-3)]).toEqual([
      [
        [2, 3],
        [1, 1, 0, 2, 2, 0],
      ],
      [
        [2, 3],
        [-2, -2, -0, -1, -1, -0],
      ],
    ]);
  });

  test('[onnx-operator] extremes of no numbers are infinite', () => {
    const none = tensor([2, 0]);
    const of = (op: string) =>
      out({ opset: 13, inputs: { x: [2, 0] }, nodes: [{ op, attributes: { axes: [1], keepdims: 0 } }] }, { x: none });
    expect([of('ReduceMax'), of('ReduceMin')]).toEqual([
      [[2], [-Infinity, -Infinity]],
      [[2], [Infinity, Infinity]],
    ]);
  });

  test('[onnx-operator] a cast to whole numbers keeps the bits that there is room for', () => {
    const wide = tensor([2, 3], [300, -1, 127.9, -129, 65536, 2]);
    const cast = (to: number) => out({ inputs, nodes: [{ op: 'Cast', attributes: { to } }] }, { x: wide });
    expect([cast(2), cast(3), cast(4)]).toEqual(
      [
        [44, 255, 127, 127, 0, 2],
        [44, -1, 127, 127, 0, 2],
        [300, 65535, 127, 65407, 0, 2],
      ].map((values) => [[2, 3], values]),
    );
  });

  test('[onnx-operator] NaN stays NaN in maxima, clips and reductions', () => {
    const nan = tensor([2, 3], [Number.NaN, 1, 2, 3, 4, Number.NaN]);
    expect(
      out({ inputs, initializers: [floats('w', [], [0])], nodes: [{ op: 'Max', inputs: ['x', 'w'] }] }, { x: nan }),
    ).toEqual([
      [2, 3],
      [Number.NaN, 1, 2, 3, 4, Number.NaN],
    ]);
    expect(
      out({ inputs, nodes: [{ op: 'ReduceMax', attributes: { axes: [1], keepdims: 0 } }], opset: 13 }, { x: nan }),
    ).toEqual([[2], [Number.NaN, Number.NaN]]);
  });
});
