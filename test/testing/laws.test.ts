// The laws themselves: a right layer is not accused, a wrong one is, and what makes no sense is refused.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as toeplitz from '../../src/index.ts';
import { filled } from '../../src/layer/declared-params.ts';
import { operator } from '../../src/layer/operator.ts';
import { brokenLaws, casesOf, type LawOptions, laws, lawsOf } from '../../src/testing/index.ts';
import { examples } from '../layers.ts';
import { isSlow } from '../some.ts';

describe('a test that asks for a law that does not exist', () => {
  const relu = toeplitz.relu();
  const wrong: toeplitz.Layer = {
    ...relu,
    vjp: (x, p) => [relu.forward(x, p), (dy) => ({ x: { ...dy, data: dy.data.slice() }, params: {} })],
  };

  it('[layer-rules] a wrong gradient of relu breaks the laws of smooth and of homogeneous layers', () => {
    expect(() => laws(wrong, [2, 3, 4, 2], { kind: 'smooth' })).toThrow("breaks the law 'finite differences'");
    expect(brokenLaws(wrong, [2, 3], { kind: 'homogeneous' })).not.toEqual([]);
  });

  it('[layer-rules] a seed draws the same again: the same counterexample, another one without it', () => {
    const failure = (options: LawOptions): string => {
      try {
        laws(wrong, [2, 3, 4, 2], { kind: 'smooth', ...options });
      } catch (error) {
        return String(error);
      }
      return 'nothing';
    };
    for (const seed of [0, -7, 2 ** 40]) expect(failure({ seed })).toBe(failure({ seed }));
    expect(failure({ seed: 1 })).not.toBe(failure({ seed: 2 }));
    expect(new Set([1, 2, 3, 4].map(() => failure({}))).size).toBeGreaterThan(1); // two may be alike by chance
    const options = { kind: 'homogeneous', runs: 1, seed: 3 } as const;
    expect(brokenLaws(wrong, [2, 3], options)).toEqual(brokenLaws(wrong, [2, 3], options));
    expect(() => laws(wrong, [2, 3], { seed: 0.5 })).toThrow(
      'laws: seed must be a whole number, got 0.5 [layer-rules]',
    );
  });

  const refused: [message: string, options: object][] = [
    ["kind must be 'affine' or 'homogeneous' or 'smooth' or 'any', got 'smoth' [layer-rules]", { kind: 'smoth' }],
    ["kind must be 'affine' or 'homogeneous' or 'smooth' or 'any', got 'Affine' [layer-rules]", { kind: 'Affine' }],
    [
      "the options are kind, unit, numbers, runs, seed, got 'kinds' (did you mean 'kind'?) [layer-attributes]",
      { kinds: 'smooth' },
    ],
    ['runs must be a whole number from 1 to 2147483647, got 0 [layer-rules]', { runs: 0 }],
    ["runs must be a whole number ≥ 1, got 'x' [layer-rules]", { runs: 'x' }],
    ['unit must be a whole number from 1 to 2147483647, got 0.5 [layer-rules]', { unit: 0.5 }],
  ];
  it.each(refused)('[layer-rules] is refused: %s', (message, options) => {
    expect(() => laws(wrong, [2, 3], options as LawOptions)).toThrow(`laws: ${message}`);
    expect(() => brokenLaws(wrong, [2, 3], options as LawOptions)).toThrow(`brokenLaws: ${message}`);
  });

  it('[layer-rules] so are a kind of lawsOf, and options of casesOf', () => {
    expect(() => lawsOf('linear' as 'any')).toThrow("lawsOf: kind must be 'affine'");
    expect(() => casesOf(relu, [2], { number: 3 } as object)).toThrow('casesOf: the options are rank, numbers, type');
  });
});

describe('a right layer is never accused: the rounding of a law is no fault of the layer', () => {
  const kinds: Record<string, fc.Arbitrary<number>> = {
    extreme: fc.constantFrom(1e30, -1e30, 3e38, 1, -1, 1e-30, 1e-44, 0, -0, 1e15),
    wide: fc.double({ noNaN: true, min: -1e6, max: 1e6 }),
    any: fc.double({ noNaN: true, noDefaultInfinity: true }),
    small: fc.double({ noNaN: true, min: -1e-6, max: 1e-6 }),
    few: fc.constantFrom(0, 1, 2),
  };
  it.each(Object.entries(kinds))('[layer-rules] %s numbers', (_, numbers) => {
    for (const { name, layer, shape, ...options } of examples) {
      const drawn = { x: numbers, weight: numbers, bias: numbers, dy: numbers };
      expect(brokenLaws(layer, shape, { runs: isSlow ? 2 : 1, seed: 1, ...options, numbers: drawn }), name).toEqual([]);
    }
  });

  it('[layer-rules] deep and wide nets, whose sums of whole numbers outgrow float32, and at last float64', () => {
    const { chain, conv1d } = toeplitz;
    for (const depth of [3, 6, 12]) {
      const net = chain(Array.from({ length: depth }, () => conv1d({ filters: 24, size: 3, padding: 'same' })));
      expect(brokenLaws(net, [1, 4, 24], { kind: 'affine', runs: 2 })).toEqual([]);
    }
  });

  it('[layer-rules] wrong ones still are, with numbers of any kind', () => {
    const { conv1d, tanh } = toeplitz;
    const twice = (layer: toeplitz.Layer): toeplitz.Layer => ({
      ...layer,
      vjp(x, p) {
        const [y, pull] = layer.vjp(x, p);
        return [y, (dy) => ({ ...pull(dy), x: { ...x, data: pull(dy).x.data.map((v) => 2 * v) as Float32Array } })];
      },
    });
    for (const numbers of [kinds.wide, kinds.any, kinds.few]) {
      const drawn = { x: numbers, weight: numbers, dy: numbers };
      const conv = twice(conv1d({ filters: 2, size: 2 }));
      expect(brokenLaws(conv, [1, 4, 2], { kind: 'affine', numbers: drawn })).toContain('the gradient is the adjoint');
    }
    expect(brokenLaws(twice(tanh()), [2, 3], { kind: 'smooth' })).toEqual(['finite differences']);
    expect(brokenLaws(twice(tanh()), [2, 3], { kind: 'smooth', numbers: { x: kinds.few } })).not.toEqual([]);
  });
});

/** y = x · p_x + p_dy for each channel, with parameters of these names; `wrong` is added to the gradient of the second. */
const affine = (wrong = 0): toeplitz.Layer =>
  operator({
    name: 'affine',
    attributes: {},
    make: () => affine(wrong),
    parameters: ([, C]) => ({ x: { shape: [C], first: filled(1) }, dy: { shape: [C], first: filled(0) } }),
    shape: (x) => x,
    forward: (x, p) => ({ shape: x.shape, data: x.data.map((v, i) => v * p.x.data[i % 2] + p.dy.data[i % 2]) }),
    gradient({ x, p, dy }) {
      const columns = (term: (i: number) => number): toeplitz.Tensor => {
        const sum = p.x.data.map(() => 0);
        for (let i = 0; i < x.data.length; i++) sum[i % 2] += term(i);
        return { shape: [2], data: sum };
      };
      return {
        x: { shape: x.shape, data: dy.data.map((v, i) => v * p.x.data[i % 2]) },
        params: { x: columns((i) => dy.data[i] * x.data[i]), dy: columns((i) => dy.data[i] + wrong) },
      };
    },
  });

describe('a parameter that is called x or dy', () => {
  it('[layer-rules] is not taken for the input or the gradient at the output', () => {
    laws(affine(), [3, 2], { kind: 'smooth' });
    laws(toeplitz.chain({ x: affine(), dy: affine() }), [3, 2], { kind: 'smooth' });
  });

  it('[layer-rules] has a gradient that is checked', () => {
    expect(brokenLaws(affine(1), [3, 2], { kind: 'smooth' })).toContain('finite differences');
  });
});
