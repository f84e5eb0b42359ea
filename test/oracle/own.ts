// This library as an engine, and as a base for engines with mistakes.

import type { Attributes, Layer, Params, Tensor } from '../../src/index.ts';
import * as toeplitz from '../../src/index.ts';
import type { Call, Engine, GradientCall, Gradients } from '../../src/oracle/index.ts';

export const names = [
  'conv2d',
  'depthwiseConv2d',
  'maxPool2d',
  'avgPool2d',
  'conv1d',
  'conv3d',
  'depthwiseConv1d',
  'depthwiseConv3d',
  'maxPool1d',
  'maxPool3d',
  'avgPool1d',
  'avgPool3d',
  'dense',
  'convTranspose2d',
  'convTranspose1d',
  'convTranspose3d',
] as const;

export const layerOf = ({ op, attributes }: Call): Layer =>
  (toeplitz as unknown as Record<string, (attributes: Attributes) => Layer>)[op](attributes);

export const paramsOf = ({ weight, bias }: Call): Params<Tensor> => ({
  ...(weight && { weight }),
  ...(bias && { bias }),
});

export const forward = (call: Call): Tensor => layerOf(call).forward(call.x, paramsOf(call));

export function gradient(call: GradientCall): Gradients {
  const g = layerOf(call).vjp(call.x, paramsOf(call))[1](call.dy);
  return { x: g.x, ...g.params } as Gradients;
}

export const ops: Engine['ops'] = Object.fromEntries(names.map((name) => [name, forward]));
export const gradients: Engine['gradients'] = Object.fromEntries(names.map((name) => [name, gradient]));

/** An engine that is right but for one operator. */
export const withFault = (op: string, fault: (call: Call) => unknown, more: Partial<Engine> = {}): Engine => ({
  name: 'faulty',
  ops: { ...ops, [op]: fault as (call: Call) => Tensor },
  ...more,
});
