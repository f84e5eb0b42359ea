// The families in their order, and their operators.

import { SpecError, show, wrongType } from '../../errors.ts';
import type { Attributes, Layer } from '../../layer/layer.ts';
import type { Shape } from '../../tensor.ts';
import type { ConvGeometry } from '../../window.ts';
import type { Family, Operator } from '../family.ts';
import * as list from './list.ts';

export const families: readonly Family[] = Object.values<Family>(list).toSorted((a, b) => a.place - b.place);

export interface KnownOperator extends Operator {
  readonly family: Family;
}

const all = families.flatMap((family) =>
  Object.entries(family.operators).map(([name, each]) => [name, { ...each, family }] as const),
);

/** The operators by name, the basic ones first. */
export const operators: Readonly<Record<string, KnownOperator>> = Object.fromEntries([
  ...all.filter(([, { isBasic }]) => isBasic),
  ...all.filter(([, { isBasic }]) => !isBasic),
]);

/** What a report names even if it is not offered. */
export const basicOperators: readonly string[] = Object.keys(operators).filter((name) => operators[name].isBasic);

/** Spec oracle-operators. */
export function operatorOf(name: string): KnownOperator {
  if (typeof name !== 'string')
    throw wrongType('oracle-operators', `oracle: the name of an operator must be a string, got ${show(name)}`);
  if (!Object.hasOwn(operators, name))
    throw new SpecError(
      'oracle-operators',
      `oracle: the operators are ${Object.keys(operators).join(', ')}, got ${show(name)}`,
    );
  return operators[name];
}

/** The family of an operator. */
export const familyOf = (op: string): Family => operatorOf(op).family;

/** The numbers of the windows of a layer over x; of a transposed convolution from y to x. */
export function geometryOf(layer: Layer, x: Shape): ConvGeometry {
  const found = familyOf(layer.name).geometry(layer, x);
  if (!found) throw new SpecError('oracle-operators', `oracle: ${layer.name} must have windows, got none`);
  return found;
}

/** A layer by the name of its operator. */
export const layerFor = (op: string, attributes: Attributes): Layer => operatorOf(op).make(attributes as never);
