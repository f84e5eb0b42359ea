// Local response normalisation: y[c] = x[c] / d[c]^beta, d[c] = k + alpha·Σ x², the sum over `size` channels around c.

import { lrn } from '../../ops/lrn.ts';
import { pow } from '../../reference/math.ts';
import type { Bound, Profile } from '../bounds/bound.ts';
import { boundFrom, exactly, type Operations, operationsOf, type Rounded, widest } from '../bounds/rounded.ts';
import type { Operands } from '../case.ts';
import { absent } from '../family.ts';
import { type ShapedCase, shapedRanges } from '../shapes/case.ts';
import { overImages, shapedFamily } from '../shapes/family.ts';
import { eachGradient, evaluated, fromX, type ShapedMistake, type ShapedSetting } from '../shapes/setting.ts';
import type { Fact } from '../where/property.ts';
import { said } from './common.ts';

interface Lrn {
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly k: number;
}

/** The channels of the window around channel c. */
function windowOf(size: number, C: number, c: number): readonly [first: number, end: number] {
  return [Math.max(0, c - Math.floor((size - 1) / 2)), Math.min(C, c + Math.ceil((size - 1) / 2) + 1)];
}

// What is right. Spec bound-lrn.

/** d, and a / d^beta by a power and a division, a negative power, or both through the logarithm. */
function divisorsOf(o: Operations, { size, alpha, beta, k }: Lrn, C: number, x: readonly Rounded[]) {
  const { add, sum, mul, div, constant, pow } = o;
  // Where alpha is a factor of the mean, it is divided by the size first, or the sum is.
  const factor = div(mul(constant(alpha), exactly(size)), exactly(size));
  const d = x.map((_, i) => {
    const [first, end] = windowOf(size, C, i % C);
    const squares = sum(end - first, (j) => mul(x[i - (i % C) + first + j], x[i - (i % C) + first + j]));
    const times = [mul(factor, squares), mul(constant(alpha), squares)] as const;
    return add(constant(k), widest(...times));
  });
  const divided = (a: Rounded, i: number): Rounded => widest(div(a, pow(d[i], beta)), mul(a, pow(d[i], -beta)));
  return { d, divided };
}

function boundsOf(own: Lrn, operands: Operands, profile: Profile): Readonly<Record<string, Bound>> {
  const o = operationsOf(profile);
  const { mul, sub, div, sum, constant } = o;
  const x = Array.from(operands.x.data, o.given);
  const C = operands.x.shape[operands.x.shape.length - 1];
  const { d, divided } = divisorsOf(o, own, C, x);
  const y = x.map(divided);
  if (!operands.dy) return { y: boundFrom(y, profile, true) };
  const dy = Array.from(operands.dy.data, o.given);
  const shares = y.map((each, i) => div(mul(dy[i], each), d[i]));
  const factor = mul(exactly(2), mul(constant(own.alpha), constant(own.beta)));
  /** For each channel those whose window holds it. */
  const holding = Array.from({ length: C }, (_, c) =>
    Array.from({ length: C }, (_, other) => other).filter((other) => {
      const [first, end] = windowOf(own.size, C, other);
      return c >= first && c < end;
    }),
  );
  const dx = x.map((each, i) => {
    const pixel = i - (i % C);
    const around = holding[i % C];
    const total = sum(around.length, (j) => shares[pixel + around[j]]);
    return sub(divided(dy[i], i), widest(mul(mul(factor, each), total), mul(factor, mul(each, total))));
  });
  return { x: boundFrom(dx, profile, true) };
}

// The mistakes

type Setting = ShapedSetting<Lrn>;

const instead = (name: string, change: (c: Lrn) => Partial<Lrn>): ShapedMistake<Lrn> => ({
  name,
  instead(c) {
    const other: ShapedCase<Lrn> = { ...c, ...change(c) };
    return JSON.stringify(other) === JSON.stringify(c) ? undefined : other;
  },
});

/** y with the sum over other elements. */
const over = (name: string, isIn: (s: Setting, i: number, j: number) => boolean): ShapedMistake<Lrn> => ({
  name,
  result(s) {
    const { alpha, beta, k } = s.layer.attributes as unknown as Lrn;
    const C = s.case.channels;
    return fromX(s, (i) => {
      let sum = 0;
      for (let j = i - (i % C); j < i - (i % C) + C; j++) if (isIn(s, i, j)) sum += s.x[j] * s.x[j];
      return s.x[i] / pow(k + alpha * sum, beta);
    });
  },
});

/** y[i] where the neighbours of a channel lie as many elements apart as there are pixels. */
function overPixels(s: Setting, i: number): number {
  const { size, alpha, beta, k } = s.layer.attributes as unknown as Lrn;
  const [C, P] = [s.case.channels, s.case.space.reduce((product, n) => product * n, 1)];
  const c = Math.floor(i / P) % C;
  const [first, end] = windowOf(size, C, c);
  let sum = 0;
  for (let j = first; j < end; j++) sum += s.x[i + (j - c) * P] * s.x[i + (j - c) * P];
  return s.x[i] / pow(k + alpha * sum, beta);
}

const half = (s: Setting): number => (s.case.size - 1) / 2;

const odd = (c: ShapedCase<Lrn>): ShapedCase<Lrn> => (c.size % 2 === 1 ? c : { ...c, size: c.size + 1 });

export const lrnFamily = shapedFamily<Lrn>({
  place: 15,
  name: 'lrn',
  make: lrn,
  inCall: 'size, alpha (times the sum), beta, k',
  own: {
    size: { letter: 'z', values: [1, 3, 5, 2, 4, 7], refused: [0, -1] },
    alpha: { letter: 'a', values: [1, 0.5, 0.0001, 0.25], refused: [-1] },
    beta: { letter: 'b', values: [1, 0.75, 0.5, 2], refused: [-1] },
    k: { letter: 'k', values: [1, 2, 0.5], refused: [0] },
  },
  everyday: [
    [[1, 4, 4, 8], 'exact', { size: 5, alpha: 0.0001, beta: 0.75, k: 2 }],
    [[1, 4, 4, 16], 'real', { size: 5, alpha: 0.0001, beta: 0.75, k: 1 }],
    [[2, 3, 5, 6], 'exact', { size: 3, alpha: 1, beta: 0.5, k: 1 }],
  ],
  ranges: [
    ...shapedRanges,
    { channels: [3, 9], own: { size: [3, 5, 4] } },
    { channels: [2, 5], own: { size: [2, 4] } },
  ],
  properties({ attributes }, x) {
    const [size, C] = [attributes.size as number, x[x.length - 1]];
    const lengths = Array.from({ length: C }, (_, c) => windowOf(size, C, c)).map(([first, end]) => end - first);
    const fact = (yes: string, no: string, holds: boolean): Fact => ({ yes, no, holds, cost: 5 });
    return {
      numbers: [{ name: 'channels in the largest window', values: [Math.max(...lengths)], cost: 5 }],
      facts: [
        fact('a window that lacks a channel', 'every channel in every window', Math.min(...lengths) < C),
        fact('more channels than half the size', 'at most as many channels as half the size', 2 * C > size),
      ],
    };
  },
  bounds: ({ attributes }, operands, profile) => boundsOf(attributes as unknown as Lrn, operands, profile),
  words: {
    onnx: said(({ size, alpha, beta, k }) => ({ size, alpha: alpha * size, beta, bias: k })),
    torch: said(({ size, alpha, beta, k }) => ({ size, alpha: alpha * size, beta, k })),
    tensorflow: said(({ size, alpha, beta, k }) => ({ depth_radius: (size - 1) / 2, bias: k, alpha, beta })),
    webnn: absent,
    caffe: said(({ size, alpha, beta, k }) => ({
      local_size: size,
      alpha: alpha * size,
      beta,
      k,
      norm_region: 'ACROSS_CHANNELS',
    })),
  },
  // Sizes are odd where an even window lies elsewhere; torch wants an axis behind the channels, others images.
  nearest: {
    torch: (c) => odd(c.space.length === 0 ? { ...c, space: [1] } : c),
    tensorflow: (c) => odd(overImages(c)),
    caffe: (c) => odd(overImages(c)),
  },
  mistakes: [
    instead('alpha were divided by the size', (c) => ({ alpha: c.alpha / c.size })),
    instead('alpha were multiplied by the size', (c) => ({ alpha: c.alpha * c.size })),
    instead('k were 1, whatever is given', () => ({ k: 1 })),
    instead('beta were 0.75, whatever is given', () => ({ beta: 0.75 })),
    instead('the power were a square root, whatever beta is', () => ({ beta: 0.5 })),
    instead('the window were one channel longer than its size', (c) => ({ size: c.size + 1 })),
    instead('the window were one channel shorter than its size', (c) => ({ size: Math.max(1, c.size - 1) })),
    instead('the window reached as many channels to either side as its size', (c) => ({ size: 2 * c.size + 1 })),
    over(
      'a window of even size had one channel more below than above',
      (s, i, j) => j >= i - Math.ceil(half(s)) && j <= i + Math.floor(half(s)),
    ),
    {
      name: 'channels came before pixels, so that the window ran over pixels',
      result: (s) => fromX(s, (i) => overPixels(s, i)),
    },
    over('the window lay before the channel', (s, i, j) => j > i - s.case.size && j <= i),
    over('the window lay behind the channel', (s, i, j) => j >= i && j < i + s.case.size),
    over(
      'the channel itself were left out',
      (s, i, j) => i !== j && j >= i - Math.floor(half(s)) && j <= i + Math.ceil(half(s)),
    ),
    {
      name: 'the gradient were dy / d^beta, without the part of the sum',
      gradient(s) {
        const { data } = evaluated(s);
        return eachGradient(s, 'x', (_, i) => (s.dy[i] * data[i]) / s.x[i]);
      },
    },
  ],
});
