import { describe, expect, it } from 'vitest';
import {
  avgPool2d,
  chain,
  conv1d,
  conv2d,
  convTranspose2d,
  dense,
  flatten,
  type Layer,
  maxPool2d,
  type Params,
  relu,
  type Tensor,
  tensor,
} from '../../src/index.ts';
import { bound, check } from '../../src/oracle/index.ts';

const half = 2 ** -24;
const row = (values: number[]) => tensor([1, values.length], values);
const column = (values: number[]) => ({ weight: tensor([values.length, 1], values) });
const one = dense({ units: 1, bias: false });
const judge = (x: number[], w: number[], theirs: number, profile = {}) =>
  check(one, row(x), column(w), tensor([1, 1], [theirs]), profile).kind;

describe('the bound', () => {
  it('[oracle-bound] is γ_m times the sum of the magnitudes', () => {
    const { y, error } = bound(one, row([1.5, 2.5, -3.1]), column([1, 1, 1]));
    const A = 1.5 + 2.5 + Math.fround(3.1);
    expect(y.data[0]).toBe(4 - Math.fround(3.1));
    expect(error.data[0]).toBeGreaterThanOrEqual(3 * half * A);
    expect(error.data[0]).toBeLessThan(3 * half * A * 1.00001);
  });

  it('[oracle-bound] counts the cells inside the input, not the padding', () => {
    const layer = conv2d({ filters: 1, size: 3, padding: 1, bias: false });
    const { error } = bound(layer, tensor([1, 1, 1, 1], [0.1]), { weight: tensor([3, 3, 1, 1], Array(9).fill(0.3)) });
    expect(error.data[0] / (half * Math.fround(0.1) * Math.fround(0.3))).toBeCloseTo(1, 5);
  });

  it('[oracle-exact] is 0 for whole numbers up to 2^24, and −0 equals 0', () => {
    expect(bound(one, row([2 ** 12, 3]), column([2 ** 11, 5])).error.data[0]).toBe(0);
    expect(bound(one, row([2 ** 12, 1]), column([2 ** 12, 1])).error.data[0]).toBeGreaterThan(0);
    expect(judge([1, -1], [1, 1], -0)).toBe('pass');
    expect(judge([1, 2], [3, 4], 11)).toBe('pass');
    expect(judge([1, 2], [3, 4], Math.fround(11 + 2 ** -20))).toBe('fail');
  });

  it('[oracle-exact] holds for an average only where the divisor is a power of two', () => {
    const error = (size: number) =>
      bound(avgPool2d({ size: [1, size] }), tensor([1, 1, size, 1], [1, 2, 4, 8].slice(0, size)), {}).error.data[0];
    expect([error(1), error(2), error(4)]).toEqual([0, 0, 0]);
    expect(error(3)).toBeGreaterThan(0);
  });

  it('[oracle-underflow] lets a subnormal be flushed unless the engine declares otherwise', () => {
    expect(judge([2 ** -140], [1], 0)).toBe('pass');
    expect(judge([2 ** -140], [1], 0, { subnormals: 'ieee' })).toBe('fail');
    expect(judge([2 ** -120], [1], 0)).toBe('fail');
  });

  it('[oracle-traits] is asked for by traits that exist', () => {
    expect(() => judge([1], [1], 1, { subnormal: 'ieee' })).toThrow("got subnormal: 'ieee' [oracle-traits]");
    expect(judge([1.001], [1], 1, { precision: { operands: 'bfloat16' } })).toBe('pass');
  });

  it('[oracle-overflow] allows the infinity that some order reaches, and no other', () => {
    const big = 3e38;
    expect(judge([big, big], [1, 1], Infinity)).toBe('pass');
    expect(judge([big, big], [1, 1], big)).toBe('fail');
    expect(judge([big, big], [1, 1], -Infinity)).toBe('fail');
    expect(judge([big, big, -big], [1, 1, 1], Infinity)).toBe('pass');
    expect(judge([big, big, -big], [1, 1, 1], Math.fround(big))).toBe('pass');
    expect(judge([big, big, -big], [1, 1, 1], NaN)).toBe('fail');
    expect(judge([big, big, -big, -big], [1, 1, 1, 1], NaN)).toBe('pass');
    expect(judge([1, 2], [1, 1], Infinity)).toBe('fail');
  });

  it('[oracle-nan] asks for NaN and infinities where every order gives them', () => {
    expect(judge([NaN, 1], [1, 1], NaN)).toBe('pass');
    expect(judge([NaN, 1], [1, 1], 1)).toBe('fail');
    expect(judge([Infinity, 1], [0, 1], 1)).toBe('fail');
    expect(judge([Infinity, -Infinity], [1, 1], NaN)).toBe('pass');
    expect(judge([Infinity, 1], [-1, 1], -Infinity)).toBe('pass');
    expect(judge([Infinity, 1], [-1, 1], Infinity)).toBe('fail');
    expect(judge([1, 2], [1, 1], NaN)).toBe('fail');
  });

  it('[oracle-traits] expects 0·∞ at a border of an engine that multiplies padding', () => {
    const layer = conv2d({
      filters: 1,
      size: [1, 2],
      padding: [
        [0, 0],
        [0, 1],
      ],
      bias: false,
    });
    const params = { weight: tensor([1, 2, 1, 1], [1, Infinity]) };
    const x = tensor([1, 1, 2, 1], [1, 2]);
    const [skipped, multiplied] = [tensor([1, 1, 2, 1], [Infinity, 2]), tensor([1, 1, 2, 1], [Infinity, NaN])];
    expect(check(layer, x, params, skipped).kind).toBe('pass');
    expect(check(layer, x, params, multiplied).kind).toBe('fail');
    expect(check(layer, x, params, multiplied, { padding: 'multiplied' }).kind).toBe('pass');
    expect(check(layer, x, params, skipped, { padding: 'multiplied' }).kind).toBe('fail');
  });

  it('[oracle-suspect] warns of a result that random roundings do not reach', () => {
    const n = 4096;
    const x = row(Array.from({ length: n }, (_, i) => 1 + (i % 7) / 9));
    const w = column(Array.from({ length: n }, (_, i) => 1 + (i % 5) / 11));
    const { y, error } = bound(one, x, w);
    const at = (share: number) => check(one, x, w, tensor([1, 1], [y.data[0] + share * error.data[0]])).kind;
    expect([at(0), at(0.05), at(0.9), at(1.5)]).toEqual(['pass', 'pass', 'suspect', 'fail']);
  });
});

describe('the verdict', () => {
  const pool = maxPool2d({ size: 2 });
  const x = tensor([1, 2, 4, 1], [1, 2, 3, 4, 5, 6, 7, 8]);

  it('[oracle-verdict] names the first and the worst element', () => {
    const verdict = check(pool, x, {}, tensor([1, 1, 2, 1], [5, 0]));
    expect(verdict).toMatchObject({ kind: 'fail', wrong: 2, elements: 2 });
    expect(verdict.first).toEqual({ index: [0, 0, 0, 0], expected: 6, got: 5, bound: 0 });
    expect(verdict.worst).toEqual({ index: [0, 0, 1, 0], expected: 8, got: 0, bound: 0 });
  });

  it('[oracle-result] takes anything that an engine may return, and throws for none of it', () => {
    const kind = (theirs: unknown) => check(pool, x, {}, theirs).kind;
    const data = new Float32Array([6, 8]);
    expect(kind({ shape: [1, 1, 2, 1], data })).toBe('pass');
    for (const other of [
      undefined,
      null,
      3,
      'y',
      [],
      {},
      [6, 8],
      data,
      { shape: [1, 1, 2, 1], data: [6, 8] },
      { data: null },
    ])
      expect(kind(other)).toBe('wrong-type');
    expect(kind({ shape: [1, 1, 2, 1], data: new Float64Array([6, 8]) })).toBe('wrong-type');
    for (const shape of [[1, 2, 1, 1], [2], undefined, 'no', [1, 1, 2, '1']])
      expect(kind({ shape, data })).toBe('wrong-shape');
    expect(kind({ shape: [1, 1, 2, 1], data: new Float32Array(3) })).toBe('wrong-shape');
  });

  it('[oracle-operators] refuses a question about a layer that it does not know', () => {
    expect(() => check(chain([relu()]), x, {}, x)).toThrow('[oracle-operators]');
    expect(() => check(flatten(), x, {}, x)).toThrow("got 'flatten' [oracle-operators]");
  });

  it('[oracle-operands] refuses a question in float64 or without its weight', () => {
    expect(() => check(one, tensor([1, 1], [1], 'float64'), column([1]), x)).toThrow('[oracle-operands]');
    expect(() => check(one, row([1]), {}, x)).toThrow("dense needs 'weight' [oracle-operands]");
    expect(() => check(one, row([1]), column([1, 2]), x)).toThrow('[oracle-operands]');
  });
});

describe('a wrong answer', () => {
  const layer = conv2d({ filters: 6, size: 3, padding: 'same', bias: false });
  const x = tensor(
    [2, 5, 7, 2],
    Array.from({ length: 140 }, (_, i) => ((i * 37) % 19) - 9),
  );
  const weight = tensor(
    [3, 3, 2, 6],
    Array.from({ length: 108 }, (_, i) => ((i * 11) % 17) - 8),
  );
  const y = layer.forward(x, { weight });
  const spoilt = (isWrong: (n: number, h: number, w: number, c: number) => boolean) => {
    const data = y.data.map((value, i) =>
      isWrong(Math.floor(i / 210), Math.floor(i / 42) % 5, Math.floor(i / 6) % 7, i % 6) ? value + 1000 : value,
    );
    return check(layer, x, { weight }, { shape: y.shape, data });
  };

  it.each<[where: string | undefined, isWrong: (n: number, h: number, w: number, c: number) => boolean]>([
    ['all in row 3', (_, h) => h === 3],
    ['all in the last column', (_n, _h, w) => w === 6],
    ['all in the last image, channels 2 to 3', (n, _h, _w, c) => n === 1 && (c === 2 || c === 3)],
    ['all in the first row, columns 4 to 6', (_, h, w) => h === 0 && w > 3],
    [undefined, (_n, h, w) => (h + w) % 2 === 0],
    [undefined, (n, h, w, c) => n + h + w + c === 0],
  ])('[oracle-verdict] is told where it is wrong: %s', (where, isWrong) => {
    const verdict = spoilt(isWrong);
    expect(verdict.where).toBe(where);
    expect(verdict.message).toContain(where ? `outside the bound, ${where}: no order` : 'outside the bound: no order');
  });

  it('[oracle-mistakes] is told which mistake gives it, and nothing where none does', () => {
    const valid = layer.with({
      attributes: {
        padding: [
          [0, 2],
          [0, 2],
        ],
      },
    });
    const mistakes = (theirs: unknown) => check(layer, x, { weight }, theirs).mistakes;
    expect(mistakes(valid.forward(x, { weight }))).toEqual(['all padding were after the image']);
    expect(mistakes({ shape: y.shape, data: y.data.map((v, i) => (i % 3 ? v : v + 1)) })).toBeUndefined();
    expect(mistakes({ shape: y.shape, data: y.data.map((v, i) => (i === 0 ? 0 : v)) })).toBeUndefined();
    expect(mistakes(y)).toBeUndefined();
    const pool = avgPool2d({ size: 2, stride: 2, padding: 1 });
    const counted = pool.with({ attributes: { countPadding: true } }).forward(x, {});
    expect(check(pool, x, {}, counted).mistakes).toContain('padding were counted though countPadding is not set');
  });

  it('[oracle-mistakes] has a name for every family of operators', () => {
    const zeros = (layer: Layer, params: Params<Tensor>, input = x) =>
      check(layer, input, params, tensor(layer.shape(input.shape))).mistakes;
    const name = 'the output stayed 0';
    expect(
      zeros(convTranspose2d({ filters: 3, size: 2, stride: 2 }), {
        weight: tensor([2, 2, 3, 2], Array(24).fill(2)),
        bias: tensor([3], [1, 2, 3]),
      }),
    ).toContain(name);
    expect(
      zeros(
        dense({ units: 3, bias: false }),
        { weight: tensor([4, 3], Array(12).fill(2)) },
        tensor([2, 4], Array(8).fill(1)),
      ),
    ).toContain(name);
    expect(zeros(maxPool2d({ size: 2 }), {})).toContain(name);
    expect(
      zeros(
        conv1d({ filters: 2, size: 3, bias: false }),
        { weight: tensor([3, 2, 2], Array(12).fill(1)) },
        tensor([1, 6, 2], Array(12).fill(3)),
      ),
    ).toContain(name);
  });
});
