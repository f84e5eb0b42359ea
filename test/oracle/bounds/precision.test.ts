// How precise the arithmetic of an engine is, as the oracle sees it.

import { expect, it } from 'vitest';
import { tensor } from '../../../src/index.ts';
import { partsOf } from '../../../src/oracle/ask/ask.ts';
import { checkParts } from '../../../src/oracle/ask/outputs.ts';
import type { Bound } from '../../../src/oracle/bounds/bound.ts';
import { FINITE } from '../../../src/oracle/bounds/number-kinds.ts';
import { bitsOf, pooled, precisionOf } from '../../../src/oracle/bounds/precision.ts';
import { boundFrom } from '../../../src/oracle/bounds/rounded.ts';
import { parseCaseId } from '../../../src/oracle/cases/id.ts';
import { type Call, checkEngine, type Engine, render } from '../../../src/oracle/index.ts';
import { forward } from '../this-library.ts';

/** The number with so many bits, to nearest; ties go away from zero. */
const toBits = (bits: number) => (value: number) => {
  const [word] = new Uint32Array(Float32Array.of(value).buffer);
  const low = 24 - bits;
  return new Float32Array(Uint32Array.of(((word + (1 << (low - 1))) >>> low) << low).buffer)[0];
};

const rounded = (bits: number): Engine => ({
  name: `${bits} bits`,
  ops: {
    conv2d: (call: Call) => {
      const round = (t: Call['x']) => tensor(t.shape, Array.from(t.data, toBits(bits)));
      return forward({ ...call, x: round(call.x), weight: round(call.weight!) });
    },
  },
});

const operatorOf = async (engine: Engine) =>
  (await checkEngine(engine, { ops: ['conv2d'], cases: 60, brief: true })).operators[0];

it('[oracle-bits] tells float32, tf32 and bfloat16 apart, right or wrong', async () => {
  const float32 = await operatorOf({ name: 'float32', ops: { conv2d: forward } });
  const tf32 = await operatorOf(rounded(11));
  const bfloat16 = await operatorOf(rounded(8));
  const [a, b, c] = [float32, tf32, bfloat16].map(({ precision }) => Number(bitsOf(precision)));
  expect(a).toBeGreaterThan(23);
  expect(a).toBeLessThan(26);
  expect(b).toBeGreaterThan(12);
  expect(b).toBeLessThan(14);
  expect(c).toBeGreaterThan(9);
  expect(c).toBeLessThan(11);
  expect([float32, tf32, bfloat16].map(({ status }) => status)).toEqual(['pass', 'fail', 'fail']);
  // A finding that names an arithmetic does not say how close its values are besides.
  expect(tf32.findings.map(({ kind, closeness }) => [kind, closeness])).toEqual([['wrong-profile', undefined]]);
});

it('[oracle-bits] looks at rounding alone: neither at exact sums nor at what is wrong for another reason', async () => {
  const off: Engine = {
    name: 'off',
    ops: {
      conv2d: (call) => {
        const y = forward(call);
        if (call.attributes.bias) y.data[0] += 1e6;
        return y;
      },
    },
  };
  const { precision, status } = await operatorOf(off);
  expect(status).toBe('fail');
  expect(Number(bitsOf(precision))).toBeGreaterThan(23);
  expect(pooled([undefined])).toBeUndefined();
  const none = { draws: 0, inwards: 0, downwards: 0 };
  expect(pooled([{ sums: 1, rms: 2 ** -20, ...none }, undefined, { sums: 3, rms: 0, ...none }])).toEqual({
    sums: 4,
    rms: 2 ** -21,
    ...none,
  });
});

it('[oracle-report] counts all cases that were asked, and shows no bits of a maximum', async () => {
  const report = await checkEngine(
    { name: 'own', ops: { maxPool2d: forward } },
    { ops: ['maxPool2d'], cases: 20, brief: true },
  );
  expect(render(report)).toMatch(/^operator {3}asked {2}pass {2}suspect {2}skip {2}fail {2}bits$/m);
  expect(render(report)).toMatch(/^maxPool2d {5}20 {4}20 {8}0 {5}0 {5}0 {8}pass$/m);
});

it('[oracle-bits] a sum whose terms are all 0 says nothing, and the bits stay a number', () => {
  const bound = {
    value: Float64Array.of(0, 1),
    error: Float64Array.of(1e-40, 1e-6),
    kinds: Uint8Array.of(FINITE, FINITE),
    magnitude: Float64Array.of(0, 2),
    terms: Uint32Array.of(9, 9),
  } as unknown as Bound;
  expect(precisionOf(bound, Float32Array.of(0, 1 + 2 ** -20))).toMatchObject({ sums: 1, rms: 2 ** -21 });
  expect(precisionOf({ ...bound, magnitude: Float64Array.of(0, 0) } as Bound, Float32Array.of(0, 1))).toBeUndefined();
});

it('[oracle-verdict] of several passes the one with the largest margin speaks, with the precision of all', () => {
  const of = (e: number) => boundFrom([{ v: 1, e }], {}, false);
  const parts = (['x', 'weight'] as const).map((part) => [part, { shape: [1], bound: of(1) }] as const);
  const verdictOn = (x: number, weight: number) =>
    checkParts(parts, { x: tensor([1], [x]), weight: tensor([1], [weight]) });
  const { margin } = verdictOn(1.25, 1.25);
  expect(margin).toBeGreaterThan(0);
  expect(verdictOn(1.25, 1.5)).toMatchObject({ kind: 'pass', part: 'weight', margin: verdictOn(1, 1.5).margin });
  expect(verdictOn(1.5, 1.25)).toMatchObject({ kind: 'pass', part: 'x' });
  const [[, rounding]] = partsOf({ traits: {} }, parseCaseId('conv1d/n1w20c8_o1k8s1pvd1g1b0/f32/real/1'));
  const right = tensor(rounding.shape, [...rounding.bound.value]);
  const two = (['x', 'weight'] as const).map((part) => [part, rounding] as const);
  expect(checkParts(two, { x: right, weight: right }).precision?.sums).toBe(26);
});
