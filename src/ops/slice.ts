// Slices of some axes, as Python has them.

import { known, MAX_ATTRIBUTE, wholeNumber } from '../attributes.ts';
import { SpecError, show, wrongType } from '../errors.ts';
import type { Layer } from '../layer/layer.ts';
import { isList } from '../reading.ts';
import { moved, stepsOf, strided } from './moves.ts';

export interface SliceAttributes {
  /** Axes of x, channels last; negative ones count from the end, and the batch is no such axis. */
  readonly axes: readonly number[];
  /** The first cell on each of them; negative ones count from the end. */
  readonly starts: readonly number[];
  /** The cell before which each slice ends. */
  readonly ends: readonly number[];
  /** From one cell to the next; not 0, and 1 without it. */
  readonly steps?: readonly number[];
}

/**
 * A part of x on some axes: the cells from `starts` to before `ends` by `steps`, as Python's slices; the other axes stay whole.
 * Spec slice-forward.
 *
 * @throws {SpecError} slice-forward.
 * @example
 * slice({ axes: [1], starts: [-1], ends: [0], steps: [-2] }).forward(tensor([1, 4, 1], [1, 2, 3, 4]), {}).data // [4, 2]
 */
export function slice(attributes: SliceAttributes): Layer {
  const name = 'slice';
  attributes = known(name, attributes, ['axes', 'starts', 'ends', 'steps']);
  const lists = {
    axes: wholes(name, 'axes', attributes.axes),
    starts: wholes(name, 'starts', attributes.starts),
    ends: wholes(name, 'ends', attributes.ends),
    steps: wholes(name, 'steps', attributes.steps ?? (isList(attributes.axes) ? attributes.axes.map(() => 1) : [])),
  };
  const count = lists.axes.length;
  if (Object.values(lists).some((list) => list.length !== count) || lists.steps.includes(0))
    throw new SpecError(
      'slice-forward',
      `${name}: axes, starts, ends and steps must be as many, and no step 0, got ${show(lists)}`,
    );
  return moved(name, lists, slice, (image, x) => {
    const parts = image.map((n) => ({ first: 0, step: 1, count: n }));
    lists.axes.forEach((stated, i) => {
      const axis = stated < 0 ? stated + x.length : stated;
      if (axis < 1 || axis >= x.length || lists.axes.some((other, j) => j < i && (other - stated) % x.length === 0))
        throw new SpecError(
          'slice-forward',
          `${name}: axes must be different ones of 1 to ${x.length - 1}, got ${show(lists.axes)}`,
        );
      parts[axis - 1] = cut(x[axis], lists.starts[i], lists.ends[i], lists.steps[i]);
    });
    const own = parts.map((part) => part.count);
    if (own.includes(0))
      throw new SpecError('slice-forward', `${name}: no axis may become empty, got [${own}] of [${image}]`);
    const steps = stepsOf(image);
    const offset = parts.reduce((all, { first }, k) => all + first * steps[k], 0);
    return {
      image: own,
      source: () =>
        strided(
          own,
          parts.map(({ step }, k) => step * steps[k]),
          offset,
        ),
      field: () => parts.slice(0, -1).map(({ first, step }) => ({ size: 1, step, start: first })),
    };
  });
}

interface Part {
  readonly first: number;
  readonly step: number;
  readonly count: number;
}

/** A slice of n cells, as Python has it. */
function cut(n: number, start: number, end: number, step: number): Part {
  const within = (at: number, low: number, high: number): number => Math.min(high, Math.max(low, at < 0 ? at + n : at));
  const [first, last] =
    step > 0 ? [within(start, 0, n), within(end, 0, n)] : [within(start, -1, n - 1), within(end, -1, n - 1)];
  return { first, step, count: Math.max(0, Math.ceil((last - first) / step)) };
}

function wholes(name: string, what: string, value: unknown): readonly number[] {
  if (!isList(value))
    throw wrongType('slice-forward', `${name}: ${what} must be an array of whole numbers, got ${show(value)}`);
  return value.map((each) => wholeNumber('slice-forward', name, what, each, -MAX_ATTRIBUTE));
}
