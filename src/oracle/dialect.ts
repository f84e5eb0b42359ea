// What a dialect says: how another library names, restricts and rounds what the spec says one way. The data are in dialects.ts.

/** The order of the axes, by default that of the dialect; `HW` stands for all spatial axes. Spec oracle-layout. */
export interface Layout {
  /** Of x, y and their gradients: a permutation of `NHWC` with H and W side by side. Default `'NHWC'`. */
  readonly x?: string;
  /** Of the weight: a permutation of `HWIO` with H and W side by side. Default `'HWIO'`. */
  readonly weight?: string;
  /** Of a depthwise weight; default: that of `weight`. `'HWIM'`: channels and multiplier on axes of their own. */
  readonly depthwise?: string;
  /** Of a weight with groups; default: that of `weight`. Perhaps with an axis `G` for the groups, such as `'GOIHW'`. */
  readonly grouped?: string;
  /** Of a transposed weight, where I are the channels of x and O the filters; default: that of `weight`, exchanged. */
  readonly transposed?: string;
  /** Of a dense weight: `'IO'` or `'OI'`; default: as in `weight`. */
  readonly dense?: string;
}

/** What `ceil` adds: `drop` no window that begins at or beyond n + before; `drop if padded` so if some axis is padded. */
export type CeilRule = 'none' | 'drop' | 'drop if padded' | 'keep';

/** A library's conventions; `'open'`: its makers promise nothing, `'none'`: it cannot be said. Spec dialect-names. */
export interface Dialect {
  /** How tensors arrive unless the engine declares a layout of its own. */
  readonly layout: Readonly<Required<Layout>>;
  /** The operators that can be said, by the names of this library. */
  readonly operators: readonly string[];
  /** What can be said; cases keep to it. */
  readonly limits: {
    readonly groups: boolean;
    /** The words for `same` padding; elsewhere it is written as numbers. */
    readonly same: 'upper, lower' | 'upper' | 'upper at stride 1' | 'none';
    /** The operators whose padding may be numbers. */
    readonly numbers: readonly string[];
    /** Whether the two sides of an axis may differ. */
    readonly sides: 'any' | 'equal';
    /** How wide a pool may be padded: not at all limited, by half of its size, by less than its size. */
    readonly poolPadding: 'any' | 'half' | 'below size';
    readonly dilatedPools: readonly ('max' | 'avg')[];
    readonly strideWithDilation: boolean;
    readonly countPadding: 'either' | 'always' | 'never';
    readonly outputPadding: boolean;
  };
  /** What the results depend on. */
  readonly conventions: {
    readonly ceil: CeilRule;
    /** Whether a NaN under a maximum reaches the output. */
    readonly nan: 'kept' | 'lost' | 'open';
    /** What a maximum and an average over no cell give. */
    readonly emptyMax: number | 'open';
    readonly emptyAvg: number | 'open';
    /** Which of equal maxima takes the gradient. */
    readonly ties: 'first' | 'open';
  };
  /** What a model of that library means when it says nothing; the oracle always says it. */
  readonly defaults: { readonly poolStride: 'size' | 1 | 'none'; readonly countPadding: boolean | 'none' };
}

/** The names of the dialects. */
export const dialectNames = ['toeplitz', 'onnx', 'torch', 'tensorflow', 'webnn', 'caffe'] as const;

export type DialectName = (typeof dialectNames)[number];
