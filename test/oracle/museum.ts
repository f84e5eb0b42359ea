// The museum of defects: mutants made from defects that engines shipped. They stand beside the repository, over a reference
// with conventions of its own that the adapters below translate.

import { pathToFileURL } from 'node:url';
import type { Tensor } from '../../src/index.ts';
import { type Call, type Engine, type GradientCall, skip } from '../../src/oracle/index.ts';
import { shared } from '../shared.ts';

type Op = (...args: unknown[]) => Tensor;
export type Table = Record<string, Op>;
export interface Mutant {
  readonly id: string;
  readonly op: string;
  readonly convention?: boolean;
  apply(naive: Table): Op;
}

const naivePath = shared('faults/naive.mjs');
const mutantsPath = shared('faults/set_a.mjs');

/** The museum's loops make an object a tap: the largest cases would take minutes. */
function attributesOf({ attributes, x, weight }: Call) {
  if (x.data.length + (weight?.data.length ?? 0) > 400) skip('too large for these loops');
  const a = attributes as Record<string, unknown> & { padding: string | [number, number][] };
  const pads =
    typeof a.padding === 'string'
      ? a.padding
      : [...a.padding.map(([before]) => before), ...a.padding.map(([, after]) => after)];
  return {
    stride: a.stride,
    dilation: a.dilation,
    groups: a.groups ?? 1,
    pads,
    kernel: a.size,
    ceilMode: a.ceil,
    countIncludePad: a.countPadding,
  };
}

export const forward: Record<string, (f: Op) => (call: Call) => Tensor> = {
  conv2d: (f) => (call) => f(call.x, call.weight, call.bias ?? null, attributesOf(call)),
  depthwiseConv2d: (f) => (call) => {
    const { size, multiplier } = call.attributes as { size: number[]; multiplier: number };
    return f(
      call.x,
      { shape: [...size, call.x.shape[3], multiplier], data: call.weight!.data },
      call.bias ?? null,
      attributesOf(call),
    );
  },
  maxPool2d: (f) => (call) => f(call.x, attributesOf(call)),
  avgPool2d: (f) => (call) => f(call.x, attributesOf(call)),
  dense: (f) => (call) => f(call.x, call.weight, call.bias ?? null),
};

/** Each gradient of the museum: the operator it belongs to, and the call. */
export const backward: Record<string, [op: string, (f: Op, naive: Table) => (call: GradientCall) => object]> = {
  conv2dGradInput: [
    'conv2d',
    (f) => (call) => ({ x: f(call.dy, call.weight, { ...attributesOf(call), inputShape: call.x.shape }) }),
  ],
  conv2dGradFilter: [
    'conv2d',
    (f, naive) => (call) => ({
      x: inputGradient(naive, call),
      weight: f(call.x, call.dy, { ...attributesOf(call), filterShape: call.weight!.shape }),
    }),
  ],
  conv2dGradBias: [
    'conv2d',
    (f, naive) => (call) => ({ x: inputGradient(naive, call), ...(call.bias && { bias: f(call.dy) }) }),
  ],
  maxPool2dGrad: ['maxPool2d', (f) => (call) => ({ x: f(call.x, call.dy, attributesOf(call)) })],
  avgPool2dGrad: [
    'avgPool2d',
    (f) => (call) => ({ x: f(call.dy, { ...attributesOf(call), inputShape: call.x.shape }) }),
  ],
};

const inputGradient = (naive: Table, call: GradientCall) =>
  naive.conv2dGradInput(call.dy, call.weight, { ...attributesOf(call), inputShape: call.x.shape });

export function engineOf(op: string, f: Op, naive: Table): Engine | undefined {
  const base = { name: op, traits: { padding: 'skipped' } } as const;
  if (forward[op]) return { ...base, ops: { [op]: forward[op](f) } };
  if (!backward[op]) return undefined;
  const [owner, gradient] = backward[op];
  return { ...base, ops: { [owner]: forward[owner](naive[owner]) }, gradients: { [owner]: gradient(f, naive) } };
}

/** The reference of the museum and its mutants; undefined where they are not there. */
export async function museum(): Promise<{ naive: Table; mutants: readonly Mutant[] } | undefined> {
  if (naivePath === undefined || mutantsPath === undefined) return undefined;
  const naive = (await import(pathToFileURL(naivePath).href)) as Table;
  const { setA } = (await import(pathToFileURL(mutantsPath).href)) as { setA: Mutant[] };
  return { naive, mutants: setA.filter(({ op }) => forward[op] || backward[op]) };
}
