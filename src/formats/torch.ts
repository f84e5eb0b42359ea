// The layouts of parameters in torch and in this library.
//
//   torch                                  here
//   [filters, channels/groups, ...size]    [...size, channels/groups, filters]      convolution, dense (no size)
//   [channels, filters/groups, ...size]    [...size, filters/groups, channels]      transposed convolution
//
// After a flatten the channels have another order: torch flattens [channels, ...space], this library [...space,
// channels].

import { SpecError } from '../errors.ts';
import { nameIn } from '../layer/flat-params.ts';
import type { Layer } from '../layer/layer.ts';
import { type Data, type Shape, sizeOf } from '../tensor.ts';

/** The shape of a parameter in torch. Spec format-torch. */
export const torchShape = (shape: Shape): Shape =>
  shape.length < 2 ? shape : [shape[shape.length - 1], shape[shape.length - 2], ...shape.slice(0, -2)];

/**
 * The values of a parameter of this shape, from torch's; `order[c]` is the place in torch of the channel c that it is
 * for, where there is a flatten before it. Spec format-torch.
 */
export function fromTorch(data: Data, shape: Shape, order?: Int32Array): Data {
  const place = (c: number): number => order?.[c] ?? c;
  if (shape.length < 2) return data.map((_, c) => data[place(c)]) as Data;
  const [C, O] = shape.slice(-2);
  const taps = sizeOf(shape.slice(0, -2));
  return data.map((_, i) => {
    const [k, c, o] = [Math.floor(i / (C * O)), Math.floor(i / O) % C, i % O];
    return data[(o * C + place(c)) * taps + k];
  }) as Data;
}

/** The order of the channels that reach each parameter after a flatten, by flat name. Spec format-torch. */
export function flattenedOrders(net: Layer, shape: Shape): Map<string, Int32Array> {
  const orders = new Map<string, Int32Array>();
  follow(net, shape, undefined, '', orders);
  return orders;
}

/** The order of the output of a layer, given that of its input; records it for the parameters inside. */
function follow(
  layer: Layer,
  x: Shape,
  order: Int32Array | undefined,
  path: string,
  orders: Map<string, Int32Array>,
): Int32Array | undefined {
  const inputs = layer.inputs?.(x);
  const inside = Object.entries(layer.children);
  if (inputs && inside.length > 0) {
    const through = ([name, child]: [string, Layer], reaching: Int32Array | undefined): Int32Array | undefined =>
      follow(child, inputs[name].shape, reaching, nameIn(path, name), orders);
    if (layer.arrangement === 'sequence') return inside.reduce((reaching, child) => through(child, reaching), order);
    if (layer.arrangement === 'shared') {
      const [shared, net] = inside;
      through(shared, undefined); // in its places, which declare no parameters, an order that reaches it is refused
      return through(net, order);
    }
    const branches = inside.map((child) => through(child, order));
    const widths = inside.map(([name, child]) => child.shape(inputs[name].shape)[1]);
    return layer.arrangement === 'concat' ? joined(branches, widths) : branches[0];
  }
  if (layer.roles?.flattens) return order ?? channelsFirst(x);
  if (order === undefined) return undefined;
  const declared = layer.parameters?.(x);
  const overChannels = Object.entries(declared ?? {}).filter(([, each]) => each.channelAxis !== undefined);
  for (const [name] of overChannels) orders.set(nameIn(path, name), order);
  const mixes = overChannels.some(([, { shape }]) => shape.length > 1);
  if (mixes) return undefined;
  const y = layer.shape(x);
  if (!declared || y.length !== 2 || y[1] !== x[1])
    throw new SpecError(
      'format-torch',
      `loadWeights: after a flatten torch's order is known up to a dense layer, got ${layer.name} at '${path}'`,
    );
  return order;
}

/** The place in torch of the c-th number of a flattened image; undefined where both orders agree. */
function channelsFirst(x: Shape): Int32Array | undefined {
  const [C, places] = [x[x.length - 1], sizeOf(x.slice(1, -1))];
  if (C === 1 || places === 1) return undefined;
  return Int32Array.from({ length: C * places }, (_, i) => (i % C) * places + Math.floor(i / C));
}

/** The orders of branches whose channels are joined. */
function joined(branches: readonly (Int32Array | undefined)[], widths: readonly number[]): Int32Array | undefined {
  if (branches.every((order) => order === undefined)) return undefined;
  let first = 0;
  const parts = branches.map((order, i) => {
    const part = Array.from({ length: widths[i] }, (_, c) => first + (order?.[c] ?? c));
    first += widths[i];
    return part;
  });
  return Int32Array.from(parts.flat());
}
