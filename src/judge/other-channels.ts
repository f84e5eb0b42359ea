// Channels that are taken for one another: the outputs of a node that stand in the place of others, and filters that are
// exchanged. Spec judge-instead.

import { isFloat } from '../onnx/element-types.ts';
import { Value } from '../onnx/value.ts';
import { sizeOf, type Tensor } from '../tensor.ts';
import type { Enclosure } from './enclosure.ts';

/** More wrong channels than these are another mistake. */
const MOST_WRONG = 64;

interface Planes {
  readonly channels: number;
  readonly batch: number;
  readonly cells: number;
}

/** Of `[batch, channels, …space]`. */
function planesOf({ shape }: Tensor): Planes {
  const [batch, channels, ...space] = shape;
  return { batch, channels, cells: sizeOf(space) };
}

/** Whether every number of channel c lies within the radius of channel d. */
function isWithin(enclosure: Enclosure, { data }: Tensor, planes: Planes, c: number, d: number): boolean {
  const v = enclosure.value.first;
  const r = enclosure.radius?.first;
  const { batch, channels, cells } = planes;
  for (let n = 0; n < batch; n++)
    for (let p = 0; p < cells; p++) {
      const [own, other] = [(n * channels + c) * cells + p, (n * channels + d) * cells + p];
      if (!(Math.abs(data[own] - v[other]) <= (r?.[other] ?? 0))) return false;
    }
  return true;
}

/** The channels of which a number is wrong; undefined where there are too many, or none that is right. */
export function wrongChannels(enclosure: Enclosure, theirs: Tensor): readonly number[] | undefined {
  if (theirs.shape.length < 2 || !isFloat(enclosure.value.type)) return undefined;
  const planes = planesOf(theirs);
  const wrong = Array.from({ length: planes.channels }, (_, c) => c).filter(
    (c) => !isWithin(enclosure, theirs, planes, c, c),
  );
  return wrong.length > 0 && wrong.length <= MOST_WRONG && wrong.length < planes.channels ? wrong : undefined;
}

/** What completes "behaves as if", where every wrong channel holds the numbers of another one. */
export function takenChannels(enclosure: Enclosure, theirs: Tensor, wrong: readonly number[]): string | undefined {
  const planes = planesOf(theirs);
  const all = Array.from({ length: planes.channels }, (_, d) => d);
  const sources = wrong.map((c) => all.find((d) => d !== c && isWithin(enclosure, theirs, planes, c, d)));
  if (sources.some((d) => d === undefined)) return undefined;
  const [a, b] = wrong;
  if (wrong.length === 2 && sources[0] === b && sources[1] === a) return `output channels ${a} and ${b} were exchanged`;
  const list = wrong.slice(0, 4).map((c, i) => `${c} were ${sources[i]}`);
  return `output channel ${list.join(', ')}${wrong.length > 4 ? `, and ${wrong.length - 4} more were others` : ''}`;
}

/** The weights of a node, `[filters, …]`, with two filters exchanged. */
export function exchangedFilters(weight: Enclosure, a: number, b: number): Enclosure {
  const { value } = weight;
  const data = value.first.slice();
  const size = data.length / value.shape[0];
  const [from, to] = [a * size, b * size];
  const own = data.slice(from, from + size);
  data.copyWithin(from, to, to + size);
  data.set(own as never, to);
  return { ...weight, value: new Value(value.type, value.shape, data) };
}
