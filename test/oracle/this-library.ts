// This library as an engine, and as a base for engines with mistakes.

import type { Layer, Params, Tensor } from '../../src/index.ts';
import { layerFor, operators } from '../../src/oracle/families/index.ts';
import type { Call, Engine, GradientCall, Gradients } from '../../src/oracle/index.ts';

/** Every operator that the oracle knows. */
export const names: readonly string[] = Object.keys(operators);

/** The tensors among the attributes of an operator come beside x. */
const attachedTo = (op: string): string[] => Object.keys(operators[op].family.attached);

/** A call is asked twice with the same attributes. */
const layers = new WeakMap<object, Layer>();

export const layerOf = ({ op, attributes, ...tensors }: Call): Layer => {
  const attached = attachedTo(op).map((name) => [name, (tensors as Record<string, unknown>)[name]]);
  if (attached.length > 0) return layerFor(op, { ...attributes, ...Object.fromEntries(attached) });
  const layer = layers.get(attributes) ?? layerFor(op, attributes);
  layers.set(attributes, layer);
  return layer;
};

/** The parameters of a call: its tensors but x and dy. */
export function paramsOf({ op, attributes: __, x: ___, ...rest }: Call): Params<Tensor> {
  const { dy: ____, ...params } = rest as Readonly<Record<string, Tensor | undefined>>;
  const isParameter = ([name, tensor]: [string, Tensor | undefined]) => tensor && !attachedTo(op).includes(name);
  return Object.fromEntries(Object.entries(params).filter(isParameter)) as Params<Tensor>;
}

export const forward = (call: Call): Tensor => layerOf(call).forward(call.x, paramsOf(call));

export function gradient(call: GradientCall): Gradients {
  const g = layerOf(call).vjp(call.x, paramsOf(call))[1](call.dy);
  return { x: g.x, ...g.params } as Gradients;
}

export const ops: Engine['ops'] = Object.fromEntries(names.map((name) => [name, forward]));
export const gradients: Engine['gradients'] = Object.fromEntries(names.map((name) => [name, gradient]));

/** An engine that is right except for one operator. */
export const withFault = (op: string, fault: (call: Call) => unknown, more: Partial<Engine> = {}): Engine => ({
  name: 'faulty',
  ops: { ...ops, [op]: fault as (call: Call) => Tensor },
  ...more,
});
