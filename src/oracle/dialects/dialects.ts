// The dialects: how other libraries name, restrict and round what the spec says one way. Data, and nothing but data.
// Where each value comes from stands in spec/dialects.md, whose table is made of these.

import { SpecError, show, wrongType } from '../../errors.ts';
import { type Dialect, type DialectName, dialectNames } from '../dialect.ts';
import { operators } from '../families/index.ts';
import { absent } from '../family.ts';
import { ownLayout, readLayout } from './layout.ts';

/** A dialect without what its families decide. */
type Conventions = Omit<Dialect, 'operators' | 'limits'> & { readonly limits: Omit<Dialect['limits'], 'numbers'> };

const channelsFirst = readLayout({ x: 'NCHW', weight: 'OIHW' });
/** What a maximum starts from in Caffe: −FLT_MAX. */
const LOWEST = -3.4028234663852886e38;

const toeplitz: Conventions = {
  layout: ownLayout,
  limits: {
    groups: true,
    same: 'upper, lower',
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

const onnx: Conventions = {
  layout: channelsFirst,
  limits: { ...toeplitz.limits, poolPadding: 'below size' },
  conventions: { ceil: 'drop', nan: 'open', emptyMax: 'open', emptyAvg: 'open', ties: 'open' },
  defaults: { poolStride: 1, countPadding: false },
};

const torch: Conventions = {
  layout: channelsFirst,
  limits: { ...toeplitz.limits, same: 'upper at stride 1', sides: 'equal', poolPadding: 'half', dilatedPools: ['max'] },
  conventions: { ceil: 'drop', nan: 'kept', emptyMax: -Infinity, emptyAvg: 'open', ties: 'first' },
  defaults: { poolStride: 'size', countPadding: true },
};

const tensorflow: Conventions = {
  layout: readLayout({ depthwise: 'HWIM' }),
  limits: {
    groups: false,
    same: 'upper',
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

const webnn: Conventions = {
  layout: channelsFirst,
  limits: { ...toeplitz.limits, same: 'none', countPadding: 'never' },
  conventions: { ceil: 'keep', nan: 'open', emptyMax: 'open', emptyAvg: 'open', ties: 'open' },
  defaults: { poolStride: 1, countPadding: 'none' },
};

const caffe: Conventions = {
  layout: channelsFirst,
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

/** The conventions, and what the families decide: which operators can be said, and which of them pad by numbers. */
function dialectOf(name: DialectName, { limits, ...rest }: Conventions): Dialect {
  const all = Object.entries(operators).map(([op, { family }]) => [op, family.dialects[name]?.[op] ?? absent] as const);
  const isInWords = all.some(([, words]) => words !== absent && words.padding === 'words');
  const byNumbers = all.filter(([, words]) => words !== absent && words.padding === 'numbers');
  return {
    ...rest,
    operators: all.flatMap(([op, words]) => (words === absent ? [] : [op])),
    limits: { ...limits, numbers: (isInWords ? byNumbers : all).map(([op]) => op) },
  };
}

const conventions = { toeplitz, onnx, torch, tensorflow, webnn, caffe } satisfies Record<DialectName, Conventions>;

/**
 * The conventions of other libraries, by name: what an engine that declares `dialect` is asked, and judged by.
 * Spec dialect-names.
 *
 * @example
 * dialects.caffe.conventions.ceil // drop if padded
 */
export const dialects: Readonly<Record<DialectName, Dialect>> = frozen(
  Object.fromEntries(dialectNames.map((name) => [name, dialectOf(name, conventions[name])])) as Record<
    DialectName,
    Dialect
  >,
);

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
