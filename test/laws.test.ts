// Every layer of the library obeys the laws of its kind, and no public layer is missing.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as toeplitz from '../src/index.ts';
import { brokenLaws, casesOf, type LawOptions, laws, lawsOf } from '../src/testing/index.ts';
import { examples } from './layers.ts';

describe('laws of every layer', () => {
  for (const { name, layer, shape, ...options } of examples)
    it(`[layer-rules] ${name} obeys the laws of ${options.kind ?? 'any'} layers`, () => {
      laws(layer, shape, { runs: 10, ...options });
    });
});

/** They rebuild a given layer and make no layer of their own. */
const rewriters = ['mapLayer'];

it('[layer-rules] every public function that makes a layer has an example', () => {
  const makers = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .flatMap((path) =>
      [
        ...readFileSync(`src/${path}`, 'utf8').matchAll(
          /^export (?:const|function) (\w+)[ =]*\((?:[^()]|\([^()]*\))*\): Layer\b/gm,
        ),
      ].map(([, name]) => name),
    );
  const names = examples.map(({ layer }) => layer.name);
  const missing = makers.filter((maker) => maker in toeplitz && !rewriters.includes(maker) && !names.includes(maker));
  expect(makers).toContain('conv2d');
  expect(missing).toEqual([]);
});

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

  const refused: [message: string, options: object][] = [
    ["kind must be 'affine' or 'homogeneous' or 'smooth' or 'any', got 'smoth' [layer-rules]", { kind: 'smoth' }],
    ["kind must be 'affine' or 'homogeneous' or 'smooth' or 'any', got 'Affine' [layer-rules]", { kind: 'Affine' }],
    ["the options are kind, unit, numbers, runs, got 'kinds' [layer-attributes]", { kinds: 'smooth' }],
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
