// The operators the oracle knows: how each is made, and which mathematics judges it.

import { SpecError, show } from '../errors.ts';
import type { Attributes, Layer } from '../layer/layer.ts';
import * as conv from '../ops/conv.ts';
import * as transposed from '../ops/conv-transpose.ts';
import { dense } from '../ops/dense.ts';
import * as pool from '../ops/pool.ts';

export type Family = 'conv' | 'transpose' | 'depthwise' | 'dense' | 'max' | 'avg';

export interface KnownOperator {
  readonly family: Family;
  /** Number of spatial axes. */
  readonly rank: number;
  readonly make: (attributes: never) => Layer;
}

export const operators: Readonly<Record<string, KnownOperator>> = {
  conv2d: { family: 'conv', rank: 2, make: conv.conv2d },
  depthwiseConv2d: { family: 'depthwise', rank: 2, make: conv.depthwiseConv2d },
  maxPool2d: { family: 'max', rank: 2, make: pool.maxPool2d },
  avgPool2d: { family: 'avg', rank: 2, make: pool.avgPool2d },
  conv1d: { family: 'conv', rank: 1, make: conv.conv1d },
  conv3d: { family: 'conv', rank: 3, make: conv.conv3d },
  depthwiseConv1d: { family: 'depthwise', rank: 1, make: conv.depthwiseConv1d },
  depthwiseConv3d: { family: 'depthwise', rank: 3, make: conv.depthwiseConv3d },
  maxPool1d: { family: 'max', rank: 1, make: pool.maxPool1d },
  maxPool3d: { family: 'max', rank: 3, make: pool.maxPool3d },
  avgPool1d: { family: 'avg', rank: 1, make: pool.avgPool1d },
  avgPool3d: { family: 'avg', rank: 3, make: pool.avgPool3d },
  dense: { family: 'dense', rank: 0, make: dense },
  convTranspose2d: { family: 'transpose', rank: 2, make: transposed.convTranspose2d },
  convTranspose1d: { family: 'transpose', rank: 1, make: transposed.convTranspose1d },
  convTranspose3d: { family: 'transpose', rank: 3, make: transposed.convTranspose3d },
};

/** Spec oracle-operators. */
export function operatorOf(name: string): KnownOperator {
  if (!Object.hasOwn(operators, name))
    throw new SpecError(
      'oracle-operators',
      `oracle: the operators are ${Object.keys(operators).join(', ')}, got ${show(name)}`,
    );
  return operators[name];
}

/** A layer by the name of its operator. */
export const layerFor = (op: string, attributes: Attributes): Layer => operatorOf(op).make(attributes as never);

/** The tensors that an engine gives back: its output, or with a gradient at the output those of x and the parameters. */
export type Part = 'y' | 'x' | 'weight' | 'bias';
