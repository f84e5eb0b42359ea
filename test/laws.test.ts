// Every layer of the library obeys the laws of its kind, and no public layer is missing.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as toeplitz from '../src/index.ts';
import * as ops from '../src/ops/index.ts';
import { laws } from '../src/testing/index.ts';
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
  const missing = makers.filter(
    (maker) => maker in { ...toeplitz, ...ops } && !rewriters.includes(maker) && !names.includes(maker),
  );
  expect(makers).toContain('conv2d');
  expect(missing).toEqual([]);
});
