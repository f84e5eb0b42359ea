// Engines that misbehave: each is a finding, never an exception; and what the campaign makes of a finding.

import { describe, expect, it } from 'vitest';
import { type Tensor, tensor } from '../../src/index.ts';
import { drawCase } from '../../src/oracle/cases/draw.ts';
import { parseCaseId } from '../../src/oracle/cases/id.ts';
import { reduce } from '../../src/oracle/cases/reduce.ts';
import { layerOf, operandsOf } from '../../src/oracle/cases/tensors.ts';
import {
  type Call,
  checkEngine,
  type Engine,
  explain,
  type GradientCall,
  render,
  type Shard,
  skip,
} from '../../src/oracle/index.ts';
import { expectFailures, readLines } from '../../src/oracle/report/expected-failures.ts';
import { forward, gradient, ops, withFault } from './this-library.ts';

const findings = async (engine: Engine, op = 'conv2d', cases = 30) =>
  (await checkEngine(engine, { ops: [op], cases, brief: true })).operators[0].findings;
const kinds = async (fault: (call: Call) => unknown) =>
  (await findings(withFault('conv2d', fault))).map(({ kind }) => kind);

describe('an engine that misbehaves', () => {
  it.each([
    [
      'throws',
      () => {
        throw new Error('boom');
      },
      'error',
    ],
    [
      'throws no error',
      () => {
        throw 'boom';
      },
      'error',
    ],
    ['rejects', () => Promise.reject(new Error('later')), 'error'],
    ['gives nothing', () => undefined, 'wrong-type'],
    ['gives an array', (call: Call) => [...forward(call).data], 'wrong-type'],
    [
      'gives float64',
      (call: Call) => ({ ...forward(call), data: Float64Array.from(forward(call).data) }),
      'wrong-type',
    ],
    ['gives too few values', (call: Call) => ({ ...forward(call), data: forward(call).data.slice(1) }), 'wrong-shape'],
    [
      'gives a flat shape',
      (call: Call) => ({ shape: [forward(call).data.length], data: forward(call).data }),
      'wrong-shape',
    ],
  ])('[oracle-verdict] that %s has a finding', async (_, fault, kind) => {
    expect(await kinds(fault)).toEqual([kind]);
  });

  it('[oracle-probes] that changes its argument, gives it back, or keeps one output for all calls is found', async () => {
    const changes = (call: Call) => {
      const y = forward(call);
      call.x.data[0]++;
      return y;
    };
    const scratch = new Float32Array(100000);
    const keepsOne = (call: Call) => {
      const { shape, data } = forward(call);
      scratch.set(data);
      return { shape, data: scratch.subarray(0, data.length) };
    };
    expect(await kinds(changes)).toContain('changed-inputs');
    expect(await kinds((call) => ({ shape: call.x.shape, data: call.x.data }))).toContain('aliased');
    expect(await kinds(keepsOne)).toContain('stale');
  });

  it('[oracle-probes] that gives away the memory of its argument or of its result is found, and ends nothing', async () => {
    const givesAway = (buffer: ArrayBufferLike) => structuredClone(null, { transfer: [buffer as ArrayBuffer] });
    const takesX = (call: Call) => {
      const y = forward(call);
      givesAway(call.x.data.buffer);
      return y;
    };
    const takesY = (call: Call) => {
      const y = forward(call);
      givesAway(y.data.buffer);
      return y;
    };
    expect(await kinds(takesX)).toEqual(['changed-inputs']);
    const [finding] = await findings(withFault('conv2d', takesY));
    expect(finding.kind).toBe('wrong-type');
    expect(finding.verdict.message).toContain('got data a Float32Array whose buffer was transferred');
  });

  it('[oracle-probes] that gives other bits the second time, or reads past its view, is found', async () => {
    let calls = 0;
    const unstable = (call: Call) => {
      const y = forward(call);
      y.data[0] += calls++ % 2;
      return y;
    };
    const pastView = (call: Call) =>
      forward({ ...call, x: { ...call.x, data: new Float32Array(call.x.data.buffer, 0, call.x.data.length) } });
    expect((await findings(withFault('conv2d', unstable)))[0]).toMatchObject({
      kind: 'unstable',
      verdict: {
        message: expect.stringMatching(
          /second time: the first answer is \S+ at \[0, [\d, ]+\], the second answer \S+$/,
        ),
      },
    });
    expect((await findings(withFault('conv2d', pastView)))[0]).toMatchObject({
      kind: 'unstable',
      verdict: { message: expect.stringMatching(/x\.data\.buffer .*the first answer is .*, the second answer NaN\)$/) },
    });
  });

  it('[oracle-engine] that skips a case is not blamed, and its reasons are counted', async () => {
    const { status, counts, skipped } = (
      await checkEngine(
        withFault('conv2d', (call) => (call.attributes.groups === 1 ? forward(call) : skip('no groups'))),
        { ops: ['conv2d'], cases: 80, brief: true },
      )
    ).operators[0];
    expect(status).toBe('pass');
    expect(skipped).toEqual({ 'no groups': counts.skip });
    expect(counts.pass).toBe(80);
    expect(counts.skip).toBeGreaterThan(7);
  });

  it('[oracle-engine] that describes itself wrongly is refused before anything runs', async () => {
    const refusal = async (engine: unknown) =>
      Promise.resolve()
        .then(() => checkEngine(engine as Engine))
        .then(
          () => 'none',
          (error) => error.message,
        );
    expect(await refusal(undefined)).toContain('[oracle-engine]');
    expect(await refusal({ ops: {} })).toContain('name must be a string');
    expect(await refusal({ name: 'e', ops: { conv9d: forward } })).toContain("got 'conv9d' [oracle-engine]");
    expect(await refusal({ name: 'e', ops: { conv2d: 1 } })).toContain('must be a function, got 1');
    expect(await refusal({ name: 'e', ops: {}, dialect: 1 })).toContain(
      'dialect must be a string, got 1 [dialect-names]',
    );
    expect(await refusal({ name: 'e', ops: {}, traits: { padding: 'both' } })).toContain('[oracle-traits]');
    expect(await refusal({ name: 'e', ops: {}, layout: { x: 'NHCW' } })).toContain("got 'NHCW' [oracle-layout]");
    expect(await refusal({ name: 'e', ops: {}, layout: 'NCHW' })).toContain(
      "transposed, dense}, got 'NCHW' [oracle-layout]",
    );
    expect(await refusal({ name: 'e', ops: {}, layout: { input: 'NCHW' } })).toContain("got 'input' [oracle-layout]");
    const traits = (each: object) => refusal({ name: 'e', ops: {}, traits: each });
    expect(await traits({ precision: 'bfloat16' })).toContain("got 'bfloat16' [oracle-precision]");
    expect(await traits({ precision: { operands: 'fp8' } })).toContain("got operands: 'fp8' [oracle-precision]");
    expect(await traits({ winograd: { m: 6, r: 3 } })).toContain('got m: 6 [oracle-winograd]');
    expect(await traits({ winograd: { m: 2 } })).toContain('[oracle-winograd]');
    expect(await traits({ pading: 'skipped' })).toContain("got pading: 'skipped' [oracle-traits]");
  });

  it('[oracle-campaign] is not asked where an option has no such name', async () => {
    await expect(Promise.resolve().then(() => checkEngine({ name: 'e', ops }, { count: 3 } as never))).rejects.toThrow(
      "got 'count' [oracle-campaign]",
    );
  });

  it('[oracle-timeout] and whose promise never settles has not answered in time', async () => {
    const never = (call: Call) =>
      (call.attributes.dilation as number[]).some((d) => d > 1) ? new Promise<never>(() => {}) : forward(call);
    const engine = withFault('conv2d', never);
    const { operators } = await checkEngine(engine, { ops: ['conv2d'], cases: 40, timeout: 0.05, brief: true });
    expect(operators[0].counts.timeout).toBeLessThan(6);
    expect(operators[0].counts.pass! + operators[0].counts.timeout!).toBe(40);
    expect(Object.keys(operators[0].avoided!)).toEqual(['dilation > 1 on some axis']);
    expect(operators[0].findings.map(({ kind, verdict }) => [kind, verdict.message])).toEqual([
      ['timeout', 'no answer within 0.05 s'],
    ]);
    for (const timeout of [0, -1, NaN]) expect(() => checkEngine(engine, { timeout })).toThrow('above 0');
    expect(() => checkEngine(engine, { timeout: '3' } as never)).toThrow('[oracle-timeout]');
  });

  it('[oracle-traits] that promises nothing for NaN is not asked about it', async () => {
    const loses = (call: Call) =>
      forward({ ...call, x: { ...call.x, data: call.x.data.map((v) => (v === v ? v : -9)) } });
    expect(await findings(withFault('maxPool2d', loses), 'maxPool2d', 90)).toHaveLength(1);
    expect(await findings(withFault('maxPool2d', loses, { traits: { nan: 'free' } }), 'maxPool2d', 90)).toEqual([]);
  });
});

describe('the layout of an engine', () => {
  /** Reads a tensor whose axes stand in the order `axes`. */
  const permute = ({ shape, data }: Tensor, axes: number[]): Tensor => {
    const to = axes.map((axis) => shape[axis]);
    const result = tensor(to);
    const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
    for (let i = 0; i < data.length; i++) {
      let [rest, place] = [i, 0];
      for (let axis = to.length - 1; axis >= 0; axis--) {
        place += (rest % to[axis]) * strides[axes[axis]];
        rest = Math.floor(rest / to[axis]);
      }
      result.data[i] = data[place];
    }
    return result;
  };
  const last = (t: Tensor) => permute(t, [0, 2, 3, 1]);
  const first = (t: Tensor) => permute(t, [0, 3, 1, 2]);

  it('[oracle-layout] is converted on the way there and back', async () => {
    const own = (call: Call) => ({ ...call, x: last(call.x), weight: permute(call.weight!, [2, 3, 1, 0]) });
    const channelsFirst: Engine = {
      name: 'NCHW',
      layout: { x: 'NCHW', weight: 'OIHW' },
      ops: { conv2d: (call) => first(forward(own(call))) },
      gradients: {
        conv2d: (call) => {
          const { x, weight, bias } = gradient({ ...own(call), dy: last(call.dy) } as GradientCall);
          return { x: first(x!), weight: permute(weight!, [3, 2, 0, 1]), bias };
        },
      },
    };
    const { operators } = await checkEngine(channelsFirst, { ops: ['conv2d'], cases: 60, brief: true });
    expect(operators.map(({ counts }) => counts)).toEqual([{ pass: 60 }, { pass: 60 }]);
    expect(await findings({ ...channelsFirst, layout: {} })).not.toEqual([]);
  });
});

describe('a campaign', () => {
  const dropsTap = withFault('conv2d', (call) => {
    const weight = { ...call.weight!, data: call.weight!.data.slice() };
    if (call.weight!.shape[1] > 2) weight.data.fill(0, weight.data.length - weight.shape[2] * weight.shape[3]);
    return forward({ ...call, weight });
  });

  it('[oracle-reduce] ends at the smallest case, whose id makes it again', async () => {
    const [finding] = await findings(dropsTap);
    const { layer, x, weight, bias } = explain(finding.id);
    expect(layer.attributes).toMatchObject({
      filters: 1,
      size: [1, 3],
      stride: [1, 1],
      padding: 'valid',
      dilation: [1, 1],
      groups: 1,
      bias: false,
    });
    expect(x.shape).toEqual([1, 1, 3, 1]);
    expect([...x.data]).toEqual([0, 0, 1]);
    expect([...weight!.data]).toEqual([0, 0, 1]);
    expect(bias).toBeUndefined();
    expect(finding.verdict.first).toEqual({ index: [0, 0, 0, 0], expected: 1, got: 0, bound: 0 });
  });

  it('[oracle-reduce] asks a bounded number of questions', async () => {
    let calls = 0;
    await findings(
      withFault('conv2d', () => {
        calls++;
        return undefined;
      }),
      'conv2d',
      1,
    );
    expect(calls).toBeLessThan(2 * 600);
  });

  it('[oracle-reduce] goes on where the engine ends at every failure, and says what was not asked', async () => {
    const ends = withFault('conv2d', (call) => {
      if ((call.attributes.groups as number) > 1) throw Object.assign(new Error('gone'), { name: 'Crash' });
      return forward(call);
    });
    const report = await checkEngine(ends, { ops: ['conv2d'], cases: 60, brief: true });
    const { counts, avoided, findings } = report.operators[0];
    expect(findings.map(({ id }) => id)).toEqual(['conv2d/n1h1w1c2_o2k1x1s1x1pvd1x1g2b0/f32/given/x=0,0;weight=0,0']);
    expect(counts.crash! + counts.pass!).toBe(60);
    expect(render(report)).toContain(`  conv2d: groups > 1: ${avoided!['groups > 1']} cases not asked\n`);
  });

  it('[campaign-cases] asks the cases that are named alone, and shows them as they are', async () => {
    const id = 'conv2d/n2h7w5c6_o4k3x4s2x1p1.0.2.1d1x1g2b1/f32/exact/42';
    const right = 'conv2d/n2h7w5c6_o4k3x1s2x1p1.0.2.1d1x1g2b1/f32/exact/42';
    const report = await checkEngine(dropsTap, { case: [right, id] });
    const [{ op, cases, counts, findings }] = report.operators;
    expect([report.case, op, cases, counts]).toEqual([[right, id], 'conv2d', 2, { pass: 1, fail: 1 }]);
    expect(findings).toMatchObject([{ kind: 'fail', cases: [id], id, seenAs: id }]);
    expect(render(report)).toMatch(new RegExp(`^${dropsTap.name}: case ${right}, ${id}\n[^]*\n  case ${id}\n$`));
    expect((await checkEngine(dropsTap, { case: [right] })).clean).toBe(true);
    const lines = readLines('list', 'conv2d: fail\nmaxPool2d: fail');
    expect(expectFailures(report, lines).unmet).toEqual([]);
  });

  it('[campaign-cases] refuses cases that cannot be asked, and other settings beside them', async () => {
    const id = 'conv2d/n2h7w5c6_o4k3x1s2x1p1.0.2.1d1x1g2b1/f32/exact/42';
    const refusal = (options: object, engine: Engine = dropsTap) =>
      checkEngine(engine, options).then(
        () => 'none',
        (error: Error) => error.message,
      );
    const clause = '[campaign-cases]';
    for (const options of [{ case: id }, { case: [] }, { case: [id], ops: ['conv2d'] }, { case: [id], seed: 1 }])
      expect(await refusal(options)).toContain(clause);
    expect(await refusal({ case: ['conv2d'] })).toContain('[oracle-caseid]');
    expect(await refusal({ case: [id.replace('2d', '2d+gradient')] }, { name: 'no gradients', ops })).toContain(clause);
    expect(
      await refusal({ case: [id] }, { ...dropsTap, ops: { conv2d: dropsTap.ops.conv2d }, dialect: 'torch' }),
    ).toContain(`the nearest ${id.replace('p1.0.2.1', 'p1.1.2.2')}, got`);
  });

  it('[oracle-report] says how to skip, and how to promise nothing for NaN', async () => {
    const textOf = async (fault: (call: Call) => unknown, op = 'conv2d') =>
      render(await checkEngine(withFault(op, fault), { ops: [op], cases: 40, brief: true }));
    const refuses = (message: string) => (call: Call) => {
      if ((call.attributes.groups as number) > 1) throw new Error(message);
      return forward(call);
    };
    expect(await textOf(refuses('groups not supported'))).toContain("an error of the name 'Skip'");
    expect(await textOf(refuses('index out of range'))).not.toContain('Skip');
    const lost = (call: Call) => {
      const { shape, data } = forward(call);
      return { shape, data: data.map((each) => (each === each ? each : 0)) };
    };
    expect(await textOf(lost, 'maxPool2d')).toContain("traits: { nan: 'free' }");
    expect(
      await textOf((call) => ({ ...forward(call), data: forward(call).data.map((each) => each + 1) })),
    ).not.toContain("nan: 'free'");
  });

  it('[oracle-reduce] takes no time that it is not given', async () => {
    const start = parseCaseId('conv2d/n2h7w5c6_o4k3x2s2x1p1.0.2.1d1x2g2b1/f32/exact/42');
    let calls = 0;
    const fails = async () => ++calls > 0;
    expect((await reduce(start, fails, { calls: 600, seconds: 0 }))[1]).toEqual(start);
    expect(calls).toBe(0);
  });

  it('[campaign-brief] asks nothing more about failures, which are named and reduced all the same', async () => {
    let calls = 0;
    const counted = withFault('conv1d', (call) => {
      calls++;
      const weight = { ...call.weight!, data: call.weight!.data.slice() };
      const [taps, C, O] = weight.shape;
      if (taps > 2) weight.data.fill(0, weight.data.length - C * O);
      return forward({ ...call, weight });
    });
    const [whole] = (await checkEngine(counted, { ops: ['conv1d'], cases: 40 })).operators;
    const asked = calls;
    calls = 0;
    const [brief] = (await checkEngine(counted, { ops: ['conv1d'], cases: 40, brief: true })).operators;
    expect(calls).toBeLessThan((3 / 4) * asked);
    expect([whole.findings[0].where, whole.findings[0].instead]).not.toContain(undefined);
    expect(brief.findings.map(({ where, instead }) => [where, instead])).toEqual([[undefined, undefined]]);
    expect(brief.findings[0].id).toContain('/given/');
    expect(brief.counts).toEqual(whole.counts);
    await expect(checkEngine(counted, { brief: 1 as unknown as boolean })).rejects.toThrow('[campaign-brief]');
  });

  it('[oracle-cases] asks the same of every run, and other cases for another seed', async () => {
    const asked = async (seed: number) => {
      const list: string[] = [];
      const engine = withFault('conv2d', (call) => {
        list.push(JSON.stringify([call.attributes, call.x.shape, call.x.data[0]]));
        return forward(call);
      });
      await checkEngine(engine, { ops: ['conv2d'], cases: 40, seed, brief: true });
      return list;
    };
    const [first, again, other] = [await asked(5), await asked(5), await asked(6)];
    expect(again).toEqual(first);
    expect(other.filter((each) => first.includes(each)).length).toBeLessThan(other.length / 2);
  });

  it('[oracle-cases] draws axes independently: both orders of sizes, four different pads, stride above size', async () => {
    const calls: Call[] = [];
    await checkEngine(
      withFault('conv2d', (call) => {
        calls.push(call);
        return forward(call);
      }),
      { ops: ['conv2d'], cases: 100, brief: true },
    );
    const has = (
      test: (call: Call & { attributes: { size: number[]; stride: number[]; padding: unknown } }) => boolean,
    ) => calls.some(test as (call: Call) => boolean);
    expect(has(({ x }) => x.shape[1] < x.shape[2]) && has(({ x }) => x.shape[1] > x.shape[2])).toBe(true);
    expect(has(({ attributes: a }) => a.size[0] < a.size[1]) && has(({ attributes: a }) => a.size[0] > a.size[1])).toBe(
      true,
    );
    expect(has(({ attributes: a }) => Array.isArray(a.padding) && new Set(a.padding.flat()).size === 4)).toBe(true);
    expect(has(({ attributes: a }) => a.padding === 'same-upper' && a.stride[0] > a.size[0] && a.size[1] > 1)).toBe(
      true,
    );
  });

  it('[oracle-caseid] gives the same case as before it was written', () => {
    const id = 'conv2d/n2h7w5c6_o4k3x2s2x1p1.0.2.1d1x2g2b1/f32/exact/42';
    const { layer, x, weight } = explain(id);
    expect(layer.attributes).toMatchObject({
      filters: 4,
      size: [3, 2],
      stride: [2, 1],
      padding: [
        [1, 0],
        [2, 1],
      ],
      dilation: [1, 2],
      groups: 2,
      bias: true,
    });
    expect([x.shape, weight!.shape]).toEqual([
      [2, 7, 5, 6],
      [3, 2, 3, 4],
    ]);
    expect([...x.data.slice(0, 6)]).toMatchInlineSnapshot(`
      [
        5,
        4,
        8,
        -5,
        9,
        -5,
      ]
    `);
    for (const bad of ['', 'conv2d', id.replace('f32', 'f16'), id.replace('n2', 'n0'), id.replace('exact', 'odd')])
      expect(() => explain(bad)).toThrow('[oracle-caseid]');
    expect(() => explain(id.replace('conv2d', 'conv7d'))).toThrow('[oracle-operators]');
  });

  it('[oracle-values] fills tensors as the id says', () => {
    const x = (values: string) => [...explain(`maxPool1d/n1w40c1_k2s2pvd1e0/f32/${values}/7`).x.data];
    expect(x('exact').every((v) => Number.isInteger(v) && v !== 0 && Math.abs(v) <= 9)).toBe(true);
    expect(x('negative').every((v) => v < 0)).toBe(true);
    expect(new Set(x('distinct')).size).toBe(40);
    expect(x('nan').filter(Number.isNaN)).toHaveLength(1);
    expect(new Set(x('ones'))).toEqual(new Set([1]));
    expect(x('real').some((v) => !Number.isInteger(v))).toBe(true);
  });

  it('[oracle-caseid] is explained with the NaN and infinities that an engine must give', () => {
    const y = (values: string) => [...explain(`dense/n1c2_u1b0/f32/given/${values}`).expected.y.data];
    expect(y('x=1,NaN;weight=3,4')).toEqual([NaN]);
    expect(y('x=1,-2;weight=3,Infinity')).toEqual([-Infinity]);
    expect(y('x=1,2;weight=3,4')).toEqual([11]);
  });

  it('[oracle-campaign] reports operators that are not offered, and refuses options that are wrong', async () => {
    const report = await checkEngine({ name: 'one', ops: { avgPool2d: forward } }, { cases: 5, brief: true });
    expect(Object.fromEntries(report.operators.map(({ op, status }) => [op, status]))).toEqual({
      conv2d: 'not offered',
      depthwiseConv2d: 'not offered',
      maxPool2d: 'not offered',
      avgPool2d: 'pass',
    });
    const engine = { name: 'own', ops };
    await expect(checkEngine(engine, { cases: 0, brief: true })).rejects.toThrow('got 0 [oracle-campaign]');
    await expect(checkEngine(engine, { seed: 0.5, brief: true })).rejects.toThrow('[oracle-campaign]');
    await expect(checkEngine(engine, { ops: ['conv'], brief: true })).rejects.toThrow("got 'conv' [oracle-operators]");
  });

  it('[campaign-shards] parts ask together what the whole asks, each case once', async () => {
    const keyOf = ({ shape, data }: Tensor) => JSON.stringify([shape, ...data]);
    const drawn = Array.from({ length: 40 }, (_, i) => drawCase('conv2d', false, 1, i));
    const questions = new Set(drawn.map((c) => keyOf(operandsOf(c, layerOf(c)).x)));
    const asked = async (shard?: Shard) => {
      const calls = new Set<string>();
      const recording = withFault('conv2d', (call) => {
        calls.add(keyOf(call.x));
        return forward(call);
      });
      const { operators } = await checkEngine(recording, { ops: ['conv2d'], cases: 40, shard, brief: true });
      const list = [...calls].filter((each) => questions.has(each)); // the others are probes (oracle-history)
      expect(operators[0].counts.pass ?? 0).toBe(list.length);
      return list;
    };
    const parts = await Promise.all([1, 2, 3].map((index) => asked({ index, of: 3 })));
    expect(parts.every((part) => part.length > 0)).toBe(true);
    expect(parts.flat().sort()).toEqual((await asked()).sort());
    for (const shard of [
      { index: 4, of: 3 },
      { index: 0, of: 1 },
      { index: 1, of: 0.5 },
    ])
      await expect(asked(shard)).rejects.toThrow('[campaign-shards]');
  });

  it('[campaign-shards] a part replaces what is skipped by its own', async () => {
    const fussy = withFault('conv2d', (call) => (call.attributes.groups === 1 ? forward(call) : skip('no groups')));
    const parts = await Promise.all(
      [1, 2].map((index) => checkEngine(fussy, { ops: ['conv2d'], cases: 40, shard: { index, of: 2 } })),
    );
    const [a, b] = parts.map(({ operators }) => operators[0].counts);
    expect(a.pass! + b.pass!).toBe(40);
    expect(a.skip! + b.skip!).toBeGreaterThan(0);
  });

  it('[oracle-campaign] stops when told to', async () => {
    const controller = new AbortController();
    const onProgress = ({ done }: { done: number }) => done === 7 && controller.abort();
    const { operators, clean, interrupted } = await checkEngine(
      { name: 'own', ops },
      { ops: ['maxPool2d'], signal: controller.signal, onProgress, brief: true },
    );
    expect(operators[0]).toMatchObject({ cases: 7, status: 'not finished', counts: { pass: 7 } });
    expect({ clean, interrupted }).toEqual({ clean: false, interrupted: true });
  });

  it('[oracle-report] reads as a table and a paragraph per finding', async () => {
    const text = render(await checkEngine(dropsTap, { ops: ['conv2d', 'maxPool2d'], cases: 30, brief: true }));
    expect(text).toMatch(/^conv2d +30 /m);
    expect(text).toMatch(/^maxPool2d +30 +30 +0 +0 +0 +pass$/m);
    expect(text).toContain('first at [0, 0, 0, 0]: expected 1 exactly, got 0');
    expect(text).toContain('const weight = tensor([1, 3, 1, 1], [0, 0, 1]);');
    expect(text).toMatch(/case conv2d\/n1h1w3c1_o1k1x3s1x1pvd1x1g1b0\/f32\/given/);
  });
});
