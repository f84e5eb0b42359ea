// Cases: a layer, an input that fits it, its parameters and a gradient at its output, drawn together.

import { finiteNumber, known, oneOf, wholeNumber } from '../attributes.ts';
import { checkLayer } from '../layer/check-layer.ts';
import type { Layer, Params } from '../layer/layer.ts';
import {
  type ConvAttributes,
  conv1d,
  conv2d,
  conv3d,
  depthwiseConv1d,
  depthwiseConv2d,
  depthwiseConv3d,
} from '../ops/convolution.ts';
import { dense } from '../ops/dense.ts';
import { avgPool1d, avgPool2d, avgPool3d, maxPool1d, maxPool2d, maxPool3d } from '../ops/pool.ts';
import type { ElementType, Shape, Tensor } from '../tensor.ts';
import fc from './install-fast-check.ts';
import { checkDrawn, paramsOf, tensors, wholeNumbers } from './numbers.ts';
import { windowCases } from './windows.ts';

/** One call of a layer. `layer.name` and `layer.attributes` (complete) say which operator it is. */
export interface Case {
  readonly layer: Layer;
  readonly x: Tensor;
  readonly params: Params<Tensor>;
  /** A gradient at the output: of the output's shape. */
  readonly dy: Tensor;
}

export interface CaseOptions {
  /** The number of spatial axes; the default is 2. */
  readonly rank?: 1 | 2 | 3;
  /** The arbitrary for every element; the default is `wholeNumbers()`. */
  readonly numbers?: fc.Arbitrary<number>;
  readonly type?: ElementType;
  /** The most multiply-adds of a case; the default is 60,000, which take 1 ms in the reference loops. */
  readonly cost?: number;
}

/** Multiply-adds that a case in some tens has at most: cases of a lower cost are hardly ever drawn. */
const LEAST_COST = 100;

/** The options, and the rank among them. */
function readOptions(who: string, options: CaseOptions): Required<Pick<CaseOptions, 'rank'>> & CaseOptions {
  options = known(who, options, ['rank', 'numbers', 'type', 'cost'], 'options');
  const { rank = 2 } = options;
  finiteNumber('layer-rules', who, 'rank', rank, '1, 2 or 3', (value) => [1, 2, 3].includes(value));
  checkDrawn(who, options.numbers ?? wholeNumbers(), options.type ?? 'float32');
  if (options.cost !== undefined) wholeNumber('layer-rules', who, 'cost', options.cost, LEAST_COST);
  return { ...options, rank };
}

const convs = { 1: conv1d, 2: conv2d, 3: conv3d };
const depthwiseConvs = { 1: depthwiseConv1d, 2: depthwiseConv2d, 3: depthwiseConv3d };
const maxPools = { 1: maxPool1d, 2: maxPool2d, 3: maxPool3d };
const avgPools = { 1: avgPool1d, 2: avgPool2d, 3: avgPool3d };

/** Channels or filters: mostly few, sometimes around a block of 4, 8 or 16 lanes (one less, equal, or one more). */
const counts = (): fc.Arbitrary<number> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 1, max: 5 }) },
    { weight: 1, arbitrary: fc.constantFrom(6, 7, 8, 9, 15, 16, 17) },
  );

/**
 * Convolutions with every number drawn independently: batch, axes, window, padding, groups, channels and filters of a
 * group.
 *
 * @example
 * fc.assert(fc.property(convCases(), ({ layer, x, params }) => layer.forward(x, params).shape.length === 4));
 */
export function convCases(options: CaseOptions = {}): fc.Arbitrary<Case> {
  const { rank, cost = 60_000 } = readOptions('convCases', options);
  return fc
    .record({
      window: windowCases(rank),
      batch: fc.integer({ min: 1, max: 3 }),
      groups: fc.constantFrom(1, 1, 1, 2, 3),
      channels: counts(),
      filters: counts(),
      bias: fc.boolean(),
    })
    .map(({ window: { space, ...window }, batch, groups, channels, filters, bias }) => {
      const attributes: ConvAttributes = { ...window, filters: groups * filters, groups, bias };
      return { layer: convs[rank](attributes), shape: [batch, ...space, groups * channels] };
    })
    .filter(({ layer, shape }) => layer.cost(shape) <= cost)
    .chain(({ layer, shape }) => casesOf(layer, shape, options));
}

/**
 * Depthwise convolutions, one to three filters per channel.
 *
 * @example
 * fc.sample(depthwiseCases({ rank: 1 }), 1)[0].layer.name // 'depthwiseConv1d'
 */
export function depthwiseCases(options: CaseOptions = {}): fc.Arbitrary<Case> {
  const { rank } = readOptions('depthwiseCases', options);
  return fc
    .record({
      window: windowCases(rank),
      batch: fc.integer({ min: 1, max: 3 }),
      channels: counts(),
      multiplier: fc.integer({ min: 1, max: 3 }),
      bias: fc.boolean(),
    })
    .chain(({ window: { space, ...window }, batch, channels, multiplier, bias }) =>
      casesOf(depthwiseConvs[rank]({ ...window, multiplier, bias }), [batch, ...space, channels], options),
    );
}

/**
 * Poolings: `'max'`, or `'average'` with and without counted padding; half of them round the number of windows up.
 *
 * @example
 * fc.sample(poolCases('max'), 1)[0].layer.name // 'maxPool2d'
 */
export function poolCases(kind: 'max' | 'average', options: CaseOptions = {}): fc.Arbitrary<Case> {
  oneOf('layer-rules', 'poolCases', 'kind', kind, ['max', 'average']);
  const { rank } = readOptions('poolCases', options);
  return fc
    .record({
      window: windowCases(rank),
      batch: fc.integer({ min: 1, max: 3 }),
      channels: counts(),
      ceil: fc.boolean(),
      countPadding: fc.boolean(),
    })
    .chain(({ window: { space, ...window }, batch, channels, ceil, countPadding }) =>
      casesOf(
        kind === 'max' ? maxPools[rank]({ ...window, ceil }) : avgPools[rank]({ ...window, ceil, countPadding }),
        [batch, ...space, channels],
        options,
      ),
    );
}

/**
 * Fully connected layers.
 *
 * @example
 * fc.sample(denseCases(), 1)[0].x.shape.length // 2
 */
export function denseCases(options: Omit<CaseOptions, 'rank' | 'cost'> = {}): fc.Arbitrary<Case> {
  const read = known('denseCases', options, ['numbers', 'type'], 'options');
  readOptions('denseCases', read);
  return fc
    .record({ batch: fc.integer({ min: 1, max: 9 }), channels: counts(), units: counts(), bias: fc.boolean() })
    .chain(({ batch, channels, units, bias }) => casesOf(dense({ units, bias }), [batch, channels], read));
}

/**
 * Cases of a given layer on inputs of a given shape.
 *
 * @example
 * fc.assert(fc.property(casesOf(relu(), [2, 3]), ({ layer, x }) => layer.forward(x, {}).data.every((y) => y >= 0)));
 */
export function casesOf(layer: Layer, shape: Shape, options: CaseOptions = {}): fc.Arbitrary<Case> {
  checkLayer('casesOf', layer);
  const { numbers = wholeNumbers(), type } = readOptions('casesOf', options);
  const drawn = {
    layer: fc.constant(layer),
    x: tensors(shape, numbers, type),
    params: paramsOf(layer, shape, numbers, type),
    dy: tensors(layer.shape(shape), numbers, type),
  };
  return fc.record(drawn, { noNullPrototype: true }).map(printable) as fc.Arbitrary<Case>;
}

/** A case that fast-check prints as a call, not as the functions of its layer. */
export const printable = <T extends Case>(call: T): T =>
  Object.defineProperty({ ...call }, fc.toStringMethod, {
    value: () => {
      const { layer, ...tensors } = call;
      return `${layer.name}(${JSON.stringify(layer.attributes)}) at ${fc.stringify(tensors)}`;
    },
  });
