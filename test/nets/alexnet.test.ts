// AlexNet and CaffeNet: counts, tables, fields, gradients of narrow copies, refusals (N2, A6).

import { expect, test } from 'vitest';
import { describe, type Layer, parameterCount, type Shape } from '../../src/index.ts';
import { alexnet } from '../../src/nets/index.ts';
import { expectFields, refused, rowsOf, runsNarrow, sameAsPublished } from './nets.ts';

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

test('[nets-alexnet] CaffeNet is AlexNet with pools before its norms', () => {
  const net = alexnet({ variant: 'caffenet' });
  expect(parameterCount(net, square(227))).toBe(60965224);
  expect(Object.keys(net.children).slice(0, 4)).toEqual(['conv1', 'relu1', 'pool1', 'norm1']);
  expect(net.children.norm1.attributes).toEqual({ size: 5, alpha: 1e-4 / 5, beta: 0.75, k: 1 });
});

sameAsPublished('nets-alexnet', 'caffe bvlc_reference_caffenet', alexnet({ variant: 'caffenet' }), square(227));

test('[nets-alexnet] its LRN has the constants of section 3.3', () => {
  const { norm1, norm2 } = alexnet().children;
  for (const norm of [norm1, norm2]) expect(norm.attributes).toEqual({ size: 5, alpha: 1e-4, beta: 0.75, k: 2 });
});

test('[nets-alexnet] the dropout of the papers follows layers 6 and 7, and exists only if it is requested', () => {
  const drops = (net: Layer) => Object.keys(net.children).filter((name) => net.children[name].name === 'dropout');
  expect(drops(alexnet())).toEqual([]);
  expect(drops(alexnet({ dropout: 0.5 }))).toEqual(['drop6', 'drop7']);
});

test('[layer-field] fields of AlexNet as [Araujo] has them: size, step, −padding (A6)', () => {
  expectFields(alexnet(), 227, {
    conv1: [11, 4, 0],
    pool1: [19, 8, 0],
    conv2: [51, 8, -16],
    conv3: [99, 16, -32],
    conv4: [131, 16, -48],
    conv5: [163, 16, -64],
    pool5: [195, 32, -64],
  });
});

test.each([
  ['alexnet', alexnet({ classes: 3, hidden: [6, 5] }), 67],
  ['alexnet, one tower', alexnet({ classes: 3, variant: 'one-tower', hidden: [4] }), 63],
] as const)('[nets-alexnet] a narrow %s runs forward and backward', (_, net, size) => runsNarrow(net, size));

test('[nets-alexnet] invalid options are refused', () => {
  refused(
    'nets-alexnet',
    () => alexnet({ groups: 3 }),
    () => alexnet({ variant: 'one-tower', groups: 2 }),
    () => alexnet({ variant: 'two' as never }),
    () => alexnet({ hidden: [1, 2, 3] }),
    () => alexnet({ hidden: 4096 as never }),
    () => alexnet({ dropout: 1 }),
  );
});
