// Residual blocks and ResNets (requirements N5, Q6, A6).

import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  describe,
  frozenNorm,
  gradientCheck,
  initialize,
  type Layer,
  mapLayer,
  type Params,
  parameterCount,
  type Shape,
  type Tensor,
} from '../../src/index.ts';
import { type ResidualOptions, residualBlock, resnet } from '../../src/nets/index.ts';
import { difference, paramsOf, tensors, wholeNumbers } from '../../src/testing/index.ts';
import { image, narrow, refused, rowsOf, sameAsPublished } from './nets.ts';

const large: Shape = [1, 224, 224, 3];
const depths = [18, 34, 50, 101, 152] as const;

/** The same parameters, with the last convolution of the block's body, or its last norm, all zeros. */
function withoutBody(params: Params<Tensor>): Params<Tensor> {
  const { body } = params.sum as Record<string, Record<string, Record<string, Tensor>>>;
  const last = Object.keys(body)
    .filter((name) => Object.keys(body[name]).length > 0)
    .at(-1)!;
  const zero = Object.entries(body[last]).map(([name, { shape, data }]) => [name, { shape, data: data.map(() => 0) }]);
  return { ...params, sum: { ...(params.sum as object), body: { ...body, [last]: Object.fromEntries(zero) } } };
}

test('[nets-residual] with a last convolution or norm of zeros, y is x in bits for x ≥ 0, and dx is dy where x > 0 (Q6)', () => {
  const cases = fc
    .record({
      batch: fc.integer({ min: 1, max: 3 }),
      height: fc.integer({ min: 1, max: 6 }),
      width: fc.integer({ min: 1, max: 6 }),
      quarter: fc.integer({ min: 1, max: 4 }),
      bottleneck: fc.boolean(),
      norm: fc.boolean(),
    })
    .chain(({ batch, height, width, quarter, ...options }) => {
      const layer = residualBlock({ channels: 4 * quarter, ...options });
      const shape = [batch, height, width, 4 * quarter];
      return fc.record({
        layer: fc.constant(layer),
        x: tensors(shape, fc.nat({ max: 4 })),
        params: paramsOf(layer, shape),
        dy: tensors(shape, wholeNumbers()),
      });
    });
  fc.assert(
    fc.property(cases, ({ layer, x, params, dy }) => {
      const [y, pull] = layer.vjp(x, withoutBody(params));
      const dx = pull(dy).x;
      expect(difference(y, x)).toBeUndefined();
      x.data.forEach((value, i) => {
        if (value > 0) expect(dx.data[i]).toBe(dy.data[i] + 0);
      });
    }),
    { numRuns: 40 },
  );
});

test('[nets-residual] there is a projection where the shape changes, and only there', () => {
  const skip = (options: ResidualOptions) => residualBlock(options).children.sum.children.skip;
  expect(skip({ channels: 8 }).name).toBe('identity');
  expect(skip({ channels: 8, filters: 8, bottleneck: true }).name).toBe('identity');
  expect(skip({ channels: 8, filters: 12 }).children.conv.attributes).toMatchObject({ filters: 12, size: [1, 1] });
  expect(skip({ channels: 8, stride: 2 }).children.conv.attributes).toMatchObject({ filters: 8, stride: [2, 2] });
});

test('[nets-residual] the plain counterpart of five blocks has as many parameters and multiply-adds (N5)', () => {
  for (const options of [{ channels: 6 }, { channels: 8, bottleneck: true }, { channels: 3, norm: false }]) {
    const shape = [1, 9, 8, options.channels];
    const count = (plain: boolean) => {
      const { parameters, cost } = describe(residualBlock({ ...options, plain }), shape);
      return [5 * parameters, 5 * cost];
    };
    expect(count(true)).toEqual(count(false));
  }
});

test.each([
  { channels: 3, filters: 5, stride: 2 },
  { channels: 4, norm: false },
  { channels: 3, filters: 8, stride: 2, bottleneck: true },
  { channels: 3, filters: 8, stride: 2, bottleneck: true, variant: 'v1.5' },
  { channels: 4, bottleneck: true, norm: false, plain: true },
] as const)('[nets-residual] gradients agree with differences: %o', (options) => {
  const layer = residualBlock(options);
  const shape = [2, 5, 6, options.channels];
  const report = gradientCheck(layer, image(shape), initialize(layer, shape, { seed: 4, type: 'float64' }), {
    samples: 12,
  });
  expect(report.ok, report.text).toBe(true);
});

const counts = [11689512, 21797672, 25557032, 44549160, 60192808];
const paperCosts = [1814073344, 3663761408, 3857973248, 7570194432, 11282415616];
const laterCosts = [1814073344, 3663761408, 4089184256, 7801405440, 11513626624];

test.each(depths)('[nets-resnet] ResNet-%i: parameters, and multiply-adds of both variants (N5)', (depth) => {
  const i = depths.indexOf(depth);
  const [paper, later] = (['paper', 'v1.5'] as const).map((variant) => describe(resnet(depth, { variant }), large));
  expect([paper.parameters, later.parameters]).toEqual([counts[i], counts[i]]);
  expect([paper.cost, later.cost]).toEqual([paperCosts[i], laterCosts[i]]);
  expect(resnet(depth, { classes: 7 }).shape([2, 97, 64, 3])).toEqual([2, 7]);
});

test('[nets-resnet] multiply-adds as printed in table 1 of the paper, within a tenth of 10⁹', () => {
  const printed = [1.8e9, 3.6e9, 3.8e9, 7.6e9, 11.3e9];
  for (const [i, cost] of paperCosts.entries()) expect(Math.abs(cost - printed[i])).toBeLessThan(1e8);
});

test('[nets-resnet] the table of ResNet-18, row by row (torchvision)', () => {
  const norm = (size: number, C: number) => [[size, size, C], 2 * C, 0];
  const block = (size: number, from: number, C: number) => [
    [[size, size, C], 9 * from * C, 9 * from * C * size * size],
    norm(size, C),
    [[size, size, C], 9 * C * C, 115605504],
    norm(size, C),
    ...(from === C ? [] : [[[size, size, C], from * C, 6422528], norm(size, C)]),
    [[size, size, C], 0, 0],
  ];
  const stage = (size: number, from: number, C: number) => [...block(size, from, C), ...block(size, C, C)];
  expect(rowsOf(resnet(18), large)).toEqual([
    [[112, 112, 64], 9408, 118013952],
    norm(112, 64),
    [[56, 56, 64], 0, 0],
    ...stage(56, 64, 64),
    ...stage(28, 64, 128),
    ...stage(14, 128, 256),
    ...stage(7, 256, 512),
    [[512], 0, 0],
    [[1000], 513000, 512000],
  ]);
});

for (const depth of depths) {
  sameAsPublished('nets-resnet', `torchvision resnet${depth}`, resnet(depth, { variant: 'v1.5' }), large);
  sameAsPublished('nets-resnet', `paper resnet${depth}`, resnet(depth), large);
}

/** Keras' form: a bias in every convolution, statistics counted. */
const keras = (net: Layer): Layer =>
  mapLayer(net, (_, layer) => {
    if (layer.name === 'batchNorm') return frozenNorm();
    return layer.name === 'conv2d' ? layer.with({ attributes: { bias: true } }) : layer;
  });

for (const depth of [50, 101, 152]) sameAsPublished('nets-resnet', `keras resnet${depth}`, keras(resnet(depth)), large);

test.each([
  [50, 25636712],
  [101, 44707176],
  [152, 60419944],
])(
  '[nets-resnet] ResNet-%i as Keras counts it, biases and running statistics included (keras.io/api/applications)',
  (depth, count) => {
    const { parameters, statistics, cost } = describe(keras(resnet(depth)), large);
    expect(parameters + statistics).toBe(count);
    expect(cost).toBe(paperCosts[depths.indexOf(depth as 50)]);
  },
);

test.each([
  [50, [35, 99, 291, 483]],
  [101, [35, 99, 835, 1027]],
  [152, [35, 163, 1315, 1507]],
])('[nets-resnet] fields at the ends of the stages of ResNet-%i, as [Araujo] has them', (depth, sizes) => {
  const { rows } = describe(resnet(depth), large);
  const ends = [1, 2, 3, 4].map((stage) => rows.findLast((row) => row.path.startsWith(`stage${stage}.`))!.field[0]);
  expect(ends.map((field) => field.size)).toEqual(sizes);
  expect(ends.map((field) => field.step)).toEqual([4, 8, 16, 32]);
});

test('[nets-resnet] the nets for small images: 6n + 2 layers, 0.27 to 1.7 million parameters (section 4.2 of the paper)', () => {
  const small = [1, 32, 32, 3];
  const printed = { 20: 0.27, 32: 0.46, 44: 0.66, 56: 0.85, 110: 1.7 };
  for (const [depth, millions] of Object.entries(printed)) {
    const { parameters, rows } = describe(resnet(Number(depth)), small);
    expect(Math.abs(parameters / 1e6 - millions)).toBeLessThan(0.04);
    const body = rows.filter((row) => row.cost > 0 && !row.path.includes('skip'));
    expect(body).toHaveLength(Number(depth));
  }
  const [net, plain] = [false, true].map((twin) => parameterCount(resnet(20, { plain: twin }), small));
  // Two projections: 16·32 and 32·64 weights, and their norms.
  expect([net, net - plain]).toEqual([272474, 16 * 32 + 2 * 32 + 32 * 64 + 2 * 64]);
});

test('[nets-resnet] layers have the names of the tables', () => {
  const { variables } = describe(resnet(50), large);
  const names = variables.map((each) => each.name);
  expect(names).toContain('conv1.weight');
  expect(names).toContain('stage1.block1.sum.skip.conv.weight');
  expect(names).toContain('stage3.block6.sum.body.norm3.bias');
  expect(names.at(-1)).toBe('fc.bias');
});

test.each([18, 50, 20] as const)('[nets-resnet] a narrow ResNet-%i runs forward and backward', (depth) => {
  const net = narrow(resnet(depth, { classes: 3 }), 8);
  const x = image([2, 24, 20, 3]);
  const params = initialize(net, x.shape, { seed: 6 });
  const [y, pull] = net.vjp(x, params);
  const gradient = pull(image([2, 3]));
  expect([y.shape, gradient.x.shape]).toEqual([[2, 3], x.shape]);
  expect(y.data.every(Number.isFinite) && gradient.x.data.every(Number.isFinite)).toBe(true);
});

test.each([18, 20] as const)('[nets-resnet] gradients of a narrow ResNet-%i agree with differences', (depth) => {
  // With given statistics: those of two images at one pixel, where the large net ends, have a derivative near 0.
  const net = mapLayer(narrow(resnet(depth, { classes: 3 }), 8), (_, layer) =>
    layer.name === 'batchNorm' ? frozenNorm() : layer,
  );
  const x = image([1, 8, 9, 3]);
  const params = initialize(net, x.shape, { seed: 6, type: 'float64' });
  const report = gradientCheck(net, x, params, { samples: 1 });
  expect(report.ok, report.text).toBe(true);
});

test('[nets-residual] [nets-resnet] refuse invalid options', () => {
  refused(
    'nets-residual',
    () => residualBlock({} as never),
    () => residualBlock({ channels: 4, filters: 6, bottleneck: true }),
    () => residualBlock({ channels: 4, stride: 0 }),
    () => residualBlock({ channels: 4, variant: 'v2' as never }),
    () => residualBlock({ channels: 4, plain: 1 as never }),
  );
  refused(
    'nets-resnet',
    () => resnet(19),
    () => resnet('constructor' as never),
    () => resnet(18, { classes: 0 }),
    () => resnet(18, { variant: 'torchvision' as never }),
  );
  refused('layer-attributes', () => resnet(18, { depth: 3 } as never));
  refused('sum-shape', () => residualBlock({ channels: 4 }).shape([1, 5, 5, 3]));
});
