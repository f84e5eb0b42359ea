// The parameters of a published net from a safetensors file of its weights alone. Spec cli-show.

import type { Bytes } from '../formats/bytes.ts';
import type { SafetensorsFile } from '../formats/safetensors.ts';
import { type LoadedWeights, loadWeights } from '../formats/weights.ts';
import { trainedIn } from '../layer/declared-params.ts';
import { mapParams } from '../layer/flat-params.ts';
import type { Layer } from '../layer/layer.ts';
import { mapLayer } from '../layer/map-layer.ts';
import { type Shape, tensor } from '../tensor.ts';
import type { NamedNet } from './named.ts';

export interface NamedWeights {
  readonly net: Layer;
  readonly shape: Shape;
  /** Of which the file holds all parameters only where nothing is missing, misshapen or unread. */
  readonly loaded: LoadedWeights;
}

/** Running statistics in the file make its norms frozen. */
export function namedWeights(
  { make, input }: NamedNet,
  { tensors }: SafetensorsFile,
  file: Bytes,
  classes?: number,
): NamedWeights {
  const shape = [1, ...input];
  const trained = make(classes === undefined ? {} : { classes });
  const given = mapLayer(trained, (_, layer) => layer.roles?.batchStatistics?.given ?? layer);
  const isTrained = trainedIn(given, shape);
  const net = Object.keys(tensors).some((each) => !isTrained(each)) ? given : trained;
  // All parameters should be in the file: drawing those of a large net first would take a minute.
  const start = mapParams(net.params(shape), (axes) => tensor(axes));
  return { net, shape, loaded: loadWeights(net, shape, file, { start }) };
}

/** Whether the file holds all parameters, of the shapes and types that they have. */
export const isWhole = ({ missing, misshapen, unread }: LoadedWeights): boolean =>
  missing.length + misshapen.length + unread.length === 0;
