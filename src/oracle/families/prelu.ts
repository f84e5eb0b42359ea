// Parametric rectifiers: y = slope[c]·x below 0, else x. An output is one product or x itself, so that only the gradient of a
// slope is a sum: dslope[c] = Σ dy·x over the cells of the channel that are not above 0.

import { prelu } from '../../ops/prelu.ts';
import type { Random } from '../../random.ts';
import { type Shape, sizeOf, type Tensor } from '../../tensor.ts';
import { type Bound, boundOf, chosen, LAMBDA, type Profile, toDoubles } from '../bounds/bound.ts';
import { ANYTHING } from '../bounds/number-kinds.ts';
import type { Case, Drawn, Operands, Part } from '../case.ts';
import type { Layout } from '../dialect.ts';
import type { Family, LargeAxis, Ranges } from '../family.ts';
import type { Mistake, Prediction, Predictions, Setting } from '../mistake.ts';
import { commonValues, type Fill } from '../values.ts';
import { batches, blocks } from '../windows/large-axes.ts';
import { lower } from '../windows/smaller.ts';
import { lettersOf } from '../windows/window-words.ts';
import { layouts, ownAttributes, said, saidInWords, sameInEveryDialect } from './common.ts';

interface PreluCase extends Case {
  readonly batch: number;
  readonly space: readonly number[];
  readonly channels: number;
  readonly shared: boolean;
}

const inputOf = ({ batch, space, channels }: PreluCase): Shape => [batch, ...space, channels];
const workOf = (c: PreluCase): number => sizeOf(inputOf(c));

// Where cases are drawn from

type Range = readonly [least: number, most: number];

interface PreluRanges {
  readonly batch: Range;
  readonly rank: Range;
  readonly space: Range;
  readonly channels: Range;
  readonly shared: readonly boolean[];
  readonly values: string;
}

const plain: PreluRanges = {
  batch: [1, 3],
  rank: [0, 3],
  space: [1, 5],
  channels: [1, 6],
  shared: [false, false, true],
  values: 'exact',
};

const drawnFrom = (change: Partial<PreluRanges>): Ranges<PreluCase> => {
  const { batch, rank, space, channels, shared, values } = { ...plain, ...change };
  const within = ({ below }: Random, [least, most]: Range): number => least + below(most - least + 1);
  return {
    values: [values],
    draw: (draw) => ({
      batch: within(draw, batch),
      space: Array.from({ length: within(draw, rank) }, () => within(draw, space)),
      channels: within(draw, channels),
      shared: shared[draw.below(shared.length)],
      values,
    }),
  };
};

const ranges: readonly Ranges<PreluCase>[] = [
  drawnFrom({}),
  drawnFrom({ rank: [2, 2], channels: [2, 9], shared: [false] }), // slopes that lie elsewhere where channels come first
  drawnFrom({ values: 'real' }),
  drawnFrom({ batch: [2, 5], rank: [1, 2] }), // sums of slopes over one image alone
  drawnFrom({ values: 'negative' }),
  drawnFrom({ values: 'nan' }),
  drawnFrom({ rank: [2, 2], space: [20, 30], channels: [1, 2], values: 'real' }), // accumulators of 11 bits
];

const everyday: readonly Drawn<PreluCase>[] = [
  { batch: 1, space: [6, 6], channels: 8, shared: false, values: 'exact' },
  { batch: 2, space: [4, 5], channels: 3, shared: true, values: 'exact' },
  { batch: 3, space: [], channels: 10, shared: false, values: 'exact' },
  { batch: 1, space: [8, 8], channels: 16, shared: false, values: 'real' },
];

const large: readonly LargeAxis<PreluCase>[] = [
  { values: blocks, set: (c, channels) => ({ ...c, channels }) },
  { values: batches, set: (c, batch) => ({ ...c, batch }) },
  { values: blocks, set: (c, cells) => ({ ...c, space: c.space.with(0, cells) }) },
  { values: blocks, set: (c, cells) => ({ ...c, space: c.space.with(-1, cells) }) },
];

function* smaller(c: PreluCase): Generator<PreluCase> {
  for (let axis = 0; axis < c.space.length; axis++) yield { ...c, space: c.space.toSpliced(axis, 1) };
  for (const name of ['batch', 'channels'] as const)
    for (const value of lower(c[name], 1)) yield { ...c, [name]: value };
  for (let axis = 0; axis < c.space.length; axis++)
    for (const value of lower(c.space[axis], 1)) yield { ...c, space: c.space.with(axis, value) };
  if (c.shared) yield { ...c, shared: false };
  if (c.values !== 'exact') yield { ...c, values: 'exact' };
}

// A case id: n2h4w5c3_s0, with s1 for one slope that all channels share.

const spaceLetters = ['d', 'h', 'w'];

function write({ batch, space, channels, shared }: Omit<Drawn<PreluCase>, 'values'>): string {
  const axes = space.map((cells, i) => `${spaceLetters[3 - space.length + i]}${cells}`);
  return `n${batch}${axes.join('')}c${channels}_s${shared ? 1 : 0}`;
}

function read(text: string): Omit<Drawn<PreluCase>, 'values'> | undefined {
  const match = /^n(\d+)((?:d\d+)?(?:h\d+)?(?:w\d+)?)c(\d+)_s([01])$/.exec(text);
  if (!match) return undefined;
  const [, batch, space, channels, shared] = match;
  const axes = [...space.matchAll(/\d+/g)].map(Number);
  const found = { batch: Number(batch), space: axes, channels: Number(channels), shared: shared === '1' };
  return write(found) === text ? found : undefined;
}

// What is right

type Choice = (i: number) => boolean;

/** The one bound where `isChosen`, else the other. */
function either(isChosen: Choice, one: Bound, other: Bound): Bound {
  const merged = <T extends Float64Array | Uint8Array>(a: T, b: T): T => a.map((v, i) => (isChosen(i) ? v : b[i])) as T;
  return {
    ...other,
    value: merged(one.value, other.value),
    error: merged(one.error, other.error),
    kinds: merged(one.kinds, other.kinds),
    magnitude: merged(one.magnitude, other.magnitude),
    terms: merged(one.terms, other.terms),
  };
}

/** An element that is passed on. It may go through a sum with 0, which reads a subnormal as 0 where such are not kept. */
function passed(value: Float64Array, profile: Profile): Bound {
  const bound = chosen(value, profile);
  if (profile.subnormals === 'ieee') return bound;
  const error = bound.error.map((B, i) => (Math.abs(value[i]) < LAMBDA ? Math.max(B, Math.abs(value[i])) : B));
  return { ...bound, error };
}

/** a[i] where `isPassed`, else a[i]·slope[c]. */
function scaled(a: Float64Array, { slope }: Operands, isPassed: Choice, profile: Profile): Bound {
  const w = toDoubles(slope!.data);
  const apply = (a: Float64Array, w?: Float64Array): Float64Array =>
    a.map((v, i) => (isPassed(i) ? 0 : v * w![i % w!.length]));
  return either(isPassed, passed(a, profile), boundOf({ a, w, apply }, profile));
}

/** Where x is 0 there is no derivative: 0, dy, slope·dy and what lies between are all in use, so nothing is asked there. */
function inputGradientBound(operands: Operands, profile: Profile): Bound {
  const [x, dy] = [operands.x.data, toDoubles(operands.dy!.data)];
  const bound = scaled(dy, operands, (i) => x[i] > 0, profile);
  const error = bound.error.map((B, i) => (x[i] === 0 ? Infinity : B));
  const kinds = bound.kinds.map((each, i) => (x[i] === 0 ? ANYTHING : each));
  return { ...bound, error, kinds };
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

// The dialects

/** The axes of x in a layout but for the images: 1 but for channels, if each has a slope. */
function alphaOf({ space, channels, shared }: PreluCase, layout: Required<Layout>) {
  const letters = lettersOf(layout).flatMap((axis) => (axis === 'HW' ? space.map(() => 'S') : [axis]));
  const axes = letters.map((axis, i) => ({ at: i, isOwn: axis === 'C' && !shared, axis }));
  return axes.filter(({ axis }) => axis !== 'N').map((each) => ({ ...each, cells: each.isOwn ? channels : 1 }));
}

/** The slope as it is broadcast to x: from the axis of channels on, [channels, 1, 1] where they come first. */
function broadcast(c: PreluCase, layout: Required<Layout>): { slope: Shape } {
  if (c.shared) return { slope: [1] };
  const shape = alphaOf(c, layout);
  return { slope: shape.slice(shape.findIndex(({ isOwn }) => isOwn)).map(({ cells }) => cells) };
}

const own = said((c: PreluCase) => ownAttributes(prelu({ shared: c.shared })));
/** ONNX and WebNN see from the shape of the slope alone what it belongs to. */
const byShape = { ...said<PreluCase>(() => ({})), shapes: broadcast };
const torch = said((c: PreluCase) => ({ num_parameters: c.shared ? 1 : c.channels }));
const keras = {
  ...saidInWords((c: PreluCase, layout) => ({
    shared_axes: alphaOf(c, layout).flatMap(({ isOwn, at }) => (isOwn ? [] : [at])),
  })),
  shapes: (c: PreluCase, layout: Required<Layout>) => ({ slope: alphaOf(c, layout).map(({ cells }) => cells) }),
};
const caffe = said((c: PreluCase) => ({ channel_shared: c.shared }));

// The mistakes

interface PreluSetting extends Setting {
  readonly case: PreluCase;
  readonly x: Float64Array;
  /** One for each element of x. */
  readonly slopes: Float64Array;
  /** How many slopes there are. */
  readonly count: number;
  readonly dy: Float64Array;
}

const output = (s: PreluSetting, f: (x: number, slope: number) => number): Prediction => ({
  shape: inputOf(s.case),
  data: s.x.map((x, i) => f(x, s.slopes[i])),
});

const rectified = (s: PreluSetting): Prediction => output(s, (x, slope) => (x < 0 ? slope * x : x));

const gradientOfX = (s: PreluSetting, slopeAt: Choice): Prediction => ({
  shape: inputOf(s.case),
  data: s.dy.map((dy, i) => (slopeAt(i) ? s.slopes[i] * dy : dy)),
});

const isBelow =
  ({ x }: PreluSetting): Choice =>
  (i) =>
    !(x[i] > 0);

const gradientOfSlope = (s: PreluSetting, takes: Choice, share = 1): Prediction => ({
  shape: [s.count],
  data: summed(s.count, s.x.length, (i) => (takes(i) ? (s.dy[i] * s.x[i]) / share : 0)),
});

const gradients = (s: PreluSetting): Predictions => ({
  x: gradientOfX(s, isBelow(s)),
  slope: gradientOfSlope(s, isBelow(s)),
});

type PreluMistake = Mistake<PreluCase, PreluSetting>;

/** Another slope for each element. */
const slopes = (name: string, slopeOf: (s: PreluSetting, i: number) => number): PreluMistake => ({
  name,
  setting: (s) => ({ ...s, slopes: s.slopes.map((_, i) => slopeOf(s, i)) }),
});

/** dslope of other cells, or a share of it. */
const sums = (name: string, slope: (s: PreluSetting) => Prediction): PreluMistake => ({
  name: `the gradient of the slope ${name}`,
  gradient: (s) => ({ ...gradients(s), slope: slope(s) }),
});

const imageOf = (s: PreluSetting, i: number): number => Math.floor((i * s.case.batch) / s.x.length);
const cellsOf = (s: PreluSetting): number => s.x.length / s.case.batch / s.case.channels;

const mistakes: readonly PreluMistake[] = [
  slopes('the slope were ignored: values below 0 gave 0', () => 0),
  slopes('the slope were ignored: values below 0 stayed as they are', () => 1),
  slopes('the slope were 0.25, whatever is given', () => 0.25),
  slopes('the slope of the first channel were used for all', (s) => s.slopes[0]),
  slopes('the slope were that of the next channel', (s, i) => s.slopes[(i + 1) % s.count]),
  slopes('the slope were that of the channel before', (s, i) => s.slopes[(i + s.count - 1) % s.count]),
  slopes('the slopes were taken as if channels came first', (s, i) => s.slopes[Math.floor(i / cellsOf(s)) % s.count]),
  {
    name: 'the slope were applied to values above 0 instead of those below',
    result: (s) => output(s, (x, slope) => (x > 0 ? slope * x : x)),
    gradient: (s) => ({ x: gradientOfX(s, (i) => s.x[i] > 0), slope: gradientOfSlope(s, (i) => s.x[i] > 0) }),
  },
  {
    name: 'the slope were applied to all values',
    result: (s) => output(s, (x, slope) => slope * x),
    gradient: (s) => ({ x: gradientOfX(s, () => true), slope: gradientOfSlope(s, () => true) }),
  },
  {
    name: 'NaN were lost in the comparison with 0',
    isAboutNaN: true,
    result: (s) => output(s, (x, slope) => (x < 0 ? slope * x : x === x ? x : 0)),
  },
  sums('were summed over the first image alone', (s) =>
    gradientOfSlope(s, (i) => isBelow(s)(i) && imageOf(s, i) === 0),
  ),
  sums('were summed over the last image alone', (s) =>
    gradientOfSlope(s, (i) => isBelow(s)(i) && imageOf(s, i) === s.case.batch - 1),
  ),
  sums('were averaged over the images', (s) => gradientOfSlope(s, isBelow(s), s.case.batch)),
  sums('were averaged over images and cells', (s) => gradientOfSlope(s, isBelow(s), s.case.batch * cellsOf(s))),
  sums('took the cells above 0 too', (s) => gradientOfSlope(s, () => true)),
];

/** The case of x and the slope taken apart. */
function setting(
  dialect: PreluSetting['dialect'],
  c: PreluCase,
  layer: PreluSetting['layer'],
  { x, slope, dy }: Operands,
): PreluSetting {
  const count = slope!.data.length;
  return {
    case: c,
    dialect,
    layer,
    x: toDoubles(x.data),
    slopes: Float64Array.from({ length: x.data.length }, (_, i) => slope!.data[i % count]),
    count,
    dy: toDoubles((dy ?? ({ data: new Float64Array() } as Pick<Tensor, 'data'>)).data),
    products: x.data.length,
    cells: x.data.length,
    evaluate: (s) => rectified(s as PreluSetting),
    gradients: (s) => gradients(s as PreluSetting),
    moved: (changed) => gradients(changed as PreluSetting),
  };
}

/** No slope is 1: an engine that forgets it would look like one that keeps the slope of an earlier call. */
const notOne =
  (fill: Fill): Fill =>
  (name, size, draw) =>
    fill(name, size, draw).map((v) => (name === 'slope' && v === 1 ? 10 : v));

export const preluFamily: Family<PreluCase, PreluSetting> = {
  ...sameInEveryDialect,
  place: 7,
  operators: { prelu: { make: prelu } },
  tensors: { x: 'x', slope: 'none', y: 'x', dy: 'x' },
  values: {
    exact: notOne(commonValues.exact),
    negative: notOne(commonValues.negative),
    real: commonValues.real,
    nan: notOne(commonValues.nan),
  },
  attributes: ({ shared }) => ({ shared }),
  input: inputOf,
  caseOf: ({ attributes }, { x: { shape } }) => ({
    batch: shape[0],
    space: shape.slice(1, -1),
    channels: shape[shape.length - 1],
    shared: attributes.shared === true,
    values: 'given',
  }),
  write,
  read: (_, text) => read(text),
  geometry: () => undefined,
  everyday: () => everyday,
  ranges: () => ranges,
  small: () => drawnFrom({ batch: [1, 2], rank: [2, 2], space: [2, 4] }),
  large: () => large,
  traits: ['batch', 'space', 'channels', 'shared', 'values'],
  smaller,
  work: workOf,
  bounds: (_, operands, profile): Readonly<Record<Part, Bound>> =>
    operands.dy
      ? { x: inputGradientBound(operands, profile), slope: slopeGradientBound(operands, profile) }
      : { y: scaled(toDoubles(operands.x.data), operands, (i) => !(operands.x.data[i] < 0), profile) },
  dialects: {
    toeplitz: { prelu: own },
    onnx: { prelu: byShape },
    torch: { prelu: torch },
    tensorflow: { prelu: keras },
    webnn: { prelu: byShape },
    caffe: { prelu: caffe },
  },
  layouts: layouts.x,
  nearest: (_, c) => c,
  /** Where a maximum may lose a NaN, so may a rectifier made of maxima; ONNX says nothing of what is not below 0. */
  keepsNaN: ({ conventions }) => conventions.nan !== 'open',
  mistakes,
  setting,
  answering: (s, _, layer) => ({ ...s, layer }),
};
