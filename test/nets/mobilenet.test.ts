// SqueezeNet, MobileNet, CaffeNet, the nets for CIFAR-10 and U-Net: counts, published tables, gradients of narrow copies, refusals.

import { expect, test } from 'vitest';
import {
  compile,
  describe,
  frozenNorm,
  gradientCheck,
  initialize,
  type Layer,
  mapLayer,
  parameterCount,
  type Shape,
  toFloat32,
} from '../../src/index.ts';
import { alexnet, cifar10, mobilenet, mobilenetV2, squeezenet, unet } from '../../src/nets/index.ts';
import { image, narrow, refused, sameAsPublished } from './nets.ts';

const photo: Shape = [1, 224, 224, 3];
const small: Shape = [1, 32, 32, 3];

/** With the statistics as parameters, as Keras counts them. */
const given = (net: Layer): Layer =>
  mapLayer(net, (_, layer) => (layer.name === 'batchNorm' ? frozenNorm({ epsilon: 1e-3 }) : layer));

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

test('[nets-alexnet] CaffeNet is AlexNet with pools before its norms', () => {
  const net = alexnet({ variant: 'caffenet' });
  expect(parameterCount(net, [1, 227, 227, 3])).toBe(60965224);
  expect(Object.keys(net.children).slice(0, 4)).toEqual(['conv1', 'relu1', 'pool1', 'norm1']);
  expect(net.children.norm1.attributes).toEqual({ size: 5, alpha: 1e-4 / 5, beta: 0.75, k: 1 });
});

sameAsPublished('nets-alexnet', 'caffe bvlc_reference_caffenet', alexnet({ variant: 'caffenet' }), [1, 227, 227, 3]);

test('[nets-cifar10] quick 145,578 parameters, full 89,578', () => {
  expect([cifar10(), cifar10({ variant: 'full' })].map((net) => parameterCount(net, small))).toEqual([145578, 89578]);
  expect([cifar10(), cifar10({ variant: 'full' })].map((net) => net.cost(small))).toEqual([12354176, 12298240]);
  refused(
    'nets-cifar10',
    () => cifar10({ variant: 'slow' as never }),
    () => cifar10({ classes: 0 }),
  );
});

test('[nets-cifar10] the norm within a channel: x·(1 + 5e-5·mean of 9 squares)^−¾, padding counted', () => {
  const x = image([1, 3, 4, 2]);
  const [n, h, w, C] = x.shape;
  const { data } = (cifar10({ variant: 'full' }).children.norm1 as Layer).forward(x, {});
  const at = (i: number, j: number, c: number) =>
    i < 0 || j < 0 || i >= h || j >= w ? 0 : x.data[(i * w + j) * C + c];
  for (let i = 0; i < h * n; i++)
    for (let j = 0; j < w; j++)
      for (let c = 0; c < C; c++) {
        let sum = 0;
        for (const a of [-1, 0, 1]) for (const b of [-1, 0, 1]) sum += at(i + a, j + b, c) ** 2;
        expect(data[(i * w + j) * C + c]).toBeCloseTo(at(i, j, c) * (1 + (5e-5 * sum) / 9) ** -0.75, 6);
      }
});

sameAsPublished('nets-cifar10', 'caffe cifar10_quick', cifar10(), small);
sameAsPublished('nets-cifar10', 'caffe cifar10_full', cifar10({ variant: 'full' }), small, {
  left: (path) => path.endsWith('factor.mean'),
});

test('[nets-unet] 572×572 give 388×388, with 31,030,658 parameters; crops of 4, 16, 40 and 88 cells', () => {
  expect(unet().shape([1, 572, 572, 1])).toEqual([1, 388, 388, 2]);
  expect(parameterCount(unet(), [1, 572, 572, 1])).toBe(31030658);
  expect(parameterCount(unet({ classes: 1 }), [1, 572, 572, 1])).toBe(31030593);
  const { rows } = describe(unet(), [1, 572, 572, 1]);
  expect(rows.filter(({ name }) => name === 'pad').map(({ shape }) => shape[1])).toEqual([392, 200, 104, 56]);
  expect(unet({ padding: 'same', filters: 2, depth: 2, classes: 5 }).shape([2, 8, 12, 3])).toEqual([2, 8, 12, 5]);
  refused(
    'nets-unet',
    () => unet({ depth: 0 }),
    () => unet({ depth: 17 }),
    () => unet({ padding: 'full' as never }),
    () => unet({ filters: 1.5 }),
  );
});

test('[nets-squeezenet] a narrow copy runs', () => {
  const net = narrow(squeezenet({ classes: 16 }), 16);
  const { data } = net.forward(image([1, 40, 40, 2]), initialize(net, [1, 40, 40, 2], { seed: 1 }));
  expect(data.every(Number.isFinite)).toBe(true);
});

const narrowed: readonly (readonly [name: string, net: Layer, shape: Shape])[] = [
  ['unet', unet({ filters: 1, depth: 1 }), [1, 18, 20, 1]],
  ['cifar10', narrow(cifar10({ variant: 'full' }), 32), [1, 12, 12, 1]],
];
test.each(narrowed)('[nets-unet] [nets-cifar10] gradients agree with differences: %s', (_, net, shape) => {
  const x = image(shape);
  const report = gradientCheck(net, x, initialize(net, shape, { seed: 1, type: 'float64' }), { samples: 6 });
  expect(report.ok, report.text).toBe(true);
});
