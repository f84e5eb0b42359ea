// Parametric rectifier: a leaky rectifier that learns its slope, one for each channel or one for all.

import { flag, known } from '../attributes.ts';
import { SpecError } from '../errors.ts';
import { filled } from '../layer/declared-params.ts';
import type { Layer } from '../layer/layer.ts';
import { operator } from '../layer/operator.ts';
import { longSums } from '../reference/sums.ts';
import { roundingOf } from '../rounding.ts';
import { allocate, typeOf } from '../tensor.ts';

export interface PreluAttributes {
  /** One slope for all channels instead of one for each; false without it. */
  readonly shared?: boolean;
}

/**
 * Parametric rectifier: `y = x < 0 ? slope[c]·x : x`, with the slope of the channel c as a parameter, which begins as 0.25.
 * x `[batch, ...space, channels]`, slope `[channels]`, or `[1]` with `shared`. Spec activation-prelu.
 *
 * @throws {SpecError} activation-prelu for an x without a channel axis.
 * @example
 * prelu().forward(tensor([1, 2, 2], [-4, -4, 1, 2]), { slope: tensor([2], [0.5, 0.25]) }).data // [-2, -1, 1, 2]
 */
export function prelu(attributes: PreluAttributes = {}): Layer {
  const name = 'prelu';
  attributes = known(name, attributes, ['shared']);
  const shared = flag('activation-prelu', name, 'shared', attributes.shared ?? false);
  return operator({
    name,
    attributes: { shared },
    make: prelu,
    roles: { activates: true },
    shape(x) {
      if (x.length < 2)
        throw new SpecError(
          'activation-prelu',
          `${name}: x must have the axes [batch, ...space, channels], got shape [${x}]`,
        );
      return x;
    },
    parameters(x) {
      const slope = { shape: [shared ? 1 : x[x.length - 1]], first: filled(0.25) };
      return { slope: shared ? slope : { ...slope, channelAxis: 0 } };
    },
    forward(x, { slope }) {
      const y = allocate(name, x.shape, typeOf(x.data));
      const S = slope.data.length;
      for (let i = 0; i < y.data.length; i++) y.data[i] = x.data[i] < 0 ? slope.data[i % S] * x.data[i] : x.data[i];
      return y;
    },
    emit(program, x, { slope }) {
      const C = x.shape[x.shape.length - 1];
      const slopes = Float32Array.from({ length: C }, (_, c) => slope.data[c % slope.data.length]);
      return program.pointwise(x, { operation: 'prelu', slope: slopes });
    },
    gradient({ x, p: { slope }, dy }) {
      const round = roundingOf(x.data);
      const S = slope.data.length;
      const dx = allocate(name, x.shape, typeOf(x.data));
      for (let i = 0; i < dx.data.length; i++) dx.data[i] = x.data[i] > 0 ? dy.data[i] : slope.data[i % S] * dy.data[i];
      const dslope = allocate(name, [S], typeOf(x.data));
      dslope.data.set(longSums(x.shape[0], S, x.data, (i) => (x.data[i] > 0 ? 0 : round(dy.data[i] * x.data[i]))));
      return { x: dx, params: { slope: dslope } };
    },
  });
}
