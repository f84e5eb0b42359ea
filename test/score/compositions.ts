// Mistakes that nobody wrote: a condition on the call, products of some kind, and a change, drawn independently.

import { type Random, random } from '../../src/random.ts';
import type { Mistake, Setting, Step } from './products.ts';

type Condition = readonly [text: string, holds: (s: Setting) => boolean];
type Kind = readonly [text: string, holds: (step: Step, s: Setting) => boolean];
/** Changes a product in place; `false` leaves it out. */
type Change = readonly [text: string, apply: (step: Step, s: Setting) => unknown];

const some = (s: Setting, test: (axis: Setting['axes'][number]) => boolean): boolean => s.axes.some(test);
const every = (s: Setting, test: (axis: Setting['axes'][number]) => boolean): boolean =>
  s.axes.length > 0 && s.axes.every(test);
const O = ({ groups, filters }: Setting): number => groups * filters;
const C = ({ groups, channels }: Setting): number => groups * channels;

const conditions: readonly Condition[] = [
  ['groups > 1', (s) => s.groups > 1],
  ['one group', (s) => s.groups === 1],
  ['a stride above 1', (s) => some(s, (a) => a.stride > 1)],
  ['strides of 1', (s) => every(s, (a) => a.stride === 1)],
  ['dilation', (s) => some(s, (a) => a.dilation > 1)],
  ['dilation on the last axis', (s) => (s.axes.at(-1)?.dilation ?? 1) > 1],
  ['stride > size on an axis', (s) => some(s, (a) => a.stride > a.size)],
  ['a 3×3 window', (s) => every(s, (a) => a.size === 3)],
  ['a window of one cell', (s) => every(s, (a) => a.size === 1)],
  ['an even size', (s) => some(s, (a) => a.size % 2 === 0)],
  ['a square window', (s) => every(s, (a) => a.size === s.axes[0].size)],
  ['a window that is not square', (s) => some(s, (a) => a.size !== s.axes[0].size)],
  ['a square image', (s) => every(s, (a) => a.input === s.axes[0].input)],
  ['same padding', (s) => typeof s.padding === 'string' && s.padding !== 'valid'],
  ['padding in numbers', (s) => Array.isArray(s.padding)],
  ['padding', (s) => some(s, (a) => a.before + a.after > 0)],
  ['before ≠ after', (s) => some(s, (a) => a.before !== a.after)],
  ['no padding', (s) => s.padding === 'valid' || s.padding === undefined],
  ['a bias', (s) => s.bias],
  ['no bias', (s) => !s.bias],
  ['batch > 1', (s) => s.batch > 1],
  ['batch 1', (s) => s.batch === 1],
  ['channels not a multiple of 4', (s) => C(s) % 4 !== 0],
  ['channels a multiple of 4', (s) => C(s) % 4 === 0],
  ['more than 4 channels', (s) => C(s) > 4],
  ['filters not a multiple of 4', (s) => O(s) % 4 !== 0],
  ['an odd number of filters', (s) => O(s) % 2 === 1],
  ['more than 3 output columns', (s) => (s.axes.at(-1)?.output ?? 1) > 3],
  ['output columns a multiple of 2', (s) => (s.axes.at(-1)?.output ?? 1) % 2 === 0],
  ['an output wider than high', (s) => s.axes.length > 1 && s.axes.at(-1)!.output > s.axes[0].output],
  ['overlapping windows', (s) => some(s, (a) => a.stride < a.size)],
];

const at = (list: readonly number[], i: number): number => list.at(i) ?? 0;

const kinds: readonly Kind[] = [
  ['in the last column', ({ p }, { axes }) => axes.length > 0 && at(p, -1) === axes.at(-1)!.output - 1],
  ['in the first row', ({ p }) => at(p, 0) === 0],
  ['after the first column', ({ p }) => at(p, -1) > 0],
  ['in odd columns', ({ p }) => at(p, -1) % 2 === 1],
  [
    'past full blocks of 4 columns',
    ({ p }, { axes }) => axes.length > 0 && at(p, -1) >= axes.at(-1)!.output - (axes.at(-1)!.output % 4),
  ],
  ['of the last tap of a row', ({ k }, { axes }) => axes.length > 0 && at(k, -1) === axes.at(-1)!.size - 1],
  ['of the first row of taps', ({ k }) => at(k, 0) === 0],
  ['of all taps but the first of a row', ({ k }) => at(k, -1) > 0],
  ['of images after the first', ({ n }) => n > 0],
  ['of the last image', ({ n }, { batch }) => n === batch - 1],
  ['of groups after the first', ({ gx }) => gx > 0],
  ['of the last filter', ({ oy }, { filters }) => oy === filters - 1],
  ['of odd filters', ({ oy }) => oy % 2 === 1],
  ['of filters past full blocks of 4', ({ gy, oy }, s) => gy * s.filters + oy >= O(s) - (O(s) % 4)],
  ['of the last channel', ({ cx }, { channels }) => cx === channels - 1],
  ['of channels after the first', ({ cx }) => cx > 0],
  ['of channels past full blocks of 4', ({ cx }, { channels }) => cx >= channels - (channels % 4)],
  ['of the cells of the first column', ({ cell }) => at(cell, -1) === 0],
  ['of the cells of the last row', ({ cell }, { axes }) => axes.length > 0 && at(cell, 0) === axes[0].input - 1],
];

const put = (list: number[], i: number, value: number): void => {
  if (list.length > 0) list[i < 0 ? list.length + i : i] = value;
};

/** Changes one number of every axis. */
const eachAxis = (
  list: number[],
  axes: Setting['axes'],
  f: (value: number, axis: Setting['axes'][number]) => number,
): void => {
  for (const [i, axis] of axes.entries()) list[i] = f(list[i], axis);
};

const changes: readonly Change[] = [
  ['products are left out', () => false],
  ['products count twice', (step) => Object.assign(step, { factor: step.factor * 2 })],
  ['products are subtracted', (step) => Object.assign(step, { factor: step.factor * -1 })],
  ['products are halved', (step) => Object.assign(step, { factor: step.factor * 0.5 })],
  ['the column is one too far', (step) => put(step.cell, -1, at(step.cell, -1) + 1)],
  ['the column is one too early', (step) => put(step.cell, -1, at(step.cell, -1) - 1)],
  ['the row is one too far', (step) => put(step.cell, 0, at(step.cell, 0) + 1)],
  [
    'the stride of the first axis is used on the last',
    (step, { axes }) =>
      axes.length < 1 ||
      put(
        step.cell,
        -1,
        at(step.p, -1) * axes[0].stride + at(step.k, -1) * axes.at(-1)!.dilation - axes.at(-1)!.before,
      ),
  ],
  [
    'the stride is ignored in rows',
    (step, { axes }) =>
      axes.length < 1 || put(step.cell, 0, at(step.p, 0) + at(step.k, 0) * axes[0].dilation - axes[0].before),
  ],
  [
    'the dilation is ignored in columns',
    (step, { axes }) =>
      axes.length < 1 ||
      put(step.cell, -1, at(step.p, -1) * axes.at(-1)!.stride + at(step.k, -1) - axes.at(-1)!.before),
  ],
  ['the padding before is ignored', (step, { axes }) => eachAxis(step.cell, axes, (v, a) => v + a.before)],
  ['the padding after is used before', (step, { axes }) => eachAxis(step.cell, axes, (v, a) => v + a.before - a.after)],
  [
    'cells beyond the border are clamped',
    (step, { axes }) => eachAxis(step.cell, axes, (v, a) => Math.min(a.input - 1, Math.max(0, v))),
  ],
  [
    'columns of the kernel are reversed',
    (step, { axes }) => axes.length < 1 || put(step.k, -1, axes.at(-1)!.size - 1 - at(step.k, -1)),
  ],
  ['the kernel is turned', (step, { axes }) => eachAxis(step.k, axes, (v, a) => a.size - 1 - v)],
  ['the kernel row is the next', (step) => put(step.k, 0, at(step.k, 0) + 1)],
  ['the weight is that of the first group', (step) => Object.assign(step, { gw: 0 })],
  ['the input is that of the first group', (step) => Object.assign(step, { gx: 0 })],
  ['the weight is that of the first filter', (step) => Object.assign(step, { ow: 0 })],
  ['the weight is that of the next filter', (step) => Object.assign(step, { ow: step.ow + 1 })],
  ['the weight is that of the first channel', (step) => Object.assign(step, { cw: 0 })],
  ['the channel of x is the first', (step) => Object.assign(step, { cx: 0 })],
  ['the channels of x are reversed', (step, { channels }) => Object.assign(step, { cx: channels - 1 - step.cx })],
  ['the image is the one before', (step) => Object.assign(step, { nx: step.nx - 1 })],
  ['the image is the first', (step) => Object.assign(step, { nx: 0 })],
  ['the filters are reversed in the output', (step, { filters }) => Object.assign(step, { oy: filters - 1 - step.oy })],
];

/** The channels of the output. */
const biasesOf = (s: Setting): number => (/Transpose/.test(s.op) ? C(s) : O(s));

type BiasChange = readonly [text: string, (o: number, s: Setting) => readonly [number, number]];

const biases: readonly BiasChange[] = [
  ['the bias is left out', (o) => [o, 0]],
  ['the bias counts twice', (o) => [o, 2]],
  ['the bias is that of the first group', (o, s) => [o % (biasesOf(s) / s.groups), 1]],
  ['the bias is that of the first filter', () => [0, 1]],
  ['the bias of the last filter is left out', (o, s) => [o, o === biasesOf(s) - 1 ? 0 : 1]],
  [
    'the bias of filters past full blocks of 4 is left out',
    (o, s) => [o, o >= biasesOf(s) - (biasesOf(s) % 4) ? 0 : 1],
  ],
  ['the bias is that of the filter before', (o) => [Math.max(0, o - 1), 1]],
];

const one = <T>(draw: Random, list: readonly T[]): T => list[draw.below(list.length)];

export const operators = [
  'conv2d',
  'depthwiseConv2d',
  'convTranspose2d',
  'dense',
  'maxPool2d',
  'avgPool2d',
  'conv1d',
] as const;

/** The mistake of a number, and the operator that has it. */
export function composition(seed: number): { readonly op: string; readonly mistake: Mistake } {
  const draw = random(seed);
  const op = operators[draw.below(8) % operators.length];
  const hasWeight = !/Pool/.test(op);
  const isGradient = draw.below(3) === 0;
  const condition = draw.below(2) === 0 ? one(draw, conditions) : undefined;
  const isBias = hasWeight && draw.below(7) === 0;
  const parts = !isGradient
    ? ['y']
    : isBias
      ? ['bias']
      : !hasWeight || draw.below(2) === 0
        ? ['x']
        : draw.below(3) === 0
          ? ['x', 'weight']
          : ['weight'];
  const kind = !isBias && draw.below(2) === 0 ? one(draw, kinds) : undefined;
  const [change, bias] = [one(draw, changes), one(draw, biases)];
  const text = [
    `${op}${isGradient ? ` gradient of ${parts.join(' and ')}` : ''}: ${isBias ? bias[0] : change[0]}`,
    ...(kind ? [kind[0]] : []),
    ...(condition ? [`with ${condition[0]}`] : []),
  ].join(', ');
  const mistake: Mistake = {
    text,
    parts,
    isMade: (s) => condition === undefined || condition[1](s),
    ...(isBias
      ? { bias: bias[1] }
      : { product: (step, s) => (kind === undefined || kind[1](step, s) ? change[1](step, s) : undefined) }),
  };
  return { op, mistake };
}
