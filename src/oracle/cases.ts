// Cases: small records of whole numbers from which layer, tensors and the case id follow.

import type { Layer } from '../layer/layer.ts';
import { divisors } from '../reference/pool.ts';
import { type Shape, sizeOf, type Tensor } from '../tensor.ts';
import { type Padding, type Window, windowAxes } from '../window.ts';
import { geometryOf, type Operands } from './forms.ts';
import { operatorOf } from './operators.ts';
import { fill, type Values } from './values.ts';

/** One question to an engine. Channels and filters count per group; a depthwise convolution or a pool has a group per channel. */
export interface Case {
  readonly op: string;
  /** Asks for the gradients instead of the output. */
  readonly gradient: boolean;
  readonly batch: number;
  readonly space: readonly number[];
  readonly groups: number;
  readonly channels: number;
  /** Per group: filters of a convolution, multiplier of a depthwise one, units of a dense layer; 1 for a pool. */
  readonly filters: number;
  readonly size: readonly number[];
  readonly stride: readonly number[];
  readonly padding: Padding;
  readonly dilation: readonly number[];
  readonly bias: boolean;
  readonly ceil: boolean;
  readonly countPadding: boolean;
  /** Of a transposed convolution, one number per axis. */
  readonly outputPadding: readonly number[];
  /** How the tensors are filled, from `seed`; or the tensors themselves. */
  readonly values: Values;
  readonly seed: number;
  readonly given?: Readonly<Record<string, readonly number[]>>;
}

/** The layer a case asks about. */
export function layerOf(c: Case): Layer {
  const { family, make } = operatorOf(c.op);
  const { size, stride, padding, dilation, bias } = c;
  const window = { size, stride, padding, dilation };
  const filters = c.groups * c.filters;
  const attributes = {
    transpose: { filters, ...window, outputPadding: c.outputPadding, groups: c.groups, bias },
    conv: { filters, ...window, groups: c.groups, bias },
    depthwise: { ...window, multiplier: c.filters, bias },
    dense: { units: filters, bias },
    max: { ...window, ceil: c.ceil },
    avg: { ...window, ceil: c.ceil, countPadding: c.countPadding },
  }[family];
  return make(attributes as never);
}

export const shapeOf = (c: Case): Shape => [c.batch, ...c.space, c.groups * c.channels];

/** Spec oracle-cases: a case is one that the spec allows; a window over no cell is a matter of convention, so none is drawn. */
export function isPossible(c: Case): boolean {
  try {
    const layer = layerOf(c);
    layer.shape(shapeOf(c));
    const { family } = operatorOf(c.op);
    if (family !== 'max' && family !== 'avg') return true;
    return divisors(geometryOf(layer, shapeOf(c)), false).every((cells) => cells > 0);
  } catch {
    return false;
  }
}

/** The tensors of a case, the same on every host. */
export function operandsOf(c: Case, layer: Layer): Operands {
  const x = shapeOf(c);
  const make = (name: string, shape: Shape): Tensor => {
    const given = c.given?.[name];
    const data = given ? Float32Array.from(given) : fill(c.values, c.seed, name, sizeOf(shape));
    return { shape, data };
  };
  const shapes: Record<string, Shape> = { x, ...(layer.params(x) as Record<string, Shape>) };
  if (c.gradient) shapes.dy = layer.shape(x);
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, make(name, shape)]),
  ) as unknown as Operands;
}

/** Padding as numbers, for ids and reductions: one pair per axis. */
export function pads(c: Case): readonly (readonly [number, number])[] {
  if (typeof c.padding !== 'string') return c.padding;
  const window = { ...c, padding: c.padding } satisfies Window;
  return windowAxes(c.op, window, c.space).map((axis) => [axis.before, axis.after]);
}
