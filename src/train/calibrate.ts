// From batch statistics to given ones: runs batches through a net and records the statistics of its batch norms.

import { SpecError, show, wrongType } from '../errors.ts';
import { checkLayer } from '../layer/check-layer.ts';
import { checkParams, nameIn } from '../layer/flat-params.ts';
import type { Layer, Params } from '../layer/layer.ts';
import { mapLayer } from '../layer/map-layer.ts';
import { isList, listOf, reading } from '../reading.ts';
import { checkTensor, type Data, type ElementType, type Tensor, tensor, typeOf } from '../tensor.ts';
import { evaluation } from './metrics.ts';

/** The statistics of one batch norm, in float64, and the type of its parameters. */
interface Seen {
  readonly type: ElementType;
  readonly means: Data[];
  readonly variances: Data[];
}

/**
 * Replaces every `batchNorm` of a net by a `frozenNorm` with the statistics of the given inputs, without dropout. Over
 * several inputs the mean is the mean of their means, the variance the mean of their variances plus the variance of
 * their means, each rounded once to the element type. Spec train-calibrate.
 *
 * @throws {SpecError} train-calibrate for no inputs, and for a statistic that is not a finite number of the element type.
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
  const begin = reading('train-calibrate', who, 'inputs', () => inputs?.[Symbol.iterator]);
  if (typeof begin !== 'function')
    throw wrongType('train-calibrate', `${who}: inputs must be an array of tensors, got ${show(inputs)}`);
  const seen: Record<string, Seen> = {};
  const used = evaluation(net);
  const recording = mapLayer(used, (path, layer) => recorder(layer, path, seen) ?? layer);
  let count = 0;
  if (ArrayBuffer.isView(inputs))
    throw wrongType('train-calibrate', `${who}: inputs must be an array of tensors, got ${show(inputs)}`);
  for (const x of isList(inputs) ? (listOf('train-calibrate', who, 'inputs', inputs) as Tensor[]) : inputs) {
    checkTensor(who, 'an input', x);
    used.shape(x.shape);
    recording.forward(x, params);
    count++;
  }
  if (count === 0) throw new SpecError('train-calibrate', 'calibrate: there must be at least one input, got none');
  const layer = mapLayer(used, (path, each) => (path in seen ? each.roles!.batchStatistics!.given : each));
  return { layer, params: withStatistics(params, seen, '') };
}

/** A layer that computes statistics of the batch and records them. */
function recorder(layer: Layer, path: string, seen: Record<string, Seen>): Layer | undefined {
  const statistics = layer.roles?.batchStatistics;
  return (
    statistics && {
      ...layer,
      forward(x, p) {
        const { mean, variance } = statistics.of(x);
        seen[path] ??= { type: typeOf(x.data), means: [], variances: [] };
        seen[path].means.push(mean);
        seen[path].variances.push(variance);
        return layer.forward(x, p);
      },
    }
  );
}

function withStatistics(params: Params<Tensor>, seen: Readonly<Record<string, Seen>>, path: string): Params<Tensor> {
  const nested = Object.entries(params).map(([name, value]): [string, Tensor | Params<Tensor>] => {
    const isTensor = ArrayBuffer.isView(value.data);
    return [name, isTensor ? value : withStatistics(value as Params<Tensor>, seen, nameIn(path, name))];
  });
  return { ...Object.fromEntries(nested), ...(path in seen && statisticsOf(path, seen[path])) };
}

function statisticsOf(path: string, { type, means, variances }: Seen): { mean: Tensor; variance: Tensor } {
  const average = (of: (i: number) => number): number => means.reduce((sum, _, i) => sum + of(i), 0) / means.length;
  const mean = Array.from(means[0], (_, c) => average((i) => means[i][c]));
  const variance = mean.map((middle, c) =>
    average((i) => variances[i][c] + (means[i][c] - middle) * (means[i][c] - middle)),
  );
  return { mean: held(path, 'mean', mean, type), variance: held(path, 'variance', variance, type) };
}

/** The statistic of every channel in the type of the parameters. */
function held(path: string, what: string, values: readonly number[], type: ElementType): Tensor {
  const held = tensor([values.length], values, type);
  const c = held.data.findIndex((value) => !Number.isFinite(value));
  if (c >= 0)
    throw new SpecError(
      'train-calibrate',
      `calibrate: every ${what} must be a finite ${type} number, got ${values[c]} in channel ${c} of ${path === '' ? 'the net' : `'${path}'`}`,
    );
  return held;
}
