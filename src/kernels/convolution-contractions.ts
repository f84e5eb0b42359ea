// The contractions that are a convolution and its input gradient.

import type { Algorithm } from '../layer/layer.ts';
import type { Axis, ConvGeometry } from '../window.ts';
import type { Contraction, WeightLayout } from './contraction.ts';
import { forwardPhase, inputGradPhases, type Three } from './phases.ts';

const three = ({ axes: [a, b, c] }: ConvGeometry, number: (axis: Axis) => number): Three<number> => [
  number(a),
  number(b),
  number(c),
];

/** Depthwise convolutions have kernels of their own; im2col runs them as groups of one channel. */
export const isDepthwise = (g: ConvGeometry, algorithm: Algorithm): boolean =>
  g.groups > 1 && g.channels === 1 && g.filters === 1 && algorithm !== 'im2col';

const common = (g: ConvGeometry, algorithm: Algorithm, depthwise: boolean, terms: WeightLayout['terms']) => ({
  depthwise,
  im2col: algorithm === 'im2col',
  groups: depthwise ? 1 : g.groups,
  weights: { taps: three(g, (axis) => axis.size), channels: g.channels, filters: g.groups * g.filters, terms },
});

/** The contraction that is a convolution. Spec conv-forward. */
export function forward(g: ConvGeometry, algorithm: Algorithm): Contraction {
  const depthwise = isDepthwise(g, algorithm);
  return {
    ...common(g, algorithm, depthwise, 'channels'),
    source: { size: three(g, (axis) => axis.input), channels: depthwise ? g.groups : g.channels },
    target: { size: three(g, (axis) => axis.output), channels: depthwise ? g.groups : g.filters },
    phases: [forwardPhase(g.axes)],
  };
}

/** The contraction that is an input gradient, and a transposed convolution. Spec conv-input-gradient. */
export function backward(g: ConvGeometry, algorithm: Algorithm): Contraction {
  const depthwise = isDepthwise(g, algorithm);
  return {
    ...common(g, algorithm, depthwise, 'filters'),
    source: { size: three(g, (axis) => axis.output), channels: depthwise ? g.groups : g.filters },
    target: { size: three(g, (axis) => axis.input), channels: depthwise ? g.groups : g.channels },
    phases: inputGradPhases(g.axes),
  };
}
