// Nets and receptive fields without a browser: what the page says of them against what the library says.

import { describe, expect, test } from 'vitest';
import {
  effectiveSize,
  insideOf,
  magnitudes,
  spansOf,
  unitGradient,
  unitNear,
  upTo,
  withoutBatch,
} from '../../src/explorer/field/field.ts';
import { field } from '../../src/explorer/field/job.ts';
import { drawNet } from '../../src/explorer/nets/drawing.ts';
import { ownAt, ownFileOf, problem, readOwn } from '../../src/explorer/nets/file.ts';
import { type NetName, nets, type Subject, subjectOf } from '../../src/explorer/nets/networks.ts';
import { netOf, operatorsOf } from '../../src/explorer/nets/tree.ts';
import { bytesText, shapeText } from '../../src/explorer/nets/words.ts';
import { schemes } from '../../src/explorer/palette.ts';
import { inkOf } from '../../src/explorer/svg.ts';
import { writeSafetensors } from '../../src/formats/safetensors.ts';
import { batchNorm, chain, conv2d, frozenNorm, relu } from '../../src/index.ts';
import { describe as described } from '../../src/inspect/summary.ts';
import { initialize } from '../../src/layer/initialize.ts';
import type { Layer, Params } from '../../src/layer/layer.ts';
import { writeNet } from '../../src/nets/index.ts';
import { lenet5 } from '../../src/nets/lenet5.ts';
import { writeOnnx } from '../../src/onnx/write.ts';
import { random } from '../../src/random.ts';
import { type Tensor, tensor } from '../../src/tensor.ts';
import { floats, modelOf } from '../onnx/build.ts';

const subject = (name: NetName, size = ''): Subject => {
  const found = subjectOf(name, size);
  if (typeof found === 'string') throw new Error(found);
  return found;
};

describe('a net', () => {
  test.each(Object.keys(nets) as NetName[])('%s has the numbers of describe in its tree', (name) => {
    const { net, shape, ...rest } = subject(name);
    const tree = netOf({ net, shape, ...rest });
    const { rows, parameters, cost, memory } = described(net, shape);
    expect([tree.parameters, tree.cost, tree.memory]).toEqual([parameters, cost, memory.forward]);
    const own = operatorsOf(tree.parts);
    expect(own.reduce((sum, part) => sum + part.parameters, 0)).toBe(parameters);
    expect(own.reduce((sum, part) => sum + part.cost, 0)).toBe(cost);
    const row = rows.at(-1)!;
    expect([own.at(-1)!.shape, own.at(-1)!.field]).toEqual([row.shape.slice(1), row.field]);
    expect(drawNet(tree, inkOf(schemes.light)).body).not.toContain('NaN');
  });

  test('the questions of the lectures about stacked layers have their answers here', () => {
    const parts = (name: NetName) => operatorsOf(netOf(subject(name)).parts);
    const reach = (name: NetName) => parts(name).map(({ field }) => field?.[0].size);
    expect([reach('stacked'), reach('pooled'), reach('dilated')]).toEqual([
      [3, 5, 7],
      [3, 4, 8],
      [3, 7, 15],
    ]);
    expect(netOf(subject('dilated')).parameters).toBe(27);
    expect([netOf(subject('wide')).cost, netOf(subject('narrowed')).cost]).toEqual([120_422_400, 12_443_648]);
  });

  test('a size that does not fit is said, with the one that does', () => {
    expect(subjectOf('lenet5', '8')).toMatch(/It was made for 32×32/);
    expect(subjectOf('vgg16', '0')).toMatch(/not “0”. Nothing means 224×224/);
    expect(subject('resnet18', '64 × 96').shape).toEqual([1, 64, 96, 3]);
  });

  test('bytes are written in the unit that fits', () => {
    expect([999, 1000, 246824, 1.5e9].map(bytesText)).toEqual(['999 B', '1 KB', '247 KB', '1.5 GB']);
  });
});

describe('a file of one’s own', () => {
  const shape = [1, 32, 32, 1];
  const params = initialize(lenet5(), shape, { seed: 1 });

  test('a model of ONNX is a net with its fields', () => {
    const own = ownFileOf('mine.onnx', writeOnnx(lenet5(), shape, params));
    expect([own.net.parameters, own.net.cost]).toEqual([61706, 416520]);
    expect(operatorsOf(own.net.parts).map(({ field }) => field?.[0].size)).toContain(16);
  });

  test('a net in one safetensors file is a net with its fields; one that is broken is refused', () => {
    const own = ownFileOf('mine.safetensors', writeNet(lenet5(), shape, params));
    expect([own.net.parameters, own.net.cost]).toEqual([61706, 416520]);
    expect(operatorsOf(own.net.parts).map(({ field }) => field?.[0].size)).toContain(16);
    expect(own.layer!.params).toEqual(params);
    const broken = writeSafetensors(params, { 'toeplitz.net': '{"layer": {"name": "none"}, "shape": [1]}' });
    expect(() => ownFileOf('mine.safetensors', broken)).toThrow(/\[net-file\]/);
  });

  test('a safetensors file of weights alone is the list of its tensors', () => {
    const own = ownFileOf('mine.safetensors', writeSafetensors(params));
    expect([own.net.parameters, own.net.parts.length]).toEqual([61706, 10]);
    expect(own.layer).toBeUndefined();
  });

  test('weights that say whose they are make that net, unless some are missing', () => {
    const named = ownFileOf('w.safetensors', writeSafetensors(params, { net: 'lenet5' }));
    expect([named.net.parts.length, named.layer?.params]).toEqual([12, params]);
    const { conv1: _, ...rest } = params;
    for (const part of [writeSafetensors(rest, { net: 'lenet5' }), writeSafetensors(params, { net: 'toString' })])
      expect(ownFileOf('w.safetensors', part).layer).toBeUndefined();
  });

  const weight = floats('w', [2, 3, 3, 3], new Array(54).fill(0.5));
  const model = (op: string, x: readonly (number | string)[]) =>
    modelOf({ nodes: [{ op, inputs: ['x', 'w'] }], inputs: { x }, initializers: [weight] });

  test('a model that leaves height and width open is shown at 224×224, or at the size that is asked', () => {
    for (const [x, shapes] of [
      [
        ['N', 3, 'H', 'W'],
        ['222×222×2', '30×62×2'],
      ],
      [
        [2, 3, '', 8],
        ['222×6×2', '30×6×2'],
      ],
    ] as const) {
      const own = ownFileOf('open.onnx', model('Conv', x));
      const at = ownAt(own, '32×64') as typeof own;
      expect([own, at].map(({ net }) => shapeText(net.parts[0].shape))).toEqual(shapes);
      expect([own.free, at.layer?.shape]).toEqual([true, [x[0] === 2 ? 2 : 1, 32, x[3] === 8 ? 8 : 64, 3]]);
      expect(ownAt(own, '0')).toMatch(/^A size, .* Nothing means 224×224\.$/);
    }
    expect(ownFileOf('fixed.onnx', model('Conv', ['N', 3, 8, 8])).free).toBeUndefined();
  });

  test('shapes that are not known are said to be so, problems once, and tensors keep all of their axes', () => {
    const nodes = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((to) => ({ op: 'Relu', inputs: ['x'], outputs: [to] }));
    const own = ownFileOf('open.onnx', modelOf({ nodes, inputs: { x: ['N', 'C', 'T'] } }));
    expect([shapeText(own.net.input), shapeText(own.net.parts[0].shape)]).toEqual(['C×T', 'unknown shape']);
    expect([own.net.notes.length, own.net.notes.at(-1)]).toEqual([7, '2 other nodes are not run either.']);
    const { net } = ownFileOf('w.safetensors', writeSafetensors({ w: tensor([6, 1, 5, 5]), s: tensor([]) }));
    expect(net.parts.map((part) => shapeText(part.shape))).toEqual(['6×1×5×5', '1']);
    for (const each of [net, own.net, ownFileOf('none.safetensors', writeSafetensors({})).net])
      expect(drawNet(each, inkOf(schemes.light)).body).not.toMatch(/NaN|Infinity|undefined/);
  });

  test('a file of another kind is refused with what it looks like, and the one before stays', async () => {
    const file = (name: string, text: string) => Object.assign(new Blob([text]), { name });
    expect(await readOwn(file('page.onnx', '<!doctype html><html></html>'))).toBe(false);
    expect(problem.value).toMatch(/^page\.onnx cannot be read: .*HTML/);
  });
});

describe('a receptive field', () => {
  const { net, shape } = subject('lenet5');
  const insides = insideOf(net, shape);
  const noise = random(5);
  const x = tensor(shape, Array.from({ length: 1024 }, noise.normal));

  test('is that of the lectures', () => {
    const pool2 = insides.find(({ path }) => path === 'pool2')!;
    expect(pool2.field).toEqual([
      { size: 16, step: 4, start: 0 },
      { size: 16, step: 4, start: 0 },
    ]);
    expect(spansOf(pool2, 1, 2)).toEqual([
      { start: 4, size: 16 },
      { start: 8, size: 16 },
    ]);
  });

  test('holds every pixel with a gradient, and the gradient is that of the net which ends there', () => {
    for (const inside of insides) {
      const unit = [1, inside.output[1] - 1] as const;
      const params = initialize(net, shape, { seed: 2 });
      const dx = unitGradient(net, x, params, inside, unit, 1);
      const part = upTo(net, inside.path);
      const [y, pull] = part.vjp(x, initialize(part, shape, { seed: 2 }));
      const dy = tensor(y.shape);
      dy.data[(unit[0] * inside.output[1] + unit[1]) * inside.output[2] + 1] = 1;
      expect(dx.data, inside.path).toEqual(pull(dy).x.data);
      const [rows, columns] = spansOf(inside, ...unit);
      const isInside = (at: number, { start, size }: { start: number; size: number }) =>
        at >= start && at < start + size;
      const outside = Array.from(dx.data.keys()).filter(
        (i) => dx.data[i] !== 0 && !(isInside(Math.floor(i / 32), rows) && isInside(i % 32, columns)),
      );
      expect(outside, inside.path).toEqual([]);
      if (inside.op === 'conv2d') expect(dx.data.some((value) => value !== 0)).toBe(true);
    }
  });

  test('of a unit inside a branch is that of the branch alone', () => {
    const { net, shape } = subject('googlenet', '32');
    const at =
      insideOf(net, shape).find(({ path }) => path.startsWith('inception3a') && path.endsWith('conv5')) ??
      insideOf(net, shape).find(({ path }) => path.startsWith('inception3a'))!;
    const part = upTo(withoutBatch(net), at.path);
    const image = tensor(shape, Array.from({ length: 3072 }, noise.normal));
    const values = magnitudes(unitGradient(part, image, initialize(part, shape, { seed: 1 }), at, [1, 1], undefined));
    const [rows, columns] = spansOf(at, 1, 1);
    values.forEach((value, i) => {
      if (value === 0) return;
      expect(Math.floor(i / 32)).toBeGreaterThanOrEqual(rows.start);
      expect(i % 32).toBeLessThan(columns.start + columns.size);
    });
  });

  test('the unit near a cell has its field around it', () => {
    const conv2 = insides.find(({ path }) => path === 'conv2')!;
    expect(unitNear(conv2, 0, 31)).toEqual([0, 9]);
    expect(unitNear(conv2, 15, 15)).toEqual([4, 4]);
  });

  test('the effective size holds nine tenths of the gradient', () => {
    const values = new Float32Array(25).fill(0);
    [6, 7, 8, 11, 12, 13, 16, 17, 18].forEach((i) => {
      values[i] = 1;
    });
    expect(effectiveSize(values, 5, 5)).toEqual([3, 3]);
    expect(effectiveSize(values, 5, 5, 0.5)).toEqual([2, 2]);
    expect(effectiveSize(new Float32Array(25), 5, 5)).toEqual([0, 0]);
  });

  test('the job of the worker says its size at every pixel, of a model of ONNX and a net in one file too', () => {
    const params = initialize(net, shape, { seed: 1 });
    const pool2 = insides.find(({ path }) => path === 'pool2')!;
    const said: Float32Array[] = [];
    const common = { shape, image: x.data as Float32Array, unit: [2, 2] as const };
    field({ net: 'lenet5', inside: pool2, ...common }, (values) => said.push(values), new AbortController().signal);
    const own = ownFileOf('a.onnx', writeOnnx(net, shape, params));
    const inside = insideOf(own.layer!.layer, shape)[insides.indexOf(pool2)];
    field({ net: own, inside, ...common }, (values) => said.push(values), new AbortController().signal);
    const whole = { name: 'a.safetensors', bytes: writeNet(net, shape, params) };
    field({ net: whole, inside: pool2, ...common }, (values) => said.push(values), new AbortController().signal);
    const expected = magnitudes(unitGradient(net, x, params, pool2, [2, 2], undefined));
    expect(said[0]).toEqual(
      magnitudes(
        unitGradient(
          upTo(net, 'pool2'),
          x,
          initialize(upTo(net, 'pool2'), shape, { seed: 1 }),
          pool2,
          [2, 2],
          undefined,
        ),
      ),
    );
    expect([said[1], said[2]]).toEqual([expected, expected]);
  });

  test('the job takes a net whose norms have no statistics yet: theirs are those that they begin with', () => {
    const normed = (norm: Layer): Layer => chain({ conv: conv2d({ filters: 2, size: 3 }), norm, relu: relu() });
    const input = [1, 8, 8, 1];
    const params = initialize(normed(batchNorm()), input, { seed: 3 });
    const bytes = writeNet(normed(batchNorm()), input, params);
    const image = new Float32Array(64).fill(0.5);
    const inside = { path: 'relu', output: [6, 6, 2] } as const;
    const said: Float32Array[] = [];
    const args = { net: { name: 'a.safetensors', bytes }, shape: input, image, inside, unit: [2, 2] as const };
    field(args, (values) => said.push(values), new AbortController().signal);
    const norm = { ...(params.norm as object), mean: tensor([2]), variance: tensor([2], [1, 1]) } as Params<Tensor>;
    const whole = { conv: params.conv, norm } as Params<Tensor>;
    const gradient = unitGradient(normed(frozenNorm()), tensor(input, image), whole, inside, [2, 2], undefined);
    expect(said).toEqual([magnitudes(gradient)]);
  });
});
