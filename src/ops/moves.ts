// Layers that only move numbers within each image: slices, blocks of space and depth, shuffled channels.
//
//   y[n, i] = x[n, source[i]],   dx[n, source[i]] = 0 + dy[n, i]

import { known, MAX_ATTRIBUTE, oneOf, wholeNumber } from '../attributes.ts';
import { SpecError, show, wrongType } from '../errors.ts';
import { pointField, spaceOf } from '../layer/field.ts';
import type { Attributes, AxisField, Field, Layer } from '../layer/layer.ts';
import { listedField } from '../layer/listed-field.ts';
import { operator, remembering } from '../layer/operator.ts';
import { isList } from '../reading.ts';
import { allocate, type Shape, sizeOf, typeOf } from '../tensor.ts';

interface Move {
  /** The shape of one image of y. */
  readonly image: Shape;
  /** The place in an image of x of each number of an image of y, no place twice. */
  source(): Int32Array;
  field?(): Field;
}

/** `move` is given the shape of one image; it refuses what does not fit. */
function moved(
  name: string,
  attributes: Attributes,
  make: (attributes: never) => Layer,
  move: (image: Shape, x: Shape) => Move,
): Layer {
  const moveOf = remembering(name, (x) => move(x.slice(1), x));
  const sourceOf = remembering(name, (x) => moveOf(x).source());
  const shape = (x: Shape): Shape => [x[0], ...moveOf(x).image];
  return operator({
    name,
    attributes,
    make,
    shape,
    field: (x) => moveOf(x).field?.() ?? pointField(x),
    forward(x) {
      const y = allocate(name, shape(x.shape), typeOf(x.data));
      const source = sourceOf(x.shape);
      const [from, to] = [x.data.length / x.shape[0], source.length];
      for (let n = 0; n < x.shape[0]; n++)
        for (let i = 0; i < to; i++) y.data[n * to + i] = x.data[n * from + source[i]];
      return y;
    },
    gradient({ x, dy }) {
      const dx = allocate(name, x.shape, typeOf(x.data));
      const source = sourceOf(x.shape);
      const [from, to] = [x.data.length / x.shape[0], source.length];
      for (let n = 0; n < x.shape[0]; n++)
        for (let i = 0; i < to; i++) dx.data[n * from + source[i]] += dy.data[n * to + i];
      return { x: dx };
    },
  });
}

/** The places of `shape`, row-major, in a tensor where the cell [i, j, …] stands at offset + i·steps[0] + j·steps[1] + … */
function strided(shape: Shape, steps: readonly number[], offset = 0): Int32Array {
  let found = Int32Array.of(offset);
  shape.forEach((n, k) => {
    const old = found;
    found = new Int32Array(old.length * n);
    for (let i = 0; i < found.length; i++) found[i] = old[Math.floor(i / n)] + (i % n) * steps[k];
  });
  return found;
}

/** How far apart the cells of each axis are. */
const stepsOf = (shape: Shape): number[] => shape.map((_, k) => sizeOf(shape.slice(k + 1)));

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

export interface ShuffleAttributes {
  /** Groups of channels, whose members take turns afterwards. */
  readonly groups: number;
}

/**
 * Channels of `groups` groups taken in turns: `y[…, j·groups + g] = x[…, g·(channels / groups) + j]`. Spec shuffle-channels.
 *
 * @throws {SpecError} shuffle-channels when groups does not divide the channels.
 * @example
 * shuffleChannels({ groups: 2 }).forward(tensor([1, 6], [0, 1, 2, 3, 4, 5]), {}).data // [0, 3, 1, 4, 2, 5]
 */
export function shuffleChannels(attributes: ShuffleAttributes): Layer {
  const name = 'shuffleChannels';
  attributes = known(name, attributes, ['groups']);
  const groups = wholeNumber('shuffle-channels', name, 'groups', attributes.groups, 1);
  return moved(name, { groups }, shuffleChannels, (image, x) => {
    const C = image[image.length - 1];
    if (x.length < 2 || C % groups !== 0)
      throw new SpecError(
        'shuffle-channels',
        `${name}: groups must divide the channels of x, got ${groups} and shape [${x}]`,
      );
    const [cells, share] = [sizeOf(image) / C, C / groups];
    return { image, source: () => strided([cells, share, groups], [C, 1, share]) };
  });
}

export interface BlockAttributes {
  /** Cells of a block on each axis of space. */
  readonly size: number;
  /** 'DCR' (the default): the channels of one cell of the block together. 'CRD': the cells of one channel together, as in torch. */
  readonly order?: 'DCR' | 'CRD';
}

/** Numbers for cells and channels of blocks: `fine` space has few channels, `deep` has one cell for each block. */
function blocks(
  name: string,
  attributes: BlockAttributes,
  make: (attributes: never) => Layer,
  toSpace: boolean,
): Layer {
  attributes = known(name, attributes, ['size', 'order']);
  const size = wholeNumber('depth-space', name, 'size', attributes.size, 1);
  const order = oneOf('depth-space', name, 'order', attributes.order ?? 'DCR', ['DCR', 'CRD']);
  return moved(name, { size, order }, make, (image, x) => {
    const rank = image.length - 1;
    const [space, C] = [spaceOf(x), image[rank]];
    const B = Array(Math.max(0, rank))
      .fill(size)
      .reduce((all, b) => all * b, 1);
    if (rank < 1 || (toSpace ? C % B !== 0 : space.some((n) => n % size !== 0)))
      throw new SpecError('depth-space', `${name}: blocks of ${size} must divide x, got shape [${x}]`);
    const coarse = toSpace ? space : space.map((n) => n / size);
    const D = toSpace ? C / B : C;
    const fine = [...coarse.map((n) => n * size), D];
    const deep = [...coarse, D * B];
    const inBlock = stepsOf(Array(rank).fill(size));
    const [k, d] = order === 'DCR' ? [D, 1] : [1, B];
    // In both, the cell b of block s, channel d: [s₁, b₁, s₂, b₂, …, d] of `fine`, [s₁, s₂, …, (b, d)] of `deep`.
    if (toSpace) {
      const steps = stepsOf(deep);
      const axes = coarse.flatMap((n, i) => [
        [n, steps[i]],
        [size, inBlock[i] * k],
      ]);
      const source = () => strided([...axes.map(([n]) => n), D], [...axes.map(([, step]) => step), d]);
      return { image: fine, source, field: () => coarse.map((n) => partField(n * size, size)) };
    }
    const steps = stepsOf(fine);
    const inner = [...coarse.map((_, i) => [size, steps[i]]), [D, 1]];
    const channels = order === 'DCR' ? inner : [inner[rank], ...inner.slice(0, rank)];
    const source = () =>
      strided(
        [...coarse, ...channels.map(([n]) => n)],
        [...coarse.map((_, i) => size * steps[i]), ...channels.map(([, step]) => step)],
      );
    return { image: deep, source, field: () => coarse.map(() => ({ size, step: size, start: 0 })) };
  });
}

/** The field of units that are parts of one cell. */
function partField(units: number, size: number): AxisField {
  const cell = (p: number): number => Math.floor(p / size);
  return listedField(units, 1 / size, cell, cell, { size: 1, step: 1 / size, start: 1 / size - 1 });
}

/**
 * Channels to space, the sub-pixel convolution's last step: blocks of `size` cells on each axis, `[batch, ...space, size^axes · channels]` →
 * `[batch, ...space · size, channels]`. Spec depth-space.
 *
 * @throws {SpecError} depth-space when the block does not divide the channels.
 * @example
 * depthToSpace({ size: 2 }).forward(tensor([1, 1, 1, 4], [1, 2, 3, 4]), {}).shape // [1, 2, 2, 1]
 */
export const depthToSpace = (attributes: BlockAttributes): Layer =>
  blocks('depthToSpace', attributes, depthToSpace, true);

/**
 * Space to channels, the inverse of {@link depthToSpace}: `[batch, ...space, channels]` → `[batch, ...space / size, size^axes · channels]`.
 * Spec depth-space.
 *
 * @throws {SpecError} depth-space when the block does not divide the axes of space.
 * @example
 * spaceToDepth({ size: 2 }).forward(tensor([1, 2, 2, 1], [1, 2, 3, 4]), {}).data // [1, 2, 3, 4]
 */
export const spaceToDepth = (attributes: BlockAttributes): Layer =>
  blocks('spaceToDepth', attributes, spaceToDepth, false);
