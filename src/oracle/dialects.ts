// The dialects: how other libraries name, restrict and round what the spec says one way. Data, and nothing but data.
// Where each value comes from stands in spec/dialects.md, whose table is made of these.

import { SpecError, show, wrongType } from '../errors.ts';
import type { Layout } from './engine.ts';
import { operators } from './operators.ts';

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

export type DialectName = 'toeplitz' | 'onnx' | 'torch' | 'tensorflow' | 'webnn' | 'caffe';

const all = Object.keys(operators);
const channelsFirst = { x: 'NCHW', weight: 'OIHW', depthwise: 'OIHW' } as const;
/** What a maximum starts from in Caffe: −FLT_MAX. */
const LOWEST = -3.4028234663852886e38;

const toeplitz: Dialect = {
  layout: { x: 'NHWC', weight: 'HWIO', depthwise: 'HWIO' },
  operators: all,
  limits: {
    groups: true,
    same: 'upper, lower',
    numbers: all,
    sides: 'any',
    poolPadding: 'any',
    dilatedPools: ['max', 'avg'],
    strideWithDilation: true,
    countPadding: 'either',
    outputPadding: true,
  },
  conventions: { ceil: 'drop', nan: 'kept', emptyMax: -Infinity, emptyAvg: NaN, ties: 'first' },
  defaults: { poolStride: 'size', countPadding: false },
};

const onnx: Dialect = {
  layout: channelsFirst,
  operators: all,
  limits: { ...toeplitz.limits, poolPadding: 'below size' },
  conventions: { ceil: 'drop', nan: 'open', emptyMax: 'open', emptyAvg: 'open', ties: 'open' },
  defaults: { poolStride: 1, countPadding: false },
};

const torch: Dialect = {
  layout: channelsFirst,
  operators: all,
  limits: { ...toeplitz.limits, same: 'upper at stride 1', sides: 'equal', poolPadding: 'half', dilatedPools: ['max'] },
  conventions: { ceil: 'drop', nan: 'kept', emptyMax: -Infinity, emptyAvg: 'open', ties: 'first' },
  defaults: { poolStride: 'size', countPadding: true },
};

const tensorflow: Dialect = {
  layout: { x: 'NHWC', weight: 'HWIO', depthwise: 'HWIM' },
  operators: all.filter((op) => !/^depthwiseConv[13]d$/.test(op)),
  limits: {
    groups: false,
    same: 'upper',
    numbers: ['conv2d', 'depthwiseConv2d', 'convTranspose2d', 'maxPool2d'],
    sides: 'any',
    poolPadding: 'below size',
    dilatedPools: [],
    strideWithDilation: false,
    countPadding: 'never',
    outputPadding: true,
  },
  conventions: { ceil: 'none', nan: 'open', emptyMax: 'open', emptyAvg: 'open', ties: 'open' },
  defaults: { poolStride: 'none', countPadding: 'none' },
};

const webnn: Dialect = {
  layout: channelsFirst,
  operators: all.filter((op) => op.endsWith('2d') || op === 'dense'),
  limits: { ...toeplitz.limits, same: 'none', countPadding: 'never' },
  conventions: { ceil: 'keep', nan: 'open', emptyMax: 'open', emptyAvg: 'open', ties: 'open' },
  defaults: { poolStride: 1, countPadding: 'none' },
};

const caffe: Dialect = {
  layout: channelsFirst,
  operators: all.filter((op) => !/Pool[13]d$/.test(op)),
  limits: {
    ...toeplitz.limits,
    same: 'none',
    sides: 'equal',
    poolPadding: 'below size',
    dilatedPools: [],
    countPadding: 'always',
    outputPadding: false,
  },
  conventions: { ceil: 'drop if padded', nan: 'lost', emptyMax: LOWEST, emptyAvg: 'open', ties: 'first' },
  defaults: { poolStride: 1, countPadding: 'none' },
};

function frozen<T extends object>(value: T): T {
  for (const each of Object.values(value)) if (typeof each === 'object' && each !== null) frozen(each);
  return Object.freeze(value);
}

/**
 * The conventions of other libraries, by name: what an engine that declares `dialect` is asked, and judged by.
 * Spec dialect-names.
 *
 * @example
 * dialects.caffe.conventions.ceil // drop if padded
 */
export const dialects: Readonly<Record<DialectName, Dialect>> = frozen({
  toeplitz,
  onnx,
  torch,
  tensorflow,
  webnn,
  caffe,
});

export const dialectNames = Object.keys(dialects) as readonly DialectName[];

/** Spec dialect-names: a name of the list, and operators that the dialect has. */
export function readDialect(name: unknown = 'toeplitz', ops: readonly string[] = []): DialectName {
  if (typeof name !== 'string') throw wrongType('dialect-names', `engine: dialect must be a string, got ${show(name)}`);
  if (!Object.hasOwn(dialects, name))
    throw new SpecError(
      'dialect-names',
      `engine: dialect must be one of ${dialectNames.join(', ')}, got ${show(name)}`,
    );
  const strange = ops.find((op) => !dialects[name as DialectName].operators.includes(op));
  if (strange !== undefined)
    throw new SpecError('dialect-names', `engine: the dialect '${name}' must have the operators, got ${show(strange)}`);
  return name as DialectName;
}
