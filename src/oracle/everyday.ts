// The layers that networks are made of, asked first: an engine for a few of them is met where it is at home. Spec oracle-cases.

import type { Case } from './cases.ts';
import { operatorOf } from './operators.ts';

interface Everyday {
  readonly size: number;
  readonly stride?: number;
  readonly dilation?: number;
  readonly padding?: 'same' | 'valid' | number;
  readonly channels: number;
  readonly filters: number;
  readonly bias?: boolean;
  readonly real?: boolean;
}

const layers: readonly Everyday[] = [
  { size: 3, padding: 'same', channels: 4, filters: 4 },
  { size: 3, padding: 1, channels: 16, filters: 16, bias: true, real: true },
  { size: 1, channels: 8, filters: 16 },
  { size: 5, padding: 2, channels: 4, filters: 8, bias: true },
  { size: 2, stride: 2, channels: 4, filters: 4 },
  { size: 3, stride: 2, padding: 1, channels: 8, filters: 8 },
  { size: 5, channels: 1, filters: 6, bias: true }, // LeNet-5
  { size: 7, stride: 2, padding: 3, channels: 3, filters: 8 }, // ResNet
  { size: 11, stride: 4, channels: 3, filters: 4, bias: true }, // AlexNet
  { size: 3, dilation: 2, padding: 2, channels: 4, filters: 4 },
  { size: 1, channels: 32, filters: 32, real: true },
  { size: 3, padding: 1, channels: 32, filters: 32 },
];

/** Those of an operator: windows of three axes come small. */
export const everydayOf = (op: string): readonly Everyday[] =>
  operatorOf(op).rank === 3 ? layers.filter(({ size, channels }) => size <= 3 && channels <= 16) : layers;

/** The case of layer `index`: a square image, wide enough for four windows side by side (two where there are three axes). */
export function everydayCase(op: string, gradient: boolean, index: number, seed: number): Case {
  const { family, rank } = operatorOf(op);
  const { size, stride = 1, dilation = 1, padding = 'valid', bias = false, real, ...sizes } = everydayOf(op)[index];
  const isPool = family === 'max' || family === 'avg';
  const [channels, filters] =
    rank === 3 ? [sizes.channels >> 1 || 1, sizes.filters >> 1] : [sizes.channels, sizes.filters];
  const each = (value: number): number[] => new Array(rank).fill(value);
  const perChannel = isPool || family === 'depthwise';
  const cells = typeof padding === 'number' ? padding : 0;
  return {
    op,
    gradient,
    batch: 1,
    space: each(family === 'transpose' ? 4 : (size - 1) * dilation + 1 + stride * (rank === 3 ? 1 : 3)),
    groups: perChannel ? channels : 1,
    channels: perChannel ? 1 : channels,
    filters: perChannel ? 1 : filters,
    size: each(size),
    stride: each(stride),
    padding: padding === 'same' ? 'same-upper' : cells > 0 ? each(cells).map((side) => [side, side] as const) : 'valid',
    dilation: each(dilation),
    bias: bias && !isPool,
    ceil: false,
    countPadding: false,
    outputPadding: family === 'transpose' ? each(0) : [],
    values: gradient && family === 'max' ? 'distinct' : real ? 'real' : 'exact',
    seed,
  };
}
