// The oracle's own score: mutants made from defects that engines shipped, of which each must be caught and most named.
// They stand beside the repository, over a reference with conventions of its own that the adapters below translate.

import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Tensor } from '../../src/index.ts';
import { type Call, checkEngine, type Engine, type GradientCall, skip } from '../../src/oracle/index.ts';
import { ABSENT, shared } from '../shared.ts';

type Op = (...args: unknown[]) => Tensor;
type Table = Record<string, Op>;
interface Mutant {
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

const forward: Record<string, (f: Op) => (call: Call) => Tensor> = {
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
const backward: Record<string, [op: string, (f: Op, naive: Table) => (call: GradientCall) => object]> = {
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

function engineOf(op: string, f: Op, naive: Table): Engine | undefined {
  const base = { name: op, traits: { padding: 'skipped' } } as const;
  if (forward[op]) return { ...base, ops: { [op]: forward[op](f) } };
  if (!backward[op]) return undefined;
  const [owner, gradient] = backward[op];
  return { ...base, ops: { [owner]: forward[owner](naive[owner]) }, gradients: { [owner]: gradient(f, naive) } };
}

const check = async (engine: Engine) =>
  (await checkEngine(engine, { ops: Object.keys(engine.ops), cases: 90 })).operators.flatMap(
    ({ findings }) => findings,
  );

describe('the museum of defects', () => {
  it('[oracle-mistakes] passes the reference of the museum, catches its mutants, and names most of them', {
    timeout: 240_000,
  }, async (context) => {
    context.skip(naivePath === undefined || mutantsPath === undefined, ABSENT);
    const naive = (await import(pathToFileURL(naivePath!).href)) as Table;
    const { setA } = (await import(pathToFileURL(mutantsPath!).href)) as { setA: Mutant[] };
    for (const op of [...Object.keys(forward), ...Object.keys(backward)])
      expect({ op, findings: await check(engineOf(op, naive[op], naive)!) }).toEqual({ op, findings: [] });
    const [missed, unnamed]: [string[], string[]] = [[], []];
    // Who takes a tie is a convention of the maximum's gradient: no tie is drawn.
    const mutants = setA.filter(({ op, id }) => id !== 'A46' && (forward[op] || backward[op]));
    for (const mutant of mutants) {
      const findings = await check(engineOf(mutant.op, mutant.apply(naive), naive)!);
      if (findings.length === 0) missed.push(mutant.id);
      else if (findings[0].mistake === undefined) unnamed.push(mutant.id);
    }
    expect({ mutants: mutants.length, missed, unnamed }).toEqual({ mutants: 37, missed: [], unnamed: [] });
  });
});
