// The outputs of the layers inside a net, and the distance of two images in the features of one of them.

import { SpecError, show, wrongType } from '../errors.ts';
import { checkLayer } from '../layer/check-layer.ts';
import type { Layer, Params } from '../layer/layer.ts';
import { mapLayer } from '../layer/map-layer.ts';
import { placeFor, standsFor } from '../layer/shared.ts';
import { isList } from '../reading.ts';
import { checkTensor, sameShape, type Tensor } from '../tensor.ts';
import { innerLayer, operatorPaths } from './inner-layer.ts';

/**
 * The outputs of inner layers by path, from one forward pass: those at `paths`, or those of all operators. The path ''
 * is the net itself. Spec inspect-activations.
 *
 * @throws {SpecError} inspect-activations for a path without a layer, and the clauses of the layers.
 * @example
 * const net = chain({ double: dense({ units: 1, bias: false }), relu: relu() });
 * activations(net, tensor([1, 1], [-3]), { double: { weight: tensor([1, 1], [2]) } }).double.data // [-6]
 */
export function activations(
  net: Layer,
  x: Tensor,
  params: Params<Tensor>,
  paths?: readonly string[],
): Record<string, Tensor> {
  const who = 'activations';
  checkLayer(who, net, 'net');
  checkTensor(who, 'x', x);
  const wanted = paths ?? operatorPaths(net);
  if (!isList(wanted))
    throw wrongType('inspect-activations', `${who}: paths must be an array of strings, got ${show(paths)}`);
  for (const path of wanted) innerLayer(who, net, x.shape, path);
  return recorder(net, wanted)(x, params);
}

/** A function that runs the net and returns the outputs of the layers at `paths`. */
export function recorder(
  net: Layer,
  paths: readonly string[],
): (x: Tensor, params: Params<Tensor>) => Record<string, Tensor> {
  const outputs = new Map<string, Tensor>();
  const recording = mapLayer(net, (path, layer) => {
    if (!paths.includes(path)) return layer;
    const same = standsFor(layer);
    const see = (y: Tensor): Tensor => {
      outputs.set(path, y);
      return y;
    };
    if (same) return placeFor(same, see);
    const forward: Layer['forward'] = (x, p) => see(layer.forward(x, p));
    return Object.create(layer, { forward: { value: forward } }) as Layer;
  });
  return (x, params) => {
    outputs.clear();
    recording.forward(x, params);
    return Object.fromEntries(paths.map((path) => [path, outputs.get(path) as Tensor]));
  };
}

/**
 * The distance of two images in the features of a net: `√Σ(u − v)²` over the outputs u and v of the layer at `path`, one
 * image each. 0 for equal images, and the same both ways. Spec inspect-distance.
 *
 * @throws {SpecError} inspect-distance for images of different shape or more than one; inspect-activations.
 * @example
 * featureDistance(identity(), tensor([1, 2], [0, 0]), tensor([1, 2], [3, 4]), {}) // 5
 */
export function featureDistance(net: Layer, a: Tensor, b: Tensor, params: Params<Tensor>, path = ''): number {
  const who = 'featureDistance';
  checkTensor(who, 'a', a);
  checkTensor(who, 'b', b);
  if (a.shape[0] !== 1 || !sameShape(a.shape, b.shape))
    throw new SpecError(
      'inspect-distance',
      `${who}: a and b must be one image each, of equal shape, got [${a.shape}] and [${b.shape}]`,
    );
  innerLayer(who, net, a.shape, path);
  const record = recorder(net, [path]);
  const [u, v] = [a, b].map((image) => record(image, params)[path].data);
  let sum = 0;
  for (let i = 0; i < u.length; i++) sum += (u[i] - v[i]) * (u[i] - v[i]);
  return Math.sqrt(sum);
}
