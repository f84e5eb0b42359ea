// The context module, the segmenter and the grid of cells (the rules N6, A6 of spec/README.md).

import { expect, test } from 'vitest';
import { describe, gradientCheck, initialize, parameterCount, receptiveField, tensor } from '../../src/index.ts';
import { cellGrid, contextModule, segmenter } from '../../src/nets/index.ts';
import { image, refused } from './nets.ts';

test('[nets-context] 64C² + 8C parameters; with the 21 classes of the paper 28,392', () => {
  for (const channels of [1, 2, 5, 21])
    expect(parameterCount(contextModule({ channels }), [1, 9, 9, channels])).toBe(64 * channels ** 2 + 8 * channels);
  expect(parameterCount(contextModule(), [1, 64, 64, 21])).toBe(28392);
});

test("[nets-context] fields 3, 5, 9, 17, 33, 65, 67, 67 at stride 1, as in Yu and Koltun's table 1", () => {
  const { rows } = describe(contextModule({ channels: 2 }), [1, 80, 75, 2]);
  const convolutions = rows.filter((row) => row.name === 'conv2d');
  expect(convolutions.map((row) => row.field[1].size)).toEqual([3, 5, 9, 17, 33, 65, 67, 67]);
  expect(convolutions[7].field).toEqual([
    { size: 67, step: 1, start: -33 },
    { size: 67, step: 1, start: -33 },
  ]);
  expect(convolutions.map((row) => row.shape)).toEqual(Array(8).fill([1, 80, 75, 2]));
});

test('[nets-context] filters with a single 1 pass the rectified image through (the paper initializes training like this)', () => {
  const [pass, bias] = [[1, 0, 0, 1], tensor([2])];
  const wide = { weight: tensor([3, 3, 2, 2], [...Array(16).fill(0), ...pass, ...Array(16).fill(0)]), bias };
  const dilated = Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((i) => [`conv${i}`, wide]));
  const x = image([1, 6, 5, 2]);
  const y = contextModule({ channels: 2 }).forward(x, {
    ...dilated,
    conv8: { weight: tensor([1, 1, 2, 2], pass), bias },
  });
  expect([...y.data]).toEqual(Array.from(x.data, (value) => Math.max(0, value)));
});

test('[nets-segmenter] k numbers for every pixel of an image of any size, in a field of 71×71', () => {
  const net = segmenter({ outputs: 5, width: 3 });
  for (const [height, width] of [
    [48, 64],
    [1, 1],
    [33, 7],
  ])
    expect(net.shape([2, height, width, 3])).toEqual([2, height, width, 5]);
  expect(receptiveField(net, [1, 48, 64, 3])[0]).toEqual({ size: 71, step: 1, start: -35 });
});

test('[nets-segmenter] gradients agree with differences', () => {
  const net = segmenter({ outputs: 2, width: 2 });
  const report = gradientCheck(net, image([1, 5, 4, 1]), initialize(net, [1, 5, 4, 1], { seed: 3 }), { samples: 10 });
  expect(report.ok, report.text).toBe(true);
});

test('[nets-segmenter] the grid classifies each cell on its own', () => {
  const net = cellGrid({ cell: 4, outputs: 3, width: 2 });
  const params = initialize(net, [1, 8, 12, 1], { seed: 1 });
  const x = image([1, 8, 12, 1]);
  const y = net.forward(x, params);
  expect(y.shape).toEqual([1, 2, 3, 3]);
  const cell = tensor(
    [1, 4, 4, 1],
    Array.from({ length: 16 }, (_, i) => x.data[(4 + (i >> 2)) * 12 + 8 + (i & 3)]),
  );
  expect([...net.forward(cell, params).data]).toEqual([...y.data.subarray(15, 18)]);
});

test('[nets-segmenter] refuses invalid options', () => {
  refused(
    'nets-segmenter',
    () => segmenter({ outputs: 0 }),
    () => segmenter({ width: 1.5 }),
  );
  refused(
    'nets-segmenter',
    () => cellGrid({ cell: 0 }),
    () => cellGrid({} as never),
  );
  refused(
    'nets-context',
    () => contextModule({ channels: -1 }),
    () => contextModule({ channels: '3' as never }),
  );
  refused('layer-attributes', () => segmenter({ classes: 2 } as never));
});
