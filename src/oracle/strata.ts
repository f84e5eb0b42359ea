// Where cases are drawn from: ranges for every axis, and the corners that plain ranges seldom meet. Spec oracle-cases.

import type { Family } from './operators.ts';
import type { Values } from './values.ts';

type Range = readonly [least: number, most: number];
export type PaddingKind = 'valid' | 'same-upper' | 'same-lower' | 'explicit';

/** Every axis is drawn by itself from its range. */
export interface Stratum {
  readonly batch: Range;
  readonly space: Range;
  readonly groups: Range;
  readonly channels: Range;
  readonly filters: Range;
  readonly size: Range;
  readonly stride: Range;
  readonly dilation: Range;
  /** Cells on one side, when the padding is explicit. */
  readonly pad: Range;
  readonly padding: readonly PaddingKind[];
  readonly bias: Range;
  readonly ceil: Range;
  readonly countPadding: Range;
  /** Of a transposed convolution; the others have none. */
  readonly outputPadding?: Range;
  readonly values: readonly Values[];
  /** One axis of the window has a single tap. */
  readonly line?: boolean;
}

const free: Stratum = {
  batch: [1, 3],
  space: [1, 9],
  groups: [1, 3],
  channels: [1, 3],
  filters: [1, 3],
  size: [1, 4],
  stride: [1, 3],
  dilation: [1, 3],
  pad: [0, 3],
  padding: ['valid', 'same-upper', 'same-lower', 'explicit'],
  bias: [0, 1],
  ceil: [0, 0],
  countPadding: [0, 1],
  values: ['exact'],
};

const same = ['same-upper', 'same-lower'] as const;

/** Each with the defect that hides there; the shares are those of uniform random cases that show it. */
const windows: readonly Partial<Stratum>[] = [
  {},
  { padding: same, stride: [2, 4], dilation: [1, 1] }, // negative totals (10 %), even sizes
  { padding: ['explicit'], pad: [0, 4], space: [3, 9] }, // four different pads (14 %)
  { size: [1, 1], stride: [2, 3], padding: ['valid'], space: [3, 9] }, // a 1×1 kernel that forgets its stride (4 %)
  { size: [3, 3], dilation: [2, 3], space: [5, 9] }, // 3×3 special kernels that ignore dilation (1 %)
  { line: true, size: [2, 4], padding: same }, // N×1 and 1×N
  { padding: same, size: [2, 3], dilation: [1, 1], stride: [1, 2] }, // the odd cell of the padding
];

const convolutions: readonly Partial<Stratum>[] = [
  ...windows,
  { groups: [1, 1], channels: [5, 9], size: [1, 3], dilation: [1, 1] }, // input channels past a block of 4
  { groups: [1, 1], filters: [5, 9], size: [1, 2], dilation: [1, 1] }, // output channels past a block of 4
  { groups: [2, 3], bias: [1, 1], channels: [1, 4], filters: [2, 4] },
  { values: ['real'] },
  { values: ['nan'] },
  { values: ['infinite'], padding: ['same-upper', 'explicit'], size: [2, 4] }, // 0·∞ over padding, where the engine says which
  { groups: [1, 1], channels: [150, 260], filters: [1, 2], size: [2, 3], space: [3, 5], batch: [1, 1] }, // accumulators of 11 bits
];

/** Larger outputs than inputs: the input is smaller here. */
const transposed: readonly Partial<Stratum>[] = [
  {},
  { padding: same, size: [2, 4], dilation: [1, 1] }, // the odd cell of the crop
  { padding: ['valid', 'explicit'], stride: [2, 4], outputPadding: [1, 3], pad: [0, 2] },
  { padding: ['explicit'], pad: [0, 4], size: [2, 4] },
  { padding: ['valid', 'explicit'], size: [3, 4], dilation: [2, 3], pad: [0, 1] }, // the size of a dilated kernel
  { groups: [2, 3], bias: [1, 1], channels: [1, 4], filters: [2, 4] },
  { groups: [1, 1], channels: [5, 9], size: [1, 3] },
  { groups: [1, 1], filters: [5, 9], size: [1, 3] },
  { values: ['real'] },
  { values: ['nan'] },
];

const pools: readonly Partial<Stratum>[] = [
  ...windows,
  { ceil: [1, 1], stride: [3, 4], size: [1, 3], padding: ['valid', 'explicit'], pad: [0, 1] }, // windows that begin beyond the image
  { ceil: [1, 1], stride: [2, 3], size: [2, 3], dilation: [1, 1], padding: ['valid', 'explicit'], pad: [0, 1] },
  { ceil: [1, 1], stride: [1, 3], size: [3, 4], padding: ['explicit'], pad: [0, 2] },
  {
    size: [4, 5],
    stride: [1, 1],
    dilation: [1, 1],
    padding: ['explicit'],
    pad: [2, 3],
    space: [4, 9],
    countPadding: [0, 0],
  }, // padding > stride
  { values: ['negative'] },
  { values: ['real'] },
  { values: ['nan'], size: [2, 3], dilation: [1, 1] },
  { groups: [5, 9] },
];

/** A window of 4096 equal cells: a sum kept in 11 bits stops at 2048. */
const wide: Partial<Stratum> = {
  batch: [1, 1],
  space: [64, 64],
  size: [64, 64],
  groups: [1, 1],
  stride: [1, 1],
  dilation: [1, 1],
  padding: ['valid'],
  values: ['ones'],
};

const perChannel = { groups: [1, 4], channels: [1, 1] } as const;
const pooling = { ...perChannel, filters: [1, 1], bias: [0, 0] } as const;

/** The strata of a family, in the order in which cases walk them. */
export function strataOf(family: Family, rank: number, gradient: boolean): readonly Stratum[] {
  const all = (list: readonly Partial<Stratum>[], base: Partial<Stratum>): Stratum[] =>
    list.map((each) => ({ ...free, ...base, ...each }));
  // A maximum's ties are a convention: where the gradient follows them, no two cells are equal.
  if (gradient && family === 'max')
    return all(windows, { ...pooling, values: ['distinct'] }).map((each) => ({ ...each, values: ['distinct'] }));
  if (family === 'conv') return all(convolutions, rank === 3 ? { space: [1, 5] } : {});
  if (family === 'transpose') return all(transposed, { space: rank === 3 ? [1, 3] : [1, 6], outputPadding: [0, 1] });
  if (family === 'depthwise')
    return [
      ...all(windows, perChannel),
      ...all(
        [
          { groups: [2, 9], filters: [2, 3], bias: [1, 1] },
          { values: ['real'] },
          { values: ['nan'] },
          { groups: [5, 9] },
        ],
        perChannel,
      ).map((each) => ({ ...each, channels: [1, 1] as const })),
    ];
  if (family === 'dense')
    return all([{}, { batch: [4, 9] }, { values: ['real'] }, { channels: [250, 500] }], {
      groups: [1, 1],
      channels: [1, 9],
      filters: [1, 9],
    });
  return all(family === 'avg' && rank === 2 ? [...pools, wide] : pools, pooling);
}

/** Where the other axes of a case with a large one are drawn from. Spec oracle-sizes. */
export function smallOf(family: Family, rank: number, gradient: boolean): Stratum {
  const isPool = family === 'max' || family === 'avg';
  return {
    ...free,
    space: rank === 3 ? [2, 4] : [3, 6],
    size: [1, 3],
    stride: [1, 2],
    dilation: [1, 2],
    pad: [0, 1],
    batch: [1, 2],
    ...(isPool ? pooling : family === 'depthwise' ? perChannel : family === 'dense' ? { groups: [1, 1] } : {}),
    ...(isPool && { ceil: [0, 1] }),
    ...(family === 'transpose' && { outputPadding: [0, 1], space: rank === 3 ? [1, 2] : [1, 4] }),
    values: [gradient && family === 'max' ? 'distinct' : 'exact'],
  };
}
