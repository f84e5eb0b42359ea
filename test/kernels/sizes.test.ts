// Kernels at sizes on both sides of every block, few enough to run in a second: the nearest test of a change in assembly/.

import { describe, expect, test } from 'vitest';
import * as t from '../../src/index.ts';
import { PANEL_ROWS, SINGLE_ROWS } from '../../src/kernels/blocks.ts';
import * as kernels from '../../src/kernels/choose.ts';
import { MR, NR } from '../../src/kernels/declared.ts';
import * as reference from '../../src/reference/convolution.ts';
import type { Data } from '../../src/tensor.ts';
import { type ConvGeometry, threeAxes, windowAxes } from '../../src/window.ts';
import { paramsOf } from '../compile/random-nets.ts';
import { firstDifference, sizesOf, wave } from './twins.ts';

/** A wave in float64, of numbers that no float32 holds. */
const wideWave =
  (seed: number) =>
  (length: number): Float64Array =>
    new Float64Array(wave(seed)(length)).map((v) => v / 3);

/** What an output holds before a call: a value that no sum gives. */
const UNWRITTEN = -12345.678;

/** Where the kernels differ from the loops: in y, dx or dw of float32 and of float64. */
function differences(g: ConvGeometry): string[] {
  const size = sizesOf(g);
  const found: string[] = [];
  for (const [type, make] of [
    ['float32', wave],
    ['float64', wideWave],
  ] as const) {
    const [x, w, b, dy] = [make(1)(size.x), make(2)(size.w), make(3)(size.b), make(4)(size.y)];
    const compare = (what: string, like: Data, run: (to: Data, on: typeof kernels | typeof reference) => void) => {
      const [ours, theirs] = [like.slice().fill(UNWRITTEN), like.slice().fill(UNWRITTEN)];
      run(ours, kernels);
      run(theirs, reference);
      const at = firstDifference(ours, theirs);
      if (at >= 0) found.push(`${type} ${what}[${at}] of ${JSON.stringify(g)}`);
    };
    for (const algorithm of type === 'float32' ? (['direct', 'im2col'] as const) : (['direct'] as const)) {
      compare(`${algorithm} y`, dy, (y, on) => on.conv(g, x, w, b, y, algorithm));
      compare(`${algorithm} dx`, x, (dx, on) => on.convInputGrad(g, dy, w, dx, algorithm));
      compare(`${algorithm} dw`, w, (dw, on) => on.convWeightGrad(g, x, dy, dw, algorithm));
    }
  }
  return found;
}

const geometry = (
  counts: Omit<ConvGeometry, 'axes'>,
  space: readonly number[],
  size: number,
  stride = 1,
  dilation = 1,
) => {
  const each = (value: number) => space.map(() => value);
  const window = {
    size: each(size),
    stride: each(stride),
    dilation: each(dilation),
    padding: 'same-upper' as const,
    ceil: false,
  };
  return { ...counts, axes: threeAxes(windowAxes('test', window, space)) };
};

describe('[conv-forward] [conv-input-gradient] [conv-weight-gradient] the bits of the loops', () => {
  test.each([1, 7, 8, 9, 24, 31, 32, 33, 40, 41, 64, 65, 70])('%d filters or channels of a dense layer', (count) => {
    for (const batch of [1, MR, MR + 1, 2 * MR + 3])
      for (const other of [1, 3, 17]) {
        const dense = { batch, groups: 1, axes: threeAxes([]) };
        expect(differences({ ...dense, channels: other, filters: count })).toEqual([]);
        expect(differences({ ...dense, channels: count, filters: other })).toEqual([]);
      }
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9])(
    'sums of %d terms or positions, of tiles that step some of them a round',
    (count) => {
      for (const other of [1, MR, NR + 1]) {
        expect(differences({ batch: other, groups: 1, axes: threeAxes([]), channels: count, filters: NR + 1 })).toEqual(
          [],
        );
        expect(differences({ batch: count, groups: 1, axes: threeAxes([]), channels: other, filters: NR })).toEqual([]);
        expect(differences(geometry({ batch: 1, groups: 2, channels: count, filters: other }, [2, count], 2))).toEqual(
          [],
        );
      }
    },
  );

  test.each([PANEL_ROWS - 1, PANEL_ROWS, PANEL_ROWS + 1, SINGLE_ROWS, SINGLE_ROWS + 1])('sums of %d terms', (terms) => {
    for (const batch of [1, MR + 1]) {
      expect(differences({ batch, groups: 1, axes: threeAxes([]), channels: terms, filters: 41 })).toEqual([]);
      expect(differences({ batch, groups: 1, axes: threeAxes([]), channels: 33, filters: terms })).toEqual([]);
    }
  });

  test('windows over one to three axes, in groups', () => {
    for (const space of [[9], [5, 7], [3, 5, 4]])
      for (const size of [1, 2, 3])
        for (const stride of [1, 2])
          for (const [groups, channels, filters] of [
            [1, 3, 5],
            [2, 5, 9],
            [5, 1, 1],
            [18, 1, 1],
            [4, 1, 2],
          ]) {
            const counts = { batch: 2, groups, channels, filters };
            expect(differences(geometry(counts, space, size, stride))).toEqual([]);
            if (stride === 1) expect(differences(geometry(counts, space, size, stride, 2))).toEqual([]);
          }
  });
});

/** Where a compiled net differs from `forward`. */
function compiled(net: t.Layer, shape: t.Shape): number {
  const params = paramsOf(net.params(shape), wave(5));
  const run = t.compile(net, shape, params);
  const x = t.tensor(shape, wave(6)(shape.reduce((a, b) => a * b, 1)));
  run(t.tensor(shape)); // what one call leaves in memory must not reach the next
  return firstDifference(run(x).data as Float32Array, net.forward(x, params).data as Float32Array);
}

describe('[compile-bits] what is done before results are stored', () => {
  test('to every lane of every tile', () => {
    for (const batch of [1, 2, MR, MR + 1])
      for (const units of [1, 5, 8, 9, 31, 32, 33, 39, 64, 65])
        for (const bias of [true, false])
          expect([
            batch,
            units,
            compiled(t.chain([t.dense({ units, bias }), t.frozenNorm(), t.relu()]), [batch, 6]),
          ]).toEqual([batch, units, -1]);
  });

  test('and to no lane behind them: the next channels of a concat hold what was there before', () => {
    const first = t.dense({ units: 3 });
    for (const batch of [1, 2, MR, MR + 1])
      for (const units of [1, 5, 8, 9, 25, 31, 32, 33, 39, 57, 63, 65]) {
        const net = t.chain([first, t.concat([t.dense({ units }), t.identity()])]);
        expect([batch, units, compiled(net, [batch, 6])]).toEqual([batch, units, -1]);
      }
    for (let channels = 1; channels <= 9; channels++)
      for (const [name, layer] of Object.entries({
        conv: t.conv1d({ filters: channels, size: 3, padding: 1 }),
        transposed: t.convTranspose1d({ filters: channels, size: 3, padding: 1 }),
        depthwise: t.depthwiseConv1d({ size: 3, padding: 1 }),
        norm: t.frozenNorm(),
        lrn: t.lrn({ size: 3 }),
        max: t.maxPool1d({ size: 3, stride: 1, padding: 1 }),
        average: t.avgPool1d({ size: 3, stride: 1, padding: 1 }),
        sum: t.sum([t.relu(), t.identity()]),
      })) {
        const own = t.conv1d({ filters: channels, size: 1 });
        const net = t.chain([own, t.concat([layer, t.identity()])]);
        expect([name, channels, compiled(net, [2, 5, 2])]).toEqual([name, channels, -1]);
      }
  });

  test('to sums and copies on planes, rows and columns', () => {
    for (let channels = 1; channels <= 9; channels++)
      for (const space of [[3], [3, 2], [2, 3, 2]]) {
        const shape = [2, ...space, channels];
        const parts = [t.identity(), t.relu(), t.frozenNorm()];
        const conv = [t.conv1d, t.conv2d, t.conv3d][space.length - 1];
        for (const net of [
          t.sum(parts),
          t.sum(parts.slice(1)),
          t.chain([t.sum(parts), t.frozenNorm(), t.relu()]),
          t.concat(parts),
          t.chain([t.concat(parts), t.relu(), t.flatten()]),
          t.chain([t.sum(parts), conv({ filters: 2, size: 3, padding: 'same' })]),
          t.chain([
            conv({ filters: channels, size: 3, padding: 'same' }),
            t.sum([t.relu(), t.identity()]),
            conv({ filters: 3, size: 2, padding: 1 }),
          ]),
        ])
          expect([channels, space, compiled(net, shape)]).toEqual([channels, space, -1]);
      }
  });
});
