// Nodes that a layer of the library computes: input 0 channels last, the weights moved to where the library has them.

import type { Layer, Params } from '../layer/layer.ts';
import type { Shape, Tensor } from '../tensor.ts';
import type { Call, Given, Plan } from './call.ts';
import { isWhole } from './element-types.ts';
import { lastShape, permuted, Value } from './value.ts';

interface ByLayer {
  readonly layer: Layer;
  params?(given: Given): Params<Tensor>;
  /** The output in the order of the file, if the layer's own shape is not it with its channels moved. */
  readonly shape?: Shape;
}

/** Channels back to where the file has them. */
const fileShape = (shape: Shape): Shape =>
  shape.length < 3 ? shape : [shape[0], shape[shape.length - 1], ...shape.slice(1, -1)];

export function byLayer(call: Call, { layer, params, shape }: ByLayer): Plan {
  const x = isWhole(call.at(0).type) ? call.at(0) : call.floating();
  const out = layer.shape(lastShape(x.shape));
  const outputs = [{ type: x.type, shape: shape ?? fileShape(out) }];
  const weights = call.inputs.slice(1);
  const keep = weights.every((weight) => weight === undefined || weight.constant !== undefined);
  const kept = new Map<string, Params<Tensor>>();
  const paramsFor = (image: Tensor, given: Given): Params<Tensor> => {
    if (params === undefined) return {};
    const type = image.data.constructor.name;
    const own = kept.get(type) ?? params(given);
    if (keep) kept.set(type, own);
    return own;
  };
  return {
    outputs,
    step: { layer, ...(params && { params }) },
    cost: layer.cost(lastShape(x.shape)),
    run(given) {
      const { image } = given(0);
      return [new Value(x.type, outputs[0].shape, layer.forward(image, paramsFor(image, given)).data, 'last')];
    },
  };
}

/** A weight of the file, `[filters, channels, ...size]`, as the library has it: `[...size, channels, filters]`. */
export function filtersLast({ shape, first }: Value): Tensor {
  const order = [...shape.slice(2).map((_, i) => i + 2), 1, 0];
  return { shape: order.map((axis) => shape[axis]), data: permuted(first, shape, order) };
}
