// A net in one file: every layer of the library written and read back, and files that are refused.

import { describe, expect, test } from 'vitest';
import { readSafetensors, writeSafetensors } from '../../src/formats/index.ts';
import {
  chain,
  dense,
  dropout,
  initialize,
  type Layer,
  parameter,
  relu,
  scale,
  shared,
  sum,
  tensor,
} from '../../src/index.ts';
import { constructors } from '../../src/nets/constructors.ts';
import { readNet, resnet, writeNet } from '../../src/nets/index.ts';
import { examples } from '../layers.ts';

/** A layer without what cannot be compared. */
const plain = (layer: Layer): unknown => ({
  name: layer.name,
  attributes: layer.attributes,
  children: Object.fromEntries(Object.entries(layer.children).map(([name, each]) => [name, plain(each)])),
});

describe('every layer of the library', () => {
  test.each(examples)('[net-file] $name', ({ layer, shape }) => {
    const params = initialize(layer, shape, { seed: 5 });
    const file = writeNet(layer, shape, params, { metadata: { note: 'n' } });
    const read = readNet(file);
    expect(plain(read.layer)).toEqual(plain(layer));
    expect([read.shape, read.metadata]).toEqual([shape, { note: 'n' }]);
    const x = tensor(
      shape,
      Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => ((i * 7) % 13) / 8),
    );
    expect(read.layer.forward(x, read.params)).toEqual(layer.forward(x, params));
    expect(writeNet(read.layer, shape, read.params, { metadata: { note: 'n' } })).toEqual(file);
  });

  test('[net-file] every name of a layer has its constructor', () => {
    const names = new Set<string>();
    const walk = (layer: Layer): void => {
      names.add(layer.name);
      for (const child of Object.values(layer.children)) walk(child);
    };
    for (const { layer } of examples) walk(layer);
    expect([...names].filter((name) => !['shared', 'same'].includes(name) && !(name in constructors))).toEqual([]);
    expect(Object.keys(constructors).filter((name) => !names.has(name))).toEqual([]);
  });

  test('[net-file] shared layers within shared layers keep their places', () => {
    const net = shared(dense({ units: 2 }), (outer) =>
      shared(scale({ factor: -2 }), (inner) =>
        chain([inner, outer, sum({ a: outer, b: chain([inner, outer]) }), inner]),
      ),
    );
    const params = initialize(net, [1, 2], { seed: 1 });
    const read = readNet(writeNet(net, [1, 2], params));
    const x = tensor([1, 2], [1, -3]);
    expect(read.layer.forward(x, read.params)).toEqual(net.forward(x, params));
    expect(parameter(read.params, 'shared.weight')).toEqual(parameter(params, 'shared.weight'));
  });

  test('[net-file] a large net, rounded to half of the bytes', () => {
    const net = resnet(20);
    const shape = [1, 32, 32, 3];
    const [whole, half] = [{}, { type: 'BF16' } as const].map((options) =>
      writeNet(net, shape, initialize(net, shape), options),
    );
    expect(plain(readNet(half).layer)).toEqual(plain(net));
    expect(half.length).toBeLessThan(0.6 * whole.length);
  });
});

describe('refusals', () => {
  const net = chain({ fc: dense({ units: 1, bias: false }), drop: dropout({ rate: 0.5, seed: 3 }), relu: relu() });
  const params = { fc: { weight: tensor([2, 1], [1, 2]) } };
  const good = writeNet(net, [1, 2], params);
  const changed = (change: (text: string) => string): Uint8Array => {
    const { tensors, metadata } = readSafetensors(good);
    return writeSafetensors(tensors, { 'toeplitz.net': change(metadata['toeplitz.net']) });
  };

  test.each([
    ['a layer made by hand', () => writeNet(chain({ a: { ...relu(), name: 'mine' } }), [1, 2], {}), 'at a: the layer'],
    [
      'a layer whose attributes are not its own',
      () => writeNet({ ...scale({ factor: 2 }), attributes: { factor: 2, more: 1 } }, [1, 2], {}),
      ' ',
    ],
    [
      'a parameter that the net does not have',
      () => writeNet(net, [1, 2], { ...params, drop: { weight: tensor([1]) } }),
      ' ',
    ],
    ['a parameter that is missing', () => writeNet(net, [1, 2], {}), "'fc.weight'"],
    [
      'metadata under the name of the net',
      () => writeNet(net, [1, 2], params, { metadata: { 'toeplitz.net': '' } }),
      ' ',
    ],
    ['a file without a net', () => readNet(writeSafetensors({ w: tensor([1]) })), 'writeNet'],
    ['no JSON', () => readNet(changed(() => '{')), 'JSON'],
    ['JSON that is no layer', () => readNet(changed(() => '[]')), ' '],
    [
      'an unknown layer',
      () => readNet(changed((text) => text.replace('"name":"relu"', '"name":"__proto__"'))),
      'at relu',
    ],
    [
      'a name of Object',
      () => readNet(changed((text) => text.replace('"name":"relu"', '"name":"constructor"'))),
      'at relu',
    ],
    [
      'an attribute that the layer refuses',
      () => readNet(changed((text) => text.replace('"units":1', '"units":0'))),
      'at fc',
    ],
    ['another attribute', () => readNet(changed((text) => text.replace('"units":1', '"units":1,"x":2'))), 'at fc'],
    ['other parameters', () => readNet(changed((text) => text.replace('"units":1', '"units":2'))), "'fc.weight'"],
    ['another shape', () => readNet(changed((text) => text.replace('"shape":[1,2]', '"shape":[1,3]'))), ' '],
    ['no shape', () => readNet(changed((text) => text.replace('"shape":[1,2]', '"s":0'))), ' '],
    ['JSON as deep as its text', () => readNet(changed(() => '['.repeat(100_000))), 'deep'],
    [
      'a place without a shared layer',
      () => readNet(changed(() => '{"layer":{"name":"same","of":0},"shape":[1,2]}')),
      'shared',
    ],
    ['an odd number', () => readNet(changed((text) => text.replace('"seed":3', '"seed":{"$number":"3"}'))), ' '],
  ])('[net-file] %s', (_, attempt, words) => {
    expect(attempt).toThrow(/\[[a-z]+(-[a-z0-9]+)+\]$/);
    expect(attempt).toThrow(words);
  });
});
