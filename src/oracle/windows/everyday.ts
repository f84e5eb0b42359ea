// The layers that networks are made of, asked first: an engine for a few of them is met where it is at home. Spec oracle-cases.

import type { Drawn } from '../case.ts';
import type { WindowedCase } from './case.ts';

export interface Everyday {
  readonly size: number;
  readonly stride?: number;
  readonly dilation?: number;
  readonly padding?: 'same' | 'valid' | number;
  readonly channels: number;
  readonly filters: number;
  readonly bias?: boolean;
  readonly real?: boolean;
  /** Whether the image has more than 65,536 cells. */
  readonly cells?: true;
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
  { size: 3, padding: 1, channels: 1, filters: 1, cells: true }, // more than 65,536 cells
];

/** The everyday layers of an operator, each over a square image; windows of three axes come small. */
export function everydayWindows(rank: number): Drawn<WindowedCase>[] {
  const isSmall = ({ size, channels }: Everyday): boolean => size <= 3 && channels <= 16;
  const own = rank === 3 ? layers.filter(isSmall) : rank === 0 ? layers.filter(({ cells }) => !cells) : layers;
  return own.map((each) => everydayWindow(rank, each));
}

/** The side of an image, by its number of axes, with a few more than 65,536 cells. */
const sides = [1, 65540, 257, 41];

/** The image is wide enough for four windows side by side, for two where there are three axes. */
export function everydayWindow(rank: number, layer: Everyday): Drawn<WindowedCase> {
  const { size, stride = 1, dilation = 1, padding = 'valid', bias = false, real } = layer;
  const half = (count: number): number => (rank === 3 ? count >> 1 : count);
  const each = (value: number): number[] => new Array(rank).fill(value);
  const cells = typeof padding === 'number' ? padding : 0;
  return {
    batch: 1,
    space: each(layer.cells ? sides[rank] : (size - 1) * dilation + 1 + stride * (rank === 3 ? 1 : 3)),
    groups: 1,
    channels: half(layer.channels) || 1,
    filters: half(layer.filters) || 1,
    size: each(size),
    stride: each(stride),
    padding: padding === 'same' ? 'same-upper' : cells > 0 ? each(cells).map((side) => [side, side] as const) : 'valid',
    dilation: each(dilation),
    bias,
    ceil: false,
    countPadding: false,
    outputPadding: [],
    values: real ? 'real' : 'exact',
  };
}

/** The same layer with a window on each channel. */
export const perChannel = (c: Drawn<WindowedCase>): Drawn<WindowedCase> => ({
  ...c,
  groups: c.channels,
  channels: 1,
  filters: 1,
});
