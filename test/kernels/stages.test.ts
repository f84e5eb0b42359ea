// Kernels over images that are staged in several blocks, and over sums of several stretches: few, so that a second is enough.

import { describe, expect, it, test } from 'vitest';
import { STAGED_BYTES } from '../../src/kernels/blocks.ts';
import * as kernels from '../../src/kernels/choose.ts';
import * as reference from '../../src/reference/convolution.ts';
import * as map from '../../src/reference/map.ts';
import * as norms from '../../src/reference/normalization.ts';
import * as pools from '../../src/reference/pool.ts';
import { type ConvGeometry, type Padding, threeAxes, windowAxes } from '../../src/window.ts';
import { firstDifference, sizesOf, wave } from './twins.ts';

/** What an output holds before a call: a value that no sum gives. */
const unwritten = (length: number): Float32Array => new Float32Array(length).fill(-12345.678);

type Counts = Omit<ConvGeometry, 'axes'>;
interface Window {
  readonly size?: number;
  readonly stride?: number;
  readonly dilation?: number;
  readonly padding?: Padding;
}

const line = (
  counts: Counts,
  length: number,
  { size = 1, stride = 1, dilation = 1, padding = 'valid' }: Window = {},
) => {
  const window = { size: [size], stride: [stride], dilation: [dilation], padding, ceil: false } as const;
  return { ...counts, axes: threeAxes(windowAxes('test', window, [length])) };
};

/** Where the kernels differ from the loops: in y, dx or dw. */
function differences(g: ConvGeometry): string[] {
  const size = sizesOf(g);
  const [x, w, b, dy] = [wave(1)(size.x), wave(2)(size.w), wave(3)(size.b), wave(4)(size.y)];
  const [y, dx, dw] = [size.y, size.x, size.w].map((length) => new Float32Array(length));
  reference.conv(g, x, w, b, y);
  reference.convInputGrad(g, dy, w, dx);
  reference.convWeightGrad(g, x, dy, dw);
  const found: string[] = [];
  const compare = (what: string, theirs: Float32Array, run: (ours: Float32Array) => void): void => {
    const ours = unwritten(theirs.length);
    run(ours);
    const at = firstDifference(ours, theirs);
    if (at >= 0) found.push(`${what}[${at}]`);
  };
  for (const algorithm of ['direct', 'im2col'] as const) {
    compare(`${algorithm} y`, y, (to) => kernels.conv(g, x, w, b, to, algorithm));
    compare(`${algorithm} dx`, dx, (to) => kernels.convInputGrad(g, dy, w, to, algorithm));
    compare(`${algorithm} dw`, dw, (to) => kernels.convWeightGrad(g, x, dy, to, algorithm));
  }
  return found;
}

/** Counts of the kinds of convolution that have kernels of their own. */
const kinds: Record<string, Omit<Counts, 'batch'>> = {
  plain: { groups: 1, channels: 3, filters: 2 },
  groups: { groups: 2, channels: 2, filters: 9 },
  'one filter a group': { groups: 3, channels: 2, filters: 1 },
  depthwise: { groups: 5, channels: 1, filters: 1 },
  'two filters a channel': { groups: 3, channels: 1, filters: 2 },
  'five filters a channel': { groups: 2, channels: 1, filters: 5 },
};

describe.each(Object.entries(kinds))(
  '[numerics-long] [conv-weight-gradient] the bits of the loops: %s',
  (_, counts) => {
    it.each([1, 2, 43, 64, 65, 128, 129, 257])('sums over %i positions of several images', (positions) => {
      const together = Math.max(1, Math.floor(128 / positions));
      for (const batch of new Set([1, together, together + 1, 2 * together + 1]))
        for (const window of [{}, { size: 3, padding: [[1, 1]] as const }])
          expect([batch, ...differences(line({ batch, ...counts }, positions, window))]).toEqual([batch]);
    });

    it('images that are staged in blocks of two', () => {
      // Beside each image lies a copy with padding; of five images two, two and one fit at a time.
      const { groups, channels, filters } = counts;
      const length = Math.floor(STAGED_BYTES / 2 / 8 / (groups * channels)) - 10;
      for (const window of [
        { size: 3, padding: [[1, 1]] as const, stride: 7 },
        { size: 2, dilation: 3, stride: 5 },
      ])
        expect(differences(line({ batch: 5, groups, channels, filters }, length, window))).toEqual([]);
    });
  },
);

test('[conv-forward] [conv-input-gradient] weights that are staged in parts', () => {
  for (const channels of [1023, 1024, 1025]) {
    const dense = { batch: 1, groups: 1, channels, filters: STAGED_BYTES / 4 / 1024 };
    expect([channels, ...differences({ ...dense, axes: threeAxes([]) })]).toEqual([channels]);
  }
  expect(differences(line({ batch: 1, groups: 2, channels: 130, filters: 500 }, 9, { size: 5 }))).toEqual([]);
});

test('[compile-arithmetic] [conv-forward] windows for which Winograd would pay are exact', () => {
  const window = { size: [3, 3], stride: [1, 1], dilation: [1, 1], padding: 'same-upper', ceil: false } as const;
  const axes = threeAxes(windowAxes('test', window, [14, 14]));
  expect(differences({ batch: 1, groups: 1, channels: 64, filters: 64, axes })).toEqual([]);
});

describe('[norm-statistics] [norm-frozen] [norm-frozen-gradient] [norm-batch-gradient] the bits of the loops', () => {
  // Of the images of the last two sizes two or one are staged at a time.
  const [two, one] = [STAGED_BYTES / 2, STAGED_BYTES].map((bytes) => Math.floor(bytes / 4 / 3));
  test.each([
    ...[1, 7, 129].flatMap((rows) => [1, 3, 4, 7, 8, 9, 17].map((C) => [rows, C])),
    [two - 1, 3],
    [one + 1, 3],
  ])('%i positions of %i channels', (rows, C) => {
    const [weight, bias] = [wave(5)(C), wave(6)(C)];
    for (const batch of rows > 7 ? [3] : [1, 2, 130]) {
      const n = batch * rows * C;
      const [x, dy] = [wave(7)(n), wave(8)(n)];
      const { mean, variance } = norms.batchStatistics(batch, C, x);
      expect(kernels.batchStatistics(batch, C, x)).toEqual({ mean, variance });
      const by = { mean, deviation: norms.deviations(variance, 1e-5, Math.fround), weight };
      const sums = norms.normParamGrads(batch, x, by, dy);
      expect(kernels.normParamGrads(batch, x, by, dy)).toEqual(sums);
      const [ours, theirs] = [unwritten(n), new Float32Array(n)];
      kernels.normalize(batch, x, by, bias, ours);
      norms.normalize(x, by, bias, theirs);
      expect(firstDifference(ours, theirs)).toBe(-1);
      ours.fill(-12345.678);
      kernels.batchNormInputGrad(batch, x, by, sums, dy, ours);
      norms.batchNormInputGrad(x, by, sums, dy, theirs);
      expect(firstDifference(ours, theirs)).toBe(-1);
      const [db, sum] = [unwritten(C), new Float32Array(C)];
      kernels.biasGrad(batch, dy, db);
      reference.biasGrad(batch, dy, sum);
      expect(db).toEqual(sum);
    }
  });
});

test('[pool-max] [pool-average] [pool-max-gradient] [pool-average-gradient] the bits of the loops for every image', () => {
  for (const size of [2, 3, 64, 65])
    for (const stride of [1, size]) {
      const { batch, axes } = line({ batch: 3, groups: 1, channels: 5, filters: 1 }, 131, { size, stride });
      const g = { batch, channels: 5, axes };
      const [X, Y] = [batch * 131 * 5, batch * axes[2].output * 5];
      const [x, dy] = [wave(1)(X), wave(2)(Y)];
      const divisor = pools.divisors(g, false);
      const compare = (length: number, ours: (to: Float32Array) => void, theirs: (to: Float32Array) => void) => {
        const [a, b] = [unwritten(length), new Float32Array(length)];
        ours(a);
        theirs(b);
        expect([size, stride, firstDifference(a, b)]).toEqual([size, stride, -1]);
      };
      compare(
        Y,
        (y) => kernels.maxPool(g, x, y),
        (y) => pools.maxPool(g, x, y),
      );
      compare(
        Y,
        (y) => kernels.avgPool(g, x, false, y),
        (y) => pools.avgPool(g, x, divisor, y),
      );
      compare(
        X,
        (dx) => kernels.maxPoolGrad(g, x, dy, dx),
        (dx) => pools.maxPoolGrad(g, x, dy, dx),
      );
      compare(
        X,
        (dx) => kernels.avgPoolGrad(g, dy, false, dx),
        (dx) => pools.avgPoolGrad(g, dy, divisor, dx),
      );
    }
});

test('[sum-rules] [activation-relu] the bits of the loops on both sides of a block', () => {
  for (const n of [1, 3, 4, 5, STAGED_BYTES / 4 - 1, STAGED_BYTES / 4, STAGED_BYTES / 4 + 1]) {
    const [x, dy] = [wave(1)(n), wave(2)(n)];
    const [ours, theirs] = [unwritten(n), new Float32Array(n)];
    const same = () => expect([n, firstDifference(ours, theirs)]).toEqual([n, -1]);
    kernels.add(x, dy, ours);
    map.add(x, dy, theirs);
    same();
    kernels.relu(x, ours);
    map.relu(x, theirs);
    same();
    kernels.reluGrad(x, dy, ours);
    map.reluGrad(x, dy, theirs);
    same();
  }
});
