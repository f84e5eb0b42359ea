// The p-norm over all of space.

import { globalLpPool } from '../../ops/other-lp-pools.ts';
import type { Shape } from '../../tensor.ts';
import { sizeOf } from '../../tensor.ts';
import { absent } from '../family.ts';
import { inputOf, shapedRanges } from '../shapes/case.ts';
import { shapedFamily } from '../shapes/family.ts';
import type { ShapedMistake, ShapedSetting } from '../shapes/setting.ts';
import { said } from './common.ts';
import { globalWords, type Keep, keptIfSaid, overSpace, ranged } from './global-pools.ts';
import { lpBounds } from './lp-bounds.ts';
import { lpMistakes } from './lp-mistakes.ts';

interface Norm extends Keep {
  readonly p: number;
}

/** The places of the cells of each image and channel. */
function windowsOf(x: Shape): number[][] {
  const [N, C, I] = [x[0], x[x.length - 1], sizeOf(x.slice(1, -1))];
  return Array.from({ length: N * C }, (_, i) =>
    Array.from({ length: I }, (_, cell) => (Math.floor(i / C) * I + cell) * C + (i % C)),
  );
}

const other = (name: string, change: (p: number) => number): ShapedMistake<Norm> => ({
  name,
  instead: (c) => (change(c.p) === c.p ? undefined : { ...c, p: change(c.p) }),
});

export const globalLpPoolFamily = shapedFamily<Norm>({
  place: 41,
  name: 'globalLpPool',
  make: globalLpPool,
  inCall: 'p, keep: y is [n, 1, 1, c], else [n, c]',
  own: { p: { letter: 'p', values: [2, 1, 3, 1.5], refused: [0, 0.5] }, keep: { letter: 'k', values: [false, true] } },
  shapes: keptIfSaid as never,
  tensors: { y: 'none', dy: 'none' },
  everyday: [
    [[1, 7, 7, 16], 'exact'],
    [[2, 4, 4, 8], 'exact', { p: 1, keep: true }],
    [[2, 3, 5, 4], 'real', { p: 2, keep: true }],
    [[2, 3, 5, 4], 'real', { p: 3, keep: false }],
  ],
  ranges: [...shapedRanges, { values: 'large' }],
  within: ranged,
  bounds: ({ attributes }, operands, profile) =>
    lpBounds(windowsOf(operands.x.shape), attributes.p as number, operands, profile),
  words: {
    onnx: { ...globalWords('MAX').onnx, ...said(({ p }) => ({ p })) },
    torch: absent,
    tensorflow: absent,
    webnn: absent,
    caffe: absent,
  },
  /** Its power is a whole number. */
  nearest: { onnx: (c) => (Number.isInteger(c.p) ? c : { ...c, p: 2 }) },
  mistakes: [
    ...lpMistakes((s: ShapedSetting<Norm>) => windowsOf(inputOf(s.case))),
    other('the power were 2, whatever is given', () => 2),
    other('the power were one more', (p) => p + 1),
    ...(overSpace(0) as unknown as readonly ShapedMistake<Norm>[]),
  ],
});
