// The ways in which a conforming engine may compute what the oracle asks, each with the traits that it declares.

import type { Tensor } from '../../src/index.ts';
import type { Case } from '../../src/oracle/case.ts';
import { isPossible } from '../../src/oracle/cases/tensors.ts';
import type { GradientCall, Gradients, Traits } from '../../src/oracle/index.ts';
import type { Random } from '../../src/random.ts';
import { forwards, pulls } from '../oracle/conform.ts';
import { arithmetic } from '../oracle/conforming.ts';
import { forward, gradient } from '../oracle/this-library.ts';
import { type Adding, added, type Question } from './adding.ts';
import { type Format, narrow, narrowed, type Rounding } from './formats.ts';
import { isLinear, isPadded } from './products.ts';
import * as sums from './sums.ts';
import { byFourier, byWinograd } from './transforms.ts';

export interface Way {
  readonly name: string;
  readonly traits: Traits;
  readonly covers: (op: string, gradient: boolean) => boolean;
  /** The case as this way can answer it. */
  readonly fitted?: (c: Case) => Case;
  /** Undefined where this way does not apply, or the case is too large for it. */
  readonly answer: (question: Question, draw: Random) => Tensor | Gradients | undefined;
}

const f = Math.fround;
const LAMBDA = 1.1754943508222875e-38;
const isTensor = (value: unknown): value is Tensor => (value as Tensor | undefined)?.data !== undefined;
const mapped = ({ shape, data }: Tensor, change: (v: number) => number): Tensor => ({
  shape,
  data: Float32Array.from(data, change),
});
const allMapped = <T extends object>(tensors: T, change: (each: Tensor) => Tensor): T =>
  Object.fromEntries(Object.entries(tensors).map(([name, each]) => [name, isTensor(each) ? change(each) : each])) as T;
const everyOutput = (answer: Tensor | Gradients, change: (each: Tensor) => Tensor): Tensor | Gradients =>
  isTensor(answer) ? change(answer) : allMapped(answer, change);

const library = ({ call, gradient: is }: Question): Tensor | Gradients =>
  is ? gradient(call as GradientCall) : forward(call);

const flush = (each: Tensor): Tensor => mapped(each, (v) => (Math.abs(v) < LAMBDA ? 0 : v));

const always = (): boolean => true;
const whole: readonly Way[] = [
  { name: 'this library', traits: {}, covers: always, answer: library },
  {
    name: 'this library, padding skipped',
    traits: { padding: 'skipped', subnormals: 'ieee' },
    covers: isPadded,
    answer: library,
  },
  {
    name: 'this library in float64, rounded once',
    traits: { subnormals: 'ieee' },
    covers: always,
    answer(question) {
      const doubled = (each: Tensor): Tensor => ({ shape: each.shape, data: Float64Array.from(each.data) });
      return everyOutput(library({ ...question, call: allMapped(question.call, doubled) }), (each) => mapped(each, f));
    },
  },
  {
    name: 'this library, subnormal numbers flushed',
    traits: {},
    covers: always,
    answer: (question) => everyOutput(library({ ...question, call: allMapped(question.call, flush) }), flush),
  },
];

/** The formulas of spec/bounds.md, with sums in any order, as test/oracle/conforming.ts has them. */
const formulas: readonly Way[] = (['float32', 'fused', 'float64'] as const).flatMap((kind) =>
  [{}, { subnormals: 'ieee' }, { ulp: 1 }, { ulp: 16 }].map((traits): Way => {
    const declared = Object.entries(traits).map(([name, value]) => `, ${name} ${value}`);
    return {
      name: `formulas, ${kind}${declared.join('')}`,
      traits: { ...(traits as Traits), nan: 'free' },
      covers: (op) => Object.hasOwn(forwards, op),
      answer({ call, gradient: is }, draw) {
        const o = arithmetic(draw, (traits as Traits).ulp ?? 4, kind);
        return is ? pulls[call.op](o, call as GradientCall) : forwards[call.op](o, call);
      },
    };
  }),
);

const linear = (name: string, sum: sums.Sum, traits: Traits = {}, more: Partial<Adding> = {}): Way => ({
  name,
  traits,
  covers: more.isPadded ? (op) => isPadded(op) : isLinear,
  answer: (question, draw) => added(question, { sum, o: sums.float32, store: f, ...more }, draw),
});

const ieee: Traits = { subnormals: 'ieee' };
const orders: readonly Way[] = [
  linear('sums in order', sums.inOrder(false)),
  linear('sums in reverse', sums.inOrder(true), ieee),
  linear('sums along a random tree', sums.inTree),
  linear('sums along a random tree, IEEE', sums.inTree, { ...ieee, padding: 'skipped' }),
  linear('pairwise sums', sums.pairwise),
  linear('sums in lanes', sums.inLanes(false)),
  linear('sums in blocks', sums.inBlocks, ieee),
  linear("Kahan's sums", sums.kahan),
  linear('fused multiply-add', sums.fused, ieee),
  linear('fused multiply-add in lanes', sums.inLanes(true)),
  linear('float64 sums', sums.inDoubles, ieee),
  linear('flushed, along a random tree', sums.inTree, {}, { o: sums.flushed }),
  linear('flushed, fused multiply-add', sums.fused, {}, { o: sums.flushed }),
  linear('padding multiplied', sums.inTree, { padding: 'multiplied' }, { isPadded: true }),
  linear('padding multiplied, fused', sums.fused, { padding: 'multiplied' }, { isPadded: true }),
];

/** With windows of 3×3 and stride 1. */
function byThrees(c: Case): Case {
  const windows = { ...c, size: [3, 3], stride: [1, 1], dilation: [1, 1] } as Case;
  return isPossible(windows) ? windows : ({ ...windows, padding: 'same-upper' } as Case);
}

const tiles: readonly Way[] = ([2, 4] as const).map((m) => ({
  name: `Winograd, F(${m}×${m}, 3×3)`,
  traits: { winograd: { m, r: 3 } },
  covers: (op, gradient) => op === 'conv2d' && !gradient,
  fitted: byThrees,
  answer: ({ call }, draw) => byWinograd(call, m, draw),
}));
const fourier: Way = {
  name: 'fast Fourier transforms',
  traits: { fft: true },
  covers: (op, gradient) => /^conv[123]d$/.test(op) && !gradient,
  answer: ({ call }) => byFourier(call),
};

type Formats = Partial<Record<'operands' | 'accumulator' | 'output', Format>>;
const roundings: readonly Rounding[] = ['nearest', 'cut', 'either'];
const isChoice = (op: string, gradient: boolean): boolean =>
  !gradient &&
  /^(maxPool[123]d|globalMaxPool|channelMaxPool|shuffleChannels|depthToSpace|spaceToDepth|slice)$/.test(op);

/** Of a format, or of several, to nearest, cut off, or either by chance. */
const narrowing = (name: string, precision: Formats): readonly Way[] =>
  roundings.map((rounding): Way => {
    const { operands = 'float32', accumulator = 'float32', output = 'float32' } = precision;
    return {
      name: `${name}, ${rounding}`,
      traits: { precision },
      covers: (op, gradient) => isLinear(op) || isChoice(op, gradient),
      answer(question, draw) {
        const store = (value: number): number => narrowed(value, output, rounding, draw);
        const once = (each: Tensor): Tensor => mapped(each, (v) => narrowed(v, operands, rounding, draw));
        if (!isLinear(question.call.op))
          return everyOutput(library({ ...question, call: allMapped(question.call, once) }), (each) =>
            mapped(each, store),
          );
        const o = narrow(operands, accumulator, rounding, draw);
        const sum = [sums.inOrder(false), sums.inTree, sums.fused, sums.inLanes(true)][draw.below(4)];
        return added(question, { sum, o, store }, draw);
      },
    };
  });

const narrows: readonly Way[] = [
  ...narrowing('operands tf32', { operands: 'tf32' }),
  ...narrowing('operands bfloat16', { operands: 'bfloat16' }),
  ...narrowing('operands and output bfloat16', { operands: 'bfloat16', output: 'bfloat16' }),
  ...narrowing('all bfloat16', { operands: 'bfloat16', accumulator: 'bfloat16', output: 'bfloat16' }),
  ...narrowing('operands and output float16', { operands: 'float16', output: 'float16' }),
  ...narrowing('all float16', { operands: 'float16', accumulator: 'float16', output: 'float16' }),
];

export const ways: readonly Way[] = [...whole, ...formulas, ...orders, ...tiles, fourier, ...narrows];
