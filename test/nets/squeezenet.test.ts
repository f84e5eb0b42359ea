// SqueezeNet: counts, published tables, a narrow copy, refusals.

import { expect, test } from 'vitest';
import { initialize, parameterCount, type Shape } from '../../src/index.ts';
import { squeezenet } from '../../src/nets/index.ts';
import { image, narrow, refused, sameAsPublished } from './nets.ts';

const photo: Shape = [1, 224, 224, 3];

test('[nets-squeezenet] 1,248,424 parameters, version 1.1 1,235,496', () => {
  expect(parameterCount(squeezenet(), photo)).toBe(1248424);
  expect(parameterCount(squeezenet({ version: '1.1' }), photo)).toBe(1235496);
  expect([squeezenet().cost(photo), squeezenet({ version: '1.1' }).cost(photo)]).toEqual([818924576, 349151936]);
  expect(squeezenet({ classes: 7, dropout: 0.5 }).shape(photo)).toEqual([1, 7]);
  refused(
    'nets-squeezenet',
    () => squeezenet({ version: '2' as never }),
    () => squeezenet({ classes: 0 }),
    () => squeezenet({ dropout: 1 }),
  );
});

sameAsPublished('nets-squeezenet', 'torchvision squeezenet1_0', squeezenet(), photo);

sameAsPublished('nets-squeezenet', 'torchvision squeezenet1_1', squeezenet({ version: '1.1' }), photo);

test('[nets-squeezenet] a narrow copy runs', () => {
  const net = narrow(squeezenet({ classes: 16 }), 16);
  const { data } = net.forward(image([1, 40, 40, 2]), initialize(net, [1, 40, 40, 2], { seed: 1 }));
  expect(data.every(Number.isFinite)).toBe(true);
});
