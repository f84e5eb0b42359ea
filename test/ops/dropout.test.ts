// What is special about dropout: which seeds it refuses, and in which words.

import { expect, it, test } from 'vitest';
import { dropout, type Layer, type Params, type Shape, SpecError, type Tensor, tensor } from '../../src/index.ts';

it('[dropout-seed] is a whole number that float64 holds exactly', () => {
  for (const [seed, shown] of [
    ['1', "'1'"],
    [true, 'true'],
  ]) {
    const make = () => dropout({ rate: 0.5, seed: seed as never });
    expect(make).toThrow(TypeError);
    expect(make).toThrow(`dropout: seed must be a whole number, got ${shown} [dropout-seed]`);
  }
  for (const seed of [0.5, Number.NaN, 2 ** 53, -(2 ** 53)]) {
    const make = () => dropout({ rate: 0.5, seed });
    expect(make).toThrow(SpecError);
    expect(make).toThrow(
      `dropout: seed must be a whole number of at most 2⁵³ − 1 in magnitude, got ${seed} [dropout-seed]`,
    );
  }
  for (const seed of [0, -1, 2 ** 53 - 1]) expect(dropout({ rate: 0.5, seed }).attributes.seed).toBe(seed);
});

const f = Math.fround;

const filled = (shape: Shape, value: (i: number) => number): Tensor => {
  const x = tensor(shape);
  for (let i = 0; i < x.data.length; i++) x.data[i] = value(i);
  return x;
};

const of = (layer: Layer, x: Tensor, p: Params<Tensor> = {}): number[] => [...layer.forward(x, p).data];

test('[dropout-forward] 1 − rate is not rounded to float32, the factor is', () => {
  const rate = 0.15;
  expect(f(1 / f(1 - rate))).not.toBe(f(1 / (1 - rate)));
  const y = of(
    dropout({ rate, seed: 1 }),
    filled([64], () => 1),
  );
  expect(new Set(y)).toEqual(new Set([0, f(1 / (1 - rate))]));
});
