// The parametric rectifier: values, gradients, both kinds of slope, what is refused; and what the oracle says of engines for it.

import { describe, expect, it } from 'vitest';
import { compile, gradientCheck, initialize, leakyRelu, prelu, type Tensor, tensor } from '../../src/index.ts';
import { type Call, check, checkEngine, type DialectName, explain, type GradientCall } from '../../src/oracle/index.ts';
import { whole } from './whole.ts';

const NAN = Number.NaN;

describe('prelu', () => {
  it('[activation-prelu] each channel has a slope of its own, one for all with `shared`; they begin as 0.25', () => {
    const x = tensor([2, 1, 3], [-1, -2, -4, 0, 8, -8]);
    expect([...prelu().forward(x, { slope: tensor([3], [1, 0.5, -0.25]) }).data]).toEqual([-1, -1, 1, 0, 8, 2]);
    expect([...prelu({ shared: true }).forward(x, { slope: tensor([1], [0.5]) }).data]).toEqual([
      -0.5, -1, -2, 0, 8, -4,
    ]);
    expect([...(initialize(prelu(), [1, 2]).slope as { data: Float32Array }).data]).toEqual([0.25, 0.25]);
  });

  it('[activation-prelu] with one slope it has the bits of leakyRelu, in y and in dx', () => {
    const slope = Math.fround(0.3);
    for (const type of ['float32', 'float64'] as const) {
      const x = tensor(
        [2, 3, 5],
        [...whole([2, 3, 5], 3, type).data].map((value) => value / 7),
        type,
      );
      const dy = whole([2, 3, 5], 4, type);
      const [y, pull] = prelu({ shared: true }).vjp(x, { slope: tensor([1], [slope], type) });
      const [z, pullLeaky] = leakyRelu({ slope }).vjp(x, {});
      expect([y.data, pull(dy).x.data]).toEqual([z.data, pullLeaky(dy).x.data]);
    }
  });

  it('[activation-prelu] dslope is Σ dy·x over the cells that are not above 0, image by image', () => {
    const x = tensor([2, 2, 2], [-1, 2, -3, 0, 5, -6, -7, NAN]);
    const dy = tensor([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]);
    const { params } = prelu().vjp(x, { slope: tensor([2], [1, 1]) })[1](dy);
    expect([...(params.slope as { data: Float32Array }).data]).toEqual([-1 - 9 - 49, NAN]);
  });

  it('[activation-prelu] dslope is a long sum: a million equal terms give a million of them', () => {
    const x = tensor([1, 2 ** 20, 1], new Float32Array(2 ** 20).fill(-0.1));
    const dy = tensor([1, 2 ** 20, 1], new Float32Array(2 ** 20).fill(1));
    const { params } = prelu().vjp(x, { slope: tensor([1], [0.25]) })[1](dy);
    expect((params.slope as { data: Float32Array }).data[0]).toBe(Math.fround(-Math.fround(0.1) * 2 ** 20));
  });

  it('[activation-prelu] gradients agree with difference quotients, and a compiled net has the bits of forward', () => {
    const x = whole([2, 3, 3], 5, 'float32');
    const params = { slope: tensor([3], [0.5, -0.25, 2]) };
    expect(gradientCheck(prelu(), x, params).ok).toBe(true);
    expect(compile(prelu(), x.shape, params)(x).data).toEqual(prelu().forward(x, params).data);
  });

  it('[activation-prelu] an x without channels, a slope of another shape and other attributes are refused', () => {
    expect(() => prelu().shape([3])).toThrow(
      'prelu: x must have the axes [batch, ...space, channels], got shape [3] [activation-prelu]',
    );
    expect(() => prelu().forward(tensor([1, 3]), { slope: tensor([1]) })).toThrow('slope must have shape [3]');
    expect(() => prelu({ shared: 1 as never })).toThrow('[activation-prelu]');
    expect(() => prelu({ slope: 1 } as never)).toThrow('[layer-attributes]');
  });
});

/** What an engine makes of one element: y or dx of it, and its part in the gradient of the slope of channel `c`. */
interface Engine {
  readonly y?: (x: number, slope: number) => number;
  readonly dx?: (x: number, slope: number, dy: number) => number;
  readonly term?: (x: number, dy: number, image: number, call: GradientCall) => number;
  /** The place of the slope for element i of an image of `cells` times C elements. */
  readonly at?: (i: number, S: number, cells: number) => number;
}

const slopeOf = (call: Call): Tensor => call.slope as Tensor;

/** An engine written out element by element, with sums from the last element to the first. */
function engineOf({
  y = (x, slope) => Math.max(x, 0) + slope * Math.min(x, 0),
  dx = (x, slope, dy) => (x > 0 ? dy : slope * dy),
  term = (x, dy) => (x > 0 ? 0 : dy * x),
  at = (i, S) => i % S,
}: Engine) {
  const place = ({ x, ...call }: Call, i: number): number => {
    const image = x.data.length / x.shape[0];
    return at(i % image, slopeOf({ x, ...call }).data.length, image / x.shape.at(-1)!);
  };
  const like = ({ shape, data }: Tensor, f: (v: number, i: number) => number): Tensor => ({ shape, data: data.map(f) });
  return {
    name: 'loops',
    ops: { prelu: (call: Call) => like(call.x, (x, i) => y(x, slopeOf(call).data[place(call, i)])) },
    gradients: {
      prelu: (call: GradientCall) => {
        const { x, dy } = call;
        const slope = tensor(slopeOf(call).shape);
        for (let i = x.data.length - 1; i >= 0; i--) {
          const image = Math.floor((i * x.shape[0]) / x.data.length);
          slope.data[i % slope.data.length] += term(x.data[i], dy.data[i], image, call);
        }
        return { x: like(x, (v, i) => dx(v, slopeOf(call).data[place(call, i)], dy.data[i])), slope };
      },
    },
  };
}

const mistakes: readonly [name: string, engine: Engine, findings: readonly [y: boolean, gradient: boolean]][] = [
  ['values below 0 gave 0', { y: (x) => (x < 0 ? 0 : x), dx: (x, _, dy) => (x > 0 ? dy : 0) }, [true, true]],
  ['values below 0 stayed as they are', { y: (x) => x, dx: (_, __, dy) => dy }, [true, true]],
  [
    'were 0.25, whatever is given',
    { y: (x) => (x < 0 ? x / 4 : x), dx: (x, _, dy) => (x > 0 ? dy : dy / 4) },
    [true, true],
  ],
  ['of the first channel were used for all', { at: () => 0 }, [true, true]],
  ['were that of the next channel', { at: (i, S) => (i + 1) % S }, [true, true]],
  ['were that of the channel before', { at: (i, S) => (i + S - 1) % S }, [true, true]],
  ['as if channels came first', { at: (i, S, cells) => Math.floor(i / cells) % S }, [true, true]],
  [
    'applied to values above 0 instead',
    {
      y: (x, slope) => (x > 0 ? slope * x : x),
      dx: (x, slope, dy) => (x > 0 ? slope * dy : dy),
      term: (x, dy) => (x > 0 ? dy * x : 0),
    },
    [true, true],
  ],
  [
    'applied to all values',
    { y: (x, slope) => slope * x, dx: (_, slope, dy) => slope * dy, term: (x, dy) => dy * x },
    [true, true],
  ],
  ['NaN were lost', { y: (x, slope) => (x > 0 ? x : x < 0 ? slope * x : 0) }, [true, false]],
  ['over the first image alone', { term: (x, dy, image) => (x > 0 || image > 0 ? 0 : dy * x) }, [false, true]],
  [
    'over the last image alone',
    { term: (x, dy, image, call) => (x > 0 || image < call.x.shape[0] - 1 ? 0 : dy * x) },
    [false, true],
  ],
  [
    'averaged over the images',
    { term: (x, dy, _, { x: { shape } }) => (x > 0 ? 0 : (dy * x) / shape[0]) },
    [false, true],
  ],
  [
    'averaged over images and cells',
    { term: (x, dy, _, { x: { shape, data } }) => (x > 0 ? 0 : (dy * x * shape.at(-1)!) / data.length) },
    [false, true],
  ],
  ['took the cells above 0 too', { term: (x, dy) => dy * x }, [false, true]],
];

describe('prelu under the oracle', () => {
  it('[oracle-bound] an engine that adds in another order, and takes a maximum and a minimum, passes', async () => {
    for (const seed of [1, 2]) {
      const { operators } = await checkEngine(engineOf({}), { ops: ['prelu'], cases: 120, seed, brief: true });
      for (const { op, counts } of operators) expect({ op, counts }).toEqual({ op, counts: { pass: 120 } });
      expect(operators[1].margin).toBeGreaterThan(0.1);
    }
  });

  it('[oracle-bound] a gradient at 0 is 0, dy, slope·dy or any other, as libraries have it', async () => {
    const ids = ['prelu+gradient/n1c1_s0/f32/given/x=0;slope=3;dy=2'];
    const given = async (at0: number) =>
      (await checkEngine(engineOf({ dx: () => at0 }), { case: ids })).operators[0].counts;
    for (const dx of [0, 2, 6]) expect(await given(dx)).toEqual({ pass: 1 });
    const below = ids.map((id) => id.replace('x=0', 'x=-1'));
    expect((await checkEngine(engineOf({ dx: () => 2 }), { case: below })).operators[0].counts).toEqual({ fail: 1 });
  });

  it.each(mistakes)('[oracle-mistakes] a mistake is named: the slope %s', async (name, engine, isFound) => {
    const { operators } = await checkEngine(engineOf(engine), { ops: ['prelu'], cases: 45, brief: true });
    for (const [i, { findings }] of operators.entries())
      expect(findings.map(({ mistake }) => mistake)).toEqual(isFound[i] ? [expect.stringContaining(name)] : []);
  });

  const said: readonly [DialectName, object, slope: number[], shared: object, slope: number[]][] = [
    ['toeplitz', { shared: false }, [3], { shared: true }, [1]],
    ['onnx', {}, [3, 1, 1], {}, [1]],
    ['torch', { num_parameters: 3 }, [3], { num_parameters: 1 }, [1]],
    ['tensorflow', { shared_axes: [1, 2] }, [1, 1, 3], { shared_axes: [1, 2, 3] }, [1, 1, 1]],
    ['webnn', {}, [3, 1, 1], {}, [1]],
    ['caffe', { channel_shared: false }, [3], { channel_shared: true }, [1]],
  ];
  it.each(said)('[dialect-attributes] has words and a shape of its slope: %s', (dialect, own, shape, one, oneShape) => {
    const of = (shared: number) => `prelu+gradient/n2h2w2c3_s${shared}/f32/exact/1`;
    for (const [shared, attributes, slope] of [[0, own, shape] as const, [1, one, oneShape] as const]) {
      const call = explain(of(shared), { dialect });
      const { literal, expected } = call;
      expect((call as unknown as Record<string, Tensor>).slope.shape).toEqual(slope);
      expect(expected.slope.shape).toEqual(slope);
      for (const [key, value] of Object.entries(attributes))
        expect(literal.typescript.replaceAll(' ', '')).toContain(`${key}:${JSON.stringify(value)}`);
    }
  });

  it('[dialect-attributes] Keras in channels-first order shares the axes behind the channels', () => {
    const { literal } = explain('prelu/n2h2w2c3_s0/f32/exact/1', { dialect: 'tensorflow', layout: { x: 'NCHW' } });
    expect(literal.typescript).toContain('shared_axes: [2, 3]');
    expect(literal.typescript).toMatch(/slope = tensor\(\[3, 1, 1\]/);
  });

  it('[oracle-verdict] check holds one answer against the bound, and names the mistake', () => {
    const x = tensor([1, 2, 4], [-1, -2, -3, -4, 5, -6, -7, -8]);
    const slope = tensor([4], [2, 3, 5, 7]);
    const right = prelu().forward(x, { slope });
    expect(check(prelu(), x, { slope }, right).kind).toBe('pass');
    const first = prelu({ shared: true }).forward(x, { slope: tensor([1], [2]) });
    expect(check(prelu(), x, { slope }, first)).toMatchObject({
      kind: 'fail',
      mistakes: ['the slope of the first channel were used for all'],
    });
  });
});
