// The smaller neighbours of a windowed case, boldest first. Spec oracle-reduce.

import { padsOf, type WindowedCase } from './case.ts';
import type { Written } from './id.ts';

/** least, half-way, three quarters, one less. */
export const lower = (value: number, least: number): number[] =>
  [...new Set([least, (value + least) >> 1, value - ((value - least) >> 2), value - 1])].filter(
    (each) => each >= least && each < value,
  );

export function* smallerWindows(c: WindowedCase): Generator<WindowedCase> {
  if (c.bias) yield { ...c, bias: false };
  if (c.ceil) yield { ...c, ceil: false };
  if (c.countPadding) yield { ...c, countPadding: false };
  yield* simplerPadding(c);
  for (const name of ['batch', 'groups', 'channels', 'filters'] as const)
    for (const value of lower(c[name], 1)) yield { ...c, [name]: value };
  // One group with as many filters, or channels, as all together.
  if (c.groups > 1) {
    yield { ...c, groups: 1, filters: c.groups * c.filters };
    yield { ...c, groups: 1, channels: c.groups * c.channels };
  }
  for (const name of ['outputPadding', 'space', 'size', 'dilation', 'stride'] as const)
    for (let axis = 0; axis < c[name].length; axis++)
      for (const value of lower(c[name][axis], name === 'outputPadding' ? 0 : 1))
        yield { ...c, [name]: c[name].with(axis, value) };
  // What hangs over at the end is the same a stride earlier.
  for (let axis = 0; axis < c.space.length; axis++)
    if (c.stride[axis] > 1 && c.space[axis] > c.stride[axis])
      yield { ...c, space: c.space.with(axis, c.space[axis] - c.stride[axis]) };
  // A smaller input often needs a smaller window with it.
  for (let axis = 0; axis < c.space.length; axis++)
    if (c.space[axis] > 1 && c.size[axis] > 1)
      yield { ...c, space: c.space.with(axis, c.space[axis] - 1), size: c.size.with(axis, c.size[axis] - 1) };
  if (c.power !== undefined && c.power !== 2) yield { ...c, power: 2 };
  if (c.values !== 'exact' && c.values !== 'ones') yield { ...c, values: 'exact' };
}

function* simplerPadding(c: WindowedCase): Generator<WindowedCase> {
  if (c.padding === 'valid') return;
  yield { ...c, padding: 'valid' };
  const padding = padsOf(c);
  // The padding written into the input.
  yield { ...c, padding: 'valid', space: c.space.map((input, axis) => input + padding[axis][0] + padding[axis][1]) };
  if (c.padding === 'same-lower') yield { ...c, padding: 'same-upper' };
  if (typeof c.padding === 'string') return;
  for (let axis = 0; axis < padding.length; axis++)
    for (const side of [0, 1] as const)
      for (const value of lower(padding[axis][side], 0)) {
        const pair: [number, number] = [...padding[axis]];
        pair[side] = value;
        yield { ...c, padding: padding.with(axis, pair) };
      }
}

/** With one attribute changed that no shape of x or of a weight depends on. */
export function* variantsOf(has: Written, c: WindowedCase): Generator<WindowedCase> {
  for (const name of ['stride', 'dilation'] as const)
    for (let axis = 0; axis < c[name].length; axis++)
      for (const value of [c[name][axis] + 1, c[name][axis] - 1])
        if (value >= 1) yield { ...c, [name]: c[name].with(axis, value) };
  if (c.size.length > 0) {
    for (const padding of ['valid', 'same-upper', 'same-lower'] as const)
      if (padding !== c.padding) yield { ...c, padding };
    yield { ...c, padding: c.size.map((_, axis) => (axis === 0 ? ([1, 0] as const) : ([0, 0] as const))) };
  }
  if (has.ceil) yield { ...c, ceil: !c.ceil };
  if (has.countPadding) yield { ...c, countPadding: !c.countPadding };
}
