// Which planes of the kernel belong to a filter, and the cells of padding around the planes.

import type { Axis } from '../../window.ts';
import type { Lab } from './lab.ts';

/** The planes of the kernel that belong to a filter, each with the channel of the input it is for. */
export function kernelPlanes({ op, parts, shape, y }: Lab, o: number): { plane: number; channel: number }[] {
  const [C, O] = [shape[shape.length - 1], y.shape[y.shape.length - 1]];
  if (op === 'transposed') {
    // [...size, filters / groups, channels]; the geometry counts the channels of x as filters.
    const { channels: each, filters: perGroup } = parts;
    const first = Math.floor(o / each) * perGroup;
    return Array.from({ length: perGroup }, (_, c) => ({ plane: (o % each) * C + first + c, channel: first + c }));
  }
  const first = Math.floor(o / parts.filters) * parts.channels;
  return Array.from({ length: parts.channels }, (_, c) => ({ plane: c * O + o, channel: first + c }));
}

/** Cells of padding around the planes of x, or of those cut off around y. */
export const marginOf = ({ axes, rank }: Lab): [number, number, number, number] => {
  const across = axes[rank - 1];
  const sides = (axis: Axis): [number, number] => {
    const reach = (axis.output - 1) * axis.stride + (axis.size - 1) * axis.dilation + 1;
    return [axis.before, Math.max(axis.after, reach - axis.before - axis.input)];
  };
  return rank === 1 ? [0, 0, ...sides(across)] : [...sides(axes[0]), ...sides(across)];
};
