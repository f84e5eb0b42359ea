// Channels in another order, and blocks of space that become channels, or channels blocks.

import { known, oneOf, wholeNumber } from '../attributes.ts';
import { SpecError } from '../errors.ts';
import { spaceOf } from '../layer/field.ts';
import type { AxisField, Layer } from '../layer/layer.ts';
import { listedField } from '../layer/listed-field.ts';
import { sizeOf } from '../tensor.ts';
import { moved, stepsOf, strided } from './moves.ts';

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
