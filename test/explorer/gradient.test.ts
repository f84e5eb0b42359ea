// The gradient check of the page without a browser: its verdicts against gradientCheck.

import { describe, expect, test } from 'vitest';
import { check } from '../../src/explorer/gradient/check.ts';
import { operators, subjectOf } from '../../src/explorer/gradient/checked-operator.ts';
import { gradientCheck } from '../../src/inspect/gradient-check.ts';

describe('the gradient check', () => {
  test.each(Object.keys(operators))('of %s agrees or lies at a corner, and finds what is planted', (name) => {
    const right = subjectOf(name, 3, false);
    expect(gradientCheck(right.layer, right.x, right.params).ok).toBe(true);
    for (const [tensor, { data }] of Object.entries(right.tensors))
      expect(['agrees', 'kink']).toContain(check(right, { tensor, index: data.length >> 1 }).verdict);
    const { planted, ...subject } = subjectOf(name, 1, true);
    const found = Object.entries(subject.tensors).flatMap(([tensor, { data }]) =>
      [...data.keys()]
        .slice(-5)
        .flatMap((index) => (check(subject, { tensor, index }).verdict === 'wrong' ? tensor : [])),
    );
    expect(new Set(found), planted!.what).toEqual(new Set([planted!.tensor]));
  });

  test.each([
    ['softmax', 0, -30],
    ['softmax', 7, 1000],
    ['crossEntropy', 7, 100],
    ['sigmoid', 0, -1000],
  ])('of %s agrees where the gradient is smaller than the rounding of the outputs', (name, index, value) => {
    const { verdict, analytic } = check(subjectOf(name, 2, false), { tensor: 'x', index, value });
    expect([verdict, Math.abs(analytic) < 1e-12]).toEqual(['agrees', true]);
  });

  test('the error of a smooth operator falls with h², of one-sided quotients with h', () => {
    const { float64, oneSided } = check(subjectOf('tanh', 1, false), { tensor: 'x', index: 2, value: 0.3 });
    const at = (of: typeof float64, h: number): number => of.find((each) => each.h === h)!.error;
    expect(at(float64, 1e-2) / at(float64, 1e-3)).toBeCloseTo(100, 0);
    expect(at(oneSided, 1e-2) / at(oneSided, 1e-3)).toBeCloseTo(10, 0);
  });

  test('the corner of relu is a kink at 0, and beside it is shown where it lies', () => {
    const subject = subjectOf('relu', 1, false);
    const { verdict, before, after } = check(subject, { tensor: 'x', index: 0, value: 0 });
    expect([verdict, before === 0, after > 0]).toEqual(['kink', true, true]);
    const beside = check(subject, { tensor: 'x', index: 0, value: 0.4 });
    expect(beside.verdict).toBe('agrees');
    expect(beside.kinks).toEqual([-0.4]);
    expect(check(subjectOf('tanh', 1, false), { tensor: 'x', index: 0 }).kinks).toEqual([]);
  });
});
