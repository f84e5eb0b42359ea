// AlexNet and VGG: counts, tables and fields (requirements N2, N3, A6).

import { expect, test } from 'vitest';
import { describe, gradientCheck, initialize, type Layer, parameterCount, type Shape } from '../../src/index.ts';
import { alexnet, vgg, vgg16, vgg19 } from '../../src/nets/index.ts';
import { image, narrow, refused, rowsOf, sameAsPublished } from './nets.ts';

const square = (size: number): Shape => [1, size, size, 3];

test('[nets-alexnet] the whole net, without layer 7, and without layers 6 and 7; with two groups and with one (N2)', () => {
  const counts = [2, 1].map((groups) =>
    [undefined, [4096], []].map((hidden) =>
      parameterCount(alexnet({ groups, ...(hidden && { hidden }) }), square(227)),
    ),
  );
  expect(counts).toEqual([
    [60965224, 44183912, 11551080],
    [62378344, 45597032, 12964200],
  ]);
  expect(parameterCount(alexnet({ variant: 'one-tower' }), square(224))).toBe(61100840);
});

test('[nets-alexnet] the table of Caffe’s definition, row by row (BVLC/caffe, models/bvlc_alexnet)', () => {
  expect(rowsOf(alexnet(), square(227))).toEqual([
    [[55, 55, 96], 34944, 105415200],
    [[55, 55, 96], 0, 0],
    [[27, 27, 96], 0, 0],
    [[27, 27, 256], 307456, 223948800],
    [[27, 27, 256], 0, 0],
    [[13, 13, 256], 0, 0],
    [[13, 13, 384], 885120, 149520384],
    [[13, 13, 384], 663936, 112140288],
    [[13, 13, 256], 442624, 74760192],
    [[6, 6, 256], 0, 0],
    [[4096], 37752832, 37748736],
    [[4096], 16781312, 16777216],
    [[1000], 4097000, 4096000],
  ]);
  expect(alexnet().cost(square(227))).toBe(724406816);
  expect(alexnet({ variant: 'one-tower' }).cost(square(224))).toBe(714188480);
});

test('[nets-alexnet] neurons of each layer as in the paper, except for the first, where the paper has 253,440', () => {
  const { rows } = describe(alexnet(), square(227));
  const neurons = rows.filter((row) => row.parameters > 0).map((row) => row.size);
  expect(neurons).toEqual([290400, 186624, 64896, 64896, 43264, 4096, 4096, 1000]);
});

sameAsPublished('nets-alexnet', 'caffe bvlc_alexnet', alexnet(), square(227));
sameAsPublished('nets-alexnet', 'torchvision alexnet', alexnet({ variant: 'one-tower' }), square(224));

test('[nets-alexnet] its LRN has the constants of section 3.3', () => {
  const { norm1, norm2 } = alexnet().children;
  for (const norm of [norm1, norm2]) expect(norm.attributes).toEqual({ size: 5, alpha: 1e-4, beta: 0.75, k: 2 });
});

test('[nets-alexnet] the dropout of the papers follows layers 6 and 7, and exists only if it is requested', () => {
  const drops = (net: Layer) => Object.keys(net.children).filter((name) => net.children[name].name === 'dropout');
  expect(drops(alexnet())).toEqual([]);
  expect(drops(alexnet({ dropout: 0.5 }))).toEqual(['drop6', 'drop7']);
});

const counts = { 11: 132863336, 13: 133047848, 16: 138357544, 19: 143667240 };
const normed = { 11: 132868840, 13: 133053736, 16: 138365992, 19: 143678248 };
const costs = { 11: 7609090048, 13: 11308466176, 16: 15470264320, 19: 19632062464 };
const depths = [11, 13, 16, 19] as const;

test.each(depths)('[nets-vgg] VGG-%i: parameters with and without norms, multiply-adds (N3)', (depth) => {
  const [plain, norm] = [vgg(depth), vgg(depth, { norm: true })].map((net) => describe(net, square(224)));
  expect([plain.parameters, norm.parameters]).toEqual([counts[depth], normed[depth]]);
  expect([plain.cost, norm.cost]).toEqual([costs[depth], costs[depth]]);
  expect(plain.rows.filter((row) => row.name === 'conv2d')).toHaveLength(depth - 3);
});

test('[nets-vgg] millions of parameters as in table 2 of the paper', () => {
  expect(depths.map((depth) => Math.round(counts[depth] / 1e6))).toEqual([133, 133, 138, 144]);
  expect(parameterCount(vgg16(), square(224))).toBe(counts[16]);
  expect(parameterCount(vgg19(), square(224))).toBe(counts[19]);
});

test('[nets-vgg] the convolutions of VGG-16: parameters and multiply-adds, row by row (torchvision)', () => {
  const { rows } = describe(vgg16(), square(224));
  expect(rows.filter((row) => row.cost > 0).map((row) => [row.path, row.parameters, row.cost])).toEqual([
    ['conv1_1', 1792, 86704128],
    ['conv1_2', 36928, 1849688064],
    ['conv2_1', 73856, 924844032],
    ['conv2_2', 147584, 1849688064],
    ['conv3_1', 295168, 924844032],
    ['conv3_2', 590080, 1849688064],
    ['conv3_3', 590080, 1849688064],
    ['conv4_1', 1180160, 924844032],
    ['conv4_2', 2359808, 1849688064],
    ['conv4_3', 2359808, 1849688064],
    ['conv5_1', 2359808, 462422016],
    ['conv5_2', 2359808, 462422016],
    ['conv5_3', 2359808, 462422016],
    ['fc6', 102764544, 102760448],
    ['fc7', 16781312, 16777216],
    ['fc8', 4097000, 4096000],
  ]);
});

for (const depth of depths) {
  sameAsPublished('nets-vgg', `torchvision vgg${depth}`, vgg(depth), square(224));
  sameAsPublished('nets-vgg', `torchvision vgg${depth}_bn`, vgg(depth, { norm: true }), square(224));
}

/** Size, step and start of the field at the named rows. */
function fields(net: Layer, shape: Shape, names: readonly string[]): Record<string, number[]> {
  const { rows } = describe(net, shape);
  return Object.fromEntries(
    names.map((name) => {
      const { size, step, start } = rows.find((row) => row.path === name)!.field[0];
      return [name, [size, step, start]];
    }),
  );
}

test('[layer-field] fields of AlexNet and VGG as [Araujo] has them: size, step, −padding (A6)', () => {
  const check = (net: Layer, size: number, table: Record<string, number[]>) =>
    expect(fields(net, square(size), Object.keys(table))).toEqual(table);
  check(alexnet(), 227, {
    conv1: [11, 4, 0],
    pool1: [19, 8, 0],
    conv2: [51, 8, -16],
    conv3: [99, 16, -32],
    conv4: [131, 16, -48],
    conv5: [163, 16, -64],
    pool5: [195, 32, -64],
  });
  check(vgg(11), 224, {
    conv1_1: [3, 1, -1],
    pool1: [4, 2, -1],
    conv2_1: [8, 2, -3],
    pool2: [10, 4, -3],
    conv3_1: [18, 4, -7],
    conv3_2: [26, 4, -11],
    pool3: [30, 8, -11],
    conv4_1: [46, 8, -19],
    conv4_2: [62, 8, -27],
    pool4: [70, 16, -27],
    conv5_1: [102, 16, -43],
    conv5_2: [134, 16, -59],
    pool5: [150, 32, -59],
  });
  check(vgg16(), 224, {
    conv1_1: [3, 1, -1],
    pool1: [6, 2, -2],
    conv2_1: [10, 2, -4],
    pool2: [16, 4, -6],
    conv3_1: [24, 4, -10],
    conv3_2: [32, 4, -14],
    pool3: [44, 8, -18],
    conv4_1: [60, 8, -26],
    conv4_2: [76, 8, -34],
    pool4: [100, 16, -42],
    conv5_1: [132, 16, -58],
    conv5_2: [164, 16, -74],
    pool5: [212, 32, -90],
  });
  expect(fields(vgg19(), square(224), ['pool5']).pool5.slice(0, 2)).toEqual([268, 32]);
});

const small = { classes: 3, hidden: [6, 5] };
test.each([
  ['alexnet', alexnet(small), 67],
  ['alexnet, one tower', alexnet({ ...small, variant: 'one-tower', hidden: [4] }), 63],
  ['vgg11', vgg(11, { ...small, hidden: [] }), 32],
  ['vgg19', vgg19(small), 32],
] as const)('[nets-alexnet] [nets-vgg] a narrow %s runs forward and backward', (_, net, size) => {
  const thin = narrow(net, 16);
  const x = image([1, size, size, 3]);
  const params = initialize(thin, x.shape, { seed: 5, type: 'float64' });
  expect(thin.shape(x.shape)).toEqual([1, 3]);
  const report = gradientCheck(thin, x, params, { samples: 2 });
  expect(report.ok, report.text).toBe(true);
});

test('[nets-alexnet] [nets-vgg] refuse invalid options', () => {
  refused(
    'nets-alexnet',
    () => alexnet({ groups: 3 }),
    () => alexnet({ variant: 'one-tower', groups: 2 }),
    () => alexnet({ variant: 'two' as never }),
    () => alexnet({ hidden: [1, 2, 3] }),
    () => alexnet({ hidden: 4096 as never }),
    () => alexnet({ dropout: 1 }),
  );
  refused(
    'nets-vgg',
    () => vgg(12 as never),
    () => vgg('toString' as never),
    () => vgg16({ norm: 1 as never }),
    () => vgg19({ classes: 0.5 }),
    () => vgg19({ hidden: [0] }),
  );
});
