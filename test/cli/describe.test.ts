// toeplitz describe, as a user runs it.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { chain, conv2d, dense, flatten, initialize, relu } from '../../src/index.ts';
import { writeOnnx } from '../../src/onnx/index.ts';
import { floats, modelOf } from '../onnx/build.ts';
import { quick, toeplitz } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'toeplitz-describe-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, bytes: Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};

const net = chain({ conv: conv2d({ filters: 2, size: 3 }), relu: relu(), flat: flatten(), fc: dense({ units: 5 }) });
const shape = [1, 8, 8, 1];
const model = file('net.onnx', writeOnnx(net, shape, initialize(net, shape, { seed: 1 })));

test('[cli-describe] a table of the nodes', async () => {
  const { code, out, err } = await toeplitz('describe', model);
  expect([code, err]).toEqual([0, '']);
  expect(out).toBe(`opset 21
input x: float32 1×1×8×8
output y: float32 1×5

node  operator  by         output   parameters  multiply-adds  bytes  field
---------------------------------------------------------------------------
conv  Conv      conv2d     1×2×6×6          20            648    288    3×3
relu  Relu      relu       1×2×6×6           0              0    288    3×3
flat  Flatten   reference  1×72              0              0    288    8×8
fc    Gemm      dense      1×5             365            360     20    8×8
---------------------------------------------------------------------------
385 parameters, 1,008 multiply-adds
activations: 576 bytes at most at once
`);
});

test('[cli-describe] as Markdown and as JSON, for inputs of another shape', async () => {
  const shown = await quick('describe', model, '--markdown', '--shape', 'x=3x1x8x8');
  expect(shown.out).toContain('| conv | Conv | conv2d | 3×2×6×6 | 20 | 1,944 | 864 | 3×3 |');
  const { rows, cost } = JSON.parse((await quick('describe', model, '--json')).out);
  expect([rows.length, rows[0].outputs[0].shape, cost]).toEqual([4, [1, 2, 6, 6], 1008]);
});

test('[cli-describe] nodes that are not run, and text that a terminal would obey', async () => {
  const odd = modelOf({ inputs: { x: [1, 2] }, nodes: [{ op: 'Odd\u001b[31m', name: 'a\nb', inputs: ['x'] }] });
  const { code, out } = await quick('describe', file('odd.onnx', odd));
  expect(code).toBe(0);
  expect(out).toContain('not run: at a\\nb: operator');
  expect(out).not.toContain('\u001b');
});

test('[cli-describe] an input whose shape must be given: what depends on it is counted', async () => {
  const nodes = [
    { op: 'Relu', name: 'a', outputs: ['a'] },
    { op: 'Relu', name: 'b', inputs: ['a'], outputs: ['b'] },
    { op: 'Odd', name: 'c', inputs: ['b'], outputs: ['c'] },
    { op: 'Relu', name: 'd', inputs: ['c'] },
  ];
  const open = file('open.onnx', modelOf({ inputs: { x: [1, 'n'] }, nodes }));
  const { out } = await quick('describe', open);
  expect(out.split('\n').slice(-5)).toEqual([
    "not run: at a: the shape of 'x' is not known [onnx-shape]",
    "not run: at c: operator 'Odd' is not known in opset 19 [onnx-operator]",
    '2 more nodes depend on these',
    'the shape of an input is not known: give it, such as --shape x=1x3x224x224',
    '',
  ]);
  const { code, err } = await quick('describe', open, '--shape', 'y=1x2');
  expect([code, err.split('\n')[0]]).toEqual([
    2,
    "toeplitz: describe: --shape is of an input, 'x', got 'y' [onnx-shape]",
  ]);
});

test('[cli-describe] external data lie beside the model, and nowhere else', async () => {
  const entries = (location: string) => [{ key: 'location', value: location }];
  const made = (location: string): Uint8Array =>
    modelOf({
      inputs: { x: [2, 1] },
      initializers: [{ ...floats('to', [2], []), type: 7, location: 1, external: entries(location) }],
      nodes: [{ op: 'Reshape', inputs: ['x', 'to'] }],
    });
  file('shape.bin', new Uint8Array(BigInt64Array.of(1n, 2n).buffer));
  const { out } = await quick('describe', file('beside.onnx', made('shape.bin')));
  expect(out).toContain('1×2');
  for (const location of ['../shape.bin', '/etc/hostname', 'none.bin']) {
    const { code, err } = await quick('describe', file('away.onnx', made(location)));
    expect(code).toBe(2);
    expect(err).toContain(`cannot read the external data '${location}'`);
  }
});

test('[cli-describe] what makes no sense ends with 2', async () => {
  for (const [args, message] of [
    [['describe'], 'name one MODEL'],
    [['describe', model, '--json', '--markdown'], 'not both'],
    [['describe', model, '--shape', 'x=1x'], '--shape must be such as'],
    [['describe', model, '--shape', 'z=1x2'], '[onnx-shape]'],
    [['describe', join(folder, 'none.onnx')], 'cannot read'],
    [['describe', file('text.onnx', new TextEncoder().encode('<html>'))], 'the file looks like an HTML page'],
  ] as const) {
    const { code, err } = await quick(...args);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
  }
  expect((await quick('describe', '--help')).out).toContain('toeplitz describe model.onnx --shape');
});
