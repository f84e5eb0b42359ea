// What an oracle once said wrongly of engines, each with the engine: an explanation must predict, not merely fit.

import { describe, expect, it } from 'vitest';
import { fromBfloat16, toBfloat16 } from '../../../src/formats/float16.ts';
import { type Tensor, tensor } from '../../../src/index.ts';
import { ask } from '../../../src/oracle/ask/ask.ts';
import type { Case } from '../../../src/oracle/case.ts';
import { drawCase } from '../../../src/oracle/cases/draw.ts';
import { layerOf as layerOfCase, operandsOf } from '../../../src/oracle/cases/tensors.ts';
import { readLayout } from '../../../src/oracle/dialects/layout.ts';
import type { EngineUnderTest } from '../../../src/oracle/engine-under-test.ts';
import { dialectsOf } from '../../../src/oracle/findings/other-dialects.ts';
import {
  type Call,
  checkEngine,
  type Engine,
  type GradientCall,
  render,
  type Traits,
} from '../../../src/oracle/index.ts';
import { forward, gradient } from '../this-library.ts';

type Round = (value: number) => number;
const bfloat16: Round = (value) => fromBfloat16(toBfloat16(value));
const rounded = ({ shape, data }: Tensor, round: Round): Tensor => ({ shape, data: Float32Array.from(data, round) });
const changed = ({ shape, data }: Tensor, change: Round): Tensor => ({ shape, data: Float32Array.from(data, change) });

const report = async (op: string, run: (call: Call) => unknown, cases = 120, traits: Traits = {}, brief = true) =>
  (
    await checkEngine(
      { name: 'tried', traits, ops: { [op]: run as Engine['ops'][string] } },
      { ops: [op], cases, brief },
    )
  ).operators[0];
const findings = async (...args: Parameters<typeof report>) => (await report(...args)).findings;

/** A dense layer that adds its products one after the other, rounded by `add` each time. */
const summed =
  (add: Round, terms: (all: number) => number = (all) => all) =>
  ({ x, weight, bias }: Call): Tensor => {
    const [N, C] = x.shape;
    const O = weight!.shape[1];
    const y = tensor([N, O]);
    for (let i = 0; i < y.data.length; i++) {
      const [n, o] = [Math.floor(i / O), i % O];
      let sum = 0;
      for (let c = 0; c < terms(C); c++) sum = add(sum + add(x.data[n * C + c] * weight!.data[c * O + o]));
      y.data[i] = add(sum + (bias?.data[o] ?? 0));
    }
    return y;
  };
const { fround } = Math;
const word = new DataView(new ArrayBuffer(8));
/** A float64 result cut off to `bits` digits. */
const cutTo =
  (bits: number): Round =>
  (value) => {
    word.setFloat64(0, value);
    word.setBigUint64(0, (word.getBigUint64(0) >> BigInt(53 - bits)) << BigInt(53 - bits));
    return word.getFloat64(0);
  };
const toNearest =
  (bits: number): Round =>
  (value) => {
    const cut = cutTo(bits)(value);
    const next = cutTo(bits)(value + (value - cut));
    return Math.abs(next - value) < Math.abs(value - cut) ? next : cut;
  };

describe('narrow arithmetic', () => {
  it('[oracle-profile] is not advised for the dropped tail of a long sum', async () => {
    const found = await findings(
      'dense',
      summed(fround, (all) => Math.min(all, 32)),
      120,
      {},
      false,
    );
    expect(found.map(({ kind }) => kind)).toEqual(['fail']);
    expect(found[0].where?.text).toMatch(/> 32$/);
  });

  it('[oracle-profile] is not advised for operands of which others are exact', async () => {
    const run = (call: Call): Tensor =>
      call.x.shape[0] > 1
        ? forward({ ...call, x: rounded(call.x, toNearest(11)), weight: rounded(call.weight!, toNearest(11)) })
        : forward(call);
    const [{ kind, closeness }] = await findings('dense', run);
    expect(kind).toBe('fail');
    expect(closeness).toBeGreaterThan(1e-5);
  });

  it('[oracle-profile] keeps its failures apart from those of NaN', async () => {
    const run = (call: Call): Tensor => {
      const { x, weight, bias } = call;
      const y = forward({
        ...call,
        x: rounded(x, bfloat16),
        weight: rounded(weight!, bfloat16),
        ...(bias && { bias: rounded(bias, bfloat16) }),
      });
      return changed(y, (v) => (v === v ? v : 0));
    };
    const kinds = (await findings('conv1d', run, 150)).map(({ kind, profile }) => [kind, profile]);
    expect(kinds).toContainEqual(['wrong-profile', { precision: { operands: 'bfloat16' } }]);
    expect(kinds).toContainEqual(['fail', undefined]);
    expect(kinds).toHaveLength(2);
  });

  it('[oracle-precision] takes either of two cells for the largest that it cannot tell apart', async () => {
    const engine: Engine = {
      name: 'bfloat16',
      traits: { precision: { operands: 'bfloat16' } },
      ops: { maxPool1d: (call) => forward({ ...call, x: rounded(call.x, bfloat16) }) },
      gradients: { maxPool1d: (call: GradientCall) => gradient({ ...call, x: rounded(call.x, bfloat16) }) },
    };
    const { operators } = await checkEngine(engine, { ops: ['maxPool1d'], cases: 150, brief: true });
    expect(operators.flatMap((each) => each.findings)).toEqual([]);
    const lost: Engine = {
      ...engine,
      gradients: { maxPool1d: (call) => ({ x: changed(gradient(call).x!, (v) => v / 2) }) },
    };
    expect((await checkEngine(lost, { ops: ['maxPool1d'], cases: 40, brief: true })).operators[1].findings).not.toEqual(
      [],
    );
  });

  it('[oracle-profile] says how close numbers are, also where others are NaN', async () => {
    const off = (call: Call): Tensor => changed(forward(call), (y) => (y === y ? fround(y * (1 + 3e-6)) : 0));
    const found = await findings('dense', off, 200);
    for (const { closeness } of found.filter(({ verdict }) => Number.isFinite(verdict.worst!.expected))) {
      expect(closeness).toBeGreaterThan(2.9e-6);
      expect(closeness).toBeLessThan(3.2e-6);
    }
  });
});

/** The cosines and sines of a transform of n numbers, in float32. */
const factors = new Map<number, readonly [cos: Float32Array, sin: Float32Array]>();
function factorsOf(n: number) {
  const found = factors.get(n) ?? [
    Float32Array.from({ length: n / 2 }, (_, k) => Math.cos((2 * Math.PI * k) / n)),
    Float32Array.from({ length: n / 2 }, (_, k) => Math.sin((2 * Math.PI * k) / n)),
  ];
  factors.set(n, found);
  return found;
}

/** The transform of numbers of a power of two, in float32, in place. */
function transform(re: Float32Array, im: Float32Array, sign: number): void {
  for (let i = 1, j = 0; i < re.length; i++) {
    let bit = re.length >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) [re[i], re[j], im[i], im[j]] = [re[j], re[i], im[j], im[i]];
  }
  for (let n = 2; n <= re.length; n *= 2) {
    const [cos, sin] = factorsOf(n);
    for (let start = 0; start < re.length; start += n)
      for (let k = 0; k < n / 2; k++) {
        const [a, b] = [start + k, start + k + n / 2];
        const [u, v] = [cos[k], sign * sin[k]];
        const x = fround(fround(u * re[b]) - fround(v * im[b]));
        const y = fround(fround(u * im[b]) + fround(v * re[b]));
        re[b] = re[a] - x;
        im[b] = im[a] - y;
        re[a] += x;
        im[a] += y;
      }
  }
}

/** conv1d by transforms. */
function byFourier(call: Call): Tensor {
  const y = forward(call);
  const { x, weight, bias } = call;
  const { size, stride, dilation, groups, padding } = call.attributes as Record<string, number[]> & { groups: number };
  if ([...x.data, ...weight!.data].some((v) => !Number.isFinite(v))) return y;
  const [N, L, C] = x.shape;
  const [, P, O] = y.shape;
  const reach = (size[0] - 1) * dilation[0] + 1;
  const total = Math.max(0, (P - 1) * stride[0] + reach - L);
  const words: Record<string, number> = {
    valid: 0,
    'same-upper': Math.floor(total / 2),
    'same-lower': Math.ceil(total / 2),
  };
  const before = words[padding as unknown as string] ?? (padding as unknown as [number, number][])[0][0];
  let length = 1;
  while (length < L + before + total + reach + (P - 1) * stride[0]) length *= 2;
  for (let n = 0; n < N; n++)
    for (let o = 0; o < O; o++) {
      const [re, im] = [new Float32Array(length), new Float32Array(length)];
      for (let c = 0; c < C / groups; c++) {
        const channel = Math.floor(o / (O / groups)) * (C / groups) + c;
        const [a, b, u, v] = Array.from({ length: 4 }, () => new Float32Array(length));
        for (let i = 0; i < L; i++) a[i + before] = x.data[(n * L + i) * C + channel];
        for (let k = 0; k < size[0]; k++) u[k * dilation[0]] = weight!.data[(k * (C / groups) + c) * O + o];
        transform(a, b, -1);
        transform(u, v, -1);
        for (let k = 0; k < length; k++) {
          re[k] += fround(fround(a[k] * u[k]) + fround(b[k] * v[k]));
          im[k] += fround(fround(b[k] * u[k]) - fround(a[k] * v[k]));
        }
      }
      transform(re, im, 1);
      for (let p = 0; p < P; p++) y.data[(n * P + p) * O + o] = re[p * stride[0]] / length + (bias?.data[o] ?? 0);
    }
  return y;
}

describe('fast Fourier transforms', () => {
  it('[oracle-fft] leak where all terms are 0: undeclared they are told from a mistake, declared they pass', async () => {
    const found = await findings('conv1d', byFourier, 40);
    expect(found.map(({ kind, profile }) => [kind, profile])).toEqual([['wrong-profile', { fft: true }]]);
    expect(await findings('conv1d', byFourier, 60, { fft: true })).toEqual([]);
    const unbiased = (call: Call): Tensor =>
      byFourier({ ...call, bias: undefined, attributes: { ...call.attributes, bias: false } });
    const [{ mistake }] = await findings('conv1d', unbiased, 40, { fft: true });
    expect(mistake).toBe('the bias were ignored');
  });

  it('[oracle-fft] must be declared by true or false', () => {
    const engine = { name: 'odd', ops: {}, traits: { fft: 'yes' } } as unknown as Engine;
    expect(() => checkEngine(engine)).toThrow('[oracle-traits]');
  });
});

describe('one cause', () => {
  it('[oracle-where] has one finding, whatever comes of it', async () => {
    const run = (call: Call): Tensor => {
      const y = forward(call);
      if (call.x.shape[0] === 1) return y;
      if (call.bias) throw new Error('no');
      return call.weight!.shape[1] > 2 ? changed(y, (v) => v + 1) : { shape: [1, ...y.shape], data: y.data };
    };
    const found = await findings('dense', run, 120, {}, false);
    expect(found.map(({ where }) => where?.text)).toEqual(['batch > 1']);
  });

  it('[dialect-other] is no other dialect where the answer is right when it is asked for again', async () => {
    let calls = 0;
    const run = (call: Call): Tensor => {
      if (++calls === 7) throw new Error('once');
      return forward(call);
    };
    expect((await findings('relu', run, 12)).map(({ kind }) => kind)).toEqual(['error']);
  });

  it('[dialect-other] is not that of other libraries, which count all axes from 0', async () => {
    const run = (call: Call): Tensor => {
      const { axis } = call.attributes as { axis: number };
      return axis < 0 ? changed(forward(call), (v) => v / 2) : forward(call);
    };
    expect((await findings('softmax', run, 60)).map(({ kind }) => kind)).toEqual(['fail']);
  });

  it('[dialect-other] is not excused by another question: `same` said as numbers', async () => {
    const outcomesOf = async (subject: EngineUnderTest) => {
      const cases = Array.from({ length: 60 }, (_, i) => drawCase('conv2d', false, 1, i)).filter(
        ({ values }) => values === 'exact',
      );
      return Promise.all(cases.map((c) => ask(subject, c)));
    };
    /** Right but where padding is a word; it answers in whatever words it is asked. */
    const run = async (_: unknown, c?: Case) => {
      const { x, ...params } = operandsOf(c!, layerOfCase(c!));
      const y = layerOfCase(c!).forward(x, params as Record<string, Tensor>);
      const { padding } = c as unknown as { padding: unknown };
      const isWord = padding === 'same-upper' || padding === 'same-lower';
      return { kind: 'result' as const, value: isWord ? changed(y, (v) => v + 1) : y };
    };
    const subject: EngineUnderTest = {
      name: 'words',
      layout: readLayout(undefined),
      traits: {},
      ops: ['conv2d'],
      gradients: [],
      run,
    };
    expect(await dialectsOf(subject, await outcomesOf(subject))).toEqual([]);
  });
});

describe('what comes and goes', () => {
  it('[oracle-reduce] is shown where it was seen: a crash now and then is no smallest case', async () => {
    let calls = 0;
    const run = (call: Call): Tensor => {
      if (++calls % 37 === 0) throw Object.assign(new Error('gone'), { name: 'Crash' });
      return forward(call);
    };
    const engine: Engine = { name: 'now and then', ops: { dense: run } };
    const found = await checkEngine(engine, { ops: ['dense'], cases: 60, brief: true });
    const [finding] = found.operators[0].findings;
    expect([finding.kind, finding.intermittent]).toEqual(['crash', true]);
    expect(render(found)).toContain('comes and goes');
    expect(render(found)).not.toContain('smallest case');
  });

  it('[oracle-probes] is no view that is read as an array, which gives the same each time', async () => {
    let calls = 0;
    const race = (call: Call): Tensor => changed(forward(call), (y) => y + ((++calls * 7919) % 5 === 0 ? 1 : 0));
    for (const { verdict } of await findings('dense', race, 40)) expect(verdict.message).not.toContain('x.data');
    const whole = (call: Call): Tensor => {
      const { shape, data } = call.x;
      return forward({
        ...call,
        x: { shape, data: new Float32Array((data as Float32Array).buffer).slice(0, data.length) },
      });
    };
    expect((await findings('dense', whole, 20))[0].verdict.message).toContain('read x.data as the view it is');
  });
});

describe('sums that round', () => {
  it('[oracle-suspect] all together tell truncation and short accumulators from rounding to nearest', async () => {
    const suspicion = async (add: Round) => (await report('dense', summed(add), 200)).suspicion;
    expect(await suspicion(fround)).toBeUndefined();
    expect(await suspicion(cutTo(25))).toContain('sums lean towards 0');
    expect(await suspicion((v) => (fround(v) > v ? cutTo(24)(v - Math.abs(v) * 2 ** -24) : fround(v)))).toContain(
      'sums lean downwards',
    );
    expect(await suspicion(toNearest(21))).toContain('bits');
  });

  it('[campaign-strict] are a finding then, shown as it was seen, and a remark otherwise', async () => {
    const run = (call: Call): Tensor => summed(call.x.shape[1] > 4 ? cutTo(25) : fround)(call);
    const engine: Engine = { name: 'cut', ops: { dense: run } };
    const plain = await checkEngine(engine, { ops: ['dense'], cases: 200, brief: true });
    expect([plain.clean, plain.operators[0].status]).toEqual([true, 'pass']);
    expect(plain.operators[0].counts.suspect).toBeGreaterThan(3);
    expect(render(plain)).toContain('dense: suspect: sums lean towards 0');
    const strict = await checkEngine(engine, { ops: ['dense'], cases: 200, strict: true, brief: true });
    expect(strict.operators[0].findings.map(({ kind, passesAlone }) => [kind, passesAlone])).toEqual([
      ['suspect', undefined],
    ]);
  });

  it('[oracle-bits] are judged where the results are right', async () => {
    const coarse = (call: Call): Tensor =>
      call.x.shape[0] > 1 ? changed(forward(call), (y) => y * (1 + 1e-3)) : forward(call);
    const { precision } = await report('dense', coarse, 150);
    expect(precision!.rms).toBeLessThan(2 ** -23);
  });
});
