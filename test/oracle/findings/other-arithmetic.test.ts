// Engines whose arithmetic is narrower than float32, or Winograd's: undeclared they are told what to declare; declared they
// pass, and what is wrong still fails.

import { describe, expect, it } from 'vitest';
import { fromBfloat16, fromFloat16, toBfloat16, toFloat16 } from '../../../src/formats/float16.ts';
import { dense, maxPool2d, tensor } from '../../../src/index.ts';
import { type Format, formats, rounding } from '../../../src/oracle/bounds/formats.ts';
import { mayTransform } from '../../../src/oracle/bounds/winograd.ts';
import { geometryOf } from '../../../src/oracle/families/index.ts';
import {
  bound,
  type Call,
  checkEngine,
  type Engine,
  explain,
  type GradientCall,
  render,
  type Shard,
  type Traits,
} from '../../../src/oracle/index.ts';
import { winograd } from '../../../src/reference/winograd.ts';
import { cellsUnder, inputs, outputs, taps } from '../../../src/window.ts';
import { some } from '../../some.ts';
import { gradient, layerOf } from '../this-library.ts';

type Round = (value: number) => number;
const word = new DataView(new ArrayBuffer(4));
/** Cuts the last 13 bits off, as some hardware does. */
const cut: Round = (value) => {
  word.setFloat32(0, value);
  word.setUint32(0, word.getUint32(0) & 0xffffe000);
  return word.getFloat32(0);
};
const to: Record<Format, Round> = {
  float32: Math.fround,
  tf32: cut,
  bfloat16: (value) => fromBfloat16(toBfloat16(value)),
  float16: (value) => fromFloat16(toFloat16(value)),
};

interface Rounds {
  readonly operands?: Format;
  readonly accumulator?: Format;
  readonly output?: Format;
}

/** A convolution or dense layer in the given formats, one product after the other, or the last first. */
const summed =
  ({ operands = 'float32', accumulator = 'float32', output = 'float32' }: Rounds, reversed = false) =>
  (call: Call) => {
    const [narrow, add, store] = [to[operands], to[accumulator], to[output]];
    const layer = layerOf(call);
    const g = geometryOf(layer, call.x.shape);
    const [I, P, K] = [inputs(g.axes), outputs(g.axes), taps(g.axes)];
    const [C, O] = [g.groups * g.channels, g.groups * g.filters];
    const [x, w] = [call.x, call.weight!].map(({ data }) => data.map(narrow));
    const b = call.bias?.data.map(narrow);
    const y = tensor(layer.shape(call.x.shape));
    const cells = new Int32Array(K);
    for (let i = 0; i < y.data.length; i++) {
      const [row, o] = [Math.floor(i / O), i % O];
      cellsUnder(g.axes, row % P, cells);
      const products: number[] = [];
      for (let k = 0; k < K; k++)
        for (let c = 0; cells[k] >= 0 && c < g.channels; c++) {
          const at = (Math.floor(row / P) * I + cells[k]) * C + Math.floor(o / g.filters) * g.channels + c;
          products.push(add(x[at] * w[(k * g.channels + c) * O + o]));
        }
      if (reversed) products.reverse();
      y.data[i] = store(products.reduce((sum, each) => add(sum + each), b?.[o] ?? 0));
    }
    return y;
  };

const ops = ['conv2d', 'depthwiseConv2d', 'dense'];
const engineOf = (run: (call: Call) => ReturnType<typeof tensor>, traits: Traits = {}): Engine => ({
  name: 'narrow',
  traits,
  ops: Object.fromEntries(ops.map((op) => [op, run])),
});
const check = async (engine: Engine, cases = 60, asked = ops, shard?: Shard) =>
  (await checkEngine(engine, { ops: asked, cases, brief: true, ...(shard && { shard }) })).operators;

const profiles: Rounds[] = [
  { operands: 'tf32' },
  { operands: 'bfloat16' },
  { output: 'float16' },
  { output: 'bfloat16' },
  { operands: 'float16', output: 'float16' },
  { operands: 'float16', accumulator: 'float16', output: 'float16' },
  { operands: 'bfloat16', accumulator: 'bfloat16', output: 'bfloat16' },
];

/** Sums alone are narrow, and what they are stored in is not: of two such formats each predicts its own errors. */
const sums: Rounds[] = [
  { accumulator: 'float16', output: 'float16' },
  { accumulator: 'bfloat16', output: 'bfloat16' },
  { accumulator: 'float16' },
  { accumulator: 'bfloat16' },
];

const direct = summed({});
/** Winograd's where it may be used. */
const tiled =
  (m: 2 | 4) =>
  (call: Call): ReturnType<typeof tensor> => {
    const layer = layerOf(call);
    if (!mayTransform(layer)) return direct(call);
    const y = tensor(layer.shape(call.x.shape));
    winograd(geometryOf(layer, call.x.shape), m, call.x.data, call.weight!.data, call.bias?.data, y.data);
    return y;
  };

describe('narrow arithmetic', () => {
  it.each(some(profiles, 3))('[oracle-precision] that is declared passes, in any order: %o', async (precision) => {
    // Half of the cases in each order.
    for (const [index, reversed] of [
      [1, false],
      [2, true],
    ] as const) {
      const operators = await check(engineOf(summed(precision, reversed), { precision }), 48, ops, { index, of: 2 });
      expect(operators.flatMap(({ findings }) => findings)).toEqual([]);
      for (const { op, counts, wanted } of operators) expect({ op, counts }).toEqual({ op, counts: { pass: wanted } });
      expect(Math.min(...operators.map(({ wanted }) => wanted))).toBeGreaterThan(12);
    }
  });

  it('[oracle-precision] rounds dy before the gradient of an average divides it', async () => {
    const once = ({ dy, ...call }: GradientCall) =>
      gradient({ ...call, dy: { shape: dy.shape, data: Float32Array.from(dy.data, cut) } } as GradientCall);
    const engine = { name: 'narrow', ops: {}, gradients: { avgPool2d: once, globalAvgPool: once } };
    const report = await checkEngine(
      { ...engine, traits: { precision: { operands: 'tf32' } } },
      { cases: 40, brief: true },
    );
    expect(report.operators.flatMap(({ findings }) => findings)).toEqual([]);
  });

  it.each(some(profiles, 4))(
    '[oracle-profile] that is not declared is told apart from a mistake: %o',
    async (precision) => {
      const [{ findings }] = await check(engineOf(summed(precision)), 80, ['dense']);
      expect(findings.map(({ kind, profile, mistake }) => ({ kind, profile, mistake }))).toEqual([
        { kind: 'wrong-profile', profile: { precision }, mistake: undefined },
      ]);
    },
  );

  it.each(some(sums, 3))(
    '[oracle-profile] of sums alone is told by what predicts the numbers: %o',
    async (precision) => {
      const late = precision.output
        ? summed(precision)
        : (call: Call) => {
            const { bias, ...rest } = call;
            const y = summed(precision)({ ...rest, attributes: { ...call.attributes, bias: false } });
            const isAdded = bias && { data: y.data.map((v, i) => v + bias.data[i % bias.data.length]) };
            return { ...y, ...isAdded };
          };
      const [{ findings }] = await check(engineOf(late), 200, ['conv2d']);
      expect(findings.map(({ kind, profile }) => ({ kind, profile }))).toEqual([
        { kind: 'wrong-profile', profile: { precision } },
      ]);
    },
  );

  it('[oracle-profile] that explains three failures of four is told, of two not', async () => {
    const ids = [1, 2, 3, 4].map((seed) => `dense/n2c16_u8b0/f32/real/${seed}`);
    const narrow = summed({ operands: 'bfloat16' });
    const kinds = async (others: number): Promise<unknown> => {
      const given = ids.slice(0, others).map((id) => `${explain(id).x.data}`);
      const run = (call: Call) => {
        const { shape, data } = narrow(call);
        return { shape, data: given.includes(`${call.x.data}`) ? data.map((y) => y + 1) : data };
      };
      const [{ findings }] = (await checkEngine(engineOf(run), { case: ids })).operators;
      return findings.map(({ kind, cases }) => `${kind} ${cases.length}`).sort();
    };
    expect(await kinds(1)).toEqual(['fail 1', 'wrong-profile 3']);
    expect(await kinds(2)).toEqual(['fail 4']);
  });

  it('[oracle-precision] that is declared hides no mistake, and no arithmetic that is coarser', async () => {
    const precision = { operands: 'bfloat16', output: 'bfloat16' } as const;
    const run = summed(precision);
    const unbiased = (call: Call) => run({ ...call, bias: undefined });
    const [conv] = await check(engineOf(unbiased, { precision }), 100, ['conv2d']);
    expect(conv.findings.map(({ mistake }) => mistake)).toContain('the bias were ignored');
    const [coarse] = await check(engineOf(run, { precision: { operands: 'tf32', output: 'tf32' } }), 100, ['dense']);
    expect(coarse.findings.map(({ kind }) => kind)).toEqual(['wrong-profile']);
  });

  it('[oracle-profile] is said in words, with the traits to declare', async () => {
    const engine = engineOf(summed({ operands: 'bfloat16' }));
    expect(render(await checkEngine(engine, { ops: ['dense'], brief: true }))).toContain(
      "inside the bound of operands rounded to bfloat16: if the engine means that, declare traits: { precision: { operands: 'bfloat16' } }\n",
    );
  });

  it('[oracle-profile] that cannot be declared is called rounding, and nothing else is', async () => {
    const off = (change: (y: number, i: number) => number) => (call: Call) => {
      const { shape, data } = direct(call);
      return { shape, data: data.map(change) };
    };
    const closeness = async (change: (y: number, i: number) => number, op = 'conv2d') =>
      (await check(engineOf(off(change)), 30, [op]))[0].findings.map((finding) => [
        finding.mistake,
        finding.closeness !== undefined && finding.closeness > 1e-6 && finding.closeness < 4e-6,
        finding.unlikeRounding,
      ]);
    // 3·2⁻²⁰ of a value is no rounding where it is always more or less of it, nor where it falls on small whole numbers.
    expect(await closeness((y) => y * (1 + 3e-6))).toEqual([[undefined, true, 'all too far from 0']]);
    expect(await closeness((y) => y * (1 - 3e-6))).toEqual([[undefined, true, 'all too near to 0']]);
    const either = (y: number, i: number): number => y * (1 + (i % 2 === 0 ? 3e-6 : -3e-6));
    expect(await closeness(either, 'dense')).toEqual([[undefined, true, 'sums of small whole numbers too']]);
    const coarse = (y: number, i: number): number => (Number.isInteger(y) ? y : either(y, i));
    expect(await closeness(coarse, 'dense')).toEqual([[undefined, true, undefined]]);
    expect(await closeness((y) => y + 1)).toEqual([[undefined, false, undefined]]);
  });

  it('[oracle-precision] rounds to one of the two neighbours, and not at all what is a number of the format', () => {
    for (const format of ['tf32', 'bfloat16', 'float16'] as const) {
      const { u, most } = formats[format];
      for (const value of [1, -1.5, 2 ** -9, 3 * 2 ** 9, most]) expect(rounding(value, format, true)).toBe(0);
      expect(rounding(1 + u, format, true)).toBe(u);
      expect(rounding(1 + u / 2, format, true)).toBe(1.5 * u);
      for (const value of [0.1, 3.7, 1000.3, 1e-3])
        expect(Math.abs(to[format](value) - value)).toBeLessThanOrEqual(rounding(value, format, true));
    }
    expect(rounding(2 ** -15, 'float16', true)).toBe(0);
    expect(rounding(2 ** -15, 'float16', false)).toBe(2 ** -15);
  });

  it('[oracle-precision] knows the largest number of float16, and lets a maximum be rounded', () => {
    const one = dense({ units: 1, bias: false });
    const weight = tensor([1, 1], [1]);
    const { error } = bound(one, tensor([1, 1], [2049]), { weight }, { precision: { output: 'float16' } });
    expect(error.data[0]).toBe(1);
    const pool = maxPool2d({ size: 1 });
    const most = bound(pool, tensor([1, 1, 1, 1], [0.1]), {}, { precision: { operands: 'bfloat16' } });
    expect(most.error.data[0]).toBe(rounding(Math.fround(0.1), 'bfloat16', false));
  });
});

describe("Winograd's filtering", () => {
  it.each(some([2, 4] as const, 1))('[oracle-winograd] that is declared passes: m = %i', async (m) => {
    const engine = engineOf(tiled(m), { winograd: { m, r: 3 } });
    const [{ findings, counts }] = await check(engine, 120, ['conv2d']);
    expect({ findings, counts }).toEqual({ findings: [], counts: { pass: 120 } });
  });

  it('[oracle-winograd] that is not declared is found out, and hides no mistake when it is', async () => {
    const [{ findings }] = await check(engineOf(tiled(4)), 120, ['conv2d']);
    expect(findings.map(({ kind, profile }) => [kind, profile])).toEqual([
      ['wrong-profile', { winograd: { m: 4, r: 3 } }],
    ]);
    const unbiased = (call: Call) => tiled(4)({ ...call, bias: undefined });
    const [wrong] = await check(engineOf(unbiased, { winograd: { m: 4, r: 3 } }), 40, ['conv2d']);
    expect(wrong.findings.map(({ mistake }) => mistake)).toContain('the bias were ignored');
  });
});
