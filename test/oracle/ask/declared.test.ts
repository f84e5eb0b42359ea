// What an engine declares of itself: layouts of each kind of weight, what it requires of a case, padding in numbers.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as toeplitz from '../../../src/index.ts';
import { ask, callOf } from '../../../src/oracle/ask/ask.ts';
import { inProcess } from '../../../src/oracle/ask/in-process.ts';
import { readRequirements, unmet } from '../../../src/oracle/ask/requirements.ts';
import type { Case } from '../../../src/oracle/case.ts';
import { drawCase } from '../../../src/oracle/cases/draw.ts';
import { parseCaseId } from '../../../src/oracle/cases/id.ts';
import { layerOf, operandsOf, shapeOf } from '../../../src/oracle/cases/tensors.ts';
import { readLayout, toOurs, toTheirs } from '../../../src/oracle/dialects/layout.ts';
import type { LayoutKey } from '../../../src/oracle/family.ts';
import { type Call, checkEngine, type Engine, type Layout } from '../../../src/oracle/index.ts';
import { sizeOf, type Tensor, tensor } from '../../../src/tensor.ts';

const make = toeplitz as unknown as Record<string, (attributes: never) => toeplitz.Layer>;

/** A right engine of the layout NHWC and HWIO. */
const forward = ({ op, attributes, x, ...params }: Call): Tensor =>
  make[op](attributes as never).forward(x, params as never);
const engine = (ops: readonly string[], more: object = {}): Engine => ({
  name: 'e',
  ops: Object.fromEntries(ops.map((op) => [op, forward])),
  ...more,
});

const counted = (shape: readonly number[]): Tensor =>
  tensor(
    [...shape],
    Array.from({ length: sizeOf(shape) }, (_, i) => i),
  );
const at = ({ shape, data }: Tensor, ...place: number[]): number =>
  data[place.reduce((index, each, axis) => index * shape[axis] + each, 0)];

describe('a layout', () => {
  it('[oracle-layout] of grouped weights has the groups on an axis of their own, or beside I or O', () => {
    const [G, H, W, I, O] = [3, 2, 4, 2, 5];
    const ours = counted([H, W, I, G * O]);
    const theirs = (grouped: string) =>
      toTheirs('grouped', ours, readLayout({ grouped }), { channels: G * I, groups: G });
    const places = [
      [0, 0, 0, 0, 0],
      [2, 1, 3, 1, 4],
      [1, 0, 2, 1, 3],
    ];
    for (const [g, h, w, i, o] of places) {
      const value = at(ours, h, w, i, g * O + o);
      expect(at(theirs('GOIHW'), g, o, i, h, w)).toBe(value);
      expect(at(theirs('OIHW'), g * O + o, i, h, w)).toBe(value);
      expect(at(theirs('HW(GI)O'), h, w, g * I + i, o)).toBe(value);
      expect(at(theirs('HWGIO'), h, w, g, i, o)).toBe(value);
    }
    expect(theirs('GOIHW').shape).toEqual([G, O, I, H, W]);
    expect(theirs('HW(GI)O').shape).toEqual([H, W, G * I, O]);
  });

  it('[oracle-layout] of transposed weights: I are the channels of x, with the groups unless the letters say otherwise', () => {
    const [G, H, W, I, O] = [2, 3, 1, 4, 3];
    const ours = counted([H, W, O, G * I]); // filters of a group, channels of x
    const theirs = (transposed: string) =>
      toTheirs('transposed', ours, readLayout({ transposed }), { channels: G * I, groups: G });
    for (const [g, h, i, o] of [
      [0, 0, 0, 0],
      [1, 2, 3, 2],
      [1, 0, 2, 1],
    ]) {
      const value = at(ours, h, 0, o, g * I + i);
      expect(at(theirs('IOHW'), g * I + i, o, h, 0)).toBe(value);
      expect(at(theirs('HW(GO)I'), h, 0, g * O + o, i)).toBe(value);
      expect(at(theirs('GIOHW'), g, i, o, h, 0)).toBe(value);
    }
    expect(readLayout({ weight: 'OIHW' }).transposed).toBe('IOHW');
  });

  it('[oracle-layout] of a dense weight may stand beside OIHW', () => {
    const weight = counted([2, 3]);
    const theirs = (layout: Layout) => toTheirs('dense', weight, readLayout(layout), { channels: 2, groups: 1 });
    expect(theirs({ weight: 'OIHW' })).toEqual({ shape: [3, 2], data: Float32Array.of(0, 3, 1, 4, 2, 5) });
    expect(theirs({ weight: 'OIHW', dense: 'IO' })).toBe(weight);
    expect(theirs({ dense: 'OI' }).shape).toEqual([3, 2]);
  });

  it('[oracle-layout] comes back as it went, whatever the letters', () => {
    const letters = (of: string[]): fc.Arbitrary<string> =>
      fc.shuffledSubarray(of, { minLength: of.length }).map((all) => all.join(''));
    const kinds: fc.Arbitrary<[LayoutKey, string]> = fc.oneof(
      fc.tuple(fc.constant<LayoutKey>('x'), letters(['N', 'HW', 'C'])),
      fc.tuple(fc.constantFrom<LayoutKey>('weight', 'grouped', 'transposed'), letters(['HW', 'I', 'O'])),
      fc.tuple(fc.constantFrom<LayoutKey>('grouped', 'transposed'), letters(['G', 'HW', 'I', 'O'])),
      fc.tuple(fc.constantFrom<LayoutKey>('grouped', 'transposed'), letters(['HW', 'I', '(GO)'])),
      fc.tuple(fc.constantFrom<LayoutKey>('grouped', 'transposed'), letters(['HW', '(GI)', 'O'])),
    );
    const sizes = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(kinds, sizes, fc.integer({ min: 1, max: 3 }), ([key, value], [g, i, o, ...space], rank) => {
        const axes = space.slice(0, rank);
        const groups = key === 'weight' ? 1 : g;
        const ours = counted(key === 'x' ? [i, ...axes, o] : [...axes, i, groups * o]);
        const layout = readLayout({ [key]: value });
        const theirs = toTheirs(key, ours, layout, { channels: 1, groups });
        expect([...theirs.data].sort((a, b) => a - b)).toEqual([...ours.data]);
        expect(toOurs(key, theirs, layout, ours.shape.length, { channels: 1, groups })).toEqual(ours);
      }),
    );
  });

  it('[oracle-layout] holds in a campaign: who turns the weights back is right, who does not is wrong', async () => {
    const layout = { weight: 'OIHW', grouped: 'GOIHW', dense: 'IO', transposed: 'HW(GO)I' };
    const turned = (call: Call): Tensor => {
      const { op, x, weight, attributes } = call;
      const key =
        op === 'dense'
          ? 'dense'
          : op === 'convTranspose2d'
            ? 'transposed'
            : attributes.groups === 1
              ? 'weight'
              : 'grouped';
      const counts = { channels: x.shape.at(-1)!, groups: (attributes.groups as number) ?? 1 };
      return forward({ ...call, weight: toOurs(key, weight, readLayout(layout), x.shape.length, counts) as Tensor });
    };
    const ops = ['conv2d', 'dense', 'convTranspose2d'];
    const right: Engine = { name: 'e', layout, ops: Object.fromEntries(ops.map((op) => [op, turned])) };
    const options = { ops, cases: 20 };
    expect((await checkEngine(right, options)).clean).toBe(true);
    expect(
      (
        await checkEngine(
          { ...right, layout: { ...layout, grouped: 'OIHW' } },
          { ...options, ops: ['conv2d'], cases: 40, brief: true },
        )
      ).clean,
    ).toBe(false);
  });

  it.each([
    [{ dense: 'OIHW' }, "layout.dense must be a permutation of 'IO', got 'OIHW'"],
    [{ grouped: 'GOIH' }, "perhaps with G for the groups, alone or as (GI) or (GO), got 'GOIH'"],
    [{ grouped: 'HW(OG)I' }, "got 'HW(OG)I'"],
    [{ transposed: 'G(GO)IHW' }, "got 'G(GO)IHW'"],
    [
      { depthwise: 'GOIHW' },
      "layout.depthwise must be a permutation of 'HWIO' that holds 'HW', or 'HWIM', got 'GOIHW'",
    ],
    [
      { transposed: 'IOHW' },
      'layout.transposed must belong to an operator that is offered, got none among conv2d, dense',
    ],
    [{ depthwise: 'HWIM' }, 'layout.depthwise must belong to an operator that is offered'],
  ])('[oracle-layout] is refused: %o', (layout, message) => {
    expect(() => inProcess(engine(['conv2d', 'dense'], { layout }))).toThrow(message);
  });
});

describe('what an engine requires', () => {
  const c = parseCaseId('conv2d/n2h5w6c4_o2k3x2s1x2p1.0.0.0d1x2g2b1/f32/exact/1');
  it.each([
    ['groups = 1', false],
    ['groups = 2', true],
    ['stride <= size', true],
    ['stride < size', false],
    ['stride ≤ 1', false],
    ['dilation = 1 or stride = 1', false],
    ['dilation = 1 or groups > 1', true],
    ['dilation = 1  or  groups > 1', true],
    ['groups > 1  and  batch = 1', false],
    ['groups > 1 and bias = true', true],
    ['groups > 1 and bias = false or batch = 2', true],
    ['padding = numbers', true],
    ['padding != same', true],
    ['padding <= 1', true],
    ['padding = 0', false],
    ['padding < size', true],
    ['batch >= 2', true],
    ['channels == 4', true],
    ['space > 5', false],
    ['space ≠ 7', true],
    ['filters != channels', true],
    ['filters = channels', false],
    ['dense, conv2d: groups = 1', false],
    ['dense: groups = 1', true],
    ['ceil = false', true],
    ['outputPadding = 0', true],
  ])('[oracle-requires] %s: of a case %s', (text, isMet) => {
    expect(unmet(readRequirements([text]), c)?.text).toBe(isMet ? undefined : text);
  });

  it('[oracle-requires] padding in cells is also that of a layer without windows', () => {
    const padded = (padding: unknown) => ({ ...drawCase('pad', false, 1, 0), padding }) as Case;
    const space = shapeOf(padded(0)).length - 2;
    const sides = Array.from({ length: space }, (_, i) => (i === 0 ? [2, 1] : [0, 1]));
    for (const [padding, text, isMet] of [
      [1, 'padding <= 1', true],
      [2, 'padding <= 1', false],
      [sides, 'padding <= 2', true],
      [sides, 'pad: padding <= 1', false],
      [sides, 'padding >= 1', true],
    ] as const)
      expect(unmet(readRequirements([text]), padded(padding))?.text).toBe(isMet ? undefined : text);
  });

  it('[oracle-requires] is never asked otherwise, and is no code', async () => {
    const strict: Engine = {
      ...engine(['conv2d', 'maxPool2d'], {
        requires: ['groups = 1', 'conv2d: stride = 1 or dilation = 1', 'padding != same'],
      }),
      ops: {
        conv2d(call) {
          const { groups, stride, dilation, padding } = call.attributes as Record<string, number[]>;
          if (Number(groups) > 1 || /same/.test(String(padding))) throw new Error('was asked');
          if (stride.some((n) => n > 1) && dilation.some((n) => n > 1)) throw new Error('was asked');
          return forward(call);
        },
        maxPool2d: forward,
      },
    };
    const report = await checkEngine(strict, { ops: ['conv2d', 'maxPool2d'], cases: 40, brief: true });
    expect(report.clean).toBe(true);
    expect(report.engine.requires).toEqual(strict.requires);
    expect(report.operators[0].counts.pass).toBe(40);
    expect(Object.keys(report.operators[0].skipped)).toContain('requires groups = 1');
    expect((await checkEngine({ ...strict, requires: [] }, { ops: ['conv2d'], cases: 9, brief: true })).clean).toBe(
      false,
    );
  });

  it.each([
    [['groups'], 'statements such as'],
    [['groups = = 1'], 'statements such as'],
    [['groups = 1; rm'], 'statements such as'],
    [['x: groups = 1'], "'x'"],
    [['gruops = 1'], "'gruops = 1' must be about an operator that is offered, got 'gruops', which none of conv2d has"],
    [['maxPool2d: size = 3'], "got 'size', which none of maxPool2d has"],
    [['groups > 1000'], "must leave cases of conv2d, got none among 400: 'groups > 1000' excludes them"],
    [['groups = 1', 'groups > 1'], "must leave cases of conv2d, got none among 400 for 'groups = 1' and 'groups > 1'"],
    ['groups = 1', 'requires must be an array of statements'],
    [[3], 'requires must be an array of statements'],
  ])('[oracle-requires] is refused before anything runs: %j', (requires, message) => {
    expect(() => inProcess(engine(['conv2d'], { requires }))).toThrow(message);
  });
});

describe('padding in numbers', () => {
  const ops = [
    'conv2d',
    'depthwiseConv2d',
    'maxPool2d',
    'avgPool2d',
    'convTranspose2d',
    'conv1d',
    'locallyConnected2d',
  ];
  it.each(ops)('[oracle-engine] %s is asked without a word, and means the same', async (op) => {
    const layers: Record<string, unknown> = { ...toeplitz };
    const seen: unknown[] = [];
    const numbers: Engine = {
      name: 'e',
      same: 'numbers',
      ops: {
        [op]: (call) => {
          seen.push(call.attributes.padding);
          return (layers[op] as (a: unknown) => toeplitz.Layer)(call.attributes).forward(call.x, {
            ...(call.weight && { weight: call.weight }),
            ...(call.bias && { bias: call.bias }),
          });
        },
      },
    };
    if (layers[op] === undefined) Object.assign(layers, await import('../../../src/ops/local.ts'));
    const subject = inProcess(numbers);
    let answers = 0;
    for (let i = 0; i < 40; i++) {
      const c = drawCase(op, false, 3, i, subject);
      if (c.values === 'infinite') continue;
      const { verdict } = await ask(subject, c);
      expect(['pass', 'skip'], verdict.message).toContain(verdict.kind);
      if (verdict.kind === 'pass') answers++;
    }
    expect(answers).toBeGreaterThan(25);
    expect(seen.filter((padding) => typeof padding === 'string')).toEqual([]);
  });

  it('[oracle-engine] holds in the words of dialects too', () => {
    const c = parseCaseId('conv2d/n1h5w6c1_o1k2x3s1x2pud1x1g1b0/f32/exact/1');
    const { x } = operandsOf(c, layerOf(c));
    expect(x.shape).toEqual([1, 5, 6, 1]);
    const said = (dialect: Engine['dialect']) =>
      callOf({ ...inProcess(engine(['conv2d'], { dialect })), same: 'numbers' }, c).attributes;
    expect(said('onnx')).toMatchObject({ auto_pad: 'NOTSET', pads: [0, 0, 1, 1] });
    expect(said('tensorflow').padding).toEqual([
      [0, 0],
      [0, 1],
      [0, 1],
      [0, 0],
    ]);
  });

  it('[oracle-engine] same must be numbers, and a language one that can be written', () => {
    expect(() => inProcess(engine(['conv2d'], { same: 'words' }))).toThrow(
      "same must be 'numbers', got 'words' [oracle-engine]",
    );
    expect(() => inProcess(engine(['conv2d'], { language: 'cobol' }))).toThrow("got 'cobol' [oracle-engine]");
  });
});

it('[oracle-result] gradients that are none are refused, in whichever layout they were asked for', async () => {
  const c = drawCase('conv2d', true, 1, 0);
  for (const layout of [{}, { layout: { x: 'NCHW', weight: 'OIHW' } }] as const)
    for (const value of [null, undefined, 5, 'x']) {
      const given = { ...engine(['conv2d'], layout), gradients: { conv2d: () => value as never } };
      expect((await ask(inProcess(given), c)).verdict).toMatchObject({
        kind: 'wrong-type',
        message: expect.stringMatching(/^the gradient of x must be \{shape, data.* got undefined$/),
      });
    }
});

describe('a declaration that makes no sense', () => {
  it.each([
    [{ gradeints: {} }, "got 'gradeints' (did you mean 'gradients'?) [oracle-engine]"],
    [{ layouts: { x: 'NCHW' } }, "got 'layouts' (did you mean 'layout'?) [oracle-engine]"],
    [{ require: [] }, "(did you mean 'requires'?)"],
    [{ name: 5 }, 'engine: name must be a string, got 5 [oracle-engine]'],
    [{ name: '' }, "engine: name must have a character that can be seen, got '' [oracle-engine]"],
    [{ name: ' \u200b' }, 'engine: name must have a character that can be seen, got'],
    [{ version: 5 }, 'engine: version must be a string, got 5 [oracle-engine]'],
    [{ precision: 'float16' }, "engine: precision must be 'float32', the type of all tensors"],
    [{ gradients: 5 }, 'engine: gradients must be an object of functions, got 5 [oracle-engine]'],
    [{ gradients: { dense: 5 } }, 'engine: gradients.dense must be a function, got 5 [oracle-engine]'],
    [
      { traits: { winograd: { m: 2, r: 3 } } },
      'traits.winograd is about conv2d, which must be offered, got dense, relu [oracle-traits]',
    ],
    [{ traits: { fft: true } }, 'traits.fft is about conv1d, conv2d, conv3d, which must be offered'],
    [{ traits: { variance: 'one-pass' } }, 'traits.variance is about batchNorm'],
  ])('[oracle-engine] [oracle-traits] is refused before anything runs: %o', (more, message) => {
    expect(() => inProcess(engine(['dense', 'relu'], more))).toThrow(message);
  });

  it('[oracle-engine] [oracle-layout] nothing that is offered, and a layout of weights without any, are refused', () => {
    expect(() => inProcess({ name: 'e', ops: {} })).toThrow('must offer an operator, in ops or in gradients, got none');
    expect(() => inProcess(engine(['maxPool2d'], { layout: { weight: 'OIHW' } }))).toThrow(
      'layout.weight must belong to an operator that is offered, got none among maxPool2d [oracle-layout]',
    );
    expect(inProcess(engine(['depthwiseConv2d'], { layout: { weight: 'OIHW' } })).layout.weight).toBe('OIHW');
  });

  it('[oracle-campaign] operators of which none is offered are refused', async () => {
    await expect(checkEngine(engine(['dense']), { ops: ['relu'], brief: true })).rejects.toThrow(
      "must offer one of the operators that are asked, got ['relu'] [oracle-campaign]",
    );
  });

  it('[oracle-engine] members of its own are its own', () => {
    expect(inProcess(engine(['dense'], { opts: 3, device: 'cpu', close() {} })).name).toBe('e');
  });
});
