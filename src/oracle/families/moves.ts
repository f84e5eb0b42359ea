// Operators that only move numbers: shuffled channels, and blocks of space that become channels or the reverse. Neither
// results nor gradients have an error. Spec bound-pad.

import type { Layer } from '../../layer/layer.ts';
import { depthToSpace, shuffleChannels, spaceToDepth } from '../../ops/blocks.ts';
import { type Bound, chosen, toDoubles } from '../bounds/bound.ts';
import type { Operands } from '../case.ts';
import { absent } from '../family.ts';
import { type ShapedCase, shapedRanges } from '../shapes/case.ts';
import { overImages, type ShapedParts, shapedFamily } from '../shapes/family.ts';
import type { ShapedMistake } from '../shapes/setting.ts';
import { said } from './common.ts';

export type MovingParts<A extends object> = Pick<
  ShapedParts<A>,
  | 'place'
  | 'name'
  | 'make'
  | 'inCall'
  | 'own'
  | 'attributesOf'
  | 'ownOf'
  | 'everyday'
  | 'within'
  | 'words'
  | 'nearest'
  | 'mistakes'
>;

export function movingFamily<A extends object>(parts: MovingParts<A>) {
  return shapedFamily<A>({
    ...parts,
    tensors: { y: 'x', dy: 'x' },
    ranges: shapedRanges.map(({ values, batch }) => ({ ...(values && { values }), ...(batch && { batch }) })),
    bounds(layer: Layer, { x, dy }: Operands, profile): Readonly<Record<string, Bound>> {
      const [y, pull] = layer.vjp({ shape: x.shape, data: toDoubles(x.data) }, {});
      if (!dy) return { y: chosen(toDoubles(y.data), profile) };
      return { x: chosen(toDoubles(pull({ shape: dy.shape, data: toDoubles(dy.data) }).x.data), profile) };
    },
    mistakes: [
      ...parts.mistakes,
      {
        name: 'every image were the first',
        setting: (s) =>
          s.case.batch > 1 ? { ...s, x: s.x.map((_, i) => s.x[i % (s.x.length / s.case.batch)]) } : undefined,
      },
    ],
  });
}

interface Groups {
  readonly groups: number;
}

export const shuffleChannelsFamily = movingFamily<Groups>({
  place: 34,
  name: 'shuffleChannels',
  make: shuffleChannels,
  inCall: 'groups',
  own: { groups: { letter: 'g', values: [2, 3, 4, 1], refused: [0] } },
  everyday: [
    [[1, 5, 5, 8], 'exact'],
    [[2, 4, 3, 12], 'exact', { groups: 3 }],
    [[1, 6, 6, 16], 'real', { groups: 4 }],
  ],
  within: { rank: [1, 3], channels: [2, 12] },
  words: {
    onnx: absent,
    torch: said(({ groups }) => ({ groups })),
    tensorflow: absent,
    webnn: absent,
    caffe: absent,
  },
  mistakes: [
    { name: 'the channels stayed where they are', instead: (c) => ({ ...c, groups: 1 }) },
    {
      name: 'the shuffle were its inverse, of as many members as groups',
      instead: (c) => ({ ...c, groups: c.channels / c.groups }),
    },
    {
      name: 'there were two groups, whatever is given',
      instead: (c) => (c.channels % 2 === 0 ? { ...c, groups: 2 } : undefined),
    },
  ],
});

interface Block {
  readonly size: number;
  readonly order: 'DCR' | 'CRD';
}

type BlockMistake = ShapedMistake<Block>;

const own = {
  size: { letter: 'k', values: [2, 2, 3, 1], refused: [0] },
  order: { letter: 'o', values: ['DCR', 'CRD'] },
} as const;

/** In an image of h by w cells, the place of the cell whose row and column in its block are exchanged. */
function turned(size: number, [h, w, C]: readonly number[], data: Float64Array): Float64Array {
  return data.map((_, i) => {
    const [c, x, y, n] = [i % C, Math.floor(i / C) % w, Math.floor(i / C / w) % h, Math.floor(i / C / w / h)];
    const [row, column] = [y - (y % size) + (x % size), x - (x % size) + (y % size)];
    return data[((n * h + row) * w + column) * C + c];
  });
}

const otherOrder: BlockMistake = {
  name: 'the channels were in the other order',
  instead: (c) => ({ ...c, order: c.order === 'DCR' ? 'CRD' : 'DCR' }),
};
const isImage = ({ space }: ShapedCase): boolean => space.length === 2;
const exchanged = 'rows and columns of a block were exchanged';

const inOrder = (order: Block['order']) => (c: ShapedCase<Block>) => ({ ...overImages(c), order });

export const depthToSpaceFamily = movingFamily<Block>({
  place: 35,
  name: 'depthToSpace',
  make: depthToSpace,
  inCall: "size, order: 'DCR' or 'CRD'",
  own,
  everyday: [
    [[1, 4, 5, 8], 'exact'],
    [[2, 3, 2, 18], 'exact', { size: 3, order: 'CRD' }],
    [[1, 6, 6, 12], 'real', { size: 2, order: 'CRD' }],
  ],
  within: { rank: [1, 3], channels: [2, 16] },
  words: {
    onnx: said(({ size, order }) => ({ blocksize: size, mode: order })),
    torch: said(({ size }) => ({ upscale_factor: size })),
    tensorflow: said(({ size }) => ({ block_size: size })),
    webnn: absent,
    caffe: absent,
  },
  nearest: { onnx: overImages, torch: inOrder('CRD'), tensorflow: inOrder('DCR') },
  mistakes: [
    otherOrder,
    {
      name: exchanged,
      result(s) {
        if (!isImage(s.case) || s.case.size === 1) return undefined;
        const [{ size, batch, space, channels }] = [s.case];
        const { shape, data } = s.layer.forward({ shape: [batch, ...space, channels], data: s.x }, {});
        return { shape, data: turned(size, shape.slice(1), Float64Array.from(data)) };
      },
    },
  ],
});

export const spaceToDepthFamily = movingFamily<Block>({
  place: 36,
  name: 'spaceToDepth',
  make: spaceToDepth,
  inCall: "size, order: 'DCR' or 'CRD'",
  own,
  everyday: [
    [[1, 4, 6, 2], 'exact'],
    [[2, 6, 3, 2], 'exact', { size: 3, order: 'CRD' }],
    [[1, 8, 8, 3], 'real', { size: 2, order: 'CRD' }],
  ],
  within: { rank: [1, 3], space: [1, 8] },
  words: {
    onnx: said(({ size }) => ({ blocksize: size })),
    torch: said(({ size }) => ({ downscale_factor: size })),
    tensorflow: said(({ size }) => ({ block_size: size })),
    webnn: absent,
    caffe: absent,
  },
  nearest: { onnx: inOrder('DCR'), torch: inOrder('CRD'), tensorflow: inOrder('DCR') },
  mistakes: [
    otherOrder,
    {
      name: exchanged,
      setting: (s) =>
        isImage(s.case) && s.case.size > 1
          ? { ...s, x: turned(s.case.size, [...s.case.space, s.case.channels], s.x) }
          : undefined,
    },
  ],
});
