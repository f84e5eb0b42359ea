// Loading weights: the report, torch's layouts compared with its own definitions, names, broken files.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadWeights, torchNames, writeSafetensors } from '../../src/formats/index.ts';
import * as toeplitz from '../../src/index.ts';
import {
  chain,
  concat,
  conv2d,
  convTranspose2d,
  dense,
  flatten,
  frozenNorm,
  identity,
  initialize,
  mapLayer,
  relu,
  shared,
  sum,
  tensor,
} from '../../src/index.ts';
import { flatParams } from '../../src/layer/flat-params.ts';
import type { Layer } from '../../src/layer/layer.ts';
import { alexnet, resnet, vgg } from '../../src/nets/index.ts';
import type { Tensor } from '../../src/tensor.ts';

const whole = (shape: readonly number[], seed: number): Tensor =>
  tensor(
    shape,
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => ((i * 37 + seed * 11) % 19) - 9),
  );

test('[format-weights] what was written is read: every parameter in the same bits', () => {
  const net = chain({
    conv: conv2d({ filters: 3, size: 2 }),
    norm: frozenNorm(),
    flatten: flatten(),
    out: dense({ units: 2 }),
  });
  const params = initialize(net, [1, 3, 4, 2], { seed: 5 });
  expect(writeSafetensors(params)).toEqual(writeSafetensors(flatParams(params)));
  for (const file of [writeSafetensors(params), params, flatParams(params)]) {
    const found = loadWeights(net, [1, 3, 4, 2], file);
    expect(found.params).toEqual(params);
    expect([found.missing, found.unexpected, found.misshapen]).toEqual([[], [], []]);
    expect(found.text).toBe('8 of 8 parameters loaded');
  }
});

test('[format-weights] missing, unexpected and misshapen names are reported; those parameters do not change', () => {
  const net = chain({ a: dense({ units: 2 }), b: dense({ units: 3 }) });
  const start = initialize(net, [1, 4], { seed: 9 });
  const file = {
    'a.weight': whole([4, 2], 1),
    'b.weight': whole([3, 2], 2),
    'b.bias': whole([3], 3),
    c: whole([1], 4),
  };
  const found = loadWeights(net, [1, 4], file, { start });
  expect(found.loaded).toEqual(['a.weight', 'b.bias']);
  expect(found.text.split('\n')).toEqual([
    '2 of 4 parameters loaded',
    '  missing from the file: a.bias',
    '  unexpected in the file: c',
    '  misshapen: b.weight (must be [2,3], got [3,2])',
  ]);
  const flat = flatParams(found.params);
  expect(flat['a.weight']).toEqual(file['a.weight']);
  expect([flat['a.bias'], flat['b.weight']]).toEqual([flatParams(start)['a.bias'], flatParams(start)['b.weight']]);
  expect(flatParams(loadWeights(net, [1, 4], file).params)['b.weight']).toEqual(
    flatParams(initialize(net, [1, 4]))['b.weight'],
  );
});

test('[format-weights] names may be mapped, or several be tried; counters and optimizer state are not reported as unexpected', () => {
  const net = dense({ units: 1 });
  const file = {
    gamma: whole([2, 1], 1),
    offset: whole([1], 2),
    'x.num_batches_tracked': tensor([]),
    'gamma/velocity': whole([2, 1], 1),
  };
  const found = loadWeights(net, [1, 2], file, { names: (name) => (name === 'bias' ? ['beta', 'offset'] : 'gamma') });
  expect([found.loaded, found.unexpected, found.text]).toEqual([['weight', 'bias'], [], '2 of 2 parameters loaded']);
  expect(found.params).toEqual({ weight: file.gamma, bias: file.offset });
});

test('[format-weights] the type asked for, whatever the type in the file', () => {
  const file = { weight: tensor([1, 1], [0.1], 'float64'), bias: tensor([1], [2]) };
  expect(loadWeights(dense({ units: 1 }), [1, 1], file).params.weight).toEqual(tensor([1, 1], [0.1]));
  expect(loadWeights(dense({ units: 1 }), [1, 1], file, { type: 'float64' }).params).toEqual({
    weight: tensor([1, 1], [0.1], 'float64'),
    bias: tensor([1], [2], 'float64'),
  });
});

test('[format-weights] broken files and bad arguments give an error', () => {
  const net = dense({ units: 1 });
  const bytes = writeSafetensors({ weight: tensor([2, 1]), bias: tensor([1]) });
  for (const length of [0, 7, 20, bytes.length - 1])
    expect(() => loadWeights(net, [1, 2], bytes.subarray(0, length))).toThrow(/\[format-safetensors\]/);
  expect(() => loadWeights(net, [1, 2], 'model.safetensors' as never)).toThrow(TypeError);
  expect(() => loadWeights(net, [1, 2], { weight: 3 } as never)).toThrow(
    /loadWeights: weight must be a tensor or an object/,
  );
  expect(() => loadWeights(net, [1, 2], bytes, { layout: 'tf' as never })).toThrow(
    /layout must be 'toeplitz' or 'torch'.*\[format-weights\]/,
  );
  expect(() => loadWeights(net, [1, 2, 3], bytes)).toThrow(/\[dense-rank\]/);
});

/** torch's Conv2d by its definition: x [C][H][W], w [O, C/groups, kh, kw], stride 1, no padding. */
function torchConv(x: number[][][], w: Tensor, b: Tensor, groups: number): number[][][] {
  const [O, D, kh, kw] = w.shape;
  return Array.from({ length: O }, (_, o) =>
    Array.from({ length: x[0].length - kh + 1 }, (_, i) =>
      Array.from({ length: x[0][0].length - kw + 1 }, (_, j) => {
        let y = b.data[o];
        for (let d = 0; d < D; d++)
          for (let r = 0; r < kh; r++)
            for (let s = 0; s < kw; s++)
              y += x[Math.floor((o * groups) / O) * D + d][i + r][j + s] * w.data[((o * D + d) * kh + r) * kw + s];
        return y;
      }),
    ),
  );
}

/** torch's ConvTranspose2d by its definition: w [C, O/groups, kh, kw], stride 1. */
function torchTranspose(x: number[][][], w: Tensor, groups: number): number[][][] {
  const [C, D, kh, kw] = w.shape;
  const [H, W] = [x[0].length, x[0][0].length];
  const y = Array.from({ length: D * groups }, () =>
    Array.from({ length: H + kh - 1 }, () => Array(W + kw - 1).fill(0)),
  );
  for (let c = 0; c < C; c++)
    for (let d = 0; d < D; d++)
      for (let i = 0; i < H * W; i++)
        for (let k = 0; k < kh * kw; k++)
          y[Math.floor((c * groups) / C) * D + d][Math.floor(i / W) + Math.floor(k / kw)][(i % W) + (k % kw)] +=
            x[c][Math.floor(i / W)][i % W] * w.data[(c * D + d) * kh * kw + k];
  return y;
}

/** torch's Linear: w [out, in]. */
const torchLinear = (x: number[], w: Tensor): number[] =>
  Array.from({ length: w.shape[0] }, (_, o) => x.reduce((y, value, i) => y + value * w.data[o * x.length + i], 0));

/** x [1, H, W, C] as [C][H][W]. */
const channelsFirst = ({ shape: [, H, W, C], data }: Tensor): number[][][] =>
  Array.from({ length: C }, (_, c) =>
    Array.from({ length: H }, (_, i) => Array.from({ length: W }, (_, j) => data[(i * W + j) * C + c])),
  );

test("[format-torch] convolution, grouped and transposed, flatten and dense: the numbers of torch's definitions", () => {
  const axis = fc.integer({ min: 1, max: 4 });
  fc.assert(
    fc.property(axis, axis, axis, axis, axis, fc.integer({ min: 1, max: 3 }), (H, W, kh, kw, per, groups) => {
      const [C, O] = [2 * groups, per * groups];
      const shape = [1, H + kh - 1, W + kw - 1, C];
      const net = chain({
        conv: conv2d({ filters: O, size: [kh, kw], groups }),
        up: convTranspose2d({ filters: C, size: [kw, kh], groups, bias: false }),
        flatten: flatten(),
        same: sum([identity()]),
        fc: dense({ units: 3, bias: false }),
        last: dense({ units: 2, bias: false }),
      });
      const flat = (H + kw - 1) * (W + kh - 1) * C;
      const file = {
        'conv.weight': whole([O, 2, kh, kw], 1),
        'conv.bias': whole([O], 2),
        'up.weight': whole([O, 2, kw, kh], 3),
        'fc.weight': whole([3, flat], 4),
        'last.weight': whole([2, 3], 5),
      };
      const { params, missing, misshapen } = loadWeights(net, shape, file, { layout: 'torch', type: 'float64' });
      expect([missing, misshapen]).toEqual([[], []]);
      const x = whole(shape, 6);
      const maps = torchTranspose(
        torchConv(channelsFirst(x), file['conv.weight'], file['conv.bias'], groups),
        file['up.weight'],
        groups,
      );
      const y = torchLinear(torchLinear(maps.flat(2), file['fc.weight']), file['last.weight']);
      expect(Array.from(net.forward(toeplitz.toFloat64(x), params).data)).toEqual(y);
    }),
    { numRuns: 60 },
  );
});

test("[format-torch] norms and branches after a flatten keep torch's order", () => {
  const net = chain({
    both: concat({
      a: flatten(),
      b: chain({ conv: conv2d({ filters: 3, size: 1, bias: false }), flatten: flatten() }),
    }),
    norm: frozenNorm(),
    relu: relu(),
    fc: dense({ units: 1, bias: false }),
  });
  const shape = [1, 2, 2, 2];
  const twenty = (seed: number): Tensor => whole([20], seed);
  const file = {
    'both.b.conv.weight': whole([3, 2, 1, 1], 1),
    'norm.weight': twenty(2),
    'norm.bias': twenty(3),
    'norm.running_mean': twenty(4),
    'norm.running_var': tensor([20], new Array(20).fill(1)),
    'fc.weight': whole([1, 20], 5),
    'norm.num_batches_tracked': tensor([]),
  };
  const found = loadWeights(net.with({ children: { norm: frozenNorm({ epsilon: 3 }) } }), shape, file, {
    layout: 'torch',
    names: torchNames.plain,
    type: 'float64',
  });
  expect([found.missing, found.unexpected, found.misshapen]).toEqual([[], [], []]);
  const x = whole(shape, 6);
  const maps = channelsFirst(x);
  const row = [...maps.flat(2), ...torchConv(maps, file['both.b.conv.weight'], tensor([3]), 1).flat(2)];
  const normed = row.map((value, i) =>
    Math.max(
      0,
      ((value - file['norm.running_mean'].data[i]) * file['norm.weight'].data[i]) / 2 + file['norm.bias'].data[i],
    ),
  );
  const y = net.with({ children: { norm: frozenNorm({ epsilon: 3 }) } }).forward(toeplitz.toFloat64(x), found.params);
  expect(Array.from(y.data)).toEqual(torchLinear(normed, file['fc.weight']));
});

test('[format-torch] an order that cannot be followed is refused', () => {
  const net = chain({ flatten: flatten(), pool: toeplitz.channelMaxPool({ size: 2 }), fc: dense({ units: 1 }) });
  expect(() => loadWeights(net, [1, 2, 2, 2], {}, { layout: 'torch' })).toThrow(
    /known up to a dense layer, got channelMaxPool at 'pool' \[format-torch\]/,
  );
});

const both = (path: string): string[] => [`${path}.weight`, `${path}.bias`];
const norm = (path: string): string[] => [...both(path), `${path}.running_mean`, `${path}.running_var`];
const namesOf = (net: Layer, shape: number[], names: (name: string) => string): string[] =>
  Object.keys(flatParams(net.params(shape)))
    .map(names)
    .sort();

test("[format-torch] a shared layer: torch's order leaves with the net, and is refused in a place of the layer", () => {
  const x = [1, 2, 2, 3];
  const file = { 'out.weight': whole([4, 12], 1), 'out.bias': whole([4], 2) };
  const load = (net: Layer, from: Readonly<Record<string, Tensor>>) => loadWeights(net, x, from, { layout: 'torch' });
  const plain = chain({ relu: relu(), flatten: flatten(), out: dense({ units: 4 }) });
  const inside = shared(relu(), (same) => chain({ relu: same, flatten: flatten() }));
  const net = chain({ net: inside, out: dense({ units: 4 }) });
  expect(load(net, file).params.out).toEqual(load(plain, file).params.out);
  for (const units of [4, 12])
    expect(() =>
      load(
        shared(dense({ units }), (same) => chain({ flatten: flatten(), out: same })),
        { 'shared.weight': whole([units, 12], 1), 'shared.bias': whole([units], 2) },
      ),
    ).toThrow("got same at 'net.out' [format-torch]");
});

test("[format-torch] torchvision's names of ResNet-18 and ResNet-50", () => {
  const blocks = { 18: [2, 2, 2, 2], 50: [3, 4, 6, 3] };
  for (const depth of [18, 50] as const) {
    const net = mapLayer(resnet(depth), (_, layer) =>
      layer.name === 'batchNorm' ? frozenNorm(layer.attributes) : layer,
    );
    const expected = blocks[depth].flatMap((count, stage) =>
      Array.from({ length: count }, (_, block) => `layer${stage + 1}.${block}`).flatMap((block) => [
        ...(depth === 18 ? [1, 2] : [1, 2, 3]).flatMap((k) => [`${block}.conv${k}.weight`, ...norm(`${block}.bn${k}`)]),
        ...(block.endsWith('.0') && (depth === 50 || stage > 0)
          ? [`${block}.downsample.0.weight`, ...norm(`${block}.downsample.1`)]
          : []),
      ]),
    );
    const names = namesOf(net, [1, 224, 224, 3], torchNames.resnet);
    expect(names).toEqual([...expected, 'conv1.weight', ...norm('bn1'), ...both('fc')].sort());
  }
});

test("[format-torch] torchvision's names of VGG-16, with and without norms, and AlexNet", () => {
  const numbered = (features: number[], classifier: number[]): string[] =>
    [...features.map((i) => `features.${i}`), ...classifier.map((i) => `classifier.${i}`)].flatMap(both).sort();
  const large = [1, 224, 224, 3];
  expect(namesOf(vgg(16), large, torchNames.vgg(vgg(16)))).toEqual(
    numbered([0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28], [0, 3, 6]),
  );
  const normed = vgg(11, { norm: true });
  expect(namesOf(normed, large, torchNames.vgg(normed))).toEqual(
    numbered([0, 1, 4, 5, 8, 9, 11, 12, 15, 16, 18, 19, 22, 23, 25, 26], [0, 3, 6]),
  );
  const tower = alexnet({ variant: 'one-tower', dropout: 0.5 });
  expect(namesOf(tower, large, torchNames.alexnet(tower))).toEqual(numbered([0, 3, 6, 8, 10], [1, 4, 6]));
});

test('[format-torch] running statistics and the slope of prelu have another name in torch', () => {
  const names = ['norm.mean', 'variance', 'act.slope', 'mean.weight', 'meaning'];
  expect(names.map(torchNames.plain)).toEqual([
    'norm.running_mean',
    'running_var',
    'act.weight',
    'mean.weight',
    'meaning',
  ]);
});
