// DenseNet: counts, the table of the paper, a narrow copy, refusals.

import { expect, test } from 'vitest';
import { describe, frozenNorm, initialize, mapLayer, parameterCount, type Shape } from '../../src/index.ts';
import { densenet } from '../../src/nets/index.ts';
import { image, narrow, refused } from './nets.ts';

const photo: Shape = [1, 224, 224, 3];

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

test('[nets-densenet] a narrow copy runs', () => {
  const net = narrow(densenet(121), 32);
  const { data } = net.forward(image([1, 32, 32, 1]), initialize(net, [1, 32, 32, 1], { seed: 1 }));
  expect(data.every(Number.isFinite)).toBe(true);
});
