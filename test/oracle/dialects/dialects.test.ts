// Dialects: engines that speak one pass, engines that declare another are told which, and mistakes keep their names.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Tensor } from '../../../src/index.ts';
import { mirroredAxes } from '../../../src/ops/conv-transpose.ts';
import { callOf } from '../../../src/oracle/ask/ask.ts';
import type { Case } from '../../../src/oracle/case.ts';
import { drawCase } from '../../../src/oracle/cases/draw.ts';
import { caseId } from '../../../src/oracle/cases/id.ts';
import { isPossible, layerOf, operandsOf, shapeOf } from '../../../src/oracle/cases/tensors.ts';
import { toOurs, toTheirs } from '../../../src/oracle/dialects/layout.ts';
import { countsOf, layoutKeyOf, nearestIn } from '../../../src/oracle/dialects/translate.ts';
import { averageFamily } from '../../../src/oracle/families/average.ts';
import { convFamily } from '../../../src/oracle/families/conv.ts';
import { denseFamily } from '../../../src/oracle/families/dense.ts';
import { familyOf } from '../../../src/oracle/families/index.ts';
import { transposedFamily } from '../../../src/oracle/families/transposed.ts';
import {
  type Call,
  checkEngine,
  type DialectName,
  dialects,
  type Engine,
  render,
  skip,
} from '../../../src/oracle/index.ts';
import type { WindowedCase } from '../../../src/oracle/windows/case.ts';
import { numbersOf as padsOf } from '../../../src/oracle/windows/window-words.ts';
import { isSlow, some } from '../../some.ts';
import { ourCall, readers, speaker } from '../speakers.ts';
import { forward } from '../this-library.ts';

const names = Object.keys(dialects) as DialectName[];
const foreign = names.filter((name) => name !== 'toeplitz');

const drawn = fc
  .record({ name: fc.constantFrom(...names), i: fc.nat(2000), seed: fc.nat(2000), gradient: fc.boolean() })
  .chain(({ name, ...rest }) =>
    fc.constantFrom(...dialects[name].operators).map((op) => ({ name, op, ...rest, plain: drawPlain(op, rest) })),
  );
const drawPlain = (op: string, { i, seed, gradient }: { i: number; seed: number; gradient: boolean }): WindowedCase =>
  drawCase(op, gradient, seed, i) as WindowedCase;
const nearestTo = (name: DialectName, c: WindowedCase): WindowedCase => nearestIn(name, c) as WindowedCase;
const tensorsOf = (c: WindowedCase): [string, Tensor][] =>
  Object.entries(operandsOf(c, layerOf(c)) as Record<string, Tensor>);
const numbersOf = (c: WindowedCase) =>
  familyOf(c.op) === transposedFamily ? padsOf(c, () => mirroredAxes(c.op, c, c.space)) : padsOf(c);

const hasWindow = (c: WindowedCase): boolean => 'size' in layerOf(c).attributes;

/** The padding of each side, and the value only where there is one. */
const padMeaning = (c: WindowedCase) => {
  const { padding, mode, value } = layerOf(c).attributes as { padding: unknown; mode: string; value: number };
  const pairs = shapeOf(c)
    .slice(1, -1)
    .map((_, i) => (Array.isArray(padding) ? padding[i] : padding))
    .map((each) => (Array.isArray(each) ? each : [each, each]));
  return [shapeOf(c), pairs, mode, mode === 'constant' ? value : 0];
};

/** Operators of which several attributes say the same: what they make of whole numbers. */
const told = new Set(['upsample', 'slice', 'globalAvgPool', 'globalMaxPool', 'globalLpPool']);
const resultMeaning = (c: WindowedCase) => {
  const shape = shapeOf(c);
  const x = Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i);
  return [shape, [...layerOf(c).forward({ shape, data: x }, {}).data]];
};

/** What decides the result of a case: padding as numbers, whatever word stands for it; what is repeated shows in the shapes of parameters. */
const meaning = (c: WindowedCase) => {
  if (c.op === 'pad') return padMeaning(c);
  if (told.has(c.op)) return resultMeaning(c);
  if (!hasWindow(c)) {
    const own = layerOf(c).attributes as { shared?: boolean; repeated?: string; axis?: number };
    const { shared: _, repeated: __, axis = 0, ...attributes } = own;
    return [shapeOf(c), (axis + shapeOf(c).length) % shapeOf(c).length, attributes, layerOf(c).params(shapeOf(c))];
  }
  const plain: WindowedCase = { ...c, padding: numbersOf(c), ceil: false };
  return [shapeOf(c), layerOf(plain).attributes, c.ceil];
};

describe('a case in a dialect', () => {
  it('[dialect-attributes] means what it meant when the attributes are read back as the library documents them', () => {
    fc.assert(
      fc.property(drawn, ({ name, op, plain }) => {
        const c = nearestTo(name, plain);
        fc.pre(isPossible(c) && op !== 'dense');
        const call = callOf({ dialect: name, layout: dialects[name].layout }, c);
        const { attributes, x, ...rest } = ourCall(name, call);
        const given = op === 'selectChannels' ? { select: attributes.channels } : attributes;
        const groups = op === 'groupNorm' ? attributes.groups : c.groups;
        const again = { ...c, ...given, filters: c.filters, groups } as WindowedCase;
        expect(meaning(again)).toEqual(meaning(c));
        for (const [part, each] of tensorsOf(c)) if (part !== 'dy') expect({ x, ...rest }[part]).toEqual(each);
      }),
      { numRuns: 500 },
    );
  });

  it('[dialect-cases] is one that the dialect can say, and is left alone if it already is', () => {
    fc.assert(
      fc.property(drawn, ({ name, op, plain }) => {
        const c = nearestTo(name, plain);
        fc.pre(isPossible(c));
        expect(nearestIn(name, c)).toBe(c);
        const { limits } = dialects[name];
        const family = familyOf(op);
        if (limits.sides === 'equal' && family !== denseFamily && op !== 'pad' && Array.isArray(c.padding))
          for (const [before, after] of c.padding) expect(before).toBe(after);
        if (family === convFamily && !limits.groups) expect(c.groups).toBe(1);
        if (limits.same === 'upper' || limits.same === 'none') expect(c.padding).not.toBe('same-lower');
        if (family === averageFamily && limits.countPadding === 'never') expect(c.countPadding).toBe(false);
        if (dialects[name].conventions.ceil === 'none') expect(c.ceil ?? false).toBe(false);
        expect(nearestIn('toeplitz', plain)).toBe(plain);
      }),
      { numRuns: 500 },
    );
  });

  it('[oracle-layout] comes back from the layout of the dialect as it went', () => {
    fc.assert(
      fc.property(drawn, ({ name, plain }) => {
        const { layout } = dialects[name];
        for (const [part, each] of tensorsOf(plain)) {
          const key = layoutKeyOf(plain, part);
          const theirs = toTheirs(key, each, layout, countsOf(plain));
          expect(toOurs(key, theirs, layout, each.shape.length, countsOf(plain))).toEqual(each);
        }
      }),
    );
  });
});

describe('an engine that speaks a dialect', () => {
  /** What a case says, coarsely and in our words: words and flags as they are, and of a list whether its numbers differ. */
  const wordsOf = (c: Case): string[] =>
    Object.entries(layerOf(c).attributes).map(([word, value]) => {
      const list = Array.isArray(value) ? value.flat() : [];
      const said = typeof value === 'number' ? value > 1 : value;
      return `${word}: ${list.length > 0 ? list.some((each) => each !== list[0]) : said}`;
    });

  /** Of the first cases that a campaign draws, those that say something which none before has said. */
  const tellingCases = (name: DialectName, op: string, gradient: boolean, seed: number): string[] => {
    const said = new Set<string>();
    return Array.from({ length: 24 }, (_, i) => drawCase(op, gradient, seed, i, { dialect: name, traits: {} })).flatMap(
      (c) => {
        if (c.reject || !isPossible(c)) return [];
        const before = said.size;
        for (const word of ['any', ...wordsOf(c)]) said.add(word);
        return said.size > before ? [caseId(c)] : [];
      },
    );
  };

  // The first cases are plain ones, in which dialects hardly differ. dialects.campaign.ts asks each of them 36 of any kind.
  it.each(foreign.map((name, i) => [name, i + 1] as const))(
    '[dialect-results] is right in all operators and gradients: %s, seed %i',
    async (name, seed) => {
      // What a dialect says of an operator another says much alike: a third of them each, other ones.
      const operators = dialects[name].operators.filter((_, i) => isSlow || i % 3 === seed % 3);
      const ids = operators.flatMap((op) =>
        [false, true].flatMap((gradient) => tellingCases(name, op, gradient, seed)),
      );
      const report = await checkEngine(speaker(name), { case: ids });
      expect(report.engine.dialect).toBe(name);
      expect(render(report)).not.toContain('✗');
      for (const { op, counts, wanted } of report.operators)
        expect({ op, counts }).toEqual({ op, counts: { pass: wanted } });
      expect(report.operators).toHaveLength(2 * operators.length);
    },
  );

  const pairs = names.flatMap((name) => names.filter((other) => other !== name).map((other) => [name, other] as const));
  it.each(some(pairs, 5))('[dialect-other] is told so where it speaks %s and declares %s', async (name, declared) => {
    const engine = speaker(name, { declared });
    const settings = { cases: 40, shard: { index: 1, of: 2 }, brief: true };
    const { operators } = await checkEngine(engine, { ops: ['conv2d', 'avgPool2d'], ...settings });
    for (const { findings } of operators) {
      expect(findings).toHaveLength(1);
      expect(findings[0]).toMatchObject({ kind: 'wrong-dialect', dialects: [name] });
    }
  });

  it('[dialect-other] is told so in words too', async () => {
    const engine = speaker('torch', { declared: 'onnx' });
    const report = await checkEngine(engine, { ops: ['conv2d'], cases: 20, brief: true });
    const text = render(report);
    expect(text).toMatch(/^speaks torch, dialect onnx: seed 1/);
    expect(text).toContain('right on these cases when asked in the dialect of torch; the engine declares onnx');
    expect(text).toMatch(/^ {4}\/\/ onnx: \{ kernel_shape: \[1, 1\], strides/m);
    expect(render(report, 'tap')).toContain('asked in the dialect of torch');
  });

  const rules = [
    ['caffe', 'toeplitz'],
    ['webnn', 'toeplitz'],
    ['torch', 'caffe'],
    ['onnx', 'webnn'],
  ] as const;
  it.each(some(rules, 2))(
    '[dialect-other] is named by its rule for ceil: that of %s, in the attributes of %s',
    async (name, declared) => {
      const { ceil } = dialects[name].conventions;
      const engine = speaker(declared, { rule: ceil });
      const { findings } = (await checkEngine(engine, { ops: ['maxPool2d'], cases: 150, brief: true })).operators[0];
      expect(findings).toHaveLength(1);
      expect(findings[0]).toMatchObject({ kind: 'wrong-dialect' });
      expect(findings[0].dialects).toEqual(names.filter((each) => dialects[each].conventions.ceil === ceil));
      expect(findings[0].mistake).toMatch(ceil === 'drop' ? /^ceil dropped/ : /^ceil kept/);
    },
  );

  const mistakes: [name: RegExp, op: string, change: (call: Call) => Call][] = [
    [
      /strides of the axes were exchanged/,
      'conv2d',
      (call) => changed(call, { stride: (call.attributes.stride as number[]).toReversed() }),
    ],
    [/padding were ignored/, 'depthwiseConv2d', (call) => changed(call, { padding: 'valid' })],
    [/images after the first stayed 0|every image were the first/, 'maxPool2d', (call) => firstImage(call)],
  ];
  it.each(
    some(
      foreign.flatMap((name) => mistakes.map((each) => [name, ...each] as const)),
      3,
    ),
  )('[oracle-mistakes] and makes a mistake hears its name: %s, %s', async (name, mistake, op, change) => {
    const { findings } = (await checkEngine(speaker(name, { change }), { ops: [op], cases: 36, brief: true }))
      .operators[0];
    expect(findings[0].mistake).toMatch(mistake);
    expect(findings[0].kind).not.toBe('wrong-dialect');
  });
});

const changed = (call: Call, attributes: Call['attributes']): Call => ({
  ...call,
  attributes: { ...call.attributes, ...attributes },
});

const firstImage = (call: Call): Call => {
  const image = call.x.data.length / call.x.shape[0];
  return { ...call, x: { shape: call.x.shape, data: call.x.data.map((_, i) => call.x.data[i % image]) } };
};

describe('what an engine declares', () => {
  it('[oracle-layout] may be the layouts of TensorFlow Lite, in which a depthwise weight is [1, ...size, filters]', async () => {
    const shapes = new Map<string, Call>();
    const see = (call: Call): Tensor => {
      shapes.set(call.op, call);
      return skip('only looks');
    };
    const layout = { weight: 'OHWI', depthwise: 'IHWO' };
    const engine: Engine = { name: 'lite', dialect: 'tensorflow', layout, ops: { conv2d: see, depthwiseConv2d: see } };
    await checkEngine(engine, { ops: ['conv2d', 'depthwiseConv2d'], cases: 1, brief: true });
    const [conv, depthwise] = [shapes.get('conv2d')!, shapes.get('depthwiseConv2d')!];
    expect(conv.weight!.shape[3]).toBe(conv.x.shape[3]);
    expect(depthwise.weight!.shape[0]).toBe(1);
    expect(depthwise.weight!.shape[3] % depthwise.x.shape[3]).toBe(0);
  });

  it('[dialect-names] must be a known dialect that has the operators', async () => {
    const refusal = (engine: object) => () => checkEngine({ name: 'e', ops: {}, ...engine } as Engine);
    expect(refusal({ dialect: 'keras' })).toThrow("got 'keras' [dialect-names]");
    expect(refusal({ dialect: 'webnn', ops: { conv1d: forward } })).toThrow("got 'conv1d' [dialect-names]");
  });

  it('[dialect-names] is data, frozen to the last member', () => {
    const visit = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      expect(Object.isFrozen(value)).toBe(true);
      Object.values(value).forEach(visit);
    };
    visit(dialects);
  });

  it('[oracle-layout] may be another layout than that of the dialect', async () => {
    const conv2d = (call: Call): Tensor => {
      const { attributes, weight, bias } = call;
      expect([attributes.inputLayout, attributes.filterLayout]).toEqual(['nhwc', 'hwio']);
      const window = readers.webnn(attributes as never, call, weight!.shape.slice(0, 2));
      return forward({
        ...call,
        attributes: { ...given(window), filters: weight!.shape[3], bias: bias !== undefined },
      });
    };
    const engine: Engine = { name: 'last', dialect: 'webnn', layout: { x: 'NHWC', weight: 'HWIO' }, ops: { conv2d } };
    expect((await checkEngine(engine, { ops: ['conv2d'], cases: 20, brief: true })).operators[0].counts).toEqual({
      pass: 20,
    });
  });
});

const given = ({ size, stride, padding, dilation, groups }: ReturnType<typeof readers.webnn>) => ({
  size,
  stride,
  padding,
  dilation,
  groups,
});
