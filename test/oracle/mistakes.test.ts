// Engines with a known mistake: each is caught, reduced, and called by its name.

import { describe, expect, it } from 'vitest';
import { type Tensor, tensor } from '../../src/index.ts';
import {
  type Call,
  checkEngine,
  type Engine,
  explain,
  faults,
  type GradientCall,
  skip,
} from '../../src/oracle/index.ts';
import { some } from '../some.ts';
import { forward, gradient, ops } from './this-library.ts';

interface Windowed {
  readonly size: number[];
  readonly stride: number[];
  readonly dilation: number[];
  readonly padding: string | [number, number][];
  readonly groups: number;
}
const windowOf = (call: Call) => call.attributes as unknown as Windowed;
const instead = (change: (a: Windowed) => object) => (call: Call) =>
  forward({ ...call, attributes: { ...call.attributes, ...change(windowOf(call)) } });
const after =
  (change: (y: number, at: { i: number; C: number; call: Call; P: number }) => number) =>
  (call: Call): Tensor => {
    const y = forward(call);
    const C = y.shape[3];
    const P = y.shape[1] * y.shape[2];
    return { shape: y.shape, data: y.data.map((value, i) => change(value, { i, C, call, P })) };
  };
const weights = (change: (w: Tensor, call: Call) => (i: number) => number) => (call: Call) =>
  forward({
    ...call,
    weight: { shape: call.weight!.shape, data: call.weight!.data.map((_, i) => change(call.weight!, call)(i)) },
  });
/** The tap at each place [row, column] of a kernel of size [h, w] taken from another place. */
const tapsFrom = (from: (at: [number, number], size: readonly number[]) => readonly [number, number]) =>
  weights((w) => (i) => {
    const [h, columns, C, O] = w.shape;
    const k = Math.floor(i / C / O);
    const [row, column] = from([Math.floor(k / columns), k % columns], [h, columns]);
    return w.data[(row * columns + column) * C * O + (i % (C * O))];
  });
const bias = (call: Call, o: number) => call.bias?.data[o] ?? 0;

/** The padding written into x, each cell read from where `from` says. */
const bordered =
  (from: (i: number, n: number) => number) =>
  (call: Call): Tensor => {
    const { padding } = windowOf(call);
    const [N, H, W, C] = call.x.shape;
    const [[top, bottom], [left, right]] =
      typeof padding === 'string' ? skip('no such padding') : (padding as [number, number][]);
    const shape = [N, top + H + bottom, left + W + right, C];
    const x = tensor(shape);
    for (let i = 0; i < x.data.length; i++) {
      const pixel = Math.floor(i / C);
      const row = from((Math.floor(pixel / shape[2]) % shape[1]) - top, H);
      const column = from((pixel % shape[2]) - left, W);
      if (row < 0 || row >= H || column < 0 || column >= W) continue;
      const image = Math.floor(pixel / shape[1] / shape[2]);
      x.data[i] = call.x.data[((image * H + row) * W + column) * C + (i % C)];
    }
    return forward({ ...call, x, attributes: { ...call.attributes, padding: 'valid' } });
  };

const flipped = { 'same-upper': 'same-lower', 'same-lower': 'same-upper' } as Record<string, string>;

const cases: [op: string, name: RegExp, engine: (call: Call) => Tensor][] = [
  ['conv2d', /odd cell of `same`/, instead(({ padding }) => ({ padding: flipped[padding as string] ?? padding }))],
  ['conv2d', /first stride were used on all axes/, instead(({ stride }) => ({ stride: stride[0] }))],
  ['conv2d', /strides of the axes were exchanged/, instead(({ stride }) => ({ stride: stride.toReversed() }))],
  ['conv2d', /first dilation were used on all axes/, instead(({ dilation }) => ({ dilation: dilation[0] }))],
  [
    'conv2d',
    /padding after were ignored/,
    instead(({ padding }) => ({ padding: Array.isArray(padding) ? padding.map(([before]) => [before, 0]) : padding })),
  ],
  [
    'conv2d',
    /padding before were used on both/,
    instead(({ padding }) => ({ padding: Array.isArray(padding) ? padding.map(([before]) => before) : padding })),
  ],
  [
    'conv2d',
    /weights of the first/,
    weights((w, call) => (i) => {
      const O = w.shape[3];
      return w.data[i - (i % O) + ((i % O) % (O / windowOf(call).groups))];
    }),
  ],
  [
    'conv2d',
    /group had the bias of the first/,
    (call) => {
      const b = call.bias;
      return forward({
        ...call,
        bias: b && { shape: b.shape, data: b.data.map((_, o) => b.data[o % (b.data.length / windowOf(call).groups)]) },
      });
    },
  ],
  [
    'conv2d',
    /read as \[\.\.\., filters, channels\]/,
    weights((w) => (i) => {
      const [C, O] = w.shape.slice(2);
      const [k, c, o] = [Math.floor(i / C / O), Math.floor(i / O) % C, i % O];
      return w.data[(k * O + o) * C + c];
    }),
  ],
  [
    'conv2d',
    /kernel were flipped \(true/,
    weights((w) => (i) => {
      const CO = w.shape[2] * w.shape[3];
      return w.data[w.data.length - CO * (Math.floor(i / CO) + 1) + (i % CO)];
    }),
  ],
  ['conv2d', /kernel were flipped on the first axis/, tapsFrom(([i, j], [h]) => [h - 1 - i, j])],
  ['conv2d', /kernel were flipped on the last axis/, tapsFrom(([i, j], [, w]) => [i, w - 1 - j])],
  [
    'conv2d',
    /taps were read column by column/,
    tapsFrom(([i, j], [h, w]) => {
      const k = i * w + j;
      return [k % h, Math.floor(k / h)];
    }),
  ],
  [
    'conv2d',
    /input channels past a multiple of 4/,
    weights((w) => (i) => {
      const [C, O] = w.shape.slice(2);
      return C > 4 && Math.floor(i / O) % C >= C - (C % 4) ? 0 : w.data[i];
    }),
  ],
  [
    'conv2d',
    /output channels past a multiple of 4 kept only the bias/,
    after((y, { i, C, call }) => (C > 4 && i % C >= C - (C % 4) ? bias(call, i % C) : y)),
  ],
  [
    'conv2d',
    /pixels past a multiple of 4 kept only the bias/,
    after((y, { i, C, P, call }) => (Math.floor(i / C) % P >= P - (P % 4) ? bias(call, i % C) : y)),
  ],
  ['conv2d', /images after the first stayed 0/, after((y, { i, C, P }) => (i >= C * P ? 0 : y))],
  ['conv2d', /output stayed 0/, after(() => 0)],
  [
    'conv2d',
    /images after the first had no bias/,
    after((y, { i, C, P, call }) => (i >= C * P ? y - bias(call, i % C) : y)),
  ],
  [
    'conv2d',
    /bias were taken by column/,
    (call) => {
      const y = forward(call);
      const [, , Q, O] = y.shape;
      const data = y.data.map((v, i) => v - bias(call, i % O) + bias(call, (Math.floor(i / O) % Q) % O));
      return { shape: y.shape, data };
    },
  ],
  ['conv2d', /outputs above 6 became 6/, after((y) => (y > 6 ? 6 : y))],
  [
    'conv2d',
    /last of several columns stayed 0/,
    (call) => {
      const y = forward(call);
      const [, , Q, O] = y.shape;
      return { shape: y.shape, data: y.data.map((v, i) => (Q > 1 && Math.floor(i / O) % Q === Q - 1 ? 0 : v)) };
    },
  ],
  ['conv2d', /padding repeated the border/, bordered((i, n) => Math.min(n - 1, Math.max(0, i)))],
  ['conv2d', /padding reflected the image/, bordered((i, n) => (i < 0 ? -i : i < n ? i : 2 * n - 2 - i))],
  [
    'depthwiseConv2d',
    /read as \[\.\.\., multiplier, channels\]/,
    weights((w, call) => (i) => {
      const [C, O] = [call.x.shape[3], w.shape[3]];
      return w.data[i - (i % O) + ((i % O) % (O / C)) * C + Math.floor((i % O) / (O / C))];
    }),
  ],
  [
    'conv2d',
    /bias were ignored/,
    (call) => forward({ ...call, bias: call.bias && { shape: call.bias.shape, data: call.bias.data.map(() => 0) } }),
  ],
  [
    'depthwiseConv2d',
    /multiplier first/,
    (call) => {
      const y = forward(call);
      const [O, C] = [y.shape[3], call.x.shape[3]];
      const M = O / C;
      return {
        shape: y.shape,
        data: y.data.map((_, i) => y.data[i - (i % O) + ((i % O) % C) * M + Math.floor((i % O) / C)]),
      };
    },
  ],
  [
    'depthwiseConv2d',
    /3×3 kernel dilated on any axis/,
    after((y, { i, C, call }) =>
      windowOf(call).size.every((n) => n === 3) && windowOf(call).dilation.some((d) => d > 1) ? bias(call, i % C) : y,
    ),
  ],
  [
    'depthwiseConv2d',
    /wrapped to a huge number/,
    after((y, { i, C, call }) => {
      const { padding, size, stride, dilation } = windowOf(call);
      const negative = size.some(
        (n, axis) =>
          (Math.ceil(call.x.shape[1 + axis] / stride[axis]) - 1) * stride[axis] + (n - 1) * dilation[axis] + 1 <
          call.x.shape[1 + axis],
      );
      return typeof padding === 'string' && padding !== 'valid' && negative && size.some((n) => n > 1)
        ? bias(call, i % C)
        : y;
    }),
  ],
  ['maxPool2d', /maximum started at 0/, after((y) => Math.max(y, 0))],
  ['maxPool2d', /NaN were clamped|NaN were lost/, after((y) => (Number.isNaN(y) ? -Infinity : y))],
  ['maxPool2d', /ceil were ignored/, instead(() => ({ ceil: false }))],
  ['maxPool2d', /dilation were ignored/, instead(() => ({ dilation: 1 }))],
  ['avgPool2d', /countPadding were ignored/, instead(() => ({ countPadding: false }))],
  ['avgPool2d', /padding were counted though/, instead(() => ({ countPadding: true }))],
  ['avgPool2d', /window of size 1 gave 0/, after((y, { call }) => (windowOf(call).size.every((n) => n === 1) ? 0 : y))],
];

describe('a known mistake', () => {
  it.each(some(cases, 11))('[oracle-mistakes] of %s, %s, is caught and named', async (op, name, fault) => {
    // Few of the cases have NaN, and not many show these two.
    const cases = /NaN/.test(name.source) ? 60 : /first dilation|ceil were/.test(name.source) ? 36 : 24;
    const report = await checkEngine(
      { name: 'faulty', ops: { ...ops, [op]: fault } },
      { ops: [op], cases, brief: true },
    );
    const { findings } = report.operators[0];
    expect(findings[0]?.mistake).toMatch(name);
    const { x } = explain(findings[0].id);
    expect(x.data.length).toBeLessThanOrEqual(16);
  });

  it('[oracle-mistakes] of a gradient is named too', async () => {
    const averaged = (call: GradientCall) => {
      const { bias: db, ...rest } = gradient(call);
      return { ...rest, ...(db && { bias: { shape: db.shape, data: db.data.map((v) => v / call.x.shape[0]) } }) };
    };
    const engine: Engine = { name: 'faulty', ops, gradients: { conv2d: averaged } };
    const { operators } = await checkEngine(engine, { ops: ['conv2d'], cases: 40, brief: true });
    expect(operators.map(({ op, status }) => [op, status])).toEqual([
      ['conv2d', 'pass'],
      ['conv2d gradient', 'fail'],
    ]);
    expect(operators[1].findings[0].mistake).toBe('the gradient of the bias were averaged over the images');
    expect(operators[1].findings[0].verdict.part).toBe('bias');
  });

  it('[oracle-mistakes] has a sentence of its own, and an unknown one none', async () => {
    expect(new Set(faults).size).toBe(faults.length);
    const odd = await checkEngine(
      { name: 'odd', ops: { ...ops, conv2d: after((y, { i }) => (i === 0 ? y + 1 : y)) } },
      { ops: ['conv2d'], cases: 30, brief: true },
    );
    expect(odd.operators[0].findings.map(({ mistake }) => mistake)).toEqual([
      undefined,
      ...odd.operators[0].findings.slice(1).map(() => undefined),
    ]);
  });
});
