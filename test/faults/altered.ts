// A faulty engine: our own layer, except for one line.

import type { Gradient, Layer, Params, Tensor } from '../../src/index.ts';
import { spaceOf } from '../../src/layer/field.ts';
import * as contractions from '../../src/reference/convolution.ts';
import * as pools from '../../src/reference/pool.ts';
import { allocate, typeOf } from '../../src/tensor.ts';
import { type Axis, threeAxes, type Window, windowAxes } from '../../src/window.ts';
import { type Engine, ours, remake } from '../properties/engine.ts';
import { channels } from '../properties/places.ts';

/** One forward call: what it was given and what it should give. */
export interface Call {
  readonly layer: Layer;
  readonly x: Tensor;
  readonly params: Params<Tensor>;
  readonly right: Tensor;
}

interface Change {
  forward?(call: Call): Tensor;
  gradient?(call: Call & { readonly dy: Tensor; readonly right: Tensor }, right: Gradient): Gradient;
}

/** An engine whose operator `name` is wrong; its other rules are ours. */
export function altered(name: string, { forward, gradient }: Change): Engine {
  const make = (attributes: never): Layer => {
    const layer = ours[name](attributes);
    const value = (x: Tensor, params: Params<Tensor>): Tensor => {
      const right = layer.forward(x, params);
      return forward?.({ layer, x, params, right }) ?? right;
    };
    return {
      ...layer,
      with: (changes) => make(layer.with(changes).attributes as never),
      forward: value,
      vjp(x, params) {
        const [right, pull] = layer.vjp(x, params);
        return [value(x, params), (dy) => gradient?.({ layer, x, params, right, dy }, pull(dy)) ?? pull(dy)];
      },
    };
  };
  return { ...ours, [name]: make };
}

/** What our layer gives under other attributes. */
export const under = (call: Call, changes: object): Tensor =>
  remake(ours, call.layer, changes).forward(call.x, call.params);

export const weightOf = ({ params }: Call): Tensor => params.weight as Tensor;

const others: Readonly<Record<string, string>> = { 'same-upper': 'same-lower', 'same-lower': 'same-upper' };

/** `same` with its odd cell on the other side. */
export function otherSame(call: Call): Tensor {
  const { padding } = call.layer.attributes;
  return under(call, { padding: others[padding as string] ?? padding });
}

/** The axes of the call's windows. */
export function axesOf({ layer, x }: Call): Axis[] {
  const window = layer.attributes as unknown as Window;
  return windowAxes(layer.name, { ...window, ceil: window.ceil ?? false }, spaceOf(x.shape));
}

/** The reference convolution over other axes. */
export function convOver({ layer, x, params, right }: Call, axes: readonly Axis[]): Tensor {
  const groups = layer.attributes.groups as number;
  const y = outputOver(x, axes, channels(right));
  const [C, O] = [channels(x) / groups, channels(right) / groups];
  const geometry = { batch: x.shape[0], groups, channels: C, filters: O, axes: threeAxes(axes) };
  const bias = params.bias as Tensor | undefined;
  contractions.conv(geometry, x.data, (params.weight as Tensor).data, bias?.data, y.data);
  return y;
}

const poolGeometry = (x: Tensor, axes: readonly Axis[]) => ({
  batch: x.shape[0],
  channels: channels(x),
  axes: threeAxes(axes),
});

const outputOver = (x: Tensor, axes: readonly Axis[], last: number): Tensor =>
  allocate('fault', [x.shape[0], ...axes.map((axis) => axis.output), last], typeOf(x.data));

/** The reference maximum over other axes. */
export function maxOver({ x }: Call, axes: readonly Axis[]): Tensor {
  const y = outputOver(x, axes, channels(x));
  pools.maxPool(poolGeometry(x, axes), x.data, y.data);
  return y;
}

/** The divisor of each window of the average, row-major. */
export const divisorsOf = (call: Call): Float64Array =>
  pools.divisors(poolGeometry(call.x, axesOf(call)), call.layer.attributes.countPadding as boolean);

/** The reference average with other divisors. */
export function averageBy(call: Call, divisors: Float64Array): Tensor {
  const axes = axesOf(call);
  const y = outputOver(call.x, axes, channels(call.x));
  pools.avgPool(poolGeometry(call.x, axes), call.x.data, divisors, y.data);
  return y;
}

/** The gradient of the reference average with other divisors. */
export function averageGradientBy(call: Call, dy: Tensor, divisors: Float64Array): Tensor {
  const dx = allocate('fault', call.x.shape, typeOf(call.x.data));
  pools.avgPoolGrad(poolGeometry(call.x, axesOf(call)), dy.data, divisors, dx.data);
  return dx;
}
