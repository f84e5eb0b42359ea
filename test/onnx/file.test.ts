// The file itself: cut off, bent, invented, or not what it says.

import { expect, test } from 'vitest';
import { chain, conv2d, dense, flatten, initialize, relu, tensor } from '../../src/index.ts';
import { encode } from '../../src/onnx/encode.ts';
import { readOnnx, writeOnnx } from '../../src/onnx/index.ts';
import { expectClause, refusesEveryPrefix, survivesDamage, survivesNoise } from '../formats/broken-files.ts';
import { floats, modelOf, port, wholes } from './build.ts';

const net = chain({ conv: conv2d({ filters: 2, size: 2 }), relu: relu(), flat: flatten(), fc: dense({ units: 2 }) });
const params = initialize(net, [1, 3, 3, 1], { seed: 1 });
const whole = writeOnnx(net, [1, 3, 3, 1], params);

/** Everything that a model is asked: what is wrong is a SpecError wherever it is found. */
const ask = (bytes: Uint8Array): void => {
  const model = readOnnx(bytes);
  const { inputs } = model.describe();
  const [{ name, shape }] = inputs;
  if (shape?.every((axis) => typeof axis === 'number' && axis < 100)) model.run({ [name]: tensor(shape as number[]) });
  model.layer();
};

test('[onnx-file] every prefix of a model is refused', async () => {
  await refusesEveryPrefix(readOnnx, whole);
});

test('[onnx-file] damaged bytes are read or refused by a SpecError, described, run and made a layer too', async () => {
  await survivesDamage(ask, whole);
});

test('[onnx-file] noise behind a beginning is refused', async () => {
  await survivesNoise(readOnnx, [0x08, 0x09, 0x3a]);
});

const broken: readonly (readonly [string, RegExp, Uint8Array])[] = [
  ['a number of eleven bytes', /at most 64 bits/, Uint8Array.of(8, ...new Array(10).fill(0xff), 1)],
  [
    'a length beyond the end',
    /a field of 5 bytes must end with its message, which has 1 more/,
    Uint8Array.of(0x3a, 5, 0),
  ],
  [
    'a length of 2⁶³',
    /must end with its message/,
    Uint8Array.of(0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f),
  ],
  ['a group', /a field has a type of 0, 1, 2 or 5, got 3/, Uint8Array.of(0xa3, 1)],
  ['field 0', /a number from 1 to 2²⁹ − 1, got 0/, Uint8Array.of(2, 0)],
  ['a graph of another type', /graph of a Model has type 2, got 0/, Uint8Array.of(0x38, 1)],
  ['two graphs', /graph of a Model may stand once/, Uint8Array.of(0x3a, 0, 0x3a, 0)],
  ['text that is not UTF-8', /producerName of a Model must be UTF-8/, Uint8Array.of(0x12, 1, 0xff)],
  ['no version', /ir_version must be 3 or more, got none/, encode('Model', { opsets: [{ version: 9 }], graph: {} })],
  ['no graph', /a model must have a graph/, encode('Model', { irVersion: 8, opsets: [{ version: 9 }] })],
];

test.each(broken)('[onnx-file] %s is refused', async (_, what, bytes) => {
  await expectClause('onnx-file', what, readOnnx, bytes);
});

test('[onnx-file] another format is told by its first bytes, and what is no file is a TypeError', async () => {
  const text = new TextEncoder().encode('version https://git-lfs.github.com/spec/v1\n');
  await expectClause('onnx-file', /looks like a Git LFS pointer/, readOnnx, text);
  await expectClause('onnx-file', /the file is empty/, readOnnx, new Uint8Array());
  expect(() => readOnnx('model.onnx' as never)).toThrow('[onnx-file]');
});

test('[onnx-file] a file of empty nodes is refused before it fills the memory', async () => {
  const nodes = new Uint8Array(4_000_000);
  for (let i = 0; i < nodes.length; i += 2) nodes[i] = 0x0a;
  const bytes = Uint8Array.of(0x3a, ...[0x80, 0x92, 0xf4, 0x01], ...[]);
  const file = new Uint8Array(bytes.length + nodes.length);
  file.set(bytes);
  file.set(nodes, bytes.length);
  await expectClause('onnx-file', /at most 1048576 messages/, readOnnx, file);
});

test('[onnx-file] lists of numbers may be packed or not, and fields that are not known are passed over', () => {
  const unpacked = encode('Tensor', { name: 'w', type: 1, raw: new Uint8Array(8) });
  const dims = Uint8Array.of(0x08, 2, 0x08, 1); // one by one
  const more = Uint8Array.of(0xf8, 0x3f, 7); // field 1023
  const graph = {
    initializers: [],
    nodes: [{ op: 'Add', inputs: ['x', 'w'], outputs: ['y'] }],
    inputs: [port('x', [2, 1])],
    outputs: [port('y', undefined)],
  };
  const body = Buffer.concat([encode('Graph', graph), Uint8Array.of(0x2a, unpacked.length + 7), unpacked, dims, more]);
  const bytes = Buffer.concat([
    encode('Model', { irVersion: 8, opsets: [{ version: 13 }] }),
    Uint8Array.of(0x3a, (body.length & 0x7f) | 0x80, body.length >> 7),
    body,
  ]);
  expect(readOnnx(bytes).describe().rows[0].outputs[0].shape).toEqual([2, 1]);
});

const graphs: readonly (readonly [string, RegExp, Parameters<typeof modelOf>[0]])[] = [
  [
    'a cycle',
    /uses 'b' before it is made/,
    {
      inputs: { x: [1] },
      nodes: [
        { op: 'Add', inputs: ['x', 'b'], outputs: ['a'] },
        { op: 'Relu', inputs: ['a'], outputs: ['b'] },
      ],
    },
  ],
  [
    'an input that nothing makes',
    /node 'n' \('Relu'\) uses 'q', which nothing makes/,
    { inputs: { x: [1] }, nodes: [{ op: 'Relu', name: 'n', inputs: ['q'] }] },
  ],
  ['a value made twice', /'y' is made twice/, { inputs: { x: [1] }, nodes: [{ op: 'Relu' }, { op: 'Relu' }] }],
  ['an input made by a node', /'x' is made twice/, { inputs: { x: [1] }, nodes: [{ op: 'Relu', outputs: ['x'] }] }],
  [
    'an output that nothing makes',
    /the output 'z' is not made/,
    { inputs: { x: [1] }, nodes: [{ op: 'Relu' }], outputs: ['z'] },
  ],
  [
    'a node without an output',
    /must have an output/,
    { inputs: { x: [1] }, nodes: [{ op: 'Relu', outputs: [] }], outputs: [] },
  ],
  [
    'two initializers of one name',
    /'w' is made twice/,
    { inputs: { x: [1] }, nodes: [{ op: 'Relu' }], initializers: [wholes('w', [1]), wholes('w', [1])] },
  ],
];

test.each(graphs)('[onnx-graph] %s is refused', async (_, what, draft) => {
  await expectClause('onnx-graph', what, readOnnx, modelOf(draft));
});

test('[onnx-graph] an attribute that stands twice is refused; nodes without a name get one', async () => {
  const twice = { name: 'axis', type: 2, i: 1 };
  const node = { op: 'Concat', inputs: ['x'], outputs: ['y'], attributes: [twice, twice] };
  const graph = { nodes: [node], inputs: [port('x', [1])], outputs: [port('y', undefined)] };
  const bytes = encode('Model', { irVersion: 8, opsets: [{ version: 13 }], graph });
  await expectClause('onnx-graph', /has the attribute 'axis' twice/, readOnnx, bytes);
  const chained = modelOf({
    inputs: { x: [1] },
    nodes: [
      { op: 'Relu', outputs: ['a'] },
      { op: 'Relu', inputs: ['a'] },
    ],
  });
  expect(readOnnx(chained).nodes.map(({ name }) => name)).toEqual(['Relu_0', 'Relu_1']);
});

test('[onnx-graph] an initializer that is listed as an input is a constant', () => {
  const bytes = modelOf({
    inputs: { x: [2], w: [2] },
    initializers: [floats('w', [2], [1, 2])],
    nodes: [{ op: 'Add', inputs: ['x', 'w'] }],
  });
  const model = readOnnx(bytes);
  expect(model.inputs.map(({ name }) => name)).toEqual(['x']);
  expect(model.run({ x: tensor([2], [10, 20]) }).y.data).toEqual(Float32Array.of(11, 22));
});

const withTensor = (tensorDraft: object, external?: Record<string, Uint8Array>): Float32Array | Float64Array => {
  const bytes = modelOf({
    inputs: { x: [2] },
    initializers: [{ name: 'w', ...tensorDraft }],
    nodes: [{ op: 'Cast', inputs: ['w'], attributes: { to: 1 } }],
  });
  return readOnnx(bytes, external ? { external } : {}).run({ x: tensor([2]) }).y.data;
};

test('[onnx-tensor] values of every type that is read, raw or as a list', () => {
  expect(withTensor({ dims: [2], type: 1, floats: [1.5, -2] })).toEqual(Float32Array.of(1.5, -2));
  expect(withTensor({ dims: [2], type: 11, doubles: [1.5, -2] })).toEqual(Float32Array.of(1.5, -2));
  expect(withTensor({ dims: [2], type: 7, int64s: [5, -6] })).toEqual(Float32Array.of(5, -6));
  expect(withTensor({ dims: [2], type: 6, int32s: [5, -6] })).toEqual(Float32Array.of(5, -6));
  expect(withTensor({ dims: [2], type: 13, uint64s: [5, 6] })).toEqual(Float32Array.of(5, 6));
  expect(withTensor({ dims: [2], type: 10, int32s: [0x3c00, 0xc000] })).toEqual(Float32Array.of(1, -2));
  expect(withTensor({ dims: [2], type: 16, int32s: [0x3f80, 0xc000] })).toEqual(Float32Array.of(1, -2));
  expect(withTensor({ dims: [2], type: 10, raw: Uint8Array.of(0, 0x3c, 0, 0xc0) })).toEqual(Float32Array.of(1, -2));
  expect(withTensor({ dims: [2], type: 3, raw: Uint8Array.of(1, 0xff) })).toEqual(Float32Array.of(1, -1));
  expect(withTensor({ dims: [2], type: 9, int32s: [0, 1] })).toEqual(Float32Array.of(0, 1));
  expect(withTensor({ dims: [], type: 1, floats: [3] })).toEqual(Float32Array.of(3));
});

const tensors: readonly (readonly [string, RegExp, object])[] = [
  ['too few raw bytes', /'w' of 2 float32 takes 8 raw bytes, got 7/, { dims: [2], type: 1, raw: new Uint8Array(7) }],
  ['too many values', /'w' holds 2 values, got 3/, { dims: [2], type: 1, floats: [1, 2, 3] }],
  ['no values', /'w' holds 2 values, got 0/, { dims: [2], type: 1 }],
  ['values in two places', /in one place/, { dims: [1], type: 1, floats: [1], raw: new Uint8Array(4) }],
  ['another list', /has its values in floats, got int64s/, { dims: [1], type: 1, int64s: [1] }],
  ['a negative axis', /axes ≥ 0/, { dims: [-1], type: 1 }],
  ['2⁶² elements', /at most 2147483647 elements/, { dims: [2 ** 31, 2 ** 31], type: 1 }],
  ['no type', /an element type from 1 to 28, got none/, { dims: [1], floats: [1] }],
  ['another file without a name', /must say in which file/, { dims: [1], type: 1, location: 1 }],
  [
    "a length that is not the shape's",
    /takes 4 bytes, but states 5/,
    {
      dims: [1],
      type: 1,
      location: 1,
      external: [
        { key: 'location', value: 'a' },
        { key: 'length', value: '5' },
      ],
    },
  ],
  [
    'an offset that is no number',
    /offset is a whole number, got '-4'/,
    {
      dims: [1],
      type: 1,
      location: 1,
      external: [
        { key: 'location', value: 'a' },
        { key: 'offset', value: '-4' },
      ],
    },
  ],
];

test.each(tensors)('[onnx-tensor] %s is refused', async (_, what, draft) => {
  const bytes = modelOf({ inputs: { x: [2] }, initializers: [{ name: 'w', ...draft }], nodes: [{ op: 'Relu' }] });
  await expectClause('onnx-tensor', what, readOnnx, bytes);
});

test('[onnx-tensor] values in another file are read when they are needed, where the model says', () => {
  const entries = [
    { key: 'location', value: 'weights.bin' },
    { key: 'offset', value: '4' },
    { key: 'length', value: '8' },
  ];
  const draft = { dims: [2], type: 1, location: 1, external: entries };
  const file = new Uint8Array(Float32Array.of(9, 5, 6).buffer);
  expect(withTensor(draft, { 'weights.bin': file })).toEqual(Float32Array.of(5, 6));
  expect(() => withTensor(draft)).toThrow(
    /'w' has its values in 'weights.bin': give its bytes as external \[onnx-tensor\]/,
  );
  expect(() => withTensor(draft, { 'weights.bin': file.subarray(0, 11) })).toThrow(
    /takes 8 bytes from 4 on, but 'weights.bin' has 11 \[onnx-tensor\]/,
  );
  const bytes = modelOf({
    inputs: { x: [2] },
    initializers: [{ name: 'w', ...draft }],
    nodes: [{ op: 'Add', inputs: ['x', 'w'] }],
  });
  const asked: string[] = [];
  const external = (location: string): Uint8Array => {
    asked.push(location);
    return file;
  };
  const model = readOnnx(bytes, { external });
  expect(model.describe().parameters).toBe(2);
  expect(asked).toEqual([]);
  expect(model.run({ x: tensor([2]) }).y.data).toEqual(Float32Array.of(5, 6));
  expect(asked).toEqual(['weights.bin']);
});

test('[onnx-opset] one opset of ONNX itself, 7 to 28', async () => {
  const draft = { inputs: { x: [1] }, nodes: [{ op: 'Relu' }] };
  for (const opset of [7, 28]) expect(readOnnx(modelOf({ ...draft, opset })).opset).toBe(opset);
  await expectClause('onnx-opset', /from 7 to 28, got 6/, readOnnx, modelOf({ ...draft, opset: 6 }));
  await expectClause('onnx-opset', /from 7 to 28, got 29/, readOnnx, modelOf({ ...draft, opset: 29 }));
  const none = encode('Model', { irVersion: 8, opsets: [{ domain: 'mine', version: 1 }], graph: {} });
  await expectClause('onnx-opset', /one opset of ONNX itself, got 0/, readOnnx, none);
});
