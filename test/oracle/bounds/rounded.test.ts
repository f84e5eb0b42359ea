// The bounds of spec/bounds.md: what conforms is never accused, what every mistake gives is; traits widen and narrow them.

import { describe, expect, it } from 'vitest';
import { frozenNorm, relu, sigmoid, tensor } from '../../../src/index.ts';
import { pad, upsample } from '../../../src/ops/index.ts';
import { partsOf } from '../../../src/oracle/ask/ask.ts';
import { checkParts } from '../../../src/oracle/ask/outputs.ts';
import { exactly, operationsOf, widest } from '../../../src/oracle/bounds/rounded.ts';
import { drawCase } from '../../../src/oracle/cases/draw.ts';
import { caseId, parseCaseId } from '../../../src/oracle/cases/id.ts';
import { shapeOf } from '../../../src/oracle/cases/tensors.ts';
import { isFailure } from '../../../src/oracle/engine-under-test.ts';
import { operators } from '../../../src/oracle/families/index.ts';
import { mistakesOf, predict, settingOf } from '../../../src/oracle/findings/predict.ts';
import { bound, check, dialects } from '../../../src/oracle/index.ts';
import { sizeOf } from '../../../src/tensor.ts';
import { isSlow } from '../../some.ts';
import { conform, conformingNames } from '../conform.ts';

describe('conforming engines of operators with functions, norms and losses', () => {
  it.each(conformingNames)(
    '[bound-operations] [bound-formulas] [bound-functions] are never accused, whatever order, formula or rounding: %s',
    (op) => {
      const cases = isSlow ? 16 : 8;
      for (const gradient of [false, true]) {
        const { asked, refused } = conform(op, gradient, 0, cases, 2);
        expect({ asked, refused }).toEqual({ asked: 2 * cases, refused: [] });
      }
    },
  );

  it.each([
    ['[bound-activations] of a logistic function', 'sigmoid', 0.3],
    ['[bound-activations] of a hyperbolic tangent', 'tanh', 0.3],
    ['[bound-elementwise] of a Gaussian error unit', 'gelu', 0.3],
    ['[bound-elementwise] of an exponential unit', 'elu', 0.3],
    ['[bound-elementwise] of a smooth rectifier', 'softplus', 0.3],
    ['[bound-elementwise] of a piecewise linear function', 'hardSwish', 0.3],
    ['[bound-softmax] of a softmax', 'softmax', 0.1],
    ['[bound-softmax] of a logarithm of softmax', 'logSoftmax', 0.1],
    ['[bound-norms] of a norm', 'frozenNorm', 0.2],
    ['[bound-norms] of a norm within an image', 'groupNorm', 0.15],
    ['[bound-lrn] of local response normalization', 'lrn', 0.3],
    ['[bound-lp] of an Lp pool', 'lpPool2d', 0.3],
    ['[bound-upsample] of an enlargement', 'upsample', 0.1],
    ['[bound-branches] of a product', 'product', 0.9],
    ['[bound-losses] of a loss', 'crossEntropy', 0.05],
  ] as const)('%s: the bound is not much wider than it must be (%s comes as near as %d)', (_, op, least) => {
    expect(conform(op, false, 0, 30, 3).margin).toBeGreaterThan(least);
  });

  it('[bound-functions] functions that are farther off than declared are accused, and a trait declares them', () => {
    const far = { ...{ ulp: 64 } };
    const accused = conform('sigmoid', false, 0, 8, 2, far);
    expect(accused.refused).toEqual([]);
    const x = tensor([1, 1], [0.5]);
    const y = sigmoid().forward(x, {}).data[0];
    const off = tensor([1, 1], [y * (1 + 20 * 2 ** -23)]);
    expect(check(sigmoid(), x, {}, off)).toMatchObject({
      kind: 'fail',
      message: expect.stringContaining('functions within 4 units in the last place'),
    });
    expect(check(sigmoid(), x, {}, off, { ulp: 64 }).kind).toBe('pass');
    for (const ulp of [-1, Number.NaN, 1e9])
      expect(() => check(sigmoid(), x, {}, off, { ulp })).toThrow('[bound-functions]');
    expect(() => check(sigmoid(), x, {}, off, { ulp: '4' as never })).toThrow('[bound-functions]');
  });

  it('[bound-norms] a variance in two passes has the narrower bound, and one in one pass is accused of it', () => {
    // Values close together, far from 0: the squares cancel.
    const id = 'batchNorm/n4c1_e0.00001/f32/given/x=1000,1001,1002,1003;weight=1;bias=0';
    const [[, two]] = partsOf({ traits: { variance: 'two-pass' } }, parseCaseId(id));
    const [[, one]] = partsOf({ traits: { variance: 'one-pass' } }, parseCaseId(id));
    const [[, open]] = partsOf({ traits: {} }, parseCaseId(id));
    expect(one.bound.error).toEqual(open.bound.error);
    for (const [i, narrow] of two.bound.error.entries()) expect(narrow).toBeLessThan(one.bound.error[i] / 10);
    expect(() => check(relu(), tensor([1, 1], [1]), {}, 0, { variance: 'no' as never })).toThrow('[oracle-traits]');
  });
});

const planted = Object.keys(operators).filter((op) => operators[op].family.place >= 8);

describe('mistakes of operators without windows', () => {
  it.each(planted)(
    '[oracle-mistakes] each of at least three is caught, by what is right and by its own numbers: %s',
    (op) => {
      const shared = new Set(mistakesOf('maxPool2d')); // which names.test.ts plants
      const mistakes = mistakesOf(op).filter((each) => !shared.has(each));
      expect(mistakes.length).toBeGreaterThanOrEqual(3);
      const missed = mistakes.filter((mistake) => {
        if (mistake.isRuleOf?.(dialects.toeplitz)) return false; // our own
        for (let i = 0; i < 40; i++)
          for (const gradient of [false, true]) {
            const c = drawCase(op, gradient, 1, i);
            if (sizeOf(shapeOf(c)) > 65536) continue;
            const wrong = predict(mistake, settingOf(c));
            if (!wrong) continue;
            const stored = Object.entries(wrong).map(([part, { shape, data }]) => [
              part,
              { shape, data: Float32Array.from(data) },
            ]);
            const all = Object.fromEntries(stored);
            const theirs = gradient ? { x: undefined, ...all } : all.y;
            const parts = partsOf({ traits: {} }, c).filter(([part]) => part in all);
            if (isFailure(checkParts(parts, theirs).kind)) return false;
          }
        return true;
      });
      expect(missed.map(({ name }) => name)).toEqual([]);
    },
  );
});

describe('numbers with what may have become of them', () => {
  const { add, mul, div, sum, exp, log, sqrt, pow, given } = operationsOf({});

  it('[bound-operations] nothing is rounded where the result is a number of the format', () => {
    for (const each of [add(exactly(3), exactly(4)), mul(exactly(3), exactly(5)), div(exactly(3), exactly(4))])
      expect(each.e).toBe(0);
    expect(div(exactly(1), exactly(3)).e).toBeGreaterThan(0);
    expect(add(exactly(1), exactly(2 ** -30)).e).toBeGreaterThan(0);
    expect(sum(100, (i) => exactly(i)).e).toBe(0);
    expect(sum(2, (i) => exactly(i + 0.1)).e).toBeGreaterThan(0);
  });

  it('[bound-operations] a NaN among exact numbers is one; outside of a domain anything may be', () => {
    expect(add(exactly(Number.NaN), exactly(1))).toEqual({ v: Number.NaN, e: 0 });
    for (const each of [
      sqrt({ v: 1, e: 2 }),
      log({ v: 1, e: 2 }),
      div(exactly(1), { v: 1, e: 2 }),
      pow({ v: 1, e: 2 }, 0.5),
    ])
      expect(each.e).toBe(Infinity);
    expect(mul(exactly(1e30), exactly(1e30)).e).toBe(Infinity);
    expect(exp(exactly(-Infinity))).toEqual({ v: 0, e: 0 });
    expect(given(1e-40).e).toBe(1e-40);
    // The least normal number is not flushed.
    expect(given(2 ** -126).e).toBe(0);
    expect(operationsOf({ subnormals: 'ieee' }).given(1e-40).e).toBe(0);
  });

  it('[bound-pad] padding has no error, and its gradient that of a sum', () => {
    const x = tensor([1, 2, 1], [0.1, 0.2]);
    const { y, error } = bound(pad({ padding: 2, mode: 'edge' }), x, {});
    expect([...y.data].map(Math.fround)).toEqual([0.1, 0.1, 0.1, 0.2, 0.2, 0.2].map(Math.fround));
    expect([...error.data]).toEqual([0, 0, 0, 0, 0, 0]);
    const id = 'pad+gradient/n1w2c1_p2.2m2v0/f32/given/x=1,2;dy=0.1,0.2,0.3,0.4,0.5,0.6';
    const [[, { bound: sums }]] = partsOf({ traits: {} }, parseCaseId(id));
    expect(sums.value[0]).toBeCloseTo(0.6, 6);
    expect(sums.error[0]).toBeGreaterThan(0);
    expect(sums.error[0]).toBeLessThan(1e-6);
  });

  it('[bound-upsample] a place that float32 rounds may be that of either cell, one of a power of two is certain', () => {
    const x = tensor([1, 4, 1], [1, 2, 3, 4]);
    const certain = bound(upsample({ scale: 4, coordinates: 'asymmetric', rounding: 'floor' }), x, {});
    expect([...certain.error.data].every((each) => each === 0)).toBe(true);
    const { y, error } = bound(upsample({ scale: 3, coordinates: 'asymmetric', rounding: 'floor' }), x, {});
    expect([...y.data]).toEqual([1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]);
    expect([...error.data]).toEqual([0, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0]);
    const mixed = bound(upsample({ scale: 2, mode: 'linear' }), x, {});
    expect([...mixed.error.data].every((each) => each === 0)).toBe(true);
    const thirds = bound(upsample({ scale: 3, mode: 'linear' }), x, {}).error.data;
    for (const each of thirds) expect(each).toBeLessThan(4e-5);
    expect(Math.max(...thirds)).toBeGreaterThan(0);
    // Of a place before the first cell, the second one has no share, and may be multiplied with it all the same.
    const border = upsample({ scale: 2, mode: 'linear' });
    for (const first of [1, Number.NaN])
      expect(
        check(border, tensor([1, 2, 1], [1, Number.NaN]), {}, tensor([1, 4, 1], [first, NaN, NaN, NaN])).kind,
      ).toBe('pass');
    expect(check(border, tensor([1, 2, 1], [1, Number.NaN]), {}, tensor([1, 4, 1], [1, 1, NaN, NaN])).kind).toBe(
      'fail',
    );
  });

  it('[bound-branches] the sum of two tensors assumes nothing of functions', () => {
    const [[, { bound: found }]] = partsOf({ traits: {} }, parseCaseId('sum/n1c1_/f32/given/x=0.1;other=0.2'));
    expect(found).not.toHaveProperty('assumed');
  });

  it('[bound-formulas] of several formulas the largest bound counts, and one for another number widens it', () => {
    expect(widest({ v: 1, e: 2 }, { v: 1, e: 3 }).e).toBe(3);
    expect(widest({ v: 1, e: 2 }, { v: 5, e: 1 }).e).toBe(5);
  });

  it('[oracle-operands] the bound of a norm can be asked for by itself', () => {
    const one = (value: number) => tensor([1], [value]);
    const p = { weight: one(2), bias: one(1), mean: one(0), variance: one(3) };
    const { y, error } = bound(frozenNorm({ epsilon: 1 }), tensor([1, 1], [4]), p);
    expect(y.data[0]).toBe(5);
    expect(error.data[0]).toBeLessThan(1e-5);
  });

  it('[oracle-caseid] attributes that are fractions, negative axes, words and lists are written in an id', () => {
    for (const id of [
      'lrn/n1c3_z3a0.0001b0.75k2/f32/exact/1',
      'softmax/n1w2c3_x-2/f32/real/7',
      'gelu/n1c2_a1/f32/real/7',
      'pad/n1h2w3c1_p1.0x2.-1m2v5/f32/exact/1',
      'pad/n1w3c1_p2m0v0/f32/exact/1',
      'upsample/n1h2w3c1_s2x1m1o2r0/f32/exact/1',
      'upsample/n1w3c1_s1.5m0o0r3/f32/exact/1',
      'slice/n1h4w3c2_a1x-1s0x1e3x2t1x1/f32/exact/1',
      'selectChannels/n1c3_s2/f32/exact/1',
      'globalAvgPool/n1w2c3_/f32/exact/1',
      'globalAvgPool/n1w2c3_k1/f32/exact/1',
    ])
      expect(caseId(parseCaseId(id))).toBe(id);
    expect(() => parseCaseId('softmax/n1w2c3_x5/f32/real/7')).toThrow('[oracle-caseid]');
  });
});
