// What pools over all of space share: one number for each image and channel, words, and mistakes.

import { type Shape, sizeOf } from '../../tensor.ts';
import type { Dialect } from '../dialect.ts';
import type { Words } from '../family.ts';
import { inputOf, type ShapedCase, type ShapedRanges } from '../shapes/case.ts';
import { axesIn, overImages } from '../shapes/family.ts';
import type { ShapedMistake, ShapedSetting } from '../shapes/setting.ts';
import { said } from './common.ts';

export interface Keep {
  readonly keep: boolean;
}

export type GlobalMistake = ShapedMistake<Keep>;

export const sizesOf = (s: ShapedSetting) => ({ N: s.case.batch, P: sizeOf(s.case.space), C: s.case.channels });

/** An element of y for each of x. */
export function spread(x: Shape, dy: ArrayLike<number>): Float64Array {
  const [N, C, size] = [x[0], x[x.length - 1], sizeOf(x)];
  return Float64Array.from({ length: size }, (_, i) => dy[Math.floor((i * N) / size) * C + (i % C)]);
}

/** Ids without it are older than the attribute. */
export const ownKeep = { keep: { letter: 'k', values: [false, true], isLater: true } } as const;

/** y with axes of size 1 for the spatial ones. */
function kept(c: ShapedCase, layout: Required<Dialect['layout']>): Record<'y' | 'dy', Shape> {
  const cells: Readonly<Record<string, number>> = { N: c.batch, C: c.channels, S: 1 };
  const shape = axesIn(c, layout).map((axis) => cells[axis]);
  return { y: shape, dy: shape };
}

export const keptIfSaid: Words<ShapedCase<Keep>>['shapes'] = (c, layout) => (c.keep ? kept(c, layout) : {});

/** The words for an average or a maximum. */
export const globalWords = (pool: 'AVE' | 'MAX') => {
  const withAxes = { shapes: kept };
  const caffe: Words<ShapedCase<Keep>> = { ...said(() => ({ pool, global_pooling: true })), ...withAxes };
  return {
    onnx: { ...said(() => ({})), ...withAxes },
    torch: { ...said((c: ShapedCase) => ({ output_size: c.space.map(() => 1) })), ...withAxes },
    tensorflow: { ...said<ShapedCase<Keep>>(({ keep }) => ({ keepdims: keep })), shapes: keptIfSaid },
    webnn: { ...said(() => ({ layout: 'nchw' })), ...withAxes },
    caffe,
  };
};

export const images = { webnn: overImages, caffe: overImages } as const;

export const ranged: Partial<ShapedRanges<never>> = { rank: [1, 3] };

/** Of outputs over all of space; `low` is what leaves no trace in them. */
export const overSpace = (low: number): readonly GlobalMistake[] => [
  {
    name: 'the last row and column were left out',
    setting(s) {
      const space = s.case.space;
      const isLast = (i: number): boolean => {
        let p = Math.floor(i / s.case.channels);
        return space.toReversed().some((n) => {
          const at = p % n;
          p = Math.floor(p / n);
          return n > 1 && at === n - 1;
        });
      };
      return { ...s, x: s.x.map((x, i) => (isLast(i) ? low : x)) };
    },
  },
  {
    name: 'every image were the first',
    setting: (s) =>
      s.case.batch > 1 ? { ...s, x: s.x.map((_, i) => s.x[i % (s.x.length / s.case.batch)]) } : undefined,
  },
  {
    name: 'x were taken as if channels came first',
    result(s) {
      const { N, P, C } = sizesOf(s);
      if (P === 1 || C === 1) return undefined;
      const turned = s.x.map((_, i) => s.x[Math.floor(i / (P * C)) * P * C + (i % C) * P + (Math.floor(i / C) % P)]);
      const { data } = s.layer.forward({ shape: [N, P, C], data: turned }, {});
      return { shape: s.layer.shape(inputOf(s.case)), data: Float64Array.from(data) };
    },
  },
];

/** Layers that nets have. */
export const everyday = [
  [[1, 7, 7, 16], 'exact'],
  [[2, 4, 4, 8], 'exact'],
  [[2, 3, 5, 4], 'real'],
] as const;
