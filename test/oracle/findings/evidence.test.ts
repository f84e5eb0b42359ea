// What is evidence of another arithmetic, and what is none, asked of the functions that weigh it.

import { describe, expect, it } from 'vitest';
import { fromBfloat16, toBfloat16 } from '../../../src/formats/float16.ts';
import type { Tensor } from '../../../src/index.ts';
import { ask, type Outcome, partsOf } from '../../../src/oracle/ask/ask.ts';
import type { Case } from '../../../src/oracle/case.ts';
import { parseCaseId } from '../../../src/oracle/cases/id.ts';
import { layerOf, operandsOf, workOf } from '../../../src/oracle/cases/tensors.ts';
import { readLayout } from '../../../src/oracle/dialects/layout.ts';
import type { EngineUnderTest } from '../../../src/oracle/engine-under-test.ts';
import { agreementOf } from '../../../src/oracle/findings/agreement.ts';
import { closeness } from '../../../src/oracle/findings/closeness.ts';
import { leavesOpen } from '../../../src/oracle/findings/diagnose.ts';
import { mistakesOf, predict, settingOf } from '../../../src/oracle/findings/predict.ts';
import { profileOf } from '../../../src/oracle/findings/profile.ts';

const each = ({ shape, data }: Tensor, change: (value: number) => number): Tensor => ({
  shape,
  data: Float32Array.from(data, change),
});

/** An engine that computes what is asked by the case, in whatever words; `read` changes its operands, `store` its results. */
const engineOf = (op: string, read: (v: number) => number, store: (v: number) => number): EngineUnderTest => ({
  name: 'tried',
  layout: readLayout(undefined),
  traits: {},
  ops: [op],
  gradients: [],
  async run(_, c) {
    const operands = Object.entries(operandsOf(c!, layerOf(c!))).map(([name, x]) => [name, x && each(x, read)]);
    const { x, ...params } = Object.fromEntries(operands) as Record<string, Tensor>;
    return { kind: 'result', value: each(layerOf(c!).forward(x, params), store) };
  },
});
const answers = (engine: EngineUnderTest, cases: readonly Case[]): Promise<Outcome[]> =>
  Promise.all(cases.map((c) => ask(engine, c)));
const same = (v: number): number => v;
const bfloat16 = (v: number): number => fromBfloat16(toBfloat16(v));
const dense = (values: string, units: number) =>
  [1, 2, 3, 4].map((seed) => parseCaseId(`dense/n4c64_u${units}b0/f32/${values}/${seed}`));

it('[oracle-profile] is found of large cases alone, and what becomes of NaN is no evidence against it', async () => {
  const narrow = engineOf('dense', bfloat16, (y) => (y === y ? y : 0));
  const large = dense('real', 128);
  expect(workOf(large[0])).toBeGreaterThan(20000);
  const profile = { precision: { operands: 'bfloat16' } };
  expect(profileOf(narrow, await answers(narrow, large))?.profile).toEqual(profile);
  const mixed = await answers(narrow, [...dense('real', 4), ...dense('nan', 4)]);
  expect(mixed.map(({ verdict: { kind } }) => kind)).toEqual(mixed.map(() => 'fail'));
  expect(profileOf(narrow, mixed)?.profile).toEqual(profile);
});

it('[oracle-profile] how close wrong values are is the largest distance of those outside their bounds', async () => {
  const coarse = engineOf('dense', same, (y) => y * (1 + 1e-4));
  const far = engineOf('dense', same, (y) => y + 100);
  const near = closeness(coarse, await answers(coarse, dense('real', 4)));
  expect(near?.most).toBeGreaterThan(1e-6);
  expect(near?.unlikeRounding).toBe('all too far from 0');
  expect(closeness(far, await answers(far, dense('real', 4)))).toBeUndefined();
});

it('[oracle-mistakes] gives the shape of an answer whose values the spec leaves open, over no cell', () => {
  const ceil = mistakesOf('maxPool2d').find(({ name }) => name === 'ceil were ignored')!;
  const c = parseCaseId('maxPool2d/n1h1w2c1_k1x1s1x2p0.0.0.1d1x1e1/f32/distinct/1');
  expect(predict(ceil, settingOf(c))?.y).toMatchObject({ shape: [1, 1, 2, 1], open: Uint8Array.of(1, 1) });
});

it('[oracle-mistakes] leaves open what answers a question that there is not', () => {
  const open = (q: string): boolean =>
    leavesOpen(
      'outputPadding were ignored',
      parseCaseId(`convTranspose2d/n1h1w1c1_o1k1x1s2x2p0.1.0.0d1x1q${q}g1b0/f32/exact/1`),
    );
  expect([
    open('1x0'),
    open('1x1'),
    leavesOpen('ceil were ignored', parseCaseId('maxPool2d/n1h3w3c1_k2x2s2x2pvd1x1e1/f32/exact/1')),
  ]).toEqual([true, true, false]);
});

it('[oracle-mistakes] leaves open what a set of one number gives where the variance is divided by M − 1', () => {
  const mistake = mistakesOf('batchNorm').find(({ name }) => name === 'the variance were divided by M − 1')!;
  const openIn = (batch: number) => [
    ...predict(mistake, settingOf(parseCaseId(`batchNorm/n${batch}c2_e1/f32/exact/1`)))!.y!.open!,
  ];
  expect([openIn(1), openIn(2)]).toEqual([
    [1, 1],
    [0, 0, 0, 0],
  ]);
});

describe('a mistake that differs from what is right by about as much as both round', () => {
  const c = parseCaseId('relu/n1c4_/f32/given/x=1,1,1,1');
  const u = 2 ** -24;
  /** The four numbers are 1, at most 2u off; a mistake gives `expected` and the engine `got` in the last of them. */
  const agreement = (expected: number, got: number, first = 1) => {
    const tensorOf = (a: number, b: number): Tensor => ({ shape: [1, 4], data: Float32Array.of(a, 1, 1, b) });
    const [, { shape, bound }] = partsOf({ traits: {} }, c)[0];
    const parts = [['y', { shape, bound: { ...bound, error: bound.error.map(() => 2 * u) } }]] as const;
    const mistake = { name: 'it', result: () => ({ shape, data: Float64Array.of(first, 1, 1, expected) }) };
    return agreementOf(mistake, { setting: settingOf(c), parts, theirs: tensorOf(first, got) });
  };

  it('[oracle-mistakes] changes nothing of a right answer, nor of a wrong one the cells that are right', () => {
    expect(agreement(1 + 3 * u, 1)).toBe('unchanged');
    expect(agreement(1 + 3 * u, 1, 2)).toBe('agrees');
    expect(agreement(1 + 5 * u, 1)).toBe('refuted');
    expect(agreement(NaN, 1)).toBe('refuted');
  });

  it('[oracle-mistakes] explains a wrong answer near it, also from inside', () => {
    expect(agreement(1 + 1.9 * u, 1 + 3 * u)).toBe('unchanged');
    expect(agreement(1 + 3.5 * u, 1 + 4 * u)).toBe('agrees');
    expect(agreement(1 + 1.5 * u, 1 + 4 * u)).toBe('unchanged');
  });
});
