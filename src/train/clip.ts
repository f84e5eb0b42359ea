// Clipping: gradients that are too large are cut by value, or shortened together by their global norm.

import { finiteNumber, known } from '../attributes.ts';
import { SpecError } from '../errors.ts';
import type { Data } from '../tensor.ts';

/** By how much the gradients of a step may move the parameters; with both, values are cut first. */
export interface Clip {
  /** The most that √Σ g² may be, over all parameters that move: longer gradients are scaled down to it. */
  readonly norm?: number;
  /** The most that |g| may be, element by element. */
  readonly value?: number;
}

/** Spec train-clip. */
export function readClip(given: Clip): Clip {
  const clip = known('fit', given, ['norm', 'value'], 'options of clip', 'train-clip');
  for (const [name, most] of Object.entries(clip))
    if (most !== undefined)
      finiteNumber('train-clip', 'fit', `clip.${name}`, most, 'a number above 0', (value) => value > 0);
  return clip;
}

/** The gradients of a step, clipped; those given stay as they are. Spec train-clip. */
export function clipped(gradients: ReadonlyMap<string, Data>, { norm, value }: Clip): Map<string, Data> {
  const result = new Map(gradients);
  if (value !== undefined)
    for (const [name, data] of result)
      result.set(
        name,
        data.map((g) => (g > value ? value : g < -value ? -value : g)),
      );
  if (norm === undefined) return result;
  let squares = 0;
  for (const data of result.values()) for (const g of data) squares += g * g;
  const length = Math.sqrt(squares);
  if (!Number.isFinite(length))
    throw new SpecError('train-clip', `fit: the norm of the gradients must be finite, got ${length}`);
  if (length > norm)
    for (const [name, data] of result)
      result.set(
        name,
        data.map((g) => g * (norm / length)),
      );
  return result;
}
