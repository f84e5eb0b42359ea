// Operators that give a part of x: slices, and channels by number.

import { selectChannels } from '../../ops/select.ts';
import { slice } from '../../ops/slice.ts';
import type { Dialect } from '../dialect.ts';
import { absent, type Words } from '../family.ts';
import { inputOf, type ShapedCase, shapedRanges } from '../shapes/case.ts';
import { axisIn, shapedFamily } from '../shapes/family.ts';
import { eachGradient, evaluated, type ShapedMistake } from '../shapes/setting.ts';
import { said, takenBounds } from './common.ts';
import { movingFamily } from './moves.ts';

interface Slice {
  readonly axes: readonly number[];
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly steps: readonly number[];
}

type SliceCase = ShapedCase<Slice>;
type Layout = Required<Dialect['layout']>;

/** Beyond every end, so that a slice goes on to it. */
const FAR = 1000;

const forwards = (c: SliceCase): SliceCase =>
  c.steps.every((step) => step > 0)
    ? c
    : { ...c, steps: c.steps.map(Math.abs), starts: c.axes.map(() => 0), ends: c.axes.map(() => FAR) };

/** First cell, end and step on every axis of a layout. */
function onEveryAxis(c: SliceCase, layout: Layout) {
  const all = inputOf(c).map((n) => ({ begin: 0, end: n, step: 1 }));
  const found = all.map((each) => each);
  inputOf(c).forEach((n, k) => {
    found[axisIn(c, layout, k)] = { begin: 0, end: n, step: 1 };
  });
  c.axes.forEach((axis, i) => {
    found[axisIn(c, layout, axis)] = { begin: c.starts[i], end: c.ends[i], step: c.steps[i] };
  });
  return found;
}

const listed =
  (axes: string, starts: string, ends: string, steps: string): Words<SliceCase>['attributes'] =>
  (c, layout) => ({
    [axes]: c.axes.map((axis) => axisIn(c, layout, axis)),
    [starts]: c.starts,
    [ends]: c.ends,
    [steps]: c.steps,
  });

const other = (name: string, change: (c: SliceCase) => Partial<Slice>): ShapedMistake<Slice> => ({
  name,
  instead(c) {
    const changed = { ...c, ...change(c) };
    return JSON.stringify(changed) === JSON.stringify(c) ? undefined : changed;
  },
});

export const sliceFamily = movingFamily<Slice>({
  place: 43,
  name: 'slice',
  make: slice,
  inCall: 'axes, starts, ends, steps: lists',
  own: {
    axes: { letter: 'a', values: [[1], [-1], [2], [1, -1], [2, 1]], refused: [[0], [9]] },
    starts: { letter: 's', values: [[0], [1], [-2], [0, 1], [1, -3], [-1, 0]] },
    ends: { letter: 'e', values: [[FAR], [3], [-1], [-FAR], [FAR, -1], [2, 4], [-FAR, FAR]] },
    steps: { letter: 't', values: [[1], [2], [-1], [3], [1, 1], [2, 1], [-2, 1]], refused: [[0]] },
  },
  everyday: [
    [[1, 6, 6, 8], 'exact', { axes: [1], starts: [1], ends: [-1], steps: [1] }],
    [[2, 5, 4, 8], 'exact', { axes: [-1], starts: [0], ends: [4], steps: [1] }],
    [[1, 8, 8, 3], 'real', { axes: [1, 2], starts: [0, 1], ends: [FAR, FAR], steps: [2, 2] }],
    [[2, 5, 4, 3], 'exact', { axes: [-1], starts: [-1], ends: [-FAR], steps: [-1] }],
  ],
  within: { rank: [1, 3], space: [2, 6], channels: [2, 8] },
  words: {
    onnx: said(listed('axes', 'starts', 'ends', 'steps')),
    torch: said(listed('dim', 'start', 'end', 'step')),
    tensorflow: said((c, layout) => {
      const all = onEveryAxis(c, layout);
      return {
        begin: all.map(({ begin }) => begin),
        end: all.map(({ end }) => end),
        strides: all.map(({ step }) => step),
      };
    }),
    webnn: absent, // it says sizes in place of ends
    caffe: absent,
  },
  nearest: { torch: forwards },
  mistakes: [
    other('the steps were 1, whatever is given', (c) => ({ steps: c.steps.map((step) => Math.sign(step)) })),
    other('the first cells were taken', (c) => ({ starts: c.starts.map((start, i) => (c.steps[i] > 0 ? 0 : start)) })),
    other('the end were included', (c) => ({
      ends: c.ends.map((end, i) => (Math.abs(end) === FAR || end === -1 ? end : end + Math.sign(c.steps[i]))),
    })),
    other('the slices went on to the end', (c) => ({ ends: c.ends.map((end, i) => (c.steps[i] > 0 ? FAR : end)) })),
    other('the axes counted from the channels', (c) => ({
      axes: c.axes.map((axis) => c.space.length + 2 - (axis < 0 ? axis + c.space.length + 2 : axis)),
    })),
    {
      name: 'the cells came in ascending order, whatever the step',
      result(s) {
        const back = s.case.axes.filter((_, i) => s.case.steps[i] < 0);
        if (back.length === 0) return undefined;
        const own = { axes: back, starts: back.map(() => -1), ends: back.map(() => -FAR), steps: back.map(() => -1) };
        const { shape, data } = slice(own).forward(evaluated(s), {});
        return { shape, data: Float64Array.from(data) };
      },
    },
  ],
});

interface Select {
  /** The channel of x of each channel of y. */
  readonly select: readonly number[];
}

/** Each axis has the word for a list of places along it. */
const along = (axis: string, places: string): Words<ShapedCase<Select>> =>
  said((c, layout) => ({ [axis]: axisIn(c, layout, -1), [places]: c.select }));

const instead = (name: string, change: (c: ShapedCase<Select>) => readonly number[]): ShapedMistake<Select> => ({
  name,
  instead(c) {
    const select = change(c);
    return JSON.stringify(select) === JSON.stringify(c.select) ? undefined : { ...c, select };
  },
});

export const selectChannelsFamily = shapedFamily<Select>({
  place: 44,
  name: 'selectChannels',
  make: selectChannels,
  inCall: 'channels: a list',
  own: {
    select: { letter: 's', values: [[0], [1], [1, 0], [0, 0, 1], [2, 1], [2, 0, 2, 1], [3, 1]], refused: [[99]] },
  },
  attributesOf: ({ select }) => ({ channels: select }),
  ownOf: ({ channels }) => ({ select: channels as readonly number[] }),
  tensors: { y: 'x', dy: 'x' },
  everyday: [
    [[1, 5, 5, 8], 'exact', { select: [2, 0, 5] }],
    [[2, 4, 3, 4], 'exact', { select: [0, 0, 3] }],
    [[3, 10], 'real', { select: [9, 1] }],
  ],
  ranges: shapedRanges.map((each) => ({ ...each, channels: [2, 6] })),
  bounds: takenBounds,
  words: {
    onnx: along('axis', 'indices'),
    torch: along('dim', 'index'),
    tensorflow: along('axis', 'indices'),
    webnn: along('axis', 'indices'),
    caffe: absent,
  },
  mistakes: [
    instead('the channels came in ascending order', ({ select }) => select.toSorted((a, b) => a - b)),
    instead('the channels counted from the last', ({ select, channels }) => select.map((each) => channels - 1 - each)),
    instead('the first channels were taken', ({ select }) => select.map((_, i) => i)),
    {
      name: 'of a channel that is taken twice the gradient were the last one',
      gradient(s) {
        const { select, channels: C } = s.case;
        const last = Array.from({ length: C }, (_, c) => select.lastIndexOf(c));
        return eachGradient(s, 'x', (d, i) =>
          last[i % C] < 0 ? d : s.dy[Math.floor(i / C) * select.length + last[i % C]],
        );
      },
    },
  ],
});
