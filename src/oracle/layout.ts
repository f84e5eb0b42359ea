// Layouts: tensors with their axes in another order. Spec oracle-layout.

import { SpecError, show } from '../errors.ts';
import type { Data, Shape, Tensor } from '../tensor.ts';
import type { Layout } from './engine.ts';

export const ownLayout: Required<Layout> = { x: 'NHWC', weight: 'HWIO' };

/** Spec oracle-layout: a permutation of the letters, H and W side by side. */
export function readLayout(layout: Layout = {}): Required<Layout> {
  const read = (what: 'x' | 'weight'): string => {
    const value: unknown = layout[what] ?? ownLayout[what];
    const isPermutation =
      typeof value === 'string' && [...value].sort().join('') === [...ownLayout[what]].sort().join('');
    if (!isPermutation || !value.includes('HW'))
      throw new SpecError(
        'oracle-layout',
        `engine: layout.${what} must be a permutation of '${ownLayout[what]}' that holds 'HW', got ${show(value)}`,
      );
    return value;
  };
  return { x: read('x'), weight: read('weight') };
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
  const strides: number[] = [];
  shape.reduceRight((stride, size, axis) => {
    strides[axis] = stride;
    return stride * size;
  }, 1);
  const result: Data = data.slice();
  const index = to.map(() => 0);
  for (let i = 0; i < result.length; i++) {
    result[i] = data[index.reduce((place, at, axis) => place + at * strides[from[axis]], 0)];
    for (let axis = to.length - 1; axis >= 0 && ++index[axis] === to[axis]; axis--) index[axis] = 0;
  }
  return { shape: to, data: result };
}

/** Which layout a tensor of a call has: biases and rows have only one. */
const layoutOf = (name: string, layout: Required<Layout>): [ours: string, theirs: string] | undefined => {
  if (name === 'bias') return undefined;
  return name === 'weight' ? [ownLayout.weight, layout.weight] : [ownLayout.x, layout.x];
};

/** A tensor of ours in their layout. */
export function toTheirs(name: string, tensor: Tensor, layout: Required<Layout>): Tensor {
  const pair = layoutOf(name, layout);
  return pair ? permute(tensor, order(pair[0], pair[1], tensor.shape.length)) : tensor;
}

/** A tensor of theirs in our layout; what is not a tensor of that rank comes back as it is, for the verdict to see. */
export function toOurs(name: string, value: unknown, layout: Required<Layout>, rank: number): unknown {
  const pair = layoutOf(name, layout);
  const tensor = value as Tensor;
  const isTensor =
    typeof value === 'object' && value !== null && Array.isArray(tensor.shape) && ArrayBuffer.isView(tensor.data);
  if (!pair || !isTensor || tensor.shape.length !== rank || !holds(tensor.shape, tensor.data)) return value;
  return permute(tensor, order(pair[1], pair[0], rank));
}

const holds = (shape: Shape, data: Data): boolean => data.length === shape.reduce((size, axis) => size * axis, 1);
