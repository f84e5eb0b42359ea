// Normalisation within each image: over groups of channels and space, over space alone, or over the channels of each cell.
//
//   y = (x − mean)·scale + bias,   scale = weight / √(variance + epsilon)        mean and variance of the set that x belongs to

import { finiteNumber, known, wholeNumber } from '../attributes.ts';
import { SpecError } from '../errors.ts';
import { filled } from '../layer/declared-params.ts';
import { pointField, wholeField } from '../layer/field.ts';
import type { Attributes, Field, Layer } from '../layer/layer.ts';
import { operator } from '../layer/operator.ts';
import { normalizeSets, type Sets, setNormGrads } from '../reference/set-norm.ts';
import { allocate, type Shape, sizeOf, typeOf } from '../tensor.ts';
import { channelsOf, type NormAttributes } from './normalization.ts';

export interface GroupNormAttributes extends NormAttributes {
  /** Groups of channels; each has statistics of its own. */
  readonly groups: number;
}

/**
 * Group normalisation: each group of channels of each image, over all of space, to mean 0 and variance 1, then `· weight + bias` for each
 * channel. x `[batch, ...space, channels]`, weight and bias `[channels]`. One group is layer normalisation of whole images. Spec norm-group.
 *
 * @throws {SpecError} norm-group when groups does not divide the channels, norm-epsilon, norm-rank.
 * @example
 * const p = { weight: tensor([2], [1, 1]), bias: tensor([2], [0, 5]) };
 * groupNorm({ groups: 1, epsilon: 3 }).forward(tensor([1, 2], [0, 2]), p).data // [-0.5, 5.5]
 */
export function groupNorm(attributes: GroupNormAttributes): Layer {
  const name = 'groupNorm';
  attributes = known(name, attributes, ['groups', 'epsilon']);
  const groups = wholeNumber('norm-group', name, 'groups', attributes.groups, 1);
  const epsilon = epsilonOf(name, attributes.epsilon);
  return setNorm(name, { groups, epsilon }, groupNorm, {
    epsilon,
    field: wholeField,
    sets(x, C) {
      if (C % groups !== 0)
        throw new SpecError(
          'norm-group',
          `${name}: groups must divide the channels of x, got ${groups} and shape [${x}]`,
        );
      return { count: x[0], cells: sizeOf(x.slice(1, -1)), channels: C, groups };
    },
  });
}

/**
 * Instance normalisation: each channel of each image, over space; otherwise as {@link groupNorm}. Spec norm-instance.
 *
 * @throws {SpecError} norm-epsilon, norm-rank.
 * @example
 * const p = { weight: tensor([1], [2]), bias: tensor([1], [5]) };
 * instanceNorm({ epsilon: 3 }).forward(tensor([1, 2, 1], [0, 2]), p).data // [4, 6]
 */
export function instanceNorm(attributes: NormAttributes = {}): Layer {
  const name = 'instanceNorm';
  attributes = known(name, attributes, ['epsilon']);
  const epsilon = epsilonOf(name, attributes.epsilon);
  return setNorm(name, { epsilon }, instanceNorm, {
    epsilon,
    field: wholeField,
    sets: (x, C) => ({ count: x[0], cells: sizeOf(x.slice(1, -1)), channels: C, groups: C }),
  });
}

/**
 * Layer normalisation of the channels of each cell, as in networks of tokens and in ConvNeXt; otherwise as {@link groupNorm}.
 * Spec norm-layer.
 *
 * @throws {SpecError} norm-epsilon, norm-rank.
 * @example
 * const p = { weight: tensor([2], [1, 2]), bias: tensor([2], [0, 5]) };
 * layerNorm({ epsilon: 3 }).forward(tensor([1, 2], [0, 2]), p).data // [-0.5, 6]
 */
export function layerNorm(attributes: NormAttributes = {}): Layer {
  const name = 'layerNorm';
  attributes = known(name, attributes, ['epsilon']);
  const epsilon = epsilonOf(name, attributes.epsilon);
  return setNorm(name, { epsilon }, layerNorm, {
    epsilon,
    field: pointField,
    sets: (x, C) => ({ count: sizeOf(x.slice(0, -1)), cells: 1, channels: C, groups: 1 }),
  });
}

interface SetNorm {
  readonly epsilon: number;
  /** What is normalised together. */
  sets(x: Shape, C: number): Sets;
  field(x: Shape): Field;
}

function setNorm(
  name: string,
  attributes: Attributes,
  make: (attributes: never) => Layer,
  { epsilon, sets, field }: SetNorm,
): Layer {
  const setsOf = (x: Shape): Sets => sets(x, channelsOf(name, x));
  return operator({
    name,
    attributes,
    make,
    shape(x) {
      setsOf(x);
      return x;
    },
    field,
    parameters(x) {
      const shape = [channelsOf(name, x)];
      return {
        weight: { shape, first: filled(1), channelAxis: 0 },
        bias: { shape, first: filled(0), channelAxis: 0 },
      };
    },
    forward(x, { weight, bias }) {
      const y = allocate(name, x.shape, typeOf(x.data));
      normalizeSets(setsOf(x.shape), epsilon, x.data, weight.data, bias.data, y.data);
      return y;
    },
    gradient({ x, p: { weight }, dy }) {
      const dx = allocate(name, x.shape, typeOf(x.data));
      const of = { batch: x.shape[0], x: x.data, weight: weight.data, dy: dy.data };
      const sums = setNormGrads(setsOf(x.shape), epsilon, of, dx.data);
      const params = Object.entries(sums).map(([each, sum]) => {
        const own = allocate(name, weight.shape, typeOf(x.data));
        own.data.set(sum);
        return [each, own] as const;
      });
      return { x: dx, params: Object.fromEntries(params) };
    },
  });
}

/** Spec norm-epsilon. */
const epsilonOf = (who: string, epsilon: unknown = 1e-5): number =>
  finiteNumber('norm-epsilon', who, 'epsilon', epsilon, 'a number > 0', (value) => value > 0);
