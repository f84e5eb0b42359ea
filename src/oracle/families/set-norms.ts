// Norms within each image: of groups of channels, of each channel, and of the channels of each cell.

import { groupNorm, instanceNorm, layerNorm } from '../../ops/group-norm.ts';
import { type Shape, sizeOf } from '../../tensor.ts';
import { absent } from '../family.ts';
import { type ShapedCase, type ShapedRanges, shapedRanges } from '../shapes/case.ts';
import { axisIn, overImages, type ShapedParts, shapedFamily } from '../shapes/family.ts';
import { sharedMistakes } from '../shapes/setting.ts';
import { said } from './common.ts';
import { normBounds, setsOfGroups } from './norm-bounds.ts';
import {
  byChannel,
  byImage,
  byImageAndChannel,
  byPixel,
  byStatistics,
  constantStatistics,
  type Epsilon,
  type NormMistake,
  type NormSetting,
  normMistakes,
  normValues,
  otherDeviations,
  ownEpsilon,
  type SetOf,
} from './norm-mistakes.ts';

type Parts<A extends Epsilon> = Pick<
  ShapedParts<A>,
  'place' | 'name' | 'make' | 'inCall' | 'everyday' | 'within' | 'words' | 'nearest' | 'own' | 'tensors' | 'mistakes'
>;

interface SetNorm<A extends Epsilon> extends Parts<A> {
  /** The blocks of x that are normalised by themselves, and the groups of channels in each. */
  sets(x: Shape, attributes: A): { readonly blocks: number; readonly groups: number };
  readonly setOf: SetOf;
  readonly others: readonly (readonly [name: string, setOf: SetOf])[];
}

const ranges: readonly Partial<ShapedRanges<never>>[] = [
  ...shapedRanges.map(({ values, batch }) => ({ ...(values && { values }), ...(batch && { batch }) })),
  { values: 'large' },
];

function setNormFamily<A extends Epsilon>({ sets, setOf, others, ...parts }: SetNorm<A>) {
  return shapedFamily<A>({
    ...parts,
    tensors: { weight: 'none', bias: 'none', ...parts.tensors },
    showsPrecision: true,
    values: normValues,
    ranges,
    bounds({ attributes }, operands, profile) {
      const { shape, data } = operands.x;
      const { blocks, groups } = sets(shape, attributes as unknown as A);
      const list = setsOfGroups(data.length, blocks, shape[shape.length - 1], groups);
      const of = { sets: list, isOwn: true, isMixed: true };
      return normBounds(of, attributes.epsilon as number, operands, profile);
    },
    mistakes: [
      ...parts.mistakes,
      ...([
        ...otherDeviations(setOf),
        ...others.map(([name, other]) => byStatistics(`the statistics were those of ${name}`, other)),
        ...normMistakes,
        constantStatistics(setOf),
      ] as unknown as ShapedParts<A>['mistakes']),
    ],
  });
}

const ofBatch = ['each channel over the whole batch', byChannel] as const;
const ofChannels = ['each channel by itself', byImageAndChannel] as const;
const ofPixels = ['each pixel, over its channels', byPixel] as const;
const ofImages = ['the whole image', byImage] as const;

interface Group extends Epsilon {
  readonly groups: number;
}

const groupsOf = (s: NormSetting): number => (s.case as unknown as ShapedCase<Group>).groups;

export const groupNormFamily = setNormFamily<Group>({
  place: 38,
  name: 'groupNorm',
  make: groupNorm,
  inCall: 'groups, epsilon; weight [c], bias [c]',
  own: { groups: { letter: 'g', values: [1, 2, 3, 4], refused: [0] }, ...ownEpsilon },
  everyday: [
    [[2, 4, 4, 8], 'exact', { groups: 4, epsilon: 0.00001 }],
    [[1, 6, 6, 12], 'real', { groups: 3, epsilon: 0.00001 }],
    [[3, 4, 5, 4], 'exact', { groups: 2, epsilon: 1 }],
    [[2, 3, 3, 6], 'exact', { groups: 1, epsilon: 0.001 }],
  ],
  within: { rank: [1, 3], channels: [2, 12] },
  sets: (x, { groups }) => ({ blocks: x[0], groups }),
  setOf: (s, i) => byImage(s, i) * groupsOf(s) + Math.floor((byChannel(s, i) * groupsOf(s)) / s.case.channels),
  others: [ofBatch, ofChannels, ofPixels, ofImages],
  words: {
    onnx: said(({ groups, epsilon }) => ({ num_groups: groups, epsilon })),
    torch: said(({ groups, epsilon, channels }) => ({
      num_groups: groups,
      num_channels: channels,
      eps: epsilon,
      affine: true,
    })),
    tensorflow: said((c, layout) => ({ groups: c.groups, axis: axisIn(c, layout, -1), epsilon: c.epsilon })),
    webnn: absent,
    caffe: absent,
  },
  mistakes: [
    byStatistics(
      'a group were every channel so many apart',
      (s, i) => byImage(s, i) * groupsOf(s) + (byChannel(s, i) % groupsOf(s)),
    ) as unknown as NormMistake<Group>,
    {
      name: 'groups were the channels of one group',
      instead: (c) => (c.groups * c.groups === c.channels ? undefined : { ...c, groups: c.channels / c.groups }),
    },
  ],
});

export const instanceNormFamily = setNormFamily<Epsilon>({
  place: 39,
  name: 'instanceNorm',
  make: instanceNorm,
  inCall: 'epsilon; weight [c], bias [c]',
  own: ownEpsilon,
  everyday: [
    [[2, 4, 4, 8], 'exact', { epsilon: 0.00001 }],
    [[1, 6, 6, 3], 'real', { epsilon: 0.00001 }],
    [[3, 4, 5, 4], 'exact'],
  ],
  within: { rank: [1, 3], space: [2, 5] },
  sets: (x) => ({ blocks: x[0], groups: x[x.length - 1] }),
  setOf: byImageAndChannel,
  others: [ofBatch, ofPixels, ofImages],
  words: {
    onnx: said(({ epsilon }) => ({ epsilon })),
    torch: said(({ epsilon, channels }) => ({
      num_features: channels,
      eps: epsilon,
      affine: true,
      track_running_stats: false,
    })),
    tensorflow: said((c, layout) => ({ groups: -1, axis: axisIn(c, layout, -1), epsilon: c.epsilon })),
    webnn: said((c, { x }) => ({ epsilon: c.epsilon, layout: x.toLowerCase() })),
    caffe: absent, // its norm of each channel has no weight and no bias
  },
  // Of a single cell there is nothing to normalise: torch refuses it.
  nearest: {
    onnx: (c) => (c.space.length === 0 ? { ...c, space: [2] } : c),
    torch: (c) => (sizeOf(c.space) < 2 ? { ...c, space: [2, ...c.space.slice(1)] } : c),
    webnn: overImages,
  },
  mistakes: [],
});

/** The last axis is that of the channels in every library, as the features of a token are. */
export const layerNormFamily = setNormFamily<Epsilon>({
  place: 40,
  name: 'layerNorm',
  make: layerNorm,
  inCall: 'epsilon; weight [c], bias [c]',
  own: ownEpsilon,
  tensors: { x: 'none', y: 'none', dy: 'none' },
  everyday: [
    [[4, 10], 'exact', { epsilon: 0.00001 }],
    [[2, 3, 3, 8], 'exact', { epsilon: 0.001 }],
    [[2, 7, 12], 'real', { epsilon: 0.00001 }],
    [[3, 4, 5, 4], 'exact'],
  ],
  within: { channels: [2, 9] },
  sets: (x) => ({ blocks: sizeOf(x.slice(0, -1)), groups: 1 }),
  setOf: byPixel,
  others: [ofBatch, ofChannels, ofImages],
  words: {
    onnx: said(({ epsilon }) => ({ axis: -1, epsilon, stash_type: 1 })),
    torch: said(({ epsilon, channels }) => ({ normalized_shape: [channels], eps: epsilon, elementwise_affine: true })),
    tensorflow: said(({ epsilon }) => ({ axis: -1, epsilon, center: true, scale: true })),
    webnn: said(({ epsilon, space }) => ({ axes: [space.length + 1], epsilon })),
    caffe: absent,
  },
  mistakes: [...(sharedMistakes as unknown as readonly NormMistake[])],
});
