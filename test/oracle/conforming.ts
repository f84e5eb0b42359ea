// Conforming engines, written a second time from spec/bounds.md: float32 operations one by one, sums in any order, some
// products fused or kept in float64, functions wrong by up to so many units in the last place, formulas drawn at random.

import type { Shape, Tensor } from '../../src/index.ts';
import type { Call, GradientCall } from '../../src/oracle/index.ts';
import type { Random } from '../../src/random.ts';
import { erf } from '../../src/reference/erf.ts';
import { expm1 } from '../../src/reference/expm1.ts';
import { exp, log, pow, softplus as softplusOf, tanh } from '../../src/reference/math.ts';
import { cellsUnder, taps, threeAxes, windowAxes } from '../../src/window.ts';
import { compensated } from '../conforming/sums.ts';

const f = Math.fround;
const ulpOf = (v: number): number => {
  const size = Math.max(Math.abs(f(v)), 2 ** -126);
  return 2 ** (Math.floor(Math.log2(size)) - 23);
};

/** The arithmetic of one engine. */
export function arithmetic(draw: Random, ulp: number, kind: 'float32' | 'fused' | 'float64') {
  const r = kind === 'float64' ? (v: number): number => v : f;
  const coin = (): boolean => draw.below(2) === 0;
  const oneOf = <T>(...choices: readonly (() => T)[]): T => choices[draw.below(choices.length)]();
  /** A function of the library, off by up to `ulp` units, often by all of them. */
  const called = (v: number): number => {
    if (!Number.isFinite(v) || v === 0) return v;
    if (!Number.isFinite(f(v))) return f(v);
    const off = coin() ? (coin() ? ulp : -ulp) : (2 * draw.uniform() - 1) * ulp;
    const nearest = f(v);
    return f(
      nearest + Math.sign(off) * Math.max(0, Math.floor(Math.abs(off) - Math.abs(v - nearest) / ulpOf(v))) * ulpOf(v),
    );
  };
  const add = (a: number, b: number): number => r(a + b);
  const mul = (a: number, b: number): number => r(a * b);
  /** a·b + c, in one rounding or two. */
  const fma = (a: number, b: number, c: number): number =>
    kind === 'fused' && coin() ? f(a * b + c) : r(r(a * b) + c);
  const div = (a: number, b: number): number => (kind !== 'float64' && coin() ? f(a * f(1 / b)) : r(a / b));
  /** In order, in reverse, along a random tree, or with Kahan's correction. */
  function sum(given: readonly number[]): number {
    const terms = [...given];
    const way = draw.below(4);
    if (way === 0) return terms.reduce(add, 0);
    if (way === 1) return terms.reverse().reduce(add, 0);
    if (way === 2) return compensated(terms, r);
    while (terms.length > 1) {
      const i = draw.below(terms.length - 1);
      terms.splice(i, 2, add(terms[i], terms[i + 1]));
    }
    return terms[0] ?? 0;
  }
  /** Of products, perhaps fused in order. */
  const dot = (a: readonly number[], b: readonly number[]): number =>
    kind === 'fused' && coin()
      ? a.reduce((so, each, i) => f(so + each * b[i]), 0)
      : sum(a.map((each, i) => mul(each, b[i])));
  const e = (x: number): number => (coin() ? called(exp(x)) : called(2 ** mul(x, f(Math.LOG2E))));
  const sigmoid = (x: number): number =>
    oneOf(
      () => div(1, add(1, e(-x))),
      () => (Math.abs(x) < 60 ? div(e(x), add(1, e(x))) : div(1, add(1, e(-x)))),
      () => called(1 / (1 + exp(-x))),
    );
  return {
    r,
    add,
    mul,
    fma,
    div,
    sum,
    dot,
    e,
    sigmoid,
    oneOf,
    log: (x: number): number => called(log(x)),
    softplus: (x: number): number => called(softplusOf(x)),
    expm1: (x: number): number => called(expm1(x)),
    sqrt: (x: number): number => called(Math.sqrt(x)),
    inverseSqrt: (x: number): number => called(1 / Math.sqrt(x)),
    pow: (x: number, y: number): number => (coin() ? called(pow(x, y)) : e(mul(f(y), called(log(x))))),
    erf: (x: number): number => called(erf(x)),
    tanh: (x: number): number =>
      oneOf(
        () => called(tanh(x)),
        () => add(mul(2, sigmoid(mul(2, x))), -1),
        () => (Math.abs(x) < 30 ? div(add(e(mul(2, x)), -1), add(e(mul(2, x)), 1)) : Math.sign(x)),
      ),
  };
}

export type Arithmetic = ReturnType<typeof arithmetic>;
export type Op = (o: Arithmetic, call: Call) => Tensor;
export type Pull = (o: Arithmetic, call: GradientCall) => Record<string, Tensor>;

export const numbers = (t: unknown): number[] => Array.from((t as Tensor).data);
export const stored = (shape: Shape, data: readonly number[]): Tensor => ({ shape, data: Float32Array.from(data) });
const each = ({ x }: Call, g: (x: number, i: number) => number): Tensor => stored(x.shape, numbers(x).map(g));

export const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** The places of the rows along an axis. */
function rows(shape: Shape, axis: number): number[][] {
  const at = axis < 0 ? axis + shape.length : axis;
  const step = shape.slice(at + 1).reduce((a, b) => a * b, 1);
  const all = new Map<number, number[]>();
  const size = shape.reduce((a, b) => a * b, 1);
  for (let i = 0; i < size; i++) {
    const key = Math.floor(i / step / shape[at]) * step + (i % step);
    all.set(key, [...(all.get(key) ?? []), i]);
  }
  return [...all.values()];
}

function softmaxRow(o: Arithmetic, x: readonly number[]): number[] {
  const m = Math.max(...x);
  const way = o.oneOf(...[0, 1, 2, 3].map((i) => () => i));
  const below = x.map((v) => o.add(v, -m));
  if (way === 1) {
    const l = o.log(o.sum(below.map(o.e)));
    return below.map((v) => o.e(o.add(v, -l)));
  }
  if (way === 2 && x.every((v) => Math.abs(v) < 60)) {
    const e = x.map(o.e);
    const s = o.sum(e);
    return e.map((v) => o.div(v, s));
  }
  const e = below.map(o.e);
  const s = way === 3 ? online(o, x) : o.sum(e);
  return e.map((v) => o.div(v, s));
}

function logSoftmaxRow(o: Arithmetic, x: readonly number[]): number[] {
  const m = Math.max(...x);
  const below = x.map((v) => o.add(v, -m));
  const l = o.log(
    o.oneOf(
      () => o.sum(below.map(o.e)),
      () => online(o, x),
    ),
  );
  const whole = o.add(m, l);
  return o.oneOf(
    () => below.map((v) => o.add(v, -l)),
    () => x.map((v) => o.add(v, -whole)),
  );
}

/** Σ exp(x − m) with the maximum so far. */
function online(o: Arithmetic, x: readonly number[]): number {
  let [m, s] = [x[0], 1];
  for (const v of x.slice(1)) {
    if (v > m) {
      s = o.fma(s, o.e(o.add(m, -v)), 1);
      m = v;
    } else s = o.add(s, o.e(o.add(v, -m)));
  }
  return s;
}

export function statistics(o: Arithmetic, x: readonly number[]) {
  const M = x.length;
  const way = o.oneOf(...[0, 1, 2].map((i) => () => i));
  if (way === 2) {
    let [mean, squares] = [0, 0];
    for (const [k, v] of x.entries()) {
      const d = o.add(v, -mean);
      mean = o.add(mean, o.div(d, k + 1));
      squares = o.fma(d, o.add(v, -mean), squares);
    }
    return { mean, variance: o.div(squares, M) };
  }
  const mean = o.div(o.sum(x), M);
  if (way === 1) return { mean, variance: o.add(o.div(o.dot(x, x), M), -o.mul(mean, mean)) };
  const d = x.map((v) => o.add(v, -mean));
  return { mean, variance: o.div(o.dot(d, d), M) };
}

interface Channel {
  readonly of: readonly number[];
  readonly mean: number;
  readonly variance: number;
}

function channels(o: Arithmetic, { op, x, ...rest }: Call): Channel[] {
  const C = x.shape.at(-1)!;
  return range(C).map((c) => {
    const of = range(x.data.length / C).map((i) => i * C + c);
    if (op === 'batchNorm')
      return {
        of,
        ...statistics(
          o,
          of.map((i) => x.data[i]),
        ),
      };
    return { of, mean: numbers(rest.mean)[c], variance: numbers(rest.variance)[c] };
  });
}

const norm: Op = (o, call) => {
  const [w, b] = [numbers(call.weight), numbers(call.bias)];
  const y = numbers(call.x);
  for (const [c, { of, mean, variance }] of channels(o, call).entries()) {
    const inside = o.add(variance, f(call.attributes.epsilon as number));
    const inverse = o.oneOf(
      () => o.div(1, o.sqrt(inside)),
      () => o.inverseSqrt(inside),
    );
    const scale = o.mul(w[c], inverse);
    const shift = o.add(b[c], -o.mul(mean, scale));
    const way = o.oneOf(
      () => (v: number) => o.fma(o.add(v, -mean), scale, b[c]),
      () => (v: number) => o.fma(v, scale, shift),
      () => (v: number) => o.fma(o.div(o.add(v, -mean), o.sqrt(inside)), w[c], b[c]),
    );
    for (const i of of) y[i] = way(call.x.data[i]);
  }
  return stored(call.x.shape, y);
};

const normGradient: Pull = (o, call) => {
  const w = numbers(call.weight);
  const [x, dy] = [numbers(call.x), numbers(call.dy)];
  const [dx, dw, db] = [x.slice(), w.slice(), w.slice()];
  for (const [c, { of, mean, variance }] of channels(o, call).entries()) {
    const M = of.length;
    const inverse = o.inverseSqrt(o.add(variance, f(call.attributes.epsilon as number)));
    const hat = of.map((i) => o.mul(o.add(x[i], -mean), inverse));
    const own = of.map((i) => dy[i]);
    const [B, W] = [o.sum(own), o.dot(own, hat)];
    [dw[c], db[c]] = [W, B];
    const scale = o.mul(w[c], inverse);
    const way = o.oneOf(
      () => (i: number, at: number) => o.mul(scale, o.add(o.add(dy[i], -o.div(B, M)), -o.mul(hat[at], o.div(W, M)))),
      () => (i: number, at: number) => o.mul(o.div(scale, M), o.add(o.add(o.mul(M, dy[i]), -B), -o.mul(hat[at], W))),
    );
    for (const [at, i] of of.entries()) dx[i] = call.op === 'frozenNorm' ? o.mul(dy[i], scale) : way(i, at);
  }
  return { x: stored(call.x.shape, dx), weight: stored([w.length], dw), bias: stored([w.length], db) };
};

interface Lrn {
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly k: number;
}

function lrn(o: Arithmetic, call: Call) {
  const { size, alpha, beta, k } = call.attributes as unknown as Lrn;
  const x = numbers(call.x);
  const C = call.x.shape.at(-1)!;
  const window = (c: number): number[] =>
    range(C).filter((j) => j >= c - Math.floor((size - 1) / 2) && j <= c + Math.ceil((size - 1) / 2));
  const d = x.map((_, i) => {
    const own = window(i % C).map((j) => x[i - (i % C) + j]);
    return o.oneOf(
      () => o.fma(f(alpha), o.dot(own, own), f(k)),
      () => o.fma(o.div(f(alpha * size), size), o.dot(own, own), f(k)),
    );
  });
  const divided = (a: number, i: number): number =>
    o.oneOf(
      () => o.div(a, o.pow(d[i], beta)),
      () => o.mul(a, o.pow(d[i], -beta)),
    );
  return { x, C, d, divided, window };
}

const lrnGradient: Pull = (o, call) => {
  const { alpha, beta } = call.attributes as unknown as Lrn;
  const { x, C, d, divided, window } = lrn(o, call);
  const dy = numbers(call.dy);
  const y = x.map(divided);
  const share = y.map((v, i) => o.div(o.mul(dy[i], v), d[i]));
  const holding = range(C).map((c) => range(C).filter((j) => window(j).includes(c)));
  const dx = x.map((v, i) => {
    const around = holding[i % C];
    const t = o.sum(around.map((j) => share[i - (i % C) + j]));
    return o.add(divided(dy[i], i), -o.mul(o.mul(f(2 * f(alpha) * f(beta)), v), t));
  });
  return { x: stored(call.x.shape, dx) };
};

const labelled = ({ x, attributes, labels }: Call) => {
  const C = x.shape.at(-1)!;
  const { ignore, smoothing } = attributes as unknown as { ignore: number; smoothing: number };
  const all = numbers(labels);
  const mass = (c: number, label: number): number => f(f((c === label ? 1 : 0) * f(1 - smoothing)) + f(smoothing / C));
  return { C, all, mass, ignore, R: all.filter((label) => label !== ignore).length };
};

const crossEntropy: Op = (o, call) => {
  const { C, all, mass, ignore, R } = labelled(call);
  const x = numbers(call.x);
  const losses = all.map((label, row) => {
    if (label === ignore) return 0;
    const of = x.slice(row * C, (row + 1) * C);
    const m = Math.max(...of);
    const l = o.log(o.sum(of.map((v) => o.e(o.add(v, -m)))));
    const loss = o.oneOf(
      () => (c: number) => o.add(l, -o.add(of[c], -m)),
      () => (c: number) => o.add(o.add(m, l), -of[c]),
    );
    const terms = range(C).filter((c) => mass(c, label) > 0);
    return o.sum(terms.map((c) => o.mul(mass(c, label), loss(c))));
  });
  return stored(
    [1],
    [
      o.oneOf(
        () => o.div(o.sum(losses), R),
        () => o.sum(losses.map((v) => o.div(v, R))),
      ),
    ],
  );
};

const crossEntropyGradient: Pull = (o, call) => {
  const { C, all, mass, ignore, R } = labelled(call);
  const x = numbers(call.x);
  const [dy] = numbers(call.dy);
  const dx = all.flatMap((label, row) => {
    if (label === ignore) return range(C).map(() => 0);
    const y = softmaxRow(o, x.slice(row * C, (row + 1) * C));
    return y.map((v, c) => scaledBy(o, o.add(v, -mass(c, label)), dy, R));
  });
  return { x: stored(call.x.shape, dx) };
};

const scaledBy = (o: Arithmetic, a: number, dy: number, by: number): number =>
  o.oneOf(
    () => o.mul(a, o.div(dy, by)),
    () => o.div(o.mul(a, dy), by),
  );

const binary: Op = (o, call) => {
  const [x, t] = [numbers(call.x), numbers(call.targets)];
  const losses = x.map((v, i) => {
    const small = o.log(o.add(1, o.e(-Math.abs(v))));
    return o.oneOf(
      () => o.add(small, o.mul(Math.abs(v), v > 0 ? o.add(1, -t[i]) : t[i])),
      () => o.add(o.add(Math.max(v, 0), -o.mul(v, t[i])), small),
    );
  });
  return stored([1], [o.div(o.sum(losses), x.length)]);
};

/** The cells of each window of a pool, in the order of y. */
function windows({ op, attributes, x }: Call): number[][] {
  const [N, C] = [x.shape[0], x.shape.at(-1)!];
  const space = x.shape.slice(1, -1);
  const I = space.reduce((a, b) => a * b, 1);
  if (op === 'globalLpPool')
    return range(N * C).map((i) => range(I).map((cell) => (Math.floor(i / C) * I + cell) * C + (i % C)));
  const axes = threeAxes(windowAxes(op, attributes as never, space));
  const P = axes.reduce((p, axis) => p * axis.output, 1);
  const cells = new Int32Array(taps(axes));
  return range(N * P * C).map((i) => {
    cellsUnder(axes, Math.floor(i / C) % P, cells);
    return [...cells].filter((cell) => cell >= 0).map((cell) => (Math.floor(i / C / P) * I + cell) * C + (i % C));
  });
}

function lp(o: Arithmetic, call: Call) {
  const p = call.attributes.p as number;
  const x = numbers(call.x);
  const raised = (v: number, power: number): number =>
    power === 0 ? 1 : power === 1 ? v : power === 2 ? o.mul(v, v) : o.pow(v, power);
  const y = windows(call).map((cells) => {
    const s = o.sum(cells.map((i) => raised(Math.abs(x[i]), p)));
    return p === 1 ? s : p === 2 ? o.sqrt(s) : o.pow(s, 1 / p);
  });
  return { p, x, y, raised };
}

const lpForward: Op = (o, call) => {
  const { y } = lp(o, call);
  const { attributes, x, op } = call;
  const space = x.shape.slice(1, -1);
  if (op === 'globalLpPool')
    return stored([x.shape[0], ...(attributes.keep ? space.map(() => 1) : []), x.shape.at(-1)!], y);
  const axes = windowAxes(op, attributes as never, space);
  return stored([x.shape[0], ...axes.map(({ output }) => output), x.shape.at(-1)!], y);
};

const lpGradient: Pull = (o, call) => {
  const { p, x, y, raised } = lp(o, call);
  const terms: number[][] = x.map(() => []);
  for (const [at, cells] of windows(call).entries())
    for (const i of cells) {
      const q = p === 1 ? 1 : raised(o.div(Math.abs(x[i]), y[at]), p - 1);
      terms[i].push(Math.sign(x[i]) * o.mul(q, call.dy.data[at]));
    }
  return {
    x: stored(
      call.x.shape,
      terms.map((each) => o.sum(each)),
    ),
  };
};

interface Numbers {
  readonly min: number;
  readonly max: number;
  readonly alpha: number;
  readonly beta: number;
  readonly gamma: number;
  readonly exponent: number;
  readonly scale: number;
  readonly shift: number;
  readonly approximate: string;
}

/** The attributes, rounded to float32. */
const own = ({ attributes }: Call): Numbers =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, typeof value === 'number' ? f(value) : value]),
  ) as unknown as Numbers;

const cut = (x: number, low: number, high: number): number => (x < low ? low : x > high ? high : x);

/** min(max(alpha·x + beta, 0), 1), and as the quotient that torch has where it can. */
const hard = (o: Arithmetic, x: number, alpha: number, beta: number): number =>
  o.oneOf(
    () => cut(o.fma(alpha, x, beta), 0, 1),
    () => (alpha === f(1 / 6) && beta === 0.5 ? o.div(cut(o.add(x, 3), 0, 6), 6) : cut(o.fma(alpha, x, beta), 0, 1)),
  );

const hardSwish = (o: Arithmetic, x: number): number =>
  o.oneOf(
    () => o.mul(x, hard(o, x, f(1 / 6), 0.5)),
    () => o.div(o.mul(x, cut(o.add(x, 3), 0, 6)), 6),
    () => o.mul(o.mul(x, cut(o.add(x, 3), 0, 6)), f(1 / 6)),
  );

/** Slopes of a line that ends where h is 0 or 1: the same side is taken as the exact one, where that is certain. */
const hardSwishSlope = (o: Arithmetic, x: number): number => {
  if (x <= -3) return 0;
  if (x >= 3) return 1;
  return o.oneOf(
    () => o.fma(f(1 / 6), x, hard(o, x, f(1 / 6), 0.5)),
    () => o.add(o.div(x, 3), 0.5),
    () => o.div(o.fma(2, x, 3), 6),
  );
};

const silu = (o: Arithmetic, x: number): number =>
  o.oneOf(
    () => o.mul(x, o.sigmoid(x)),
    () => (x > -60 ? o.div(x, o.add(1, o.e(-x))) : o.mul(x, o.sigmoid(x))),
  );

const ROOT = f(Math.sqrt(2 / Math.PI));
const tangent = (o: Arithmetic, x: number): number => {
  const square = o.mul(x, x);
  return o.tanh(
    o.mul(
      ROOT,
      o.oneOf(
        () => o.fma(f(0.044715), o.mul(square, x), x),
        () => o.mul(x, o.fma(f(0.044715), square, 1)),
      ),
    ),
  );
};
const share = (o: Arithmetic, x: number, approximate: string): number =>
  approximate === 'tanh'
    ? o.mul(0.5, o.add(1, tangent(o, x)))
    : o.mul(
        0.5,
        o.add(
          1,
          o.erf(
            o.oneOf(
              () => o.mul(x, f(Math.SQRT1_2)),
              () => o.div(x, f(Math.SQRT2)),
            ),
          ),
        ),
      );

const geluSlope = (o: Arithmetic, x: number, approximate: string): number => {
  const whole = share(o, x, approximate);
  const square = o.mul(x, x);
  if (approximate === 'none') return o.fma(x, o.mul(f(1 / Math.sqrt(2 * Math.PI)), o.e(o.mul(-0.5, square))), whole);
  const t = tangent(o, x);
  const inner = o.mul(ROOT, o.fma(f(3 * 0.044715), square, 1));
  const rest = o.oneOf(
    () => o.add(1, -o.mul(t, t)),
    () => o.mul(o.add(1, -t), o.add(1, t)),
  );
  return o.fma(o.mul(0.5, x), o.mul(rest, inner), whole);
};

const belowOne = (o: Arithmetic, x: number): number =>
  o.oneOf(
    () => o.add(o.e(x), -1),
    () => o.expm1(x),
  );

const softplus = (o: Arithmetic, x: number): number =>
  o.oneOf(
    () => o.add(Math.max(x, 0), o.log(o.add(1, o.e(-Math.abs(x))))),
    () => (x < 60 ? o.log(o.add(1, o.e(x))) : x),
    () => (x > 20 ? x : o.softplus(x)),
  );

const raised = (o: Arithmetic, a: number, exponent: number): number => {
  if (exponent === 0) return 1;
  if (exponent === 1) return a;
  if (a < 0 && !Number.isInteger(exponent)) return Number.NaN;
  const whole = (): number => (a < 0 && exponent % 2 !== 0 ? -1 : 1) * o.pow(Math.abs(a), exponent);
  const others: Readonly<Record<string, () => number>> = {
    2: () => o.mul(a, a),
    3: () => o.mul(o.mul(a, a), a),
    0.5: () => o.sqrt(a),
    [-1]: () => o.div(1, a),
  };
  return a === 0 ? pow(a, exponent) : o.oneOf(whole, others[exponent] ?? whole);
};

export const forwards: Readonly<Record<string, Op>> = {
  relu: (_, call) => each(call, (x) => Math.max(x, 0)),
  leakyRelu: (o, call) => each(call, (x) => (x < 0 ? o.mul(f(call.attributes.slope as number), x) : x)),
  clip: (_, call) => each(call, (x) => cut(x, own(call).min, own(call).max)),
  hardSigmoid: (o, call) => each(call, (x) => hard(o, x, own(call).alpha, own(call).beta)),
  hardSwish: (o, call) => each(call, (x) => hardSwish(o, x)),
  silu: (o, call) => each(call, (x) => silu(o, x)),
  gelu: (o, call) => each(call, (x) => o.mul(x, share(o, x, own(call).approximate))),
  elu: (o, call) => each(call, (x) => (x < 0 ? o.mul(own(call).alpha, belowOne(o, x)) : x)),
  selu: (o, call) =>
    each(call, (x) => {
      const { alpha, gamma } = own(call);
      if (x > 0) return o.mul(gamma, x);
      return o.oneOf(
        () => o.mul(gamma, o.mul(alpha, belowOne(o, x))),
        () => o.mul(o.mul(gamma, alpha), belowOne(o, x)),
      );
    }),
  softplus: (o, call) => each(call, (x) => softplus(o, x)),
  power: (o, call) =>
    each(call, (x) => {
      const { exponent, scale, shift } = own(call);
      return raised(o, o.fma(scale, x, shift), exponent);
    }),
  sigmoid: (o, call) => each(call, o.sigmoid),
  tanh: (o, call) => each(call, o.tanh),
  softmax(o, call) {
    const [x, y] = [numbers(call.x), numbers(call.x)];
    for (const row of rows(call.x.shape, call.attributes.axis as number)) {
      const of = softmaxRow(
        o,
        row.map((i) => x[i]),
      );
      for (const [at, i] of row.entries()) y[i] = of[at];
    }
    return stored(call.x.shape, y);
  },
  logSoftmax(o, call) {
    const [x, y] = [numbers(call.x), numbers(call.x)];
    for (const row of rows(call.x.shape, call.attributes.axis as number)) {
      const of = logSoftmaxRow(
        o,
        row.map((i) => x[i]),
      );
      for (const [at, i] of row.entries()) y[i] = of[at];
    }
    return stored(call.x.shape, y);
  },
  batchNorm: norm,
  frozenNorm: norm,
  lrn(o, call) {
    const { divided } = lrn(o, call);
    return each(call, divided);
  },
  squaredError(o, call) {
    const t = numbers(call.target);
    const d = numbers(call.x).map((v, i) => o.add(v, -t[i]));
    return stored([1], [o.div(o.dot(d, d), call.x.shape[0])]);
  },
  crossEntropy,
  binaryCrossEntropy: binary,
  lpPool1d: lpForward,
  lpPool2d: lpForward,
  lpPool3d: lpForward,
  globalLpPool: lpForward,
};

export const pulls: Readonly<Record<string, Pull>> = {
  relu: (_, call) => ({ x: each(call, (x, i) => (x > 0 ? call.dy.data[i] : 0)) }),
  leakyRelu: (o, call) => ({
    x: each(call, (x, i) => (x > 0 ? call.dy.data[i] : o.mul(f(call.attributes.slope as number), call.dy.data[i]))),
  }),
  clip: (_, call) => ({
    x: each(call, (x, i) => (x > own(call).min && x < own(call).max ? call.dy.data[i] : 0)),
  }),
  hardSigmoid: (o, call) => ({
    x: each(call, (x, i) => {
      const { alpha, beta } = own(call);
      const y = hard(o, x, alpha, beta);
      return y > 0 && y < 1 ? o.mul(alpha, call.dy.data[i]) : 0;
    }),
  }),
  hardSwish: (o, call) => ({ x: each(call, (x, i) => o.mul(call.dy.data[i], hardSwishSlope(o, x))) }),
  silu: (o, call) => ({
    x: each(call, (x, i) => {
      const s = o.sigmoid(x);
      const rest = o.oneOf(
        () => o.add(1, -s),
        () => o.sigmoid(-x),
      );
      return o.oneOf(
        () => o.mul(call.dy.data[i], o.mul(s, o.fma(x, rest, 1))),
        () => o.mul(o.mul(call.dy.data[i], s), o.fma(x, rest, 1)),
        () => o.mul(call.dy.data[i], o.fma(silu(o, x), rest, s)),
      );
    }),
  }),
  gelu: (o, call) => ({
    x: each(call, (x, i) => o.mul(call.dy.data[i], geluSlope(o, x, own(call).approximate))),
  }),
  elu: (o, call) => ({
    x: each(call, (x, i) => {
      const { alpha } = own(call);
      const dy = call.dy.data[i];
      if (x > 0) return dy;
      return o.oneOf(
        () => o.mul(dy, o.mul(alpha, o.e(x))),
        () => o.mul(o.mul(dy, alpha), o.e(x)),
        () => o.mul(dy, o.fma(alpha, belowOne(o, x), alpha)),
      );
    }),
  }),
  selu: (o, call) => ({
    x: each(call, (x, i) => {
      const { alpha, gamma } = own(call);
      const dy = call.dy.data[i];
      if (x > 0) return o.mul(gamma, dy);
      const both = o.mul(gamma, alpha);
      return o.oneOf(
        () => o.mul(dy, o.mul(both, o.e(x))),
        () => o.mul(o.mul(dy, both), o.e(x)),
        () => o.mul(dy, o.fma(both, belowOne(o, x), both)),
      );
    }),
  }),
  softplus: (o, call) => ({ x: each(call, (x, i) => o.mul(call.dy.data[i], o.sigmoid(x))) }),
  power: (o, call) => ({
    x: each(call, (x, i) => {
      const { exponent, scale, shift } = own(call);
      const dy = call.dy.data[i];
      if (exponent === 0) return 0;
      const base = o.fma(scale, x, shift);
      const power = raised(o, base, exponent - 1);
      return o.oneOf(
        () => o.mul(dy, o.mul(o.mul(exponent, scale), power)),
        () => o.mul(scale, o.mul(o.mul(dy, exponent), power)),
        () =>
          base === 0
            ? o.mul(o.mul(dy, o.mul(exponent, scale)), power)
            : o.mul(o.mul(dy, o.mul(exponent, scale)), o.div(raised(o, base, exponent), base)),
      );
    }),
  }),
  sigmoid: (o, call) => ({
    x: each(call, (x, i) => {
      const y = o.sigmoid(x);
      return o.oneOf(
        () => o.mul(call.dy.data[i], o.mul(y, o.add(1, -y))),
        () => o.mul(o.mul(call.dy.data[i], y), o.add(1, -y)),
        () => o.mul(call.dy.data[i], o.mul(y, o.sigmoid(-x))),
      );
    }),
  }),
  tanh: (o, call) => ({
    x: each(call, (x, i) => {
      const y = o.tanh(x);
      return o.mul(
        call.dy.data[i],
        o.oneOf(
          () => o.add(1, -o.mul(y, y)),
          () => o.mul(o.add(1, -y), o.add(1, y)),
          () => o.mul(4, o.mul(o.sigmoid(mul2(x)), o.sigmoid(-mul2(x)))),
        ),
      );
    }),
  }),
  softmax(o, call) {
    const [x, dy, dx] = [numbers(call.x), numbers(call.dy), numbers(call.x)];
    for (const row of rows(call.x.shape, call.attributes.axis as number)) {
      const y = softmaxRow(
        o,
        row.map((i) => x[i]),
      );
      const s = o.dot(
        row.map((i) => dy[i]),
        y,
      );
      for (const [at, i] of row.entries()) dx[i] = o.mul(y[at], o.add(dy[i], -s));
    }
    return { x: stored(call.x.shape, dx) };
  },
  logSoftmax(o, call) {
    const [x, dy, dx] = [numbers(call.x), numbers(call.dy), numbers(call.x)];
    for (const row of rows(call.x.shape, call.attributes.axis as number)) {
      const of = row.map((i) => x[i]);
      const p = o.oneOf(
        () => softmaxRow(o, of),
        () => logSoftmaxRow(o, of).map(o.e),
      );
      const total = o.sum(row.map((i) => dy[i]));
      for (const [at, i] of row.entries()) dx[i] = o.fma(-p[at], total, dy[i]);
    }
    return { x: stored(call.x.shape, dx) };
  },
  batchNorm: normGradient,
  frozenNorm: normGradient,
  lrn: lrnGradient,
  squaredError(o, call) {
    const t = numbers(call.target);
    return { x: each(call, (v, i) => scaledBy(o, o.mul(2, o.add(v, -t[i])), call.dy.data[0], call.x.shape[0])) };
  },
  crossEntropy: crossEntropyGradient,
  binaryCrossEntropy(o, call) {
    const t = numbers(call.targets);
    return { x: each(call, (v, i) => scaledBy(o, o.add(o.sigmoid(v), -t[i]), call.dy.data[0], call.x.data.length)) };
  },
  lpPool1d: lpGradient,
  lpPool2d: lpGradient,
  lpPool3d: lpGradient,
  globalLpPool: lpGradient,
};

const mul2 = (x: number): number => 2 * x;
