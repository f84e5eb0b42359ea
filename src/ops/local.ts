// Locally connected layers: a convolution whose weights are not shared between positions.

import { flag, known, wholeNumber } from '../attributes.ts';
import { drawnWeight, filled } from '../layer/declared-params.ts';
import { spaceOf, windowField } from '../layer/field.ts';
import type { Layer } from '../layer/layer.ts';
import { operator } from '../layer/operator.ts';
import { biasGrad } from '../reference/convolution.ts';
import { local, localInputGrad, localWeightGrad } from '../reference/local.ts';
import { allocate, type Tensor, typeOf } from '../tensor.ts';
import { type Axis, type ConvGeometry, threeAxes, windowAxes } from '../window.ts';
import { type ConvAttributes, checkRank, readConvWindow } from './convolution-layer.ts';

export type LocallyConnectedAttributes = Pick<ConvAttributes, 'filters' | 'size' | 'stride' | 'padding' | 'bias'>;

/**
 * 1-D locally connected layer; see {@link locallyConnected2d}. Spec local-forward.
 *
 * @example
 * const layer = locallyConnected1d({ filters: 1, size: 3, padding: 'same', bias: false });
 * parameterCount(layer, [1, 5, 1]) // 13
 */
export const locallyConnected1d = (attributes: LocallyConnectedAttributes): Layer =>
  locallyConnected('locallyConnected1d', 1, attributes, locallyConnected1d);

/**
 * 2-D locally connected layer: `y[n,p,o] = Σ_k Σ_c x[n, p·stride + k − before, c] · w[t(p,k),c,o] + b[p,o]`, a convolution
 * where every position has weights of its own. x `[batch, height, width, channels]`, weight `[T, channels, filters]` with
 * one row for each of the T pairs (position, tap) inside the input, row-major; bias `[...space of y, filters]`. Spec local-forward.
 *
 * @throws {SpecError} conv-filters, conv-rank, window-size, window-stride, window-padding, window-fit.
 * @example
 * locallyConnected2d({ filters: 10, size: 10 }).params([1, 209, 209, 1]) // { weight: [4000000, 1, 10], bias: [200, 200, 10] }
 */
export const locallyConnected2d = (attributes: LocallyConnectedAttributes): Layer =>
  locallyConnected('locallyConnected2d', 2, attributes, locallyConnected2d);

function locallyConnected(
  name: string,
  rank: number,
  attributes: LocallyConnectedAttributes,
  make: (attributes: LocallyConnectedAttributes) => Layer,
): Layer {
  attributes = known(name, attributes, ['filters', 'size', 'stride', 'padding', 'bias']);
  const filters = wholeNumber('conv-filters', name, 'filters', attributes.filters, 1);
  const { size, stride, padding, ...rest } = readConvWindow(name, rank, attributes);
  const bias = flag('conv-bias', name, 'bias', attributes.bias ?? true);
  return operator<ConvGeometry>({
    name,
    attributes: { filters, size, stride, padding, bias },
    make,
    geometry(x) {
      const channels = checkRank(name, rank, x);
      const axes = threeAxes(windowAxes(name, { size, stride, padding, ...rest }, spaceOf(x)));
      return { batch: x[0], groups: 1, channels, filters, axes };
    },
    shape: (x, g) => [x[0], ...g.axes.slice(-rank).map((axis) => axis.output), filters],
    parameters(x, g) {
      const shape = [pairsInside(g), g.channels, filters];
      const weight = { shape, first: drawnWeight(shape) };
      return {
        weight,
        ...(bias && { bias: { shape: this.shape(x, g).slice(1), first: filled(0), attribute: 'bias' } }),
      };
    },
    field: (_x, g) => windowField(g.axes.slice(-rank)),
    cost: (_x, g) => g.batch * pairsInside(g) * g.channels * filters,
    forward(x, p, g) {
      const y = allocate(name, this.shape(x.shape, g), typeOf(x.data));
      local(g, x.data, p.weight.data, p.bias?.data, y.data);
      return y;
    },
    gradient({ x, p, dy, g }) {
      const [dx, dw] = [x, p.weight].map((like) => allocate(name, like.shape, typeOf(x.data)));
      localInputGrad(g, dy.data, p.weight.data, dx.data);
      localWeightGrad(g, x.data, dy.data, dw.data);
      return { x: dx, params: { weight: dw, ...(bias && { bias: sumOfImages(name, dy) }) } };
    },
  });
}

/** The pairs of a position and a tap inside x. */
const pairsInside = ({ axes }: ConvGeometry): number => axes.reduce((product, axis) => product * tapsInside(axis), 1);

/** db[p,o] = Σ_n dy[n,p,o]. Spec local-gradient. */
function sumOfImages(name: string, dy: Tensor): Tensor {
  const db = allocate(name, dy.shape.slice(1), typeOf(dy.data));
  biasGrad(dy.shape[0], dy.data, db.data);
  return db;
}

/** The pairs (position, tap) of one axis whose cell lies inside the input: the weights there are. Spec local-parameters. */
function tapsInside(axis: Axis): number {
  let count = 0;
  for (let k = 0; k < axis.size; k++) {
    const first = Math.max(0, Math.ceil((axis.before - k) / axis.stride));
    const last = Math.min(axis.output - 1, Math.floor((axis.input - 1 + axis.before - k) / axis.stride));
    count += Math.max(0, last - first + 1);
  }
  return count;
}
