// Computes the effective field of a unit in a worker: a large net takes seconds.

import { loadWeights } from '../../formats/weights.ts';
import { flatParams } from '../../layer/flat-params.ts';
import { initialize } from '../../layer/initialize.ts';
import type { Layer, Params } from '../../layer/layer.ts';
import type { Shape, Tensor } from '../../tensor.ts';
import type { Job } from '../jobs/job.ts';
import { ownFileOf } from '../nets/file.ts';
import { isNet, nets } from '../nets/networks.ts';
import { type Inside, magnitudes, unitGradient, upTo, withoutBatch } from './field.ts';

export interface FieldArgs {
  /** The name of a net, or the file of a model. */
  readonly net: string | { readonly name: string; readonly bytes: Uint8Array };
  readonly shape: Shape;
  readonly image: Float32Array;
  readonly inside: Pick<Inside, 'path' | 'output'>;
  readonly unit: readonly [number, number];
  readonly channel?: number | undefined;
}

/** The parameters of those layers that are left. */
const paramsOf = (part: Layer, all: Params<Tensor>): Params<Tensor> =>
  part.arrangement === 'sequence'
    ? Object.fromEntries(Object.keys(part.children).map((name) => [name, all[name]]))
    : all;

/** Of a net that was never trained: norms without statistics have those that they begin with. */
function complete(part: Layer, shape: Shape, own: Params<Tensor>): Params<Tensor> {
  const given = flatParams(own);
  const first = part.params(shape);
  const isKnown = Object.keys(flatParams(first)).every((name) => Object.hasOwn(given, name));
  return isKnown ? own : loadWeights(part, shape, own).params;
}

export const field: Job<FieldArgs, Float32Array> = ({ net, shape, image, inside, unit, channel }, say) => {
  const own = typeof net === 'string' ? undefined : ownFileOf(net.name, net.bytes, [shape[1], shape[2]]).layer;
  const whole = own?.layer ?? nets[typeof net === 'string' && isNet(net) ? net : 'lenet5'].make();
  const part = upTo(withoutBatch(whole), inside.path);
  const params = own ? complete(part, shape, paramsOf(part, own.params)) : initialize(part, shape, { seed: 1 });
  say(magnitudes(unitGradient(part, { shape, data: image }, params, inside, unit, channel)));
};
