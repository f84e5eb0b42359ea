// The maximum over blocks of channels.

import { channelMaxPool } from '../../ops/global-pool.ts';
import { absent, type LargeAxis } from '../family.ts';
import type { ShapedCase } from '../shapes/case.ts';
import { shapedFamily } from '../shapes/family.ts';
import { evaluated, gradientsOf, type ShapedMistake, type ShapedSetting } from '../shapes/setting.ts';
import { blocks } from '../windows/large-axes.ts';
import { takenBounds, underMaximum } from './common.ts';
import { amongEqual, distinct, maxima, maximaRanges } from './global-max.ts';

interface Size {
  readonly size: number;
}

/** Channels by blocks of the size of the case. */
const inBlocks: LargeAxis<ShapedCase<Size>> = {
  values: blocks,
  set: (c, value) => ({ ...c, channels: value * c.size }),
};

/** y of other blocks: block j takes the channels that `of` gives. */
const byBlocks = (
  name: string,
  of: (j: number, k: number, s: ShapedSetting<Size>, J: number) => number,
): ShapedMistake<Size> => ({
  name,
  result(s) {
    const { channels: C, size } = s.case;
    const J = C / size;
    const { shape, data } = evaluated(s);
    return {
      shape,
      data: data.map((_, i) => {
        const pixel = Math.floor(i / J) * C;
        let most = -Infinity;
        for (let k = 0; k < size; k++) most = Math.max(most, s.x[pixel + of(i % J, k, s, J)]);
        return most;
      }),
    };
  },
});

export const channelMaxPoolFamily = shapedFamily<Size>({
  place: 21,
  name: 'channelMaxPool',
  make: channelMaxPool,
  inCall: 'size: channels in a block',
  own: { size: { letter: 'k', values: [1, 2, 3, 4, 5], refused: [0, 100] } },
  everyday: [
    [[1, 4, 4, 8], 'exact', { size: 2 }],
    [[2, 3, 3, 12], 'exact', { size: 4 }],
    [[3, 10], 'real', { size: 5 }],
  ],
  traps: [[[2, 3, 3, 8], 'ties', { size: 4 }]],
  ranges: [...maximaRanges, { channels: [4, 12], own: { size: [2, 3, 4] } }],
  large: inBlocks,
  inGradient: distinct,
  bounds: takenBounds,
  words: { onnx: absent, torch: absent, tensorflow: absent, webnn: absent, caffe: absent },
  keepsNaN: ({ conventions }) => conventions.nan !== 'open',
  operandsIn: underMaximum,
  mistakes: [
    ...(maxima as unknown as readonly ShapedMistake<Size>[]),
    byBlocks('a block were every channel so many apart', (j, k, _, J) => k * J + j),
    byBlocks(
      'the last channel of each block were left out',
      (j, k, s) => j * s.case.size + Math.min(k, Math.max(0, s.case.size - 2)),
    ),
    byBlocks('the blocks overlapped: each began at the next channel', (j, k) => j + k),
    ...amongEqual((i, s: ShapedSetting<Size>) => Math.floor(i / s.case.size)),
    {
      name: 'the gradient went to every channel of the block',
      gradient(s) {
        const { shape, data } = gradientsOf(s).x;
        return { x: { shape, data: data.map((_, i) => s.dy[Math.floor(i / s.case.size)]) } };
      },
    },
  ],
});
