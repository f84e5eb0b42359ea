// What code in Python has in common, whichever library it is for.

import type { Tensor } from '../../tensor.ts';
import type { Lab } from './lab.ts';

export const listed = (values: ArrayLike<number>): string => Array.from(values, String).join(', ');

type Pairs = readonly (readonly [number, number])[];
export const pairsOf = ({ axes }: Lab): Pairs => axes.map(({ before, after }) => [before, after]);
export const tuple = (values: readonly number[]): string =>
  values.length === 1 ? `${values[0]}` : `(${values.join(', ')})`;
export const truth = (value: boolean): string => (value ? 'True' : 'False');

export const attributesOf = ({ layer }: Lab) =>
  layer.attributes as {
    readonly size: readonly number[];
    readonly stride: readonly number[];
    readonly dilation: readonly number[];
    readonly padding: unknown;
    readonly groups?: number;
    readonly filters?: number;
    readonly multiplier?: number;
    readonly outputPadding?: readonly number[];
    readonly ceil?: boolean;
    readonly countPadding?: boolean;
    readonly p?: number;
  };

export const array = (module: string, { shape, data }: Tensor): string =>
  module === 'torch'
    ? `torch.tensor([${listed(data)}], dtype=torch.float32).reshape(${shape.join(', ')})`
    : `numpy.array([${listed(data)}], 'float32').reshape(${shape.join(', ')})`;

export const flipNote = ({ flips }: Lab): string[] =>
  flips ? ['# The weight is turned around: this library does not flip it.'] : [];
