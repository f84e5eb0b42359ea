// Runs the worked examples of spec/examples: the lectures' figures, in both element types and with every algorithm (M4).
// The form of a case is described in spec/README.md.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ElementType, Layer, Params, Shape, Tensor } from '../src/index.ts';
import * as toeplitz from '../src/index.ts';

type Numbers = number | readonly Numbers[];
type Values = { shape: Shape; values: readonly Numbers[]; over?: number };
type Described = {
  op: string;
  attributes?: Record<string, unknown>;
  children?: Described[] | Record<string, Described>;
};
type Nested = { readonly [name: string]: Values | Nested };
type Example = Described & {
  title: string;
  clause: string;
  source: string;
  lecture?: string;
  x?: Values;
  weight?: Values;
  bias?: Values;
  params?: Nested;
  y?: Values;
  shape?: Shape;
  output?: Shape;
  inputs?: Record<string, Shape>;
  parameters?: number;
  parts?: Record<string, number>;
  cost?: number;
  field?: unknown;
};

const folder = join(import.meta.dirname, '../spec/examples');
const operators = toeplitz as unknown as Record<string, (argument?: unknown) => Layer>;

function layerOf({ op, attributes, children }: Described): Layer {
  if (!children) return operators[op](attributes);
  return operators[op](
    Array.isArray(children)
      ? children.map(layerOf)
      : Object.fromEntries(Object.entries(children).map(([name, child]) => [name, layerOf(child)])),
  );
}

const tensorOf = ({ shape, values, over = 1 }: Values, type: ElementType): Tensor => {
  const numbers = (values as unknown[]).flat(Number.POSITIVE_INFINITY) as number[];
  return toeplitz.tensor(
    shape,
    numbers.map((value) => value / over),
    type,
  );
};

const isValues = (value: Values | Nested): value is Values => Array.isArray(value.values);
const paramsOf = (values: Nested, type: ElementType): Params<Tensor> =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      isValues(value) ? tensorOf(value, type) : paramsOf(value, type),
    ]),
  );

/** The layer itself, and once for each algorithm if it has the choice. */
const variants = (layer: Layer): Layer[] =>
  'algorithm' in layer.attributes
    ? ['auto', 'direct', 'im2col'].map((algorithm) => layer.with({ attributes: { algorithm } }))
    : [layer];

/** The results of the case, under the names of the case. */
function results(example: Example, layer: Layer, type: ElementType): Partial<Example> & { values?: unknown } {
  const { x, weight, bias, params = { ...(weight && { weight }), ...(bias && { bias }) } } = example;
  const shape = example.shape ?? x?.shape ?? [];
  const inputs = layer.inputs?.(shape) ?? {};
  const picked = (names: object, of: (name: string) => unknown): Record<string, unknown> =>
    Object.fromEntries(Object.keys(names).map((name) => [name, of(name)]));
  return {
    ...(example.output && { output: layer.shape(shape) }),
    ...(example.inputs && { inputs: picked(example.inputs, (name) => inputs[name].shape) as Record<string, Shape> }),
    ...(example.parameters !== undefined && { parameters: toeplitz.parameterCount(layer, shape) }),
    ...(example.parts && {
      parts: picked(example.parts, (name) =>
        toeplitz.parameterCount(layer.children[name], inputs[name].shape),
      ) as Record<string, number>,
    }),
    ...(example.cost !== undefined && { cost: layer.cost(shape) }),
    ...(example.field !== undefined && { field: layer.field(shape) }),
    ...(x && { values: layer.forward(tensorOf(x, type), paramsOf(params, type)) }),
  };
}

describe.each(readdirSync(folder).filter((file) => file.endsWith('.json')))('%s', (file) => {
  const examples = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Example[];
  for (const example of examples)
    test(`[${example.clause}] ${example.lecture ?? example.source}: ${example.title}`, () => {
      const { output, inputs, parameters, parts, cost, field, x, y } = example;
      const promised = { output, inputs, parameters, parts, cost, field };
      const given = Object.fromEntries(Object.entries(promised).filter(([, value]) => value !== undefined));
      expect(Object.keys(given).length + (y ? 1 : 0), 'a case must say what comes out').toBeGreaterThan(0);
      for (const layer of variants(layerOf(example)))
        for (const type of x ? (['float32', 'float64'] as const) : (['float32'] as const))
          expect(results(example, layer, type)).toEqual({ ...given, ...(y && { values: tensorOf(y, type) }) });
    });
});
