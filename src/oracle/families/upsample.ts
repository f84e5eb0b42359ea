// Upsampling by the nearest cell, or linearly between two.

import { type Coordinates, upsample } from '../../ops/upsample.ts';
import type { Shape } from '../../tensor.ts';
import { absent } from '../family.ts';
import { type ShapedCase, shapedRanges } from '../shapes/case.ts';
import { axesIn, overImages, shapedFamily } from '../shapes/family.ts';
import { eachGradient, inputTensor, type ShapedMistake } from '../shapes/setting.ts';
import { said } from './common.ts';
import { type Upsample, upsampleBounds } from './upsample-bounds.ts';

type UpsampleCase = ShapedCase<Upsample>;

const scalesOf = ({ scale, space }: UpsampleCase): readonly number[] =>
  space.map((_, i) => (typeof scale === 'number' ? scale : scale[i]));

/** The scales that give an axis so many cells. */
const scalesFor = (size: number | readonly number[], x: Shape): readonly number[] =>
  x.slice(1, -1).map((n, i) => (typeof size === 'number' ? size : size[i]) / n);

const onnxCoordinates: Readonly<Record<Coordinates, string>> = {
  'half-pixel': 'half_pixel',
  'half-pixel-or-first': 'pytorch_half_pixel',
  'half-pixel-start': 'tf_half_pixel_for_nn',
  asymmetric: 'asymmetric',
  'align-corners': 'align_corners',
};

const isExactly = (c: UpsampleCase): boolean => scalesOf(c).every((scale, i) => Number.isInteger(c.space[i] * scale));

const torchModes = ['linear', 'bilinear', 'trilinear'];

/** What torch has: nearest by asymmetric places or by centres, linear by centres or corners. */
function inTorch(c: UpsampleCase): UpsampleCase {
  if (c.mode === 'linear') return c.coordinates === 'align-corners' ? c : { ...c, coordinates: 'half-pixel' };
  const isByCentres = c.coordinates === 'half-pixel' && c.rounding === 'prefer-ceil';
  return isByCentres ? c : { ...c, coordinates: 'asymmetric', rounding: 'floor' };
}

/** Images of a given size, by centres. */
function inTensorflow(c: UpsampleCase): UpsampleCase {
  const image = { ...overImages(c), scale: c.space.length === 2 ? c.scale : 2 } as const;
  const whole = isExactly(image) ? image : { ...image, scale: 2 };
  return { ...whole, coordinates: 'half-pixel', ...(c.mode === 'nearest' && { rounding: 'prefer-ceil' as const }) };
}

type UpsampleMistake = ShapedMistake<Upsample>;

const other = (name: string, change: (c: UpsampleCase) => Partial<Upsample>): UpsampleMistake => ({
  name,
  instead(c) {
    const changed = { ...c, ...change(c) };
    return JSON.stringify(changed) === JSON.stringify(c) ? undefined : changed;
  },
});

const lying = (name: string, coordinates: Coordinates): UpsampleMistake =>
  other(`the cells lay ${name}, whatever is given`, () => ({ coordinates }));

export const upsampleFamily = shapedFamily<Upsample>({
  place: 42,
  name: 'upsample',
  make: upsample,
  inCall: `scale: a number, or one for each axis of space; mode: 'nearest', 'linear';
    coordinates, rounding: see spec/resampling.md, upsample-coordinates`,
  own: {
    scale: { letter: 's', values: [2, 3, 1.5, 0.5, 4, [2, 1], [1, 3], [3, 2, 1]], refused: [0, -1] },
    mode: { letter: 'm', values: ['nearest', 'linear'] },
    coordinates: {
      letter: 'o',
      values: ['half-pixel', 'asymmetric', 'align-corners', 'half-pixel-or-first', 'half-pixel-start'],
    },
    rounding: { letter: 'r', values: ['prefer-floor', 'prefer-ceil', 'floor', 'ceil'] },
  },
  ownOf: ({ size, ...attributes }, x) => ({
    ...(attributes as unknown as Upsample),
    ...(size !== undefined && { scale: scalesFor(size as number | readonly number[], x) }),
  }),
  tensors: { y: 'x', dy: 'x' },
  everyday: [
    [[1, 4, 4, 8], 'exact'],
    [[1, 4, 5, 3], 'exact', { scale: 2, mode: 'nearest', coordinates: 'asymmetric', rounding: 'floor' }],
    [[2, 4, 5, 3], 'real', { scale: 2, mode: 'linear', coordinates: 'half-pixel', rounding: 'prefer-floor' }],
    [[1, 3, 4, 4], 'real', { scale: 4, mode: 'linear', coordinates: 'align-corners', rounding: 'prefer-floor' }],
  ],
  within: { rank: [1, 3] },
  ranges: [
    ...shapedRanges.filter(({ space }) => !space).map(({ rank: _, ...each }) => each),
    { rank: [2, 2], own: { mode: ['linear'] } },
    { rank: [1, 2], own: { scale: [3, 1.5] } },
  ],
  bounds: upsampleBounds,
  words: {
    onnx: said((c, layout) => {
      const scales = [...scalesOf(c)];
      return {
        mode: c.mode,
        scales: axesIn(c, layout).map((axis) => (axis === 'S' ? scales.shift() : 1)),
        coordinate_transformation_mode: onnxCoordinates[c.coordinates],
        nearest_mode: c.rounding.startsWith('prefer') ? `round_${c.rounding.replace('-', '_')}` : c.rounding,
      };
    }),
    torch: said((c) => ({
      scale_factor: scalesOf(c),
      mode:
        c.mode === 'linear'
          ? torchModes[c.space.length - 1]
          : c.coordinates === 'asymmetric'
            ? 'nearest'
            : 'nearest-exact',
      ...(c.mode === 'linear' && { align_corners: c.coordinates === 'align-corners' }),
    })),
    tensorflow: said((c) => ({
      size: scalesOf(c).map((scale, i) => c.space[i] * scale),
      method: c.mode === 'linear' ? 'bilinear' : 'nearest',
      antialias: false,
    })),
    webnn: said((c, layout) => ({
      mode: 'linear',
      scales: scalesOf(c),
      axes: axesIn(c, layout).flatMap((axis, at) => (axis === 'S' ? [at] : [])),
    })),
    caffe: absent,
  },
  nearest: {
    onnx: (c) => (c.coordinates === 'half-pixel-start' && c.mode === 'linear' ? { ...c, mode: 'nearest' } : c),
    torch: inTorch,
    tensorflow: inTensorflow,
    webnn: (c) => ({ ...inTensorflow(c), mode: 'linear' }),
  },
  mistakes: [
    other('the nearest cell were taken, whatever the mode', () => ({ mode: 'nearest' })),
    other('cells were mixed, whatever the mode', () => ({ mode: 'linear' })),
    lying('at their centres', 'half-pixel'),
    lying('at their first corners', 'asymmetric'),
    lying('from corner to corner', 'align-corners'),
    other('halves went up', (c) => (c.rounding === 'prefer-floor' ? { rounding: 'prefer-ceil' } : {})),
    other('halves went down', (c) => (c.rounding === 'prefer-ceil' ? { rounding: 'prefer-floor' } : {})),
    other('places were rounded down, whatever is given', () => ({ rounding: 'floor' })),
    other('places were rounded up, whatever is given', () => ({ rounding: 'ceil' })),
    other('the axes of space were taken in the opposite order', (c) =>
      typeof c.scale === 'number' ? {} : { scale: c.scale.toReversed() },
    ),
    {
      name: 'the gradient were divided by the cells of y for one of x',
      gradient: (s) => eachGradient(s, 'x', (d) => (d * s.x.length) / s.dy.length),
    },
    {
      name: 'the gradient were that of the nearest cell',
      gradient(s) {
        if (s.case.mode === 'nearest') return undefined;
        const { scale, coordinates } = s.case;
        const { data } = upsample({ scale, coordinates }).vjp(inputTensor(s), {})[1]({
          shape: s.layer.shape(inputTensor(s).shape),
          data: s.dy,
        }).x;
        return eachGradient(s, 'x', (_, i) => data[i]);
      },
    },
    {
      name: 'every image were the first',
      setting: (s) =>
        s.case.batch > 1 ? { ...s, x: s.x.map((_, i) => s.x[i % (s.x.length / s.case.batch)]) } : undefined,
    },
  ],
});
