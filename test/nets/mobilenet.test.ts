// MobileNet of both versions: counts, published tables, the bits of a compiled copy, refusals.

import { expect, test } from 'vitest';
import {
  compile,
  describe,
  frozenNorm,
  initialize,
  type Layer,
  mapLayer,
  parameterCount,
  type Shape,
  toFloat32,
} from '../../src/index.ts';
import { mobilenet, mobilenetV2 } from '../../src/nets/index.ts';
import { image, refused, sameAsPublished } from './nets.ts';

const photo: Shape = [1, 224, 224, 3];

/** With the statistics as parameters, as Keras counts them. */
const given = (net: Layer): Layer =>
  mapLayer(net, (_, layer) => (layer.name === 'batchNorm' ? frozenNorm({ epsilon: 1e-3 }) : layer));

test('[nets-mobilenet] 4,231,976 parameters, 4,253,864 with statistics; the second version 3,504,872', () => {
  expect([parameterCount(mobilenet(), photo), mobilenet().cost(photo)]).toEqual([4231976, 568740352]);
  const { parameters, statistics } = describe(given(mobilenet()), photo);
  expect(parameters + statistics).toBe(4253864);
  expect([parameterCount(mobilenetV2(), photo), mobilenetV2().cost(photo)]).toEqual([3504872, 300774272]);
});

test('[nets-mobilenet] the width scales the channels, those of the second version in eights', () => {
  expect(parameterCount(mobilenet({ width: 0.25 }), photo)).toBe(470072);
  expect(mobilenetV2({ width: 0.75 }).children.conv1.attributes.filters).toBe(24);
  expect(mobilenetV2({ width: 1.4 }).children.conv2.attributes.filters).toBe(1792);
  refused(
    'nets-mobilenet',
    () => mobilenet({ width: 0 }),
    () => mobilenetV2({ width: 17 }),
    () => mobilenet({ classes: 0.5 }),
    () => mobilenetV2({ dropout: -1 }),
  );
});

sameAsPublished('nets-mobilenet', 'keras mobilenet', given(mobilenet()), photo);

sameAsPublished('nets-mobilenet', 'torchvision mobilenet_v2', mobilenetV2(), photo);

test('[nets-mobilenet] compiled it has the bits of forward', () => {
  const net = given(mobilenetV2({ width: 0.1, classes: 3 }));
  const x = toFloat32(image([2, 32, 40, 3]));
  const params = initialize(net, x.shape, { seed: 1 });
  expect(compile(net, x.shape, params)(x)).toEqual(net.forward(x, params));
});
