// One layer of any kind with any counts on both sides, and something around it that changes where its tensors lie.

import fc from 'fast-check';
import type { Layer, Shape } from '../../src/index.ts';
import { sizeOf } from '../../src/tensor.ts';
import type { PaddingArgument } from '../../src/window.ts';

export type Library = typeof import('../../src/index.ts');

/** The largest count on either side of a layer: beyond the largest blocks of channels, twice. */
export const MOST = 70;

export const kinds = [
  'conv',
  'trueConv',
  'winograd',
  'grouped',
  'depthwise',
  'transposed',
  'transposed in groups',
  'dense',
  'maxPool',
  'avgPool',
  'globalPool',
  'lrn',
] as const;

/** What lies around the layer, by what it does to the layer's tensors. */
export const surroundings = [
  'nothing',
  'finished by a norm and a rectifier',
  'read from zeros around a result',
  'written into zeros around it',
  'added to itself',
  'written into a concatenation',
  'read from a concatenation',
  'read by a dense layer',
] as const;

export interface Recipe {
  readonly kind: (typeof kinds)[number];
  readonly around: (typeof surroundings)[number];
  readonly batch: number;
  readonly space: readonly number[];
  readonly channels: number;
  readonly filters: number;
  readonly size: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly padding: PaddingArgument;
  readonly bias: boolean;
  readonly im2col: boolean;
  /** Draws what else there is to choose. */
  readonly choice: number;
}

const divisorsOf = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1).filter((d) => n % d === 0);

function layerOf(t: Library, r: Recipe): Layer {
  const rank = r.space.length - 1;
  const { filters, size, stride, dilation, padding, bias } = r;
  const window = { size, stride, dilation, padding };
  const algorithm = r.im2col ? 'im2col' : 'auto';
  const divisors = divisorsOf(r.channels);
  const groups = divisors[r.choice % divisors.length];
  const grouped = { groups, filters: groups * Math.max(1, Math.floor(filters / groups)) };
  const near = { ...window, stride: 1 + (r.choice % 2), padding: size.map((n, i) => Math.floor(n / 2) * dilation[i]) };
  switch (r.kind) {
    case 'conv':
      return [t.conv1d, t.conv2d, t.conv3d][rank]({ ...window, filters, bias, algorithm });
    case 'trueConv':
      return [t.trueConv1d, t.trueConv2d, t.conv3d][rank]({ ...window, filters, bias, algorithm });
    case 'winograd':
      return t.conv2d({
        size: 3,
        padding: padding === 'same' ? 'same' : r.choice % 3,
        filters,
        bias,
        algorithm: 'winograd',
      });
    case 'grouped':
      return [t.conv1d, t.conv2d, t.conv3d][rank]({ ...window, ...grouped, bias, algorithm });
    case 'depthwise': {
      const depthwise = [t.depthwiseConv1d, t.depthwiseConv2d, t.depthwiseConv3d][rank];
      return depthwise({ ...window, multiplier: 1 + (r.choice % 6), bias, algorithm });
    }
    case 'transposed':
      return [t.convTranspose1d, t.convTranspose2d, t.convTranspose3d][rank]({ ...window, filters, bias });
    case 'transposed in groups':
      return [t.convTranspose1d, t.convTranspose2d, t.convTranspose3d][rank]({ ...window, ...grouped, bias });
    case 'dense':
      return t.dense({ units: filters, bias });
    case 'maxPool':
      return [t.maxPool1d, t.maxPool2d, t.maxPool3d][rank]({ ...near, ceil: r.im2col });
    case 'avgPool':
      return [t.avgPool1d, t.avgPool2d, t.avgPool3d][rank]({ ...near, ceil: r.im2col, countPadding: bias });
    case 'globalPool':
      return bias ? t.globalAvgPool() : t.globalMaxPool();
    case 'lrn':
      return t.lrn({ size: 1 + (r.choice % 7), alpha: 0.5 });
  }
}

/** A convolution that keeps the cells; it reads zeros around them. */
const keeping = (t: Library, x: Shape, filters: number, size = 1): Layer =>
  x.length === 2
    ? t.dense({ units: filters })
    : [t.conv1d, t.conv2d, t.conv3d][x.length - 3]({ filters, size, padding: 'same' });

function surrounded(t: Library, r: Recipe, layer: Layer): Layer {
  const x = shapeOf(r);
  const y = layer.shape(x);
  const other = 1 + (r.choice % 9);
  switch (r.around) {
    case 'nothing':
      return layer;
    case 'finished by a norm and a rectifier':
      return t.chain([layer, t.frozenNorm(), t.relu()]);
    case 'read from zeros around a result':
      return t.chain([keeping(t, x, r.channels), t.relu(), layer]);
    case 'written into zeros around it':
      return t.chain([layer, keeping(t, y, other, 3)]);
    case 'added to itself':
      return t.chain([t.sum([layer, t.chain([t.relu(), layer]), layer]), t.relu()]);
    case 'written into a concatenation':
      return t.chain([t.concat([t.chain([layer, keeping(t, y, other)]), layer, t.chain([t.relu(), layer])]), t.relu()]);
    case 'read from a concatenation': {
      const isKeeping = x.slice(0, -1).every((cells, i) => cells === y[i]) && x.length === y.length;
      const branch = isKeeping ? layer : keeping(t, x, other);
      const concat = t.concat([t.identity(), t.chain([t.relu(), branch]), branch]);
      return t.chain([keeping(t, x, r.channels), concat, keeping(t, x, r.channels), layer]);
    }
    case 'read by a dense layer':
      return t.chain([layer, t.flatten(), t.dense({ units: other })]);
  }
}

const spaceOf = (r: Recipe): readonly number[] => (r.kind === 'dense' ? [] : r.space);

const shapeOf = (r: Recipe): Shape => [r.batch, ...spaceOf(r), r.channels];

/** The net of a recipe; one that is too large to compare quickly gets less space, one that does not fit other padding. */
export function netOf(t: Library, r: Recipe): { net: Layer; shape: Shape } {
  const shape = shapeOf(r);
  const [most, longest] = [Math.max(...r.space), Math.max(...r.size)];
  const halved = (list: readonly number[], largest: number) => list.with(list.indexOf(largest), largest >> 1);
  const smaller = () =>
    netOf(t, most > 1 ? { ...r, space: halved(r.space, most) } : { ...r, size: halved(r.size, longest) });
  try {
    const net = surrounded(t, r, layerOf(t, r));
    const isSmall = net.cost(shape) <= 1e5 && sizeOf(net.shape(shape)) <= 1e4;
    return isSmall || (most === 1 && longest === 1) ? { net, shape } : smaller();
  } catch (error) {
    if (!(error instanceof t.SpecError) || r.padding === 'same') throw error;
    return netOf(t, { ...r, padding: 'same' });
  }
}

const counts = fc.integer({ min: 1, max: MOST });
const perAxis = (most: number) =>
  fc.array(fc.oneof(fc.constant(1), fc.integer({ min: 1, max: most })), { minLength: 3, maxLength: 3 });
const edges = fc.oneof(
  fc.constantFrom<PaddingArgument>('valid', 'same', 'same-lower'),
  fc.array(fc.tuple(fc.nat(2), fc.nat(2)), { minLength: 3, maxLength: 3 }),
);

/** Recipes with `fixed` in them; the space may have any axis at 1, and three at most. */
export const recipes = (fixed: Partial<Recipe> = {}): fc.Arbitrary<Recipe> =>
  fc
    .record({
      kind: fc.constantFrom(...kinds),
      around: fc.constantFrom(...surroundings),
      batch: fc.integer({ min: 1, max: 2 }),
      rank: fc.integer({ min: 1, max: 3 }),
      space: perAxis(9),
      channels: counts,
      filters: counts,
      size: fc.oneof({ weight: 9, arbitrary: perAxis(4) }, { weight: 1, arbitrary: perAxis(40) }),
      stride: perAxis(3),
      dilation: perAxis(2),
      padding: edges,
      bias: fc.boolean(),
      im2col: fc.boolean(),
      choice: fc.nat(5039),
    })
    .map(({ rank, ...drawn }) => {
      const recipe = { ...drawn, ...fixed };
      const axes = recipe.kind === 'winograd' ? 2 : rank;
      const cut = <T>(values: T): T => (Array.isArray(values) ? (values.slice(0, axes) as T) : values);
      return {
        ...recipe,
        space: cut(recipe.space),
        size: cut(recipe.size),
        stride: cut(recipe.stride),
        dilation: cut(recipe.dilation),
        padding: cut(recipe.padding),
      };
    });
