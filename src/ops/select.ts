// Channels by number: y[…, j] = x[…, channels[j]], so that a layer may see some of them, several times, in any order.

import { known, wholeNumber } from '../attributes.ts';
import { SpecError, show, wrongType } from '../errors.ts';
import type { Layer } from '../layer/layer.ts';
import { operator } from '../layer/operator.ts';
import { isList } from '../reading.ts';
import { accumulator, SHORT_SUM } from '../reference/sums.ts';
import { allocate, type Shape, typeOf } from '../tensor.ts';

export interface SelectAttributes {
  /** The input channel of each output channel; a channel may occur several times. */
  readonly channels: readonly number[];
}

/**
 * Picks channels: `y[…, j] = x[…, channels[j]]`, x `[batch, ...space, channels]`; no parameters. Spec reshape-select.
 *
 * @throws {SpecError} reshape-select for a channel that x does not have, or none at all.
 * @example
 * selectChannels({ channels: [2, 0, 2] }).forward(tensor([1, 3], [5, 6, 7]), {}).data // [7, 5, 7]
 */
export function selectChannels(attributes: SelectAttributes): Layer {
  const name = 'selectChannels';
  attributes = known(name, attributes, ['channels']);
  const channels = Object.freeze(readChannels(name, attributes.channels));
  const most = channels.reduce((a, b) => Math.max(a, b));
  const shape = (x: Shape): Shape => {
    const C = x[x.length - 1];
    if (x.length < 2 || most >= C)
      throw new SpecError(
        'reshape-select',
        `${name}: the channels must be below those of x, got ${most} for shape [${x}]`,
      );
    return [...x.slice(0, -1), channels.length];
  };
  return operator({
    name,
    attributes: { channels },
    make: selectChannels,
    shape,
    forward(x) {
      const y = allocate(name, shape(x.shape), typeOf(x.data));
      const [C, O] = [x.shape[x.shape.length - 1], channels.length];
      for (let p = 0; p < y.data.length / O; p++)
        for (let o = 0; o < O; o++) y.data[p * O + o] = x.data[p * C + channels[o]];
      return y;
    },
    gradient({ x, dy }) {
      const dx = allocate(name, x.shape, typeOf(x.data));
      const [C, O] = [x.shape[x.shape.length - 1], channels.length];
      const sums = accumulator(dx.data, O > SHORT_SUM);
      for (let p = 0; p < dy.data.length / O; p++)
        for (let o = 0; o < O; o++) sums[p * C + channels[o]] += dy.data[p * O + o];
      dx.data.set(sums);
      return { x: dx };
    },
  });
}

function readChannels(who: string, channels: unknown): number[] {
  if (!isList(channels))
    throw wrongType('reshape-select', `${who}: channels must be an array of whole numbers, got ${show(channels)}`);
  if (channels.length === 0) throw new SpecError('reshape-select', `${who}: channels must name at least one, got none`);
  return channels.map((channel) => wholeNumber('reshape-select', who, 'a channel', channel, 0));
}
