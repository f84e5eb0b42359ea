// Inception v3: counts, the published table, the sizes of its maps, a narrow copy, refusals.

import { expect, test } from 'vitest';
import { describe, initialize, parameterCount, type Shape } from '../../src/index.ts';
import { inceptionV3 } from '../../src/nets/index.ts';
import { image, narrow, refused, sameAsPublished } from './nets.ts';

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

test('[nets-inception-v3] a narrow copy runs', () => {
  const net = narrow(inceptionV3({ classes: 16 }), 16);
  const { data } = net.forward(image([1, 75, 75, 1]), initialize(net, [1, 75, 75, 1], { seed: 1 }));
  expect(data.every(Number.isFinite)).toBe(true);
});
