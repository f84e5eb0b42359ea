// VGG: counts, tables, fields, gradients of narrow copies, refusals (N3, A6).

import { expect, test } from 'vitest';
import { describe, parameterCount, type Shape } from '../../src/index.ts';
import { vgg, vgg16, vgg19 } from '../../src/nets/index.ts';
import { expectFields, fieldsOf, refused, runsNarrow, sameAsPublished } from './nets.ts';

const square = (size: number): Shape => [1, size, size, 3];

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

test('[layer-field] fields of VGG as [Araujo] has them: size, step, −padding (A6)', () => {
  expectFields(vgg(11), 224, {
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
  expectFields(vgg16(), 224, {
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
  expect(fieldsOf(vgg19(), [1, 224, 224, 3], ['pool5']).pool5.slice(0, 2)).toEqual([268, 32]);
});

test.each([
  ['vgg11', vgg(11, { classes: 3, hidden: [] })],
  ['vgg19', vgg19({ classes: 3, hidden: [6, 5] })],
] as const)('[nets-vgg] a narrow %s runs forward and backward', (_, net) => runsNarrow(net, 32));

test('[nets-vgg] invalid options are refused', () => {
  refused(
    'nets-vgg',
    () => vgg(12 as never),
    () => vgg('toString' as never),
    () => vgg16({ norm: 1 as never }),
    () => vgg19({ classes: 0.5 }),
    () => vgg19({ hidden: [0] }),
  );
});
