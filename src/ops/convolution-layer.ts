// What all convolutions have in common: attributes, geometry, and one operator over the three contractions.

import { flag, known, oneOf, wholeNumber } from '../attributes.ts';
import { SpecError } from '../errors.ts';
import * as kernels from '../kernels/choose.ts';
import { drawnWeight, filled } from '../layer/declared-params.ts';
import { spaceOf, windowField } from '../layer/field.ts';
import type { Layer, Parameter } from '../layer/layer.ts';
import { operator } from '../layer/operator.ts';
import { type Algorithm, algorithms } from '../layer/step.ts';
import { allocate, type Shape, type Tensor, typeOf } from '../tensor.ts';
import {
  axisNames,
  type ConvGeometry,
  outputs,
  type PaddingArgument,
  readWindow,
  taps,
  threeAxes,
  type Window,
  windowAxes,
} from '../window.ts';

export interface ConvAttributes {
  /** Number of filters: the channels of the output. */
  readonly filters: number;
  /** Taps on each axis. */
  readonly size: number | readonly number[];
  readonly stride?: number | readonly number[];
  readonly padding?: PaddingArgument;
  readonly dilation?: number | readonly number[];
  /** Channels and filters are divided into this many groups; a filter uses the channels of its group. */
  readonly groups?: number;
  readonly bias?: boolean;
  readonly algorithm?: Algorithm;
}

export interface DepthwiseConvAttributes extends Omit<ConvAttributes, 'filters' | 'groups'> {
  /** Filters per channel. */
  readonly multiplier?: number;
}

/** A convolution with a given number of groups; `flip` reverses the weight. */
export function grouped(
  name: string,
  rank: number,
  attributes: ConvAttributes,
  make: (attributes: ConvAttributes) => Layer,
  flip = false,
): Layer {
  attributes = known(name, attributes, [
    'filters',
    'size',
    'stride',
    'padding',
    'dilation',
    'groups',
    'bias',
    'algorithm',
  ]);
  const filters = wholeNumber('conv-filters', name, 'filters', attributes.filters, 1);
  const groups = wholeNumber('conv-groups', name, 'groups', attributes.groups ?? 1, 1);
  if (filters % groups !== 0)
    throw new SpecError('conv-groups', `${name}: groups must divide the ${filters} filters, got ${groups}`);
  const { ceil: _, ...window } = readConvWindow(name, rank, attributes);
  const complete = { filters, ...window, groups, ...readChoices(name, attributes) };
  return convolution({ name, rank, flip, make, complete, part: () => ({ groups, filters: filters / groups }) });
}

/** A convolution with as many groups as x has channels. Spec conv-depthwise. */
export function depthwise(
  name: string,
  rank: number,
  attributes: DepthwiseConvAttributes,
  make: (attributes: DepthwiseConvAttributes) => Layer,
): Layer {
  attributes = known(name, attributes, ['size', 'multiplier', 'stride', 'padding', 'dilation', 'bias', 'algorithm']);
  const multiplier = wholeNumber('conv-multiplier', name, 'multiplier', attributes.multiplier ?? 1, 1);
  const { ceil: _, ...window } = readConvWindow(name, rank, attributes);
  const complete = { ...window, multiplier, ...readChoices(name, attributes) };
  return convolution({ name, rank, flip: false, make, complete, part: (C) => ({ groups: C, filters: multiplier }) });
}

export const readConvWindow = (
  name: string,
  rank: number,
  a: Pick<ConvAttributes, 'size' | 'stride' | 'padding' | 'dilation'>,
): Window =>
  readWindow(name, rank, {
    size: a.size,
    stride: a.stride ?? 1,
    padding: a.padding ?? 'valid',
    dilation: a.dilation ?? 1,
  });

const readChoices = (name: string, a: Pick<ConvAttributes, 'bias' | 'algorithm'>) => ({
  bias: flag('conv-bias', name, 'bias', a.bias ?? true),
  algorithm: oneOf('conv-algorithm', name, 'algorithm', a.algorithm ?? 'auto', algorithms),
});

interface Convolution {
  readonly name: string;
  readonly rank: number;
  readonly flip: boolean;
  readonly make: (attributes: never) => Layer;
  readonly complete: Omit<Window, 'ceil'> & ReturnType<typeof readChoices>;
  /** Groups, and filters per group, for C channels. */
  part(C: number): { groups: number; filters: number };
}

function convolution({ name, rank, flip, make, complete, part }: Convolution): Layer {
  const { bias, algorithm } = complete;
  const turn = (weight: Tensor): Tensor => (flip ? reversed(weight) : weight);
  return operator<ConvGeometry>({
    name,
    attributes: complete,
    make,
    geometry(x) {
      const C = checkRank(name, rank, x);
      const { groups, filters } = part(C);
      if (C % groups !== 0)
        throw new SpecError('conv-groups', `${name}: groups must divide the ${C} channels of x, got ${groups}`);
      const axes = threeAxes(windowAxes(name, { ...complete, ceil: false }, spaceOf(x)));
      return { batch: x[0], groups, channels: C / groups, filters, axes };
    },
    shape: (x, g) => [x[0], ...g.axes.slice(-rank).map((axis) => axis.output), g.groups * g.filters],
    parameters: (_x, g) => weightAndBias([...complete.size, g.channels, g.groups * g.filters], bias),
    field: (_x, g) => windowField(g.axes.slice(-rank)),
    cost: (_x, g) => multiplyAdds(g),
    roles: { linear: { outputChannel: onLastAxis }, pictured: rank === 2 },
    forward(x, p, g) {
      const y = allocate(name, this.shape(x.shape, g), typeOf(x.data), true);
      kernels.conv(g, x.data, turn(p.weight).data, p.bias?.data, y.data, algorithm);
      return y;
    },
    emit(program, x, p, geometry) {
      const step = { geometry, weight: turn(p.weight), bias: p.bias, algorithm };
      return program.conv(x, this.shape(x.shape, geometry), step);
    },
    gradient({ x, p, dy, g, needsX }) {
      const [dx, dw] = [x, p.weight].map((like) => allocate(name, like.shape, typeOf(x.data), needsX));
      if (needsX) kernels.convInputGrad(g, dy.data, turn(p.weight).data, dx.data, algorithm);
      kernels.convWeightGrad(g, x.data, dy.data, dw.data, algorithm);
      return { x: dx, params: { weight: turn(dw), ...(bias && { bias: biasGradient(name, g.batch, dy) }) } };
    },
  });
}

/** A random weight, and with `bias` a zero for each filter on its last axis. */
export const weightAndBias = (weight: Shape, bias: boolean): Record<string, Parameter> => ({
  weight: { shape: weight, first: drawnWeight(weight) },
  ...(bias && { bias: { shape: weight.slice(-1), first: filled(0), attribute: 'bias' } }),
});

/** The filters of a weight are on its last axis. */
export const onLastAxis = (weight: Shape, i: number): number => i % weight[weight.length - 1];

export const multiplyAdds = (g: ConvGeometry): number =>
  g.batch * outputs(g.axes) * taps(g.axes) * g.channels * g.groups * g.filters;

/** The sum of dy over batch and space. Spec conv-bias-gradient. */
export function biasGradient(name: string, batch: number, dy: Tensor): Tensor {
  const db = allocate(name, dy.shape.slice(-1), typeOf(dy.data));
  kernels.biasGrad(batch, dy.data, db.data);
  return db;
}

/** Checks that x has a batch axis, `rank` spatial axes and channels; gives the number of channels. Spec conv-rank. */
export function checkRank(who: string, rank: number, x: Shape): number {
  const axes = ['batch', ...axisNames(rank), 'channels'];
  if (x.length !== rank + 2)
    throw new SpecError('conv-rank', `${who}: x must have the axes [${axes.join(', ')}], got shape [${x}]`);
  return x[x.length - 1];
}

/** A weight with its taps in the opposite order. Spec conv-true. */
function reversed(weight: Tensor): Tensor {
  const [C, O] = weight.shape.slice(-2);
  const data = weight.data.slice();
  const K = data.length / (C * O);
  for (let k = 0; k < K; k++) data.set(weight.data.subarray(k * C * O, (k + 1) * C * O), (K - 1 - k) * C * O);
  return { shape: weight.shape, data };
}
