// Inception v3 and DenseNet: counts, the published table, shapes, refusals.

import { expect, test } from 'vitest';
import { describe, frozenNorm, initialize, mapLayer, parameterCount, type Shape } from '../../src/index.ts';
import { densenet, inceptionV3 } from '../../src/nets/index.ts';
import { image, narrow, refused, sameAsPublished } from './nets.ts';

const photo: Shape = [1, 224, 224, 3];
const large: Shape = [1, 299, 299, 3];

test('[nets-inception-v3] 23,834,568 parameters, 27,161,264 with the auxiliary head', () => {
  expect([inceptionV3().cost(large), parameterCount(inceptionV3(), large)]).toEqual([5713216096, 23834568]);
  const { variables, parameters } = describe(inceptionV3({ head: true }), large);
  const head = variables.filter(({ name }) => name.startsWith('heads.auxiliary'));
  expect([head.reduce((total, { size }) => total + size, 0), parameters]).toEqual([3326696, 27161264]);
  expect(inceptionV3({ head: true, classes: 5, dropout: 0.5 }).shape(large)).toEqual([1, 10]);
  refused(
    'nets-inception-v3',
    () => inceptionV3({ head: 1 as never }),
    () => inceptionV3({ classes: 0 }),
    () => inceptionV3({ dropout: 2 }),
  );
});

test('[nets-inception-v3] sizes of the maps: 35, 17, 8', () => {
  const { rows } = describe(inceptionV3(), large);
  const modules = rows.filter(({ name, path }) => name === 'concat' && /^mixed\w+$/.test(path));
  expect(modules.map(({ shape }) => `${shape[1]}×${shape[3]}`)).toEqual(
    '35×256 35×288 35×288 17×768 17×768 17×768 17×768 17×768 8×1280 8×2048 8×2048'.split(' '),
  );
});

// The table has no row for what is joined within a branch.
sameAsPublished('nets-inception-v3', 'torchvision inception_v3', inceptionV3(), large, {
  left: (path) => path.endsWith('.wide'),
  more: 3326696,
});

/** As torchvision and Keras print them; Keras counts two numbers more for each channel of a norm. */
test.each([
  [121, 7978856, 8062504],
  [161, 28681000, undefined],
  [169, 14149480, 14307880],
  [201, 20013928, 20242984],
] as const)('[nets-densenet] %i layers have %i parameters', (depth, parameters, keras) => {
  const net = densenet(depth);
  expect(parameterCount(net, photo)).toBe(parameters);
  const given = mapLayer(net, (_, layer) => (layer.name === 'batchNorm' ? frozenNorm() : layer));
  const { statistics } = describe(given, photo);
  if (keras !== undefined) expect(parameters + statistics).toBe(keras);
});

test('[nets-densenet] table 1 of the paper: sizes and channels after blocks and transitions', () => {
  const { rows } = describe(densenet(121), photo);
  const after = (path: string) =>
    rows
      .filter((row) => row.path.startsWith(`${path}.`))
      .at(-1)!
      .shape.slice(1);
  expect(['block1', 'transition1', 'block2', 'transition2', 'block3', 'transition3', 'block4'].map(after)).toEqual([
    [56, 56, 256],
    [28, 28, 128],
    [28, 28, 512],
    [14, 14, 256],
    [14, 14, 1024],
    [7, 7, 512],
    [7, 7, 1024],
  ]);
  refused(
    'nets-densenet',
    () => densenet(100 as never),
    () => densenet('121' as never),
    () => densenet(121, { classes: 0 }),
  );
});

test('[nets-densenet] [nets-inception-v3] narrow copies run', () => {
  for (const [net, shape] of [
    [narrow(densenet(121), 32), [1, 32, 32, 1]],
    [narrow(inceptionV3({ classes: 16 }), 16), [1, 75, 75, 1]],
  ] as const) {
    const { data } = net.forward(image(shape), initialize(net, shape, { seed: 1 }));
    expect(data.every(Number.isFinite)).toBe(true);
  }
});
