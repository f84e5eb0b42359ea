// Sizes one below, at and one above every block of the kernels, in every dimension: the edges where indices go wrong.

import { describe, expect, test } from 'vitest';
import {
  avgPool2d,
  conv2d,
  convTranspose1d,
  convTranspose2d,
  dense,
  depthwiseConv2d,
  initialize,
  type Layer,
  lrn,
  maxPool2d,
  relu,
  type Shape,
  tensor,
} from '../../src/index.ts';
import * as decided from '../../src/kernels/blocks.ts';
import * as kernels from '../../src/kernels/choose.ts';
import * as declared from '../../src/kernels/declared.ts';
import { makePaddedInput } from '../../src/kernels/padded-input.ts';
import * as pool from '../../src/kernels/pool.ts';
import { withArena } from '../../src/kernels/scratch-arena.ts';
import * as reference from '../../src/reference/convolution.ts';
import * as referencePool from '../../src/reference/pool.ts';
import { type Data, sizeOf } from '../../src/tensor.ts';
import { type Axis, type ConvGeometry, windowAxes } from '../../src/window.ts';
import { some } from '../some.ts';
import { fenced, watched } from './fences.ts';
import { firstDifference, sizesOf, wave } from './twins.ts';

/** All sizes of blocks: those of assembly and those that TypeScript decides. */
const blocks = { ...declared, ...decided };

const around = (...sizes: number[]): number[] =>
  [...new Set(sizes.flatMap((size) => [size - 1, size, size + 1]))].filter((size) => size > 0);

const axesOf = (space: number[], size: number[], padding: number, stride = 1): readonly [Axis, Axis, Axis] =>
  windowAxes(
    'test',
    {
      size,
      stride: space.map(() => stride),
      dilation: space.map(() => 1),
      padding: space.map(() => [padding, padding] as const),
      ceil: false,
    },
    space,
  ) as unknown as readonly [Axis, Axis, Axis];

type Side = Pick<typeof kernels, 'conv' | 'convInputGrad' | 'convWeightGrad' | 'biasGrad'>;

function agree(g: ConvGeometry): void {
  const size = sizesOf(g);
  const narrow = [wave(1)(size.x), wave(2)(size.w), wave(3)(size.b), wave(4)(size.y)];
  const wide = narrow.map((values) => new Float64Array(values).map((v) => v / 3));
  for (const [type, [x, w, b, dy], algorithms] of [
    ['float32', narrow, ['direct', 'im2col']],
    ['float64', wide, ['direct']],
  ] as const) {
    const results: [string, Data, (side: Side, into: Data, algorithm: 'direct' | 'im2col') => void][] = [
      ['y', dy, (side, y, algorithm) => side.conv(g, x, w, b, y, algorithm)],
      ['dx', x, (side, dx, algorithm) => side.convInputGrad(g, dy, w, dx, algorithm)],
      ['dw', w, (side, dw, algorithm) => side.convWeightGrad(g, x, dy, dw, algorithm)],
      ['db', b, (side, db) => side.biasGrad(g.batch, dy, db)],
    ];
    for (const [name, like, run] of results) {
      const theirs = like.slice().fill(0);
      run(reference, theirs, 'direct'); // the loops know no algorithm, and take most of the time
      for (const algorithm of algorithms) {
        const ours = like.slice().fill(0);
        fenced(() => run(kernels, ours, algorithm));
        expect([type, algorithm, name, firstDifference(ours, theirs)]).toEqual([type, algorithm, name, -1]);
      }
    }
  }
}

describe('[kernel-blocks] sizes around every block give the bits of the reference', () => {
  const one = { batch: 1, groups: 1, channels: 1, filters: 1 };
  test.each(some(around(6, 12), 3))('%i positions of a depthwise row, six to a pass', (positions) => {
    const groups = Math.floor(blocks.PASS_BYTES / 4 / 6);
    agree({ ...one, groups, axes: axesOf([1, 3, positions], [1, 3, 3], 1) });
    agree({ ...one, groups: groups >> 1, axes: axesOf([1, 5, 2 * positions], [1, 3, 3], 0, 2) });
  });
  test.each(around(blocks.NR, 2 * blocks.NR, blocks.LANES))('%i filters', (filters) =>
    agree({ ...one, channels: 2, filters, axes: axesOf([1, 3, 5], [1, 2, 3], 1) }),
  );
  test.each(around(blocks.MR, 2 * blocks.NR, 3 * blocks.LANES))('%i channels', (channels) =>
    agree({ ...one, channels, filters: 3, axes: axesOf([1, 3, 4], [1, 3, 2], 1) }),
  );
  test.each(around(blocks.MR, 2 * blocks.MR, blocks.FEWEST_POSITIONS))('%i positions in a row', (width) =>
    agree({ ...one, channels: 3, filters: 9, axes: axesOf([1, 2, width], [1, 1, 1], 0) }),
  );
  test.each(some(around(3 * blocks.NR, 4 * blocks.NR, 8 * blocks.NR), 3))(
    'a position alone and %i filters',
    (filters) => {
      agree({ ...one, channels: 5, filters, axes: axesOf([1, 3, 3], [1, 3, 3], 0) });
      agree({ ...one, groups: 2, channels: 5, filters, axes: axesOf([1, 3, blocks.MR + 3], [1, 3, 3], 0) });
      agree({ ...one, channels: blocks.PANEL_ROWS + 1, filters, axes: axesOf([1, 1, blocks.MR + 1], [1, 1, 1], 0) });
      agree({ ...one, channels: blocks.SINGLE_ROWS + 1, filters, axes: axesOf([1, 1, 1], [1, 1, 1], 0) });
    },
  );
  test.each(around(4 * blocks.NR, 8 * blocks.NR))('short and longer sums for %i filters', (filters) => {
    for (const channels of around(8 * blocks.NR))
      agree({ ...one, groups: 2, channels, filters, axes: axesOf([1, 2, blocks.MR + 2], [1, 1, 1], 0) });
  });
  test.each(around(blocks.MOST_POSITIONS, reference.SUM_POSITIONS))('%i positions', (width) => {
    agree({ ...one, filters: 2, axes: axesOf([1, 1, width], [1, 1, 3], 1) });
    agree({ ...one, filters: 2, axes: axesOf([1, width, 1], [1, 1, 1], 0, 2) });
  });
  test('planes and rows that a block of a weight gradient cuts', () => {
    agree({ ...one, axes: axesOf([3, 50, 50], [2, 3, 3], 1) });
    agree({ ...one, batch: 2, axes: axesOf([2, 2, reference.SUM_POSITIONS + 1], [1, 2, 2], 1) });
    agree({ ...one, batch: 2, groups: 6, axes: axesOf([3, 13, 17], [2, 3, 3], 1) });
    agree({ ...one, batch: 3, groups: 2, channels: 3, filters: 9, axes: axesOf([1, 21, 23], [1, 3, 2], 1) });
  });
  const part = (positions: number): number[] => around(Math.floor(reference.SUM_POSITIONS / positions));
  test.each(some([1, 2, 3, 37, 112, 113, 223, 224, 225, 448, 449], 6))(
    'images of %i positions in blocks',
    (positions) => {
      for (const batch of [1, 2, 5, ...part(positions), 2 * part(positions)[0] + 1].filter(
        (n) => n * positions < 1000,
      )) {
        agree({ ...one, batch, channels: 5, filters: 9, axes: axesOf([1, 1, positions], [1, 1, 1], 0) });
        agree({ ...one, batch, groups: 2, filters: 3, axes: axesOf([positions, 1, 3], [1, 1, 3], 0) });
        agree({ ...one, batch, groups: 5, axes: axesOf([1, positions, 2], [1, 1, 2], 0, 1) });
      }
    },
  );
  test('more images of one position than a block, staged in several parts', () => {
    for (const batch of [reference.SUM_POSITIONS, 2 * reference.SUM_POSITIONS + 5])
      agree({ ...one, batch, channels: 3000, filters: 1, axes: axesOf([1, 1, 1], [1, 1, 1], 0) });
  });
  test('more sums of an image than wait together', () => {
    const channels = (blocks.PART_BYTES / blocks.TILE_BYTES) * blocks.MR + 5;
    const g = {
      ...one,
      batch: 2,
      channels,
      filters: 3,
      axes: axesOf([1, 1, reference.SUM_POSITIONS + 1], [1, 1, 1], 0),
    };
    const size = sizesOf(g);
    const [x, dy] = [wave(1)(size.x), wave(4)(size.y)];
    const [ours, theirs] = [new Float32Array(size.w), new Float32Array(size.w)];
    kernels.convWeightGrad(g, x, dy, ours, 'direct');
    reference.convWeightGrad(g, x, dy, theirs);
    expect(firstDifference(ours, theirs)).toBe(-1);
  });
  test.each(around(4, 8, 12))('%i depthwise positions with three columns of taps', (positions) => {
    for (const [stride, rows, groups] of [
      [1, 3, 4],
      [2, 1, 9],
      [3, 2, 6],
      [1, 4, 8],
    ]) {
      const width = (positions - 1) * stride + 3;
      agree({ ...one, groups, axes: axesOf([1, 5, width], [1, rows, 3], 0, stride) });
      agree({ ...one, groups, axes: axesOf([1, 5, width], [1, rows, 3], 2, stride) });
    }
    agree({ ...one, groups: 5, axes: axesOf([3, 3, positions], [2, 3, 3], 1) });
  });
  test.each(around(blocks.NR, 2 * blocks.NR, 5 * blocks.NR))('%i depthwise channels', (groups) =>
    agree({ ...one, batch: 2, groups, axes: axesOf([1, 5, 6], [1, 3, 2], 1) }),
  );
  test.each(around(4 * blocks.NR, Math.floor(0x40000 / (reference.SUM_POSITIONS * blocks.NR * 4))))(
    'a weight gradient of %i panels',
    (panels) =>
      agree({ ...one, filters: panels * blocks.NR + 3, axes: axesOf([1, 1, reference.SUM_POSITIONS], [1, 1, 1], 0) }),
  );
  test.each(around(blocks.PANEL_ROWS, 2 * blocks.PANEL_ROWS))('sums of %i terms in one run', (channels) =>
    agree({ ...one, channels, filters: 2, axes: axesOf([1, 1, 3], [1, 1, 1], 0) }),
  );
  test.each(around(blocks.PANEL_ROWS / 2))('runs of %i terms, several of them', (channels) =>
    agree({ ...one, channels, filters: 2, axes: axesOf([1, 2, 3], [1, 3, 2], 1) }),
  );
  test.each(around(blocks.PANEL_ROWS + 5))('runs of %i terms, several of them, each cut', (channels) =>
    agree({ ...one, channels, filters: 1, axes: axesOf([1, 2, 2], [1, 2, 1], 1) }),
  );
  test('images of one position, staged in several parts', () => {
    const channels = 3000;
    const batch = Math.ceil(blocks.STAGED_BYTES / (channels * 4)) + 3;
    agree({ ...one, batch, channels, filters: 2, axes: axesOf([1, 1, 1], [1, 1, 1], 0) });
  });
  test('images staged in several parts', () => {
    const width = 20_000;
    const batch = Math.ceil(blocks.STAGED_BYTES / (width * 8)) + 1;
    agree({ ...one, batch, filters: 2, axes: axesOf([1, 1, width], [1, 1, 2], 1, 50) });
  });
  test.each(around(blocks.MR, blocks.LANES, 2 * blocks.LANES))('pooling of %i channels', (channels) => {
    const g = { batch: 2, channels, axes: axesOf([2, 5, 6], [1, 3, 2], 1, 2) };
    const x = wave(1)(2 * 60 * channels);
    const divisor = referencePool.divisors(g, false);
    const length = 2 * divisor.length * channels;
    const [ours, theirs] = [new Float32Array(length), new Float32Array(length)];
    fenced(() => pool.maxPool(g, x, ours));
    referencePool.maxPool(g, x, theirs);
    expect(firstDifference(ours, theirs)).toBe(-1);
    fenced(() => pool.avgPool(g, x, divisor, ours));
    referencePool.avgPool(g, x, divisor, theirs);
    expect(firstDifference(ours, theirs)).toBe(-1);
  });
});

describe('[kernel-blocks] images are staged together', () => {
  const imagesOf = (batch: number, floats: number): number =>
    withArena(
      'test',
      (arena) =>
        makePaddedInput(arena, { data: new Float32Array(batch * floats), batch, size: [1, 1, floats], channels: 1 }, [])
          .images,
    );
  const third = blocks.STAGED_BYTES / 4 / 3 / 2;
  test('as many as there are', () => expect([1, 2, 7].map((batch) => imagesOf(batch, 3))).toEqual([1, 2, 7]));
  test('up to STAGED_BYTES, copy included', () => {
    expect([third, third + 1].map((floats) => imagesOf(9, Math.floor(floats)))).toEqual([3, 2]);
    expect(imagesOf(9, blocks.STAGED_BYTES / 4)).toBe(1);
  });
});

describe('[kernel-memory] no kernel writes beside its own memory', () => {
  const layers = (channels: number): readonly Layer[] => [
    ...[1, 2, 3].flatMap((stride) => [
      conv2d({ filters: channels, size: 3, stride }),
      depthwiseConv2d({ size: 3, stride }),
      depthwiseConv2d({ size: 2, stride }),
      maxPool2d({ size: 3, stride }),
      avgPool2d({ size: 2, stride }),
    ]),
    conv2d({ filters: channels, size: 3, algorithm: 'winograd' }),
    convTranspose2d({ filters: channels, size: 2 }),
    lrn(),
    relu(),
  ];
  /** Compiled in fences, the layer gives the bits that it gives outside of them. */
  function expectWithin(layer: Layer, shape: Shape): void {
    const x = tensor(shape, wave(5)(sizeOf(shape)));
    const params = initialize(layer, shape, { seed: 1 });
    const y = fenced((fences) => watched(fences, layer, shape, params)(x));
    expect([layer.name, firstDifference(y, layer.forward(x, params).data as Float32Array)]).toEqual([layer.name, -1]);
  }

  test.each(some(around(4, 8, 12, 16), 7))('in a layer on rows of %i cells', (width) => {
    for (const channels of [3, 4, 8]) {
      for (const layer of layers(channels)) expectWithin(layer, [2, 5, width, channels]);
    }
  });

  const row = blocks.STAGED_BYTES / 4;
  test.each<[string, Layer, Shape]>([
    ['that are staged in parts', dense({ units: row / 512 }), [1, 600]],
    ['of which a row is longer than a part', dense({ units: row + 1 }), [1, 2]],
    [
      'of a transposed layer, where a tap is longer than a part',
      convTranspose1d({ filters: 600, size: 2 }),
      [1, 2, 1000],
    ],
    ['of a transposed layer from one channel', convTranspose2d({ filters: 16, size: 2, stride: 2 }), [1, 4, 4, 1]],
    ['of one from one cell', convTranspose1d({ filters: 20, size: 3, bias: false }), [1, 1, 1]],
    ['of one with a channel in each group', convTranspose1d({ filters: 20, size: 3, groups: 2 }), [1, 2, 2]],
    ['of one to one channel', convTranspose2d({ filters: 1, size: 3 }), [1, 3, 4, 20]],
    ['of many taps', depthwiseConv2d({ size: 31 }), [1, 31, 32, 9]],
  ])('by weights %s', (_, layer, shape) => expectWithin(layer, shape));

  test.each([2, 3, 4])('where values are repeated for %i filters each, a whole block of them', (filters) => {
    const g = { batch: 1, groups: 64, channels: 1, filters, axes: axesOf([1, 1, 256], [1, 1, 1], 0) };
    const { x, w, y } = sizesOf(g);
    expect(x).toBe(16384);
    fenced(() => kernels.conv(g, wave(1)(x), wave(2)(w), undefined, new Float32Array(y), 'direct'));
  });
});
