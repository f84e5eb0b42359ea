// Padding: every number of y is one of x or the constant, so that y has no error; dx adds up dy. Spec bound-pad.

import { type PadAttributes, type PadMode, pad } from '../../ops/pad.ts';
import type { Dialect } from '../dialect.ts';
import { absent } from '../family.ts';
import { type ShapedCase, shapedRanges } from '../shapes/case.ts';
import { axesIn, shapedFamily } from '../shapes/family.ts';
import { eachGradient, type ShapedMistake } from '../shapes/setting.ts';
import { said, takenBounds } from './common.ts';

type Padding = PadAttributes['padding'];
type Pair = readonly [before: number, after: number];

interface Pad {
  readonly padding: Padding;
  readonly mode: PadMode;
  readonly value: number;
}

type PadCase = ShapedCase<Pad>;
type Layout = Required<Dialect['layout']>;

/** The padding of each axis of space. */
const pairsOf = ({ padding, space }: PadCase): readonly Pair[] =>
  space.map((_, i) => {
    const each = typeof padding === 'number' ? padding : padding[i];
    return typeof each === 'number' ? [each, each] : each;
  });

/** That of each axis of x in a layout. */
function pairsIn(c: PadCase, layout: Layout): readonly Pair[] {
  const pairs = [...pairsOf(c)];
  return axesIn(c, layout).map((axis) => (axis === 'S' ? pairs.shift()! : [0, 0]));
}

const sides = (pairs: readonly Pair[], side: 0 | 1): number[] => pairs.map((pair) => pair[side]);

/** Cells that are cut become none. */
const notCut = (c: PadCase): PadCase =>
  pairsOf(c).every(([before, after]) => before >= 0 && after >= 0)
    ? c
    : { ...c, padding: pairsOf(c).map(([before, after]): Pair => [Math.max(0, before), Math.max(0, after)]) };

/** A mode that the dialect has, over an axis that is longer than the border; else a constant. */
function within(modes: readonly PadMode[], c: PadCase): PadCase {
  if (c.mode === 'constant') return c;
  const isLong = c.space.every((n, i) => pairsOf(c)[i].every((cells) => cells < n));
  return modes.includes(c.mode) && isLong ? c : { ...c, mode: 'constant' };
}

const torchModes = { constant: 'constant', reflect: 'reflect', edge: 'replicate', wrap: 'circular' } as const;
const webnnModes = { constant: 'constant', reflect: 'reflection', edge: 'edge', wrap: 'wrap' } as const;

type PadMistake = ShapedMistake<Pad>;

/** The attributes of another padding, where y has the same shape. */
const other = (name: string, change: (c: PadCase) => Partial<Pad> | undefined): PadMistake => ({
  name,
  instead(c) {
    const changed = change(c);
    return changed && { ...c, ...changed };
  },
});

const inMode = (name: string, mode: PadMode): PadMistake =>
  other(`the border held ${name}`, (c) => (c.mode === mode ? undefined : { mode }));

export const padFamily = shapedFamily<Pad>({
  place: 33,
  name: 'pad',
  make: pad,
  inCall: `padding: a number, or [[before, after], …] for the axes of space,
    negative ones cut; value, mode: 'constant', 'reflect', 'edge', 'wrap'`,
  own: {
    padding: {
      letter: 'p',
      values: [
        1,
        2,
        [[1, 2]],
        [[0, 1]],
        [[2, -1]],
        [
          [1, 0],
          [2, 1],
        ],
        [
          [0, 3],
          [1, -1],
        ],
        [
          [1, 0],
          [0, 2],
          [1, 1],
        ],
      ],
      refused: [-70],
    },
    mode: { letter: 'm', values: ['constant', 'constant', 'reflect', 'edge', 'wrap'] },
    value: { letter: 'v', values: [0, 0, 5, -0.5] },
  },
  tensors: { y: 'x', dy: 'x' },
  everyday: [
    [[1, 8, 8, 4], 'exact'],
    [[2, 6, 7, 3], 'exact', { padding: 3, mode: 'reflect', value: 0 }],
    [
      [1, 5, 6, 2],
      'real',
      {
        padding: [
          [0, 1],
          [0, 1],
        ],
        mode: 'constant',
        value: 0,
      },
    ],
    [[1, 4, 4, 3], 'exact', { padding: 1, mode: 'edge', value: 0 }],
  ],
  within: { rank: [1, 3] },
  ranges: shapedRanges.map((each) => ({ ...each, rank: each.rank?.[0] === 0 ? [1, 3] : (each.rank ?? [1, 3]) })),
  bounds: takenBounds,
  words: {
    onnx: said((c, layout) => {
      const pairs = pairsIn(c, layout);
      return { mode: c.mode, pads: [...sides(pairs, 0), ...sides(pairs, 1)], value: c.value };
    }),
    /** The last axis first, up to the first axis of space. */
    torch: said((c, layout) => {
      const padded = pairsIn(c, layout).slice(axesIn(c, layout).indexOf('S'));
      return { pad: padded.toReversed().flat(), mode: torchModes[c.mode], value: c.value };
    }),
    tensorflow: said((c, layout) => ({
      paddings: pairsIn(c, layout),
      mode: c.mode === 'reflect' ? 'REFLECT' : 'CONSTANT',
      constant_values: c.value,
    })),
    webnn: said((c, layout) => {
      const pairs = pairsIn(c, layout);
      return {
        beginningPadding: sides(pairs, 0),
        endingPadding: sides(pairs, 1),
        mode: webnnModes[c.mode],
        value: c.value,
      };
    }),
    caffe: absent,
  },
  nearest: {
    onnx: (c) => within(['reflect', 'edge', 'wrap'], c),
    torch: (c) => within(['reflect', 'edge', 'wrap'], c.mode === 'constant' ? c : notCut(c)),
    tensorflow: (c) => within(['reflect'], notCut(c)),
    webnn: (c) => within(['reflect', 'edge'], notCut(c)),
  },
  mistakes: [
    other('before and after were exchanged', (c) => ({
      padding: pairsOf(c).map(([before, after]): Pair => [after, before]),
    })),
    other('the axes of space were taken in the opposite order', (c) => ({ padding: pairsOf(c).toReversed() })),
    other('the value were 0, whatever is given', (c) => (c.value === 0 ? undefined : { value: 0 })),
    inMode('the value, whatever the mode', 'constant'),
    inMode('the mirrored cells, whatever the mode', 'reflect'),
    inMode('the nearest cell, whatever the mode', 'edge'),
    inMode('the cells of the other end, whatever the mode', 'wrap'),
    {
      name: 'the gradient were that of a border that holds a value',
      gradient(s) {
        if (s.case.mode === 'constant') return undefined;
        const constant = pad({ padding: s.case.padding });
        const x = { shape: [s.case.batch, ...s.case.space, s.case.channels], data: s.x };
        const dy = { shape: constant.shape(x.shape), data: s.dy };
        const { data } = constant.vjp(x, {})[1](dy).x;
        return eachGradient(s, 'x', (_, i) => data[i]);
      },
    },
  ],
});
