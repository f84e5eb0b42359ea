// Judging a model: names, shapes and numbers of activations, verdicts, pieces, what is said of the first wrong node.

import { describe, expect, test } from 'vitest';
import { fromFloat16, toFloat16 } from '../../src/formats/float16.ts';
import {
  chain,
  conv2d,
  dense,
  flatten,
  initialize,
  maxPool2d,
  relu,
  scale,
  sigmoid,
  type Tensor,
  tensor,
  toFloat64,
} from '../../src/index.ts';
import { type Activations, judge, type Model, readOnnx, renderJudgement, writeOnnx } from '../../src/onnx/index.ts';
import { checkEngine } from '../../src/oracle/index.ts';
import { random } from '../../src/random.ts';
import { sizeOf } from '../../src/tensor.ts';
import { modelOf } from '../onnx/build.ts';

const net = chain({
  conv1: conv2d({ filters: 4, size: 3, padding: 1 }),
  relu1: relu(),
  pool: maxPool2d({ size: 2 }),
  conv2: conv2d({
    filters: 5,
    size: 3,
    padding: [
      [1, 0],
      [0, 1],
    ],
    stride: [1, 2],
  }),
  act: sigmoid(),
  flat: flatten(),
  fc: dense({ units: 3 }),
});
const shape = [1, 6, 8, 2];
const params = initialize(net, shape, { seed: 2 });
const bytes = writeOnnx(net, shape, params);
const model = readOnnx(bytes);

const drawn = (own: readonly number[], seed: number): Tensor => {
  const { uniform } = random(seed);
  return tensor(
    own,
    Array.from({ length: sizeOf(own) }, () => 2 * uniform() - 1),
  );
};

/** What an engine that is right gives. */
function right(of: Model = model, seed = 1): Record<string, Tensor> {
  const x = drawn([1, 2, 6, 8], seed);
  return { x, ...of.run({ x }) };
}

/** An engine in which one node is another layer, on its own inputs of it. */
function wrong(name: 'conv1' | 'conv2' | 'fc', attributes: Record<string, unknown>): Record<string, Tensor> {
  const other = net.with({ children: { [name]: net.children[name].with({ attributes }) } });
  const changed = readOnnx(writeOnnx(other, shape, params));
  return right(changed);
}

/** A node on what is there of its inputs. */
function nextOf(name: string, there: Readonly<Record<string, Tensor>>): Tensor {
  const place = model.nodes.findIndex(({ outputs }) => outputs[0] === name);
  const [input] = model.nodes[place].inputs;
  const layer = Object.values(net.children)[place];
  const own = Object.values(params)[place] as Record<string, Tensor>;
  const last = readOnnx(writeOnnx(layer, lastShape(there[input].shape), own));
  return last.run({ x: there[input] }).y;
}

const lastShape = (shape: readonly number[]): readonly number[] =>
  shape.length < 3 ? shape : [shape[0], ...shape.slice(2), shape[1]];

const verdicts = (activations: Activations | readonly Activations[]) =>
  Object.fromEntries(judge(model, activations).nodes.map(({ name, verdict }) => [name, verdict]));

describe('verdicts', () => {
  test('[judge-node] a right engine passes at every node; a wrong node fails, and those behind it pass', () => {
    expect(new Set(Object.values(verdicts(right())))).toEqual(new Set(['pass']));
    const found = verdicts(
      wrong('conv2', {
        padding: [
          [0, 1],
          [1, 0],
        ],
      }),
    );
    expect(Object.entries(found).filter(([, verdict]) => verdict === 'fail')).toEqual([['conv2', 'fail']]);
  });

  test('[judge-node] every output of a node is judged, and the wrong one is named', () => {
    const node = { op: 'Split', outputs: ['a', 'b'], attributes: { axis: 1 } };
    const own = readOnnx(modelOf({ opset: 11, inputs: { x: [1, 4] }, nodes: [node] }));
    const x = tensor([1, 4], [1, 2, 3, 4]);
    const [a, b] = [tensor([1, 2], [1, 2]), tensor([1, 2], [3, 5])];
    expect(judge(own, { x, a, b }).nodes).toMatchObject([{ verdict: 'fail', tensor: 'b', wrong: 1 }]);
    expect(judge(own, { x, a }).nodes).toMatchObject([{ verdict: 'pass', tensor: 'a' }]);
  });

  test('[judge-piece] without tensors between, the piece that holds the wrong node fails and is named', () => {
    const all = wrong('conv2', {
      padding: [
        [0, 1],
        [1, 0],
      ],
    });
    const { x, relu1, flat } = all;
    const { nodes, first } = judge(model, { x, relu1, flat });
    expect(nodes.map(({ verdict }) => verdict)).toEqual([
      'not seen',
      'pass',
      'not seen',
      'not seen',
      'not seen',
      'fail',
      'not seen',
    ]);
    expect(first?.node).toMatchObject({ name: 'flat', through: ['pool', 'conv2', 'act'] });
    expect(first?.case).toBeUndefined();
  });

  test('[judge-piece] a deep piece whose radius says nothing cannot tell, and so does one without its input', () => {
    const deep = chain(Array.from({ length: 40 }, () => conv2d({ filters: 2, size: 3, padding: 1 })));
    const own = readOnnx(writeOnnx(deep, shape, initialize(deep, shape)));
    const all = right(own);
    const y = own.outputs[0].name;
    expect(judge(own, { x: all.x, [y]: all[y] }).nodes.at(-1)?.verdict).toBe('cannot tell');
    const { conv1, x: _, ...rest } = right();
    const { nodes } = judge(model, rest);
    expect(nodes.slice(0, 3)).toMatchObject([
      { verdict: 'not seen' },
      { verdict: 'cannot tell', message: "'x' is not among the activations" },
      { verdict: 'pass' },
    ]);
  });

  test('[judge-node] an operator of which nothing is proved is not judged; whole numbers must be equal', () => {
    const odd = modelOf({
      nodes: [
        { op: 'Odd', outputs: ['a'] },
        { op: 'Relu', inputs: ['a'], outputs: ['y'] },
      ],
      inputs: { x: [2] },
    });
    const [x, a, y] = [tensor([2], [1, -2]), tensor([2], [-1, 3]), tensor([2], [0, 3])];
    expect(judge(odd, { x, a, y }).nodes.map(({ verdict }) => verdict)).toEqual(['not judged', 'pass']);
    const cut = modelOf({ nodes: [{ op: 'Cast', outputs: ['y'], attributes: { to: 7 } }], inputs: { x: [2] } });
    const whole = (...values: number[]) => tensor([2], values, 'float64');
    expect(judge(cut, { x, y: whole(1, -2) }).nodes[0].verdict).toBe('pass');
    expect(judge(cut, { x, y: whole(1, -1) }).first?.first).toEqual({ index: [1], expected: -2, got: -1, bound: 0 });
  });

  test('[judge-node] infinities and NaN that are there, and numbers that overflow', () => {
    const scaled = readOnnx(writeOnnx(chain({ a: scale({ factor: 2 }), b: relu() }), [1, 3], {}));
    const x = tensor([1, 3], [Infinity, 3e38, -1]);
    expect(
      judge(scaled, { x, a: tensor([1, 3], [Infinity, Infinity, -2]), y: tensor([1, 3], [Infinity, Infinity, 0]) })
        .clean,
    ).toBe(true);
    const lost = judge(scaled, { x, a: tensor([1, 3], [Infinity, 3e38, -2]), y: tensor([1, 3], [Infinity, 3e38, 0]) });
    expect(lost.nodes.map(({ verdict }) => verdict)).toEqual(['fail', 'pass']);
  });
});

describe('activations', () => {
  test('[judge-names] several files of one input are joined; other numbers under one name are refused', () => {
    const { x, conv1, ...rest } = right();
    expect(
      new Set(
        Object.values(
          verdicts([
            { x, conv1 },
            { x, ...rest },
          ]),
        ),
      ),
    ).toEqual(new Set(['pass']));
    expect(() => judge(model, [{ x }, { x: drawn([1, 2, 6, 8], 2), ...rest }])).toThrow(
      /'x' is there twice .*\[judge-names\]$/,
    );
  });

  test('[judge-names] names with slashes that a file system changed; unknown ones with the nearest', () => {
    const slashed = readOnnx(
      modelOf({
        nodes: [{ op: 'Relu', inputs: ['in/x'], outputs: ['/layer.0/Relu_output_0'] }],
        inputs: { 'in/x': [1] },
      }),
    );
    const one = tensor([1], [1]);
    for (const name of ['layer_0_Relu_output_0', '%2Flayer.0%2FRelu_output_0', 'layer.0/Relu_output_0'])
      expect(judge(slashed, { in_x: one, [name]: one }).nodes[0].verdict, name).toBe('pass');
    const { unknown } = judge(model, { ...right(), relu2x: one, 'something else': one });
    expect(unknown).toEqual([{ name: 'relu2x' }, { name: 'something else' }]);
    expect(judge(model, { x: right().x, relux1: one }).unknown).toEqual([{ name: 'relux1', nearest: 'relu1' }]);
    expect(judge(model, { x: right().x, cnov1: one }).unknown).toEqual([{ name: 'cnov1', nearest: 'conv1' }]);
    expect(() => judge(model, { z: one })).toThrow(/no tensor has a name of the model: got 'z'.*\[judge-names\]$/);
    expect(() => judge(model, [] as never)).toThrow(/\[judge-names\]$/);
    expect(() => judge(model, 3 as never)).toThrow(/\[judge-names\]$/);
  });

  test('[judge-shape] other shapes, and channels that come last', () => {
    const all = right();
    const last = (t: Tensor): Tensor => {
      if (t.shape.length < 4) return t;
      const [n, c, h, w] = t.shape;
      const data = t.data.slice();
      for (let p = 0; p < h * w; p++) for (let k = 0; k < c; k++) data[p * c + k] = t.data[k * h * w + p];
      return { shape: [n, h, w, c], data };
    };
    const turned = Object.fromEntries(Object.entries(all).map(([name, each]) => [name, last(each)]));
    expect(() => judge(model, { x: all.x, conv1: turned.conv1 })).toThrow(
      /must have shape \[1,4,6,8\], got \[1,6,8,4\] \(its channels come last.*NHWC.*\[judge-shape\]$/,
    );
    expect(() => judge(model, turned)).toThrow(/channels come last/);
    expect(judge(model, turned, { layout: 'NHWC' }).nodes.map(({ verdict }) => verdict)).toEqual(
      new Array(7).fill('pass'),
    );
    expect(() => judge(model, { ...all, fc: tensor([3], [1, 2, 3]) })).not.toThrow(); // y is the name of the last output
    expect(() => judge(model, { ...all, y: tensor([3], [1, 2, 3]) })).toThrow(/was it reshaped\?\) \[judge-shape\]$/);
    expect(() => judge(model, { ...all, conv1: drawn([2, 4, 6, 8], 1) })).toThrow(/another batch/);
    expect(() => judge(model, all, { layout: 'CHW' as never })).toThrow(/\[judge-shape\]$/);
  });

  test('[judge-values] a dump in float16 says so, and is judged as what is declared', () => {
    const half = ({ shape: own, data }: Tensor): Tensor => ({
      shape: own,
      data: data.map((each) => fromFloat16(toFloat16(each))),
    });
    const file = Object.fromEntries(Object.entries(right()).map(([name, each]) => [name, half(each)]));
    expect(() => judge(model, file)).toThrow(/numbers of float16 alone.*\[judge-values\]$/);
    // An engine that stores every result so.
    const { x } = file;
    let stored: Record<string, Tensor> = { x };
    for (const {
      outputs: [name],
    } of model.nodes) {
      stored = { ...stored, [name]: half(nextOf(name, stored)) };
    }
    const { nodes } = judge(model, stored, { precision: { output: 'float16' } });
    // The rows of the dense layer follow the order of the file, which is another one.
    expect(nodes.slice(0, 5).map(({ verdict }) => verdict)).toEqual(new Array(5).fill('pass'));
  });

  test('[judge-values] a limit that many numbers reach is no sign of few digits', () => {
    const node = { op: 'Clip', attributes: { min: { float: -0.5 }, max: { float: 0.5 } } };
    const own = readOnnx(modelOf({ opset: 7, inputs: { x: [100] }, nodes: [node] }));
    const x = tensor([100], Array(100).fill(3));
    expect(judge(own, { x, ...own.run({ x }) }).nodes).toMatchObject([{ verdict: 'pass' }]);
  });

  test('[judge-values] float64 that hold float32 numbers are taken, others refused', () => {
    const all = right();
    const wide = { ...all, conv1: { shape: all.conv1.shape, data: new Float64Array(all.conv1.data) } };
    expect(judge(model, wide).clean).toBe(true);
    wide.conv1.data[0] = 0.1;
    expect(() => judge(model, wide)).toThrow(/must hold float32 numbers.*\[judge-values\]$/);
  });

  describe('models of float64', () => {
    const double = readOnnx(writeOnnx(net, shape, toFloat64(params)));
    const x = { shape: [1, 2, 6, 8], data: Float64Array.from(right().x.data, (value) => value / 3) };
    const all: Record<string, Tensor> = { x, ...double.run({ x }) };

    /** Dot products from the last term to the first. */
    const reversed = (h: Tensor): Tensor => {
      const { weight, bias } = params.fc as Record<string, Tensor>;
      const [P, C] = [all.conv2.shape[2] * all.conv2.shape[3], 5];
      const data = Float64Array.from(bias.data, (b, o) => {
        let sum = b;
        for (let i = h.data.length - 1; i >= 0; i--)
          sum += h.data[i] * weight.data[((i % P) * C + Math.floor(i / P)) * 3 + o];
        return sum;
      });
      return { shape: [1, 3], data };
    };

    test('[enclosure-double] [judge-node] another order passes, and an error of 10⁻¹³ fails', () => {
      const y = reversed(all.flat);
      const verdicts = (other: Tensor) => judge(double, { ...all, y: other }).nodes.map(({ verdict }) => verdict);
      expect([...y.data]).not.toEqual([...all.y.data]);
      expect(new Set(verdicts(y))).toEqual(new Set(['pass']));
      y.data[1] += 1e-13 * Math.abs(y.data[1]);
      expect(verdicts(y)).toEqual([...new Array(6).fill('pass'), 'fail']);
    });

    test('[judge-piece] behind unseen nodes too, and what is declared of float32 is none of its business', () => {
      const { relu1, act } = all;
      const seen = { x, relu1, act };
      const options = { precision: { operands: 'bfloat16' }, winograd: { m: 2, r: 3 } } as const;
      expect(judge(double, seen, options).nodes.map(({ verdict }) => verdict)).toEqual(
        judge(double, seen).nodes.map(({ verdict }) => verdict),
      );
      expect(judge(double, seen).nodes.filter(({ verdict }) => verdict === 'pass')).toHaveLength(2);
      const wrong = { shape: act.shape, data: act.data.map((v, i) => (i === 7 ? v + 1e-12 : v)) };
      expect(judge(double, { ...seen, act: wrong }, options).first?.node).toMatchObject({ name: 'act' });
    });

    test('[judge-explanation] float32 in place of float64 is named, a wrong number is not', () => {
      const narrow = { shape: all.conv1.shape, data: Float64Array.from(right().conv1.data) };
      const x32 = { shape: x.shape, data: Float32Array.from(x.data) };
      const { conv1 } = model.run({ x: x32 });
      const judged = judge(double, { ...all, conv1: { ...narrow, data: Float64Array.from(conv1.data) } });
      expect(judged.first).toMatchObject({
        node: { name: 'conv1' },
        explanation: { text: 'float32 in place of float64' },
      });
      expect(judged.first?.first?.expected).toBeTypeOf('number');
      expect(renderJudgement(judged)).toContain('inside the bound of float32 in place of float64\n');
      expect(judged.first?.case).toBeUndefined();
      expect(judge(double, { ...all, conv1: narrow }).first?.explanation).toBeUndefined();
    });

    test('[judge-values] numbers written as float32 are refused', () => {
      const y = { shape: all.y.shape, data: Float32Array.from(all.y.data) };
      expect(() => judge(double, { ...all, y })).toThrow(
        /'y' must hold float64 numbers, got float32 \[judge-values\]$/,
      );
    });

    test('[enclosure-double] numbers beyond the range of float32', () => {
      const far = modelOf({
        nodes: [{ op: 'Conv', inputs: ['x', 'w'] }],
        inputs: { x: [1, 1, 1, 2] },
        initializers: [{ name: 'w', dims: [1, 1, 1, 2], type: 11, doubles: [1e150, -1e150] }],
        element: 11,
      });
      const there = (a: number, b: number, y: number) =>
        judge(far, { x: tensor([1, 1, 1, 2], [a, b], 'float64'), y: tensor([1, 1, 1, 1], [y], 'float64') }).nodes[0]
          .verdict;
      expect([there(3e100, 1e100, 2e250), there(3e100, 1e100, 2.0000001e250), there(3e100, 1e100, Infinity)]).toEqual([
        'pass',
        'fail',
        'fail',
      ]);
      expect([there(3e-300, 1e-300, 2e-150), there(3e-300, 1e-300, 0)]).toEqual(['pass', 'fail']);
      expect(there(1e300, 0, Infinity)).toBe('cannot tell');
    });
  });
});

interface ConvCall {
  readonly attributes: {
    readonly filters: number;
    readonly size: number;
    readonly padding: readonly (readonly number[])[];
  };
  readonly x: Tensor;
  readonly weight: Tensor;
  readonly bias?: Tensor;
}

describe('what is said of the first wrong node', () => {
  test('[judge-finding] places in the order of the model, known mistakes, and a case that the engine fails again', async () => {
    const all = wrong('conv2', {
      padding: [
        [0, 1],
        [1, 0],
      ],
    });
    const { first } = judge(model, all);
    expect(first?.first?.index).toEqual([0, 0, 0, 0]);
    expect(first?.layer).toMatchObject({
      name: 'conv2d',
      attributes: {
        padding: [
          [1, 0],
          [0, 1],
        ],
      },
    });
    expect(first?.mistakes.join()).toMatch(/padding/);
    // The engine exchanges the padding of the two ends.
    const ends = (padding: readonly (readonly number[])[]) => padding.map(([before, after]) => [after, before]);
    const engine = {
      name: 'exchanges ends',
      ops: {
        conv2d: ({ attributes: { padding, ...rest }, x, weight, bias }: ConvCall) =>
          conv2d({ ...rest, padding: ends(padding) as never }).forward(x, {
            weight,
            ...(bias !== undefined && { bias }),
          } as never),
      },
    };
    for (const id of [first?.case?.id, first?.geometry]) {
      const { operators } = await checkEngine(engine as never, { case: [id as string] });
      expect(operators[0].status, id).toBe('fail');
    }
    const honest = {
      name: 'right',
      ops: {
        conv2d: ({ attributes, x, weight, bias }: ConvCall) =>
          conv2d(attributes as never).forward(x, { weight, ...(bias !== undefined && { bias }) } as never),
      },
    };
    expect((await checkEngine(honest as never, { case: [first?.case?.id as string] })).clean).toBe(true);
  });

  test('[judge-finding] a case is cut out of dense layers and pools too', () => {
    const all = right();
    const pool = { ...all.pool, data: all.pool.data.map((each, i) => (i === 5 ? each / 2 : each)) };
    expect(judge(model, { ...all, pool }).first?.case?.id).toMatch(/^maxPool2d\/n1h2w2c1_.*\/given\//);
    const y = { ...all.y, data: all.y.data.map((each, i) => (i === 1 ? each + 1 : each)) };
    const { first } = judge(model, { ...all, y });
    expect(first?.case?.id).toMatch(/^dense\/n1c\d+_u1b1\/f32\/given\//);
    expect(first?.case).toMatchObject({ got: y.data[1], expected: first?.first?.expected });
  });

  test('[judge-explanation] subnormals, stored results, and nothing for a wrong layer', () => {
    const all = right();
    const stored = {
      ...all,
      conv1: { ...all.conv1, data: all.conv1.data.map((each) => fromFloat16(toFloat16(each))) },
    };
    expect(judge(model, stored).first?.explanation?.text).toMatch(/^output rounded to float16/);
    expect(
      judge(
        model,
        wrong('conv2', {
          padding: [
            [0, 1],
            [1, 0],
          ],
        }),
      ).first?.explanation,
    ).toBeUndefined();
    const tiny = readOnnx(writeOnnx(scale({ factor: 0.5 }), [1, 1], {}));
    const flushed = { x: tensor([1, 1], [1e-40]), y: tensor([1, 1], [0]) };
    expect(judge(tiny, flushed).clean).toBe(true);
    expect(judge(tiny, flushed, { traits: { subnormals: 'ieee' } }).first?.explanation?.text).toBe(
      'subnormals that become 0',
    );
  });
});

describe('the report', () => {
  const failing = judge(model, {
    ...wrong('conv2', {
      padding: [
        [0, 1],
        [1, 0],
      ],
    }),
    'a\u001b[31m': tensor([1]),
  });

  test('[judge-report] as text: a row for each node, the first wrong one, the sum', () => {
    const text = renderJudgement(failing);
    expect(text).toMatch(
      /^a model of toeplitz, opset \d+: 7 nodes\n\nnode +operator +shape +verdict +margin +bits\nconv1 +Conv +1×4×6×8 +pass +0\.\d+ +\d+\.\d\n/,
    );
    expect(text).toContain('✗ the first wrong node: conv2 (Conv, 1×5×2×2)\n');
    expect(text).toMatch(/toeplitz check ENGINE --case 'conv2d\//);
    expect(text).toMatch(/\n7 nodes: 1 fail, 6 pass\n$/);
    expect(text).not.toContain('\u001b');
    expect(text).toContain('not a tensor of the model: a\\x1b[31m');
  });

  test('[judge-report] as JSON and as tests', () => {
    expect(JSON.parse(renderJudgement(failing, 'json'))).toMatchObject({
      format: 'toeplitz judgement 1',
      clean: false,
      nodes: [{ name: 'conv1' }, {}, {}, { verdict: 'fail' }, {}, {}, {}],
    });
    expect(renderJudgement(failing, 'tap')).toMatch(/not ok 4 - conv2 \(Conv\)/);
    expect(renderJudgement(failing, 'junit')).toMatch(/tests="7" failures="1"/);
    expect(renderJudgement(failing, 'github')).toMatch(/^::error title=toeplitz%3A conv2/m);
    expect(() => renderJudgement(failing, 'pdf' as never)).toThrow(/\[judge-report\]$/);
  });

  test('[judge-report] progress, and options that make no sense', () => {
    const seen: string[] = [];
    judge(model, right(), { onProgress: ({ node, of }) => seen.push(`${node} of ${of}`) });
    expect(seen).toEqual(['conv1', 'relu1', 'pool', 'conv2', 'act', 'flat', 'fc', ''].map((name) => `${name} of 7`));
    expect(() => judge(model, right(), { onProgress: 1 as never })).toThrow(/\[judge-report\]$/);
    expect(() => judge(model, right(), { traits: { ulp: -1 } })).toThrow(/traits.ulp/);
    expect(() => judge(model, right(), { precision: { output: 'int8' as never } })).toThrow(/\[oracle-precision\]$/);
    expect(() => judge(model, right(), { tolerance: 1 } as never)).toThrow(/\[layer-attributes\]$/);
    expect(() => judge(new Uint8Array(3), right())).toThrow(/\[onnx-file\]$/);
  });
});
