// Every public function refuses invalid values with an error that names its clause, and none fails inside.

import { expect, test } from 'vitest';
import * as formats from '../src/formats/index.ts';
import * as toeplitz from '../src/index.ts';
import * as inspect from '../src/inspect/index.ts';
import * as nets from '../src/nets/index.ts';
import * as onnx from '../src/onnx/index.ts';
import * as ops from '../src/ops/index.ts';
import * as oracle from '../src/oracle/index.ts';
import * as testing from '../src/testing/index.ts';
import * as threads from '../src/threads/index.ts';
import * as train from '../src/train/index.ts';

const net = toeplitz.relu();
const x = toeplitz.tensor([1, 2]);

const first = [undefined, null, 3, 'x', {}, [], [1, 2], () => 5, { ...net, field: 5 }, net, x];
const second = [undefined, null, {}, 3, [1, 2], net, x];
const third = [undefined, {}, 3, x];

/** Functions whose error has another form by intention, and functions that take a report, which nobody writes by hand. */
const others = ['SpecError', 'skip', 'render'];

const functions = Object.entries({
  toeplitz,
  ops,
  nets,
  train,
  inspect,
  formats,
  onnx,
  oracle,
  testing,
  threads,
}).flatMap(([from, module]) =>
  Object.entries(module as Record<string, unknown>)
    .filter(([name, value]) => typeof value === 'function' && !others.includes(name))
    .map(([name, value]) => ({ from, name, call: value as (...args: unknown[]) => unknown })),
);

test.each(functions)('[layer-rules] $name of $from', async ({ call }) => {
  const unnamed = new Set<string>();
  for (const a of first)
    for (const b of second)
      for (const c of third) {
        try {
          await call(a, b, c);
        } catch (error) {
          if (!Object.hasOwn(error as object, 'clause')) unnamed.add(String(error));
        }
      }
  expect([...unnamed]).toEqual([]);
});
