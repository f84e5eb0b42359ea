// Sizes one below, at and one above every block of the kernels, in every dimension: the edges where indices go wrong.

import { describe, expect, test } from 'vitest';
import { Recorder } from '../../src/compile/record.ts';
import { assemble } from '../../src/compile/run.ts';
import type { Slot } from '../../src/compile/slot.ts';
import {
  avgPool2d,
  conv2d,
  convTranspose2d,
  depthwiseConv2d,
  initialize,
  type Layer,
  lrn,
  maxPool2d,
  relu,
} from '../../src/index.ts';
import { withArena } from '../../src/kernels/arena.ts';
import * as blocks from '../../src/kernels/blocks.ts';
import * as kernels from '../../src/kernels/convolution.ts';
import * as pool from '../../src/kernels/pool.ts';
import * as reference from '../../src/reference/convolution.ts';
import * as referencePool from '../../src/reference/pool.ts';
import { type Axis, type ConvGeometry, windowAxes } from '../../src/window.ts';
import { firstDifference, sizesOf } from './twins.ts';

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

/** Values without a short period, of both signs, whose sums are not exact. */
const fill = (length: number, seed: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => ((Math.imul(i + seed, 0x9e3779b1) >>> 8) & 0xffff) / 0x7919 - 1);

function agree(g: ConvGeometry): void {
  const size = sizesOf(g);
  const [x, w, b, dy] = [fill(size.x, 1), fill(size.w, 2), fill(size.b, 3), fill(size.y, 4)];
  for (const algorithm of ['direct', 'im2col'] as const) {
    const results: [string, number, (side: typeof kernels, into: Float32Array) => void][] = [
      ['y', size.y, (side, y) => side.conv(g, x, w, b, y, algorithm)],
      ['dx', size.x, (side, dx) => side.convInputGrad(g, dy, w, dx, algorithm)],
      ['dw', size.w, (side, dw) => side.convWeightGrad(g, x, dy, dw, algorithm)],
      ['db', size.b, (side, db) => side.biasGrad(g.batch, dy, db)],
    ];
    for (const [name, length, run] of results) {
      const [ours, theirs] = [new Float32Array(length), new Float32Array(length)];
      run(kernels, ours);
      run(reference, theirs);
      expect([algorithm, name, firstDifference(ours, theirs)]).toEqual([algorithm, name, -1]);
    }
  }
}

test('[kernel-blocks] the module works in the blocks that blocks.ts states', () => {
  withArena('test', ({ kernels: { MR, NR, LANES, PLACE, PASS_BYTES } }) => {
    const values = [MR, NR, LANES, PLACE, PASS_BYTES].map((size) => size.value);
    expect(values).toEqual([blocks.MR, blocks.NR, blocks.LANES, blocks.PLACE, blocks.PASS_BYTES]);
  });
});

describe('[kernel-blocks] sizes around every block give the bits of the reference', () => {
  const one = { batch: 1, groups: 1, channels: 1, filters: 1 };
  test.each(around(6, 12))('%i positions of a depthwise row, six to a pass', (positions) => {
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
  test.each(around(3 * blocks.NR, 4 * blocks.NR, 8 * blocks.NR))('a position alone and %i filters', (filters) => {
    agree({ ...one, channels: 5, filters, axes: axesOf([1, 3, 3], [1, 3, 3], 0) });
    agree({ ...one, groups: 2, channels: 5, filters, axes: axesOf([1, 3, blocks.MR + 3], [1, 3, 3], 0) });
    agree({ ...one, channels: blocks.PANEL_ROWS + 1, filters, axes: axesOf([1, 1, blocks.MR + 1], [1, 1, 1], 0) });
    agree({ ...one, channels: blocks.SINGLE_ROWS + 1, filters, axes: axesOf([1, 1, 1], [1, 1, 1], 0) });
  });
  test.each(around(4 * blocks.NR, 8 * blocks.NR))('short and longer sums for %i filters', (filters) => {
    for (const channels of around(8 * blocks.NR))
      agree({ ...one, groups: 2, channels, filters, axes: axesOf([1, 2, blocks.MR + 2], [1, 1, 1], 0) });
  });
  test.each(around(blocks.MOST_POSITIONS, blocks.GRADIENT_POSITIONS))('%i positions', (width) => {
    agree({ ...one, filters: 2, axes: axesOf([1, 1, width], [1, 1, 3], 1) });
    agree({ ...one, filters: 2, axes: axesOf([1, width, 1], [1, 1, 1], 0, 2) });
  });
  test('planes and rows that one pass of a weight gradient cuts', () => {
    agree({ ...one, axes: axesOf([3, 50, 50], [2, 3, 3], 1) });
    agree({ ...one, axes: axesOf([2, 2, blocks.GRADIENT_POSITIONS + 1], [1, 2, 2], 1) });
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
  test.each(around(4 * blocks.NR, 0x40000 / (blocks.GRADIENT_POSITIONS * blocks.NR * 4)))(
    'a weight gradient of %i panels',
    (panels) =>
      agree({ ...one, filters: panels * blocks.NR + 3, axes: axesOf([1, 1, blocks.GRADIENT_POSITIONS], [1, 1, 1], 0) }),
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
    const x = fill(2 * 60 * channels, 1);
    const divisor = referencePool.divisors(g, false);
    const length = 2 * divisor.length * channels;
    const [ours, theirs] = [new Float32Array(length), new Float32Array(length)];
    pool.maxPool(g, x, ours);
    referencePool.maxPool(g, x, theirs);
    expect(firstDifference(ours, theirs)).toBe(-1);
    pool.avgPool(g, x, divisor, ours);
    referencePool.avgPool(g, x, divisor, theirs);
    expect(firstDifference(ours, theirs)).toBe(-1);
  });
});

describe('[kernel-memory] nothing is written before or behind a result', () => {
  // No padding and so few channels that one more position lies in no table: what is there belongs to x or to nobody.
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
  test.each(around(4, 8, 12, 16))('by a layer on rows of %i cells', (width) => {
    for (const channels of [3, 4, 8]) {
      for (const layer of layers(channels)) {
        const shape = [2, 5, width, channels];
        const program = new Recorder('exact');
        const [input, x] = program.input(shape);
        const net = assemble(program, input, program.layer(layer, x, initialize(layer, shape, { seed: 1 })) as Slot);
        net.x.set(fill(net.x.length, 5));
        const { buffer, byteOffset, byteLength } = net.y;
        const edges = [byteOffset - 4 * channels, byteOffset + byteLength].map(
          (address) => new Float32Array(buffer, address, channels),
        );
        const before = edges.map((each) => each.slice());
        net.run();
        expect([layer.name, layer.attributes, edges]).toEqual([layer.name, layer.attributes, before]);
      }
    }
  });
});
