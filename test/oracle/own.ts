// This library as an engine, and as a base for engines with mistakes.

import type { Attributes, Layer, Params, Tensor } from '../../src/index.ts';
import * as toeplitz from '../../src/index.ts';
import { operators } from '../../src/oracle/families/index.ts';
import type { Call, Engine, GradientCall, Gradients } from '../../src/oracle/index.ts';

/** Every operator that the oracle knows. */
export const names: readonly string[] = Object.keys(operators);

export const layerOf = ({ op, attributes }: Call): Layer =>
  (toeplitz as unknown as Record<string, (attributes: Attributes) => Layer>)[op](attributes);

/** The parameters of a call: its tensors but x and dy. */
export function paramsOf({ op: _, attributes: __, x: ___, ...rest }: Call): Params<Tensor> {
  const { dy: ____, ...params } = rest as Readonly<Record<string, Tensor | undefined>>;
  return Object.fromEntries(Object.entries(params).filter(([, tensor]) => tensor)) as Params<Tensor>;
}

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
