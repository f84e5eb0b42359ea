// Parametric rectifiers: y = slope[c]·x below 0, else x. An output is one product or x itself, so that only the gradient of a
// slope is a sum: dslope[c] = Σ dy·x over the cells of the channel that are not above 0.

import { prelu } from '../../ops/prelu.ts';
import type { Shape } from '../../tensor.ts';
import { type Bound, boundOf, type Profile, toDoubles } from '../bounds/bound.ts';
import { anything, boundFrom, operationsOf } from '../bounds/rounded.ts';
import type { Operands } from '../case.ts';
import type { Layout } from '../dialect.ts';
import type { Prediction, Predictions } from '../mistake.ts';
import { type ShapedCase, shapedRanges } from '../shapes/case.ts';
import { axesIn, shapedFamily } from '../shapes/family.ts';
import { fromX, placeIn, type ShapedMistake, type ShapedSetting } from '../shapes/setting.ts';
import { commonValues, type Fill } from '../values.ts';
import { said, saidInWords } from './common.ts';

interface Shared {
  readonly shared: boolean;
}

type PreluCase = ShapedCase<Shared>;
type Choice = (i: number) => boolean;

/** a[i] where `isPassed`, else a[i]·slope[c]; nothing is asked where `isOpen`. */
function scaled(a: ArrayLike<number>, { slope }: Operands, isPassed: Choice, isOpen: Choice, profile: Profile): Bound {
  const { given, mul } = operationsOf(profile);
  const w = slope!.data;
  const one = (v: number, i: number) => {
    if (isOpen(i)) return anything;
    return isPassed(i) ? given(v) : mul(given(v), given(w[i % w.length]));
  };
  return boundFrom(Array.from(a, one), profile, false);
}

function slopeGradientBound({ x, slope, dy }: Operands, profile: Profile): Bound {
  const S = slope!.data.length;
  const apply = (a: Float64Array, w?: Float64Array): Float64Array =>
    summed(S, a.length, (i) => (x.data[i] > 0 ? 0 : a[i] * w![i]));
  return boundOf({ a: toDoubles(x.data), w: toDoubles(dy!.data), apply }, profile);
}

/** Σ of the terms of each slope. */
function summed(S: number, length: number, term: (i: number) => number): Float64Array {
  const sums = new Float64Array(S);
  for (let i = 0; i < length; i++) sums[i % S] += term(i);
  return sums;
}

/** The axes of x in a layout, without that of the images: each is 1, except that of the channels if each has a slope. */
function alphaOf(c: PreluCase, layout: Required<Layout>) {
  const axes = axesIn(c, layout).map((axis, at) => ({ at, isOwn: axis === 'C' && !c.shared, axis }));
  return axes.filter(({ axis }) => axis !== 'N').map((each) => ({ ...each, cells: each.isOwn ? c.channels : 1 }));
}

/** The slope as it is broadcast to x: from the axis of channels on, [channels, 1, 1] where they come first. */
function broadcast(c: PreluCase, layout: Required<Layout>): { slope: Shape } {
  if (c.shared) return { slope: [1] };
  const shape = alphaOf(c, layout);
  return { slope: shape.slice(shape.findIndex(({ isOwn }) => isOwn)).map(({ cells }) => cells) };
}

/** ONNX and WebNN see from the shape of the slope alone what it belongs to. */
const byShape = { ...said<PreluCase>(() => ({})), shapes: broadcast };
const keras = {
  ...saidInWords((c: PreluCase, layout) => ({
    shared_axes: alphaOf(c, layout).flatMap(({ isOwn, at }) => (isOwn ? [] : [at])),
  })),
  shapes: (c: PreluCase, layout: Required<Layout>) => ({ slope: alphaOf(c, layout).map(({ cells }) => cells) }),
};

// The mistakes

type Setting = ShapedSetting<Shared>;
type PreluMistake = ShapedMistake<Shared>;

const slopesOf = ({ p }: Setting): Float64Array => p.slope.data as Float64Array;
const slopeAt = (s: Setting, i: number): number => slopesOf(s)[i % slopesOf(s).length];
const isBelow =
  ({ x }: Setting): Choice =>
  (i) =>
    !(x[i] > 0);

const output = (s: Setting, f: (x: number, slope: number) => number, slope = slopeAt): Prediction =>
  fromX(s, (i) => f(s.x[i], slope(s, i)));
const rectified = (x: number, slope: number): number => (x < 0 ? slope * x : x);

function gradients(s: Setting, isScaled: Choice, { slope = slopeAt, takes = isScaled, share = 1 } = {}): Predictions {
  const S = slopesOf(s).length;
  const sums = summed(S, s.x.length, (i) => (takes(i) ? (s.dy[i] * s.x[i]) / share : 0));
  return {
    x: fromX(s, (i) => (isScaled(i) ? slope(s, i) * s.dy[i] : s.dy[i])),
    slope: { shape: [S], data: sums },
  };
}

/** Another slope for each element. */
const slopes = (name: string, slope: typeof slopeAt): PreluMistake => ({
  name,
  result: (s) => output(s, rectified, slope),
  gradient: (s) => gradients(s, isBelow(s), { slope }),
});

/** dslope of other cells, or a share of it. */
const sums = (name: string, takes: (s: Setting, i: number) => boolean, share = (_: Setting) => 1): PreluMistake => ({
  name: `the gradient of the slope ${name}`,
  gradient: (s) => gradients(s, isBelow(s), { takes: (i) => takes(s, i), share: share(s) }),
});

const below = (s: Setting, i: number): boolean => isBelow(s)(i);
const cellsOf = ({ x, case: { batch, channels } }: Setting): number => x.length / batch / channels;
const inImage = (s: Setting, i: number, n: number): boolean => below(s, i) && placeIn(s.case, i).n === n;

const mistakes: readonly PreluMistake[] = [
  slopes('the slope were ignored: values below 0 gave 0', () => 0),
  slopes('the slope were ignored: values below 0 stayed as they are', () => 1),
  slopes('the slope were 0.25, whatever is given', () => 0.25),
  slopes('the slope of the first channel were used for all', (s) => slopeAt(s, 0)),
  slopes('the slope were that of the next channel', (s, i) => slopeAt(s, i + 1)),
  slopes('the slope were that of the channel before', (s, i) => slopeAt(s, i + slopesOf(s).length - 1)),
  slopes('the slopes were taken as if channels came first', (s, i) => slopeAt(s, Math.floor(i / cellsOf(s)))),
  {
    name: 'the slope were applied to values above 0 instead of those below',
    result: (s) => output(s, (x, slope) => (x > 0 ? slope * x : x)),
    gradient: (s) => gradients(s, (i) => s.x[i] > 0),
  },
  {
    name: 'the slope were applied to all values',
    result: (s) => output(s, (x, slope) => slope * x),
    gradient: (s) => gradients(s, () => true),
  },
  {
    name: 'NaN were lost in the comparison with 0',
    isAboutNaN: true,
    result: (s) => output(s, (x, slope) => (x < 0 ? slope * x : x === x ? x : 0)),
  },
  sums('were summed over the first image alone', (s, i) => inImage(s, i, 0)),
  sums('were summed over the last image alone', (s, i) => inImage(s, i, s.case.batch - 1)),
  sums('were averaged over the images', below, (s) => s.case.batch),
  sums('were averaged over images and cells', below, (s) => s.case.batch * cellsOf(s)),
  sums('took the cells above 0 too', () => true),
];

/** No slope is 1: an engine that forgets it would look like one that keeps the slope of an earlier call. */
const notOne =
  (fill: Fill): Fill =>
  (name, size, draw) =>
    fill(name, size, draw).map((v) => (name === 'slope' && v === 1 ? 10 : v));

export const preluFamily = shapedFamily<Shared>({
  place: 7,
  name: 'prelu',
  make: prelu,
  inCall: 'shared: one slope for all channels; slope [c] or [1], the gradient too',
  own: { shared: { letter: 's', values: [false, false, true] } },
  tensors: { slope: 'none' },
  values: {
    exact: notOne(commonValues.exact),
    negative: notOne(commonValues.negative),
    real: commonValues.real,
    nan: notOne(commonValues.nan),
  },
  everyday: [
    [[1, 6, 6, 8], 'exact'],
    [[2, 4, 5, 3], 'exact', { shared: true }],
    [[3, 10], 'exact'],
    [[1, 8, 8, 16], 'real'],
  ],
  ranges: shapedRanges.map((each, i) => (i === 1 ? { ...each, own: { shared: [false] } } : each)),
  /** Where x is 0 there is no derivative: 0, dy, slope·dy and what lies between are all in use, so nothing is asked there. */
  bounds(_, operands, profile): Readonly<Record<string, Bound>> {
    const x = operands.x.data;
    if (!operands.dy)
      return {
        y: scaled(
          x,
          operands,
          (i) => !(x[i] < 0),
          () => false,
          profile,
        ),
      };
    const dx = scaled(
      operands.dy.data,
      operands,
      (i) => x[i] > 0,
      (i) => x[i] === 0,
      profile,
    );
    return { x: dx, slope: slopeGradientBound(operands, profile) };
  },
  words: {
    onnx: byShape,
    torch: said((c) => ({ num_parameters: c.shared ? 1 : c.channels })),
    tensorflow: keras,
    webnn: byShape,
    caffe: said((c) => ({ channel_shared: c.shared })),
  },
  /** Where a maximum may lose a NaN, so may a rectifier made of maxima; ONNX says nothing of what is not below 0. */
  keepsNaN: ({ conventions }) => conventions.nan !== 'open',
  mistakes,
});
