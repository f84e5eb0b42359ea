// What families may share: parts of windowed operators, results that no dialect sees otherwise, words of dialects, layouts.

import type { Attributes, Layer } from '../../layer/layer.ts';
import type { Data } from '../../tensor.ts';
import { type Bound, boundOf, chosen, type Profile, toDoubles } from '../bounds/bound.ts';
import type { Case, Operands } from '../case.ts';
import type { Dialect, Layout } from '../dialect.ts';
import type { Expected, OwnProperties, Structure, Words } from '../family.ts';
import type { Prediction } from '../mistake.ts';

/** Of operators whose results are the same in every dialect, whatever the values, and are no sums of products. */
export const sameInEveryDialect = {
  structure: (): Structure | undefined => undefined,
  showsPrecision: false,
  isSettled: (): boolean => true,
  traps: (): readonly never[] => [],
  properties: (): OwnProperties => ({ numbers: [], facts: [] }),
  keepsNaN: (): boolean => true,
  operandsIn: (_: Dialect, operands: Operands): Operands => operands,
  outputIn: (_: Dialect, __: Case, ours: Expected): Expected => ours,
  predictionIn: (_: Dialect, __: Case, ours: Prediction): Prediction => ours,
} as const;

/** x under a maximum that starts from a number and loses NaN: neither that nor −∞ is more than what it starts from. */
export function underMaximum({ conventions: { nan, emptyMax } }: Dialect, operands: Operands): Operands {
  if (nan !== 'lost' || emptyMax === 'open') return operands;
  const { shape, data } = operands.x;
  return { ...operands, x: { shape, data: data.map((v) => (v > emptyMax ? v : emptyMax)) } };
}

/** An operator that a dialect has; its padding, if it has any, may be numbers or must be a word. */
export const said = <C extends Case>(attributes: Words<C>['attributes']): Words<C> => ({
  attributes,
  padding: 'numbers',
});
export const saidInWords = <C extends Case>(attributes: Words<C>['attributes']): Words<C> => ({
  attributes,
  padding: 'words',
});

/** The attributes as every layer of the library lists them; the algorithm is no matter of what is right. */
export function ownAttributes({ attributes: { algorithm: _, ...attributes } }: Layer): Attributes {
  return attributes;
}

const layoutsOfX = ['NCHW', 'NHWC', 'CHWN', 'CNHW', 'HWNC', 'HWCN'] as const;
const layoutsOfWeight = ['OIHW', 'HWIO', 'OHWI', 'HWOI', 'IOHW', 'IHWO'] as const;

/** The layouts that an engine may mean: of x alone, of x and the weight, of a weight without spatial axes. */
export const layouts = {
  x: layoutsOfX.map((x): Layout => ({ x })),
  xAndWeight: layoutsOfX.flatMap((x) => layoutsOfWeight.map((weight): Layout => ({ x, weight }))),
  xAndDepthwise: layoutsOfX.flatMap((x): Layout[] => [
    ...layoutsOfWeight.map((weight) => ({ x, weight })),
    { x, depthwise: 'HWIM' },
  ]),
  matrix: layoutsOfWeight.slice(0, 2).map((weight): Layout => ({ weight })),
} as const;

/**
 * Bounds of a layer whose outputs are elements of x, which rounding alike leaves as they are: dx sums dy where they were taken.
 * Spec bound-pad, oracle-precision.
 */
export function takenBounds(layer: Layer, { x, dy }: Operands, profile: Profile): Readonly<Record<string, Bound>> {
  const [y, pull] = layer.vjp({ shape: x.shape, data: toDoubles(x.data) }, {});
  if (!dy) return { y: chosen(toDoubles(y.data), profile) };
  const apply = (a: Float64Array): Float64Array => toDoubles(pull({ shape: dy.shape, data: a as Data }).x.data);
  return { x: boundOf({ a: toDoubles(dy.data), apply }, profile) };
}
