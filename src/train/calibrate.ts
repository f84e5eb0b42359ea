// From batch statistics to given ones: runs batches through a net and writes down what its batch norms saw.

import { SpecError, show, wrongType } from '../errors.ts';
import { mapLayer } from '../layer/algebra.ts';
import { checkLayer, type Layer, type Params } from '../layer/layer.ts';
import { checkParams } from '../layer/params.ts';
import { frozenNorm } from '../ops/normalization.ts';
import { batchStatistics } from '../reference/normalization.ts';
import type { Data, Tensor } from '../tensor.ts';
import { evaluation } from './metrics.ts';

interface Seen {
  readonly means: Data[];
  readonly variances: Data[];
}

/**
 * Replaces every `batchNorm` of a net by a `frozenNorm` with the statistics of the given inputs, dropout left out. Over
 * several inputs the mean is the mean of their means, the variance the mean of their variances plus the variance of
 * their means; over one input the calibrated net gives the bits of the net with batch norm on it. Spec train-calibrate.
 *
 * @throws {SpecError} train-calibrate for no inputs.
 * @example
 * const p = { weight: tensor([1], [1]), bias: tensor([1]) };
 * const { layer, params } = calibrate(batchNorm(), p, [tensor([2, 1], [1, 3])]);
 * layer.name // frozenNorm
 * [params.mean.data[0], params.variance.data[0]] // [2, 1]
 */
export function calibrate(
  net: Layer,
  params: Params<Tensor>,
  inputs: Iterable<Tensor>,
): { layer: Layer; params: Params<Tensor> } {
  const who = 'calibrate';
  checkLayer(who, net, 'net');
  checkParams(who, params);
  if (typeof (inputs as Iterable<Tensor> | undefined)?.[Symbol.iterator] !== 'function')
    throw wrongType('train-calibrate', `${who}: inputs must be an array of tensors, got ${show(inputs)}`);
  const seen: Record<string, Seen> = {};
  const used = evaluation(net);
  const recording = mapLayer(used, (path, layer) => (layer.name === 'batchNorm' ? recorder(layer, path, seen) : layer));
  let count = 0;
  for (const x of inputs) {
    recording.forward(x, params);
    count++;
  }
  if (count === 0) throw new SpecError('train-calibrate', 'calibrate: there must be at least one input, got none');
  const layer = mapLayer(used, (path, each) => (path in seen ? frozenNorm(each.attributes) : each));
  return { layer, params: withStatistics(params, seen, '') };
}

/** The same layer, writing down the statistics of its inputs. */
function recorder(layer: Layer, path: string, seen: Record<string, Seen>): Layer {
  return {
    ...layer,
    forward(x, p) {
      const { mean, variance } = batchStatistics(x.shape[0], x.shape[x.shape.length - 1], x.data);
      seen[path] ??= { means: [], variances: [] };
      seen[path].means.push(mean);
      seen[path].variances.push(variance);
      return layer.forward(x, p);
    },
  };
}

function withStatistics(params: Params<Tensor>, seen: Readonly<Record<string, Seen>>, path: string): Params<Tensor> {
  const nested = Object.entries(params).map(([name, value]): [string, Tensor | Params<Tensor>] => {
    const isTensor = ArrayBuffer.isView(value.data);
    return [
      name,
      isTensor ? value : withStatistics(value as Params<Tensor>, seen, path === '' ? name : `${path}.${name}`),
    ];
  });
  return { ...Object.fromEntries(nested), ...(path in seen && statisticsOf(seen[path])) };
}

function statisticsOf({ means, variances }: Seen): { mean: Tensor; variance: Tensor } {
  const shape = [means[0].length];
  const [mean, variance] = [means[0].slice(), variances[0].slice()];
  if (means.length > 1) {
    for (let c = 0; c < shape[0]; c++) {
      const average = (of: (i: number) => number): number => means.reduce((sum, _, i) => sum + of(i), 0) / means.length;
      const middle = average((i) => means[i][c]);
      mean[c] = middle;
      variance[c] = average((i) => variances[i][c] + (means[i][c] - middle) * (means[i][c] - middle));
    }
  }
  return { mean: { shape, data: mean }, variance: { shape, data: variance } };
}
