// The attributes of windows as ONNX says them. Spec onnx-operator.

import type { Padding } from '../../window.ts';
import { type Call, unsupported } from '../call.ts';

export interface OnnxWindow {
  readonly size: readonly number[];
  readonly stride: readonly number[];
  readonly padding: Padding;
  readonly dilation: readonly number[];
}

/** Spatial axes of x: one, two or three. */
export function spaceOf(call: Call): number {
  const rank = call.at(0).shape.length - 2;
  if (rank < 1 || rank > 3) unsupported(`x must have 1, 2 or 3 spatial axes, got shape [${call.at(0).shape}]`);
  return rank;
}

/** Reads the window; a size that is not stated is that of the weight. */
export function windowOf(call: Call, rank: number, weight?: readonly number[]): OnnxWindow {
  const perAxis = (name: string, otherwise?: readonly number[]): readonly number[] => {
    const given = call.ints(name) ?? otherwise ?? unsupported(`attribute '${name}' is missing`);
    if (given.length !== rank) unsupported(`attribute '${name}' must have ${rank} numbers, got [${given}]`);
    return given;
  };
  const ones = new Array<number>(rank).fill(1);
  const size = perAxis('kernel_shape', weight);
  if (weight && size.some((taps, i) => taps !== weight[i]))
    unsupported(`attribute 'kernel_shape' must be that of the weight, [${weight}], got [${size}]`);
  return {
    size,
    stride: perAxis('strides', ones),
    dilation: perAxis('dilations', ones),
    padding: paddingOf(call, rank),
  };
}

/** ONNX writes all cells before, then all cells after. */
function paddingOf(call: Call, rank: number): Padding {
  const auto = call.text('auto_pad', 'NOTSET');
  const pads = call.ints('pads') ?? [];
  if (auto === 'SAME_UPPER') return 'same-upper';
  if (auto === 'SAME_LOWER') return 'same-lower';
  if (auto === 'VALID') return 'valid';
  if (auto !== 'NOTSET')
    unsupported(`attribute 'auto_pad' must be NOTSET, SAME_UPPER, SAME_LOWER or VALID, got '${auto}'`);
  if (pads.length === 0) return 'valid';
  if (pads.length !== 2 * rank) unsupported(`attribute 'pads' must have ${2 * rank} numbers, got [${pads}]`);
  return Array.from({ length: rank }, (_, i) => [pads[i], pads[i + rank]] as const);
}
