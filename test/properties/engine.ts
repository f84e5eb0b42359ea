// The subject of a property: constructors of layers, ours or those of a faulty engine (test/faults).

import fc from 'fast-check';
import type { Layer } from '../../src/index.ts';
import * as toeplitz from '../../src/index.ts';
import { printable } from '../../src/testing/cases.ts';
import { type Case, type CaseOptions, convCases, depthwiseCases, poolCases } from '../../src/testing/index.ts';

export type Engine = Readonly<Record<string, (attributes: never) => Layer>>;

/** Sentences `[clause] …`, each with the property that says it of an engine. */
export type Properties = Readonly<Record<string, (engine: Engine) => fc.IProperty<unknown>>>;

const { conv1d, conv2d, conv3d, depthwiseConv1d, depthwiseConv2d, depthwiseConv3d, convTranspose2d, dense } = toeplitz;
const { frozenNorm, lrn, softmax } = toeplitz;
const { maxPool1d, maxPool2d, maxPool3d, avgPool1d, avgPool2d, avgPool3d } = toeplitz;
const convolutions = { conv1d, conv2d, conv3d, depthwiseConv1d, depthwiseConv2d, depthwiseConv3d };
const pools = { maxPool1d, maxPool2d, maxPool3d, avgPool1d, avgPool2d, avgPool3d };

export const ours: Engine = { ...convolutions, ...pools, dense, convTranspose2d, frozenNorm, lrn, softmax };

const arbitraries = {
  conv: convCases,
  depthwise: depthwiseCases,
  max: (options: CaseOptions) => poolCases('max', options),
  average: (options: CaseOptions) => poolCases('average', options),
};

export type Family = keyof typeof arbitraries;
export const windowed: readonly Family[] = ['conv', 'depthwise', 'max', 'average'];

/** The same layer of another engine, with some attributes changed. */
export const remake = (engine: Engine, layer: Layer, changes: object = {}): Layer =>
  engine[layer.name]({ ...layer.attributes, ...changes } as never);

/** Cases of an engine's own layers, in 1-D to 3-D, mostly 2-D. */
export const calls = (engine: Engine, families: readonly Family[], options: CaseOptions = {}): fc.Arbitrary<Case> =>
  fc
    .tuple(fc.constantFrom(...families), fc.constantFrom(1, 2, 2, 3) as fc.Arbitrary<1 | 2 | 3>)
    .chain(([family, rank]) => arbitraries[family]({ rank, ...options }))
    .map((call) => printable({ ...call, layer: remake(engine, call.layer) }));

/** The attributes of a windowed layer, padding written as pairs; `undefined` pads where it depends on the input. */
export function windowOf({ attributes }: Layer) {
  const a = attributes as Record<'size' | 'stride' | 'dilation', readonly number[]>;
  const { padding, ceil = false } = attributes as { padding: unknown; ceil?: boolean };
  const pads = padding === 'valid' ? a.size.map(() => [0, 0]) : padding;
  return {
    size: a.size,
    stride: a.stride,
    dilation: a.dilation,
    ceil,
    reach: a.size.map((size, i) => (size - 1) * a.dilation[i] + 1),
    pads: Array.isArray(pads) ? (pads as readonly (readonly [number, number])[]) : undefined,
  };
}

export const isExplicit = ({ layer }: Case): boolean => windowOf(layer).pads !== undefined;
