// Layouts: tensors with their axes in another order. Spec oracle-layout.

import { known } from '../../attributes.ts';
import { SpecError, show } from '../../errors.ts';
import { indexAt, placeOf } from '../../places.ts';
import type { Data, Shape, Tensor } from '../../tensor.ts';
import type { Layout } from '../dialect.ts';
import type { LayoutKey } from '../family.ts';

export const ownLayout: Required<Layout> = { x: 'NHWC', weight: 'HWIO', depthwise: 'HWIO' };

/** Spec oracle-layout: a permutation of the letters, H and W side by side; what is not declared is that of the dialect. */
export function readLayout(layout: Layout = {}, dialect: Required<Layout> = ownLayout): Required<Layout> {
  const given = known('engine.layout', layout, Object.keys(ownLayout), 'tensors', 'oracle-layout');
  const declared: Layout = { ...dialect, ...(given.weight !== undefined && { depthwise: given.weight }), ...given };
  const read = (what: 'x' | 'weight' | 'depthwise'): string => {
    const value: unknown = declared[what] ?? dialect[what];
    if (what === 'depthwise' && value === 'HWIM') return value;
    const isPermutation =
      typeof value === 'string' && [...value].sort().join('') === [...ownLayout[what]].sort().join('');
    if (!isPermutation || !value.includes('HW'))
      throw new SpecError(
        'oracle-layout',
        `engine: layout.${what} must be a permutation of '${ownLayout[what]}' that holds 'HW'${what === 'depthwise' ? ", or 'HWIM'" : ''}, got ${show(value)}`,
      );
    return value;
  };
  return { x: read('x'), weight: read('weight'), depthwise: read('depthwise') };
}

/** The axis of ours that stands at each place of theirs, for a tensor of `rank` axes. */
function order(ours: string, theirs: string, rank: number): number[] {
  const space = Array.from({ length: rank - 2 }, (_, i) => String(i));
  const axes = (layout: string): string[] =>
    layout.split(/(HW)/).flatMap((part) => (part === 'HW' ? space : [...part]));
  const own = axes(ours);
  return axes(theirs).map((axis) => own.indexOf(axis));
}

function permute(tensor: Tensor, from: readonly number[]): Tensor {
  if (from.every((axis, i) => axis === i)) return tensor;
  const { shape, data } = tensor;
  const to = from.map((axis) => shape[axis]);
  const result: Data = data.slice();
  const own = new Array<number>(shape.length);
  for (let i = 0; i < result.length; i++) {
    for (const [j, at] of placeOf(to, i).entries()) own[from[j]] = at;
    result[i] = data[indexAt(shape, own)];
  }
  return { shape: to, data: result };
}

/** Our layout and theirs for the tensors of a key; undefined where all engines agree. */
function layoutOf(key: LayoutKey, layout: Required<Layout>): readonly [ours: string, theirs: string] | undefined {
  return key === 'none' ? undefined : [ownLayout[key], layout[key]];
}

/** A tensor of ours in their layout; `channels` are those of x. */
export function toTheirs(key: LayoutKey, tensor: Tensor, layout: Required<Layout>, channels: number): Tensor {
  const found = layoutOf(key, layout);
  if (!found) return tensor;
  const [ours, theirs] = found;
  const { shape, data } = tensor;
  if (theirs === 'HWIM') return { shape: [...shape.slice(0, -2), channels, shape.at(-1)! / channels], data };
  return permute(tensor, order(ours, theirs, shape.length));
}

/** A tensor of theirs in our layout; what is not a tensor of that rank comes back as it is, for the verdict to see. */
export function toOurs(
  key: LayoutKey,
  value: unknown,
  layout: Required<Layout>,
  rank: number,
  channels: number,
): unknown {
  const found = layoutOf(key, layout);
  if (!found) return value;
  const [ours, theirs] = found;
  const tensor = value as Tensor;
  const isTensor =
    typeof value === 'object' && value !== null && Array.isArray(tensor.shape) && ArrayBuffer.isView(tensor.data);
  if (!isTensor || tensor.shape.length !== rank || !holds(tensor.shape, tensor.data)) return value;
  const [C, M] = tensor.shape.slice(-2);
  if (theirs === 'HWIM')
    return C === channels ? { shape: [...tensor.shape.slice(0, -2), 1, C * M], data: tensor.data } : value;
  return permute(tensor, order(theirs, ours, rank));
}

const holds = (shape: Shape, data: Data): boolean => data.length === shape.reduce((size, axis) => size * axis, 1);
