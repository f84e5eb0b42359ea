// Receptive fields of a single layer, of layers that follow one another, and of parallel branches.

import { SpecError, show, wrongType } from '../errors.ts';
import { isList, reading } from '../reading.ts';
import { MAX_AXES, type Shape } from '../tensor.ts';
import type { Axis } from '../window.ts';
import { cellsOf, composed, fieldOf, joined, kept, MOST, MOST_PHASES, setAt, united } from './field-cells.ts';
import type { AxisField, Field } from './layer.ts';

/** The cells from `start` on, `size` of them, on one axis of an image. */
export interface Span {
  readonly start: number;
  readonly size: number;
}

/** The sizes of the axes between batch and channels. */
export const spaceOf = (shape: Shape): Shape => shape.slice(1, -1);

/** The field of a unit that depends on the one cell at its own place. */
export const pointField = (x: Shape): Field => spaceOf(x).map(() => Object.freeze({ size: 1, step: 1, start: 0 }));

/** The field of a unit that depends on all of the input. */
export const wholeField = (x: Shape): Field => spaceOf(x).map((size) => ({ size, step: 0, start: 0 }));

/** The field of a windowed operation. Spec layer-field. */
export const windowField = (axes: readonly Axis[]): Field =>
  axes.map(({ size, stride, dilation, before }) => {
    const set =
      dilation === 1 || size > MOST
        ? [[0 - before, (size - 1) * dilation - before] as const]
        : Array.from({ length: size }, (_, k) => [k * dilation - before, k * dilation - before] as const);
    return fieldOf({ period: 1, shift: stride, sets: [set] });
  });

/**
 * Unit i of a transposed window depends on the p for which `i + before − p·stride` is one of 0, dilation, …, (size −
 * 1)·dilation. Spec layer-field.
 */
export const mirroredField = (axes: readonly Axis[]): Field =>
  axes.map(({ size, stride, dilation, before }) => {
    const reach = (size - 1) * dilation;
    if (stride > MOST_PHASES || size > MOST)
      return { size: Math.floor(reach / stride) + 1, step: 1 / stride, start: (before - reach) / stride };
    const sets = Array.from({ length: stride }, (): [number, number][] => []);
    for (let i = 0; i < stride; i++)
      for (let k = size - 1; k >= 0; k--) {
        const p = (i + before - k * dilation) / stride;
        if (Number.isInteger(p)) sets[i].push([p + 0, p + 0]);
      }
    return fieldOf({ period: stride, shift: 1, sets: sets.map(joined) });
  });

/** The field of `inner` seen through `outer`, whose input is the output of `inner`. Spec layer-field. */
export function throughField(inner: Field, outer: Field): Field {
  if (!isList(outer))
    throw wrongType('layer-field', `layer: field must give an array, one entry per axis, got ${show(outer)}`);
  return inner.map((axis, i) => {
    const next: AxisField = outer[i] ?? { size: 1, step: 1, start: 0 };
    if (isPoint(next)) return kept(axis);
    if (isPoint(axis)) return kept(next);
    const cells = composed(cellsOf(axis), cellsOf(next));
    if (cells !== undefined) return fieldOf(cells);
    return Object.freeze({
      size: axis.size + (next.size - 1) * axis.step,
      step: axis.step * next.step,
      start: axis.start + next.start * axis.step,
    });
  });
}

/** The union of the fields of several branches; `space` counts the units on each axis. Spec layer-field. */
export function hull(fields: readonly Field[], space: Shape): Field {
  return fields[0].map((_, i) => {
    const axes = fields.map((field) => field[i]);
    const cells = united(axes.map(cellsOf), space[i] ?? 1);
    if (cells !== undefined) return fieldOf(cells);
    const step = Math.min(...axes.map((axis) => axis.step));
    const first = (p: number): number => Math.min(...axes.map((axis) => axis.start + p * axis.step));
    const end = (p: number): number => Math.max(...axes.map((axis) => axis.start + p * axis.step + axis.size));
    // The end rises ever faster, the start ever slower: the widest unit is the first or the last.
    const size = Math.max(...[0, (space[i] ?? 1) - 1].map((p) => end(p) - first(p)));
    return Object.freeze({ size, step, start: first(0) });
  });
}

/**
 * The cells on which the unit at `position` of a layer's output depends, from the first to the last on each axis,
 * including padding; of size 0 where it depends on none. After transposed layers, where the fields of the units
 * alternate, a `Field` alone cannot say this. Spec layer-field.
 *
 * @throws {TypeError} layer-field for an invalid field or position.
 * @throws {SpecError} layer-field for a position with another number of axes.
 * @example
 * const net = chain([conv1d({ filters: 1, size: 3, stride: 2 }), convTranspose1d({ filters: 1, size: 4, stride: 2 })]);
 * fieldAt(receptiveField(net, [1, 33, 1]), [4]) // [{ start: 2, size: 5 }]
 */
export function fieldAt(field: Field, position: readonly number[]): Span[] {
  const isAxis = (axis: AxisField | undefined): boolean =>
    [axis?.size, axis?.step, axis?.start].every((value) => Number.isFinite(value));
  const isListOf = (what: string, list: unknown, is: (each: never) => boolean): boolean =>
    reading(
      'layer-field',
      'fieldAt',
      what,
      () => isList(list) && list.length <= MAX_AXES && Array.from(list).every(is as () => boolean),
    );
  if (!isListOf('field', field, isAxis))
    throw wrongType('layer-field', 'fieldAt: field must be an array of {size, step, start}');
  if (!isListOf('position', position, Number.isSafeInteger))
    throw wrongType('layer-field', 'fieldAt: position must be an array of whole numbers');
  if (position.length < field.length)
    throw new SpecError(
      'layer-field',
      `fieldAt: position must have a number for each of the ${field.length} axes of the field, got ${position.length}`,
    );
  return field.map((axis, i) => spanAt(axis, position[i]));
}

/** The cells on which unit `p` depends. */
export function spanAt(axis: AxisField, p: number): Span {
  const cells = cellsOf(axis);
  if (cells !== undefined) {
    const set = setAt(cells, p);
    if (set.length > 0) return { start: set[0][0], size: set[set.length - 1][1] - set[0][0] + 1 };
    return { start: Math.ceil(axis.start + p * axis.step), size: 0 };
  }
  const start = Math.ceil(axis.start + p * axis.step);
  return { start, size: Math.ceil(axis.start + p * axis.step + axis.size) - start };
}

/** Whether each unit depends on the cell at its own place: with several phases, some may depend on none. */
const isPoint = (axis: AxisField): boolean =>
  axis.size === 1 && axis.step === 1 && axis.start === 0 && cellsOf(axis)?.period === 1;
