// The fully connected layer: y[n,o] = Σ_c x[n,c] · w[c,o] + b[o], a 1×1 convolution of one pixel.

import { flag, known, wholeNumber } from '../attributes.ts';
import { SpecError } from '../errors.ts';
import * as kernels from '../kernels/choose.ts';
import type { Layer } from '../layer/layer.ts';
import { operator } from '../layer/operator.ts';
import { allocate, typeOf } from '../tensor.ts';
import { type ConvGeometry, threeAxes } from '../window.ts';
import { biasGradient, multiplyAdds, onLastAxis, weightAndBias } from './convolution.ts';

export interface DenseAttributes {
  readonly units: number;
  readonly bias?: boolean;
}

/**
 * Fully connected layer: `y = x·w + b` with x `[batch, channels]`, weight `[channels, units]`, bias `[units]`.
 * Put `flatten()` before it when x has spatial axes. Spec dense-forward.
 *
 * @throws {SpecError} dense-units, dense-rank.
 * @example
 * dense({ units: 10 }).params([1, 84]) // { weight: [84, 10], bias: [10] }
 */
export function dense(attributes: DenseAttributes): Layer {
  const name = 'dense';
  attributes = known(name, attributes, ['units', 'bias']);
  const units = wholeNumber('dense-units', name, 'units', attributes.units, 1);
  const bias = flag('dense-bias', name, 'bias', attributes.bias ?? true);
  return operator<ConvGeometry>({
    name,
    attributes: { units, bias },
    make: dense,
    geometry(x) {
      if (x.length !== 2)
        throw new SpecError(
          'dense-rank',
          `dense: x must have the axes [batch, channels] (flatten() makes them), got shape [${x}]`,
        );
      return { batch: x[0], groups: 1, channels: x[1], filters: units, axes: threeAxes([]) };
    },
    shape: (x) => [x[0], units],
    parameters(x) {
      const { weight, ...rest } = weightAndBias([x[1], units], bias);
      return { weight: { ...weight, channelAxis: 0 }, ...rest };
    },
    cost: (_x, g) => multiplyAdds(g),
    roles: { linear: { outputChannel: onLastAxis } },
    forward(x, p, g) {
      const y = allocate(name, [x.shape[0], units], typeOf(x.data));
      kernels.conv(g, x.data, p.weight.data, p.bias?.data, y.data, 'auto');
      return y;
    },
    emit: (program, x, { weight, bias }, geometry) =>
      program.conv(x, [x.shape[0], units], { geometry, weight, bias, algorithm: 'auto' }),
    gradient({ x, p, dy, g, needsX }) {
      const [dx, dw] = [x, p.weight].map((like) => allocate(name, like.shape, typeOf(x.data)));
      if (needsX) kernels.convInputGrad(g, dy.data, p.weight.data, dx.data, 'auto');
      kernels.convWeightGrad(g, x.data, dy.data, dw.data, 'auto');
      return { x: dx, params: { weight: dw, ...(bias && { bias: biasGradient(name, g.batch, dy) }) } };
    },
  });
}
