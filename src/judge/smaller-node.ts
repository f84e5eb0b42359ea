// A node that is too large for plain loops, made smaller: a few of its filters, groups or channels, wrong ones first. Spec judge-finding.

import { isOutside } from '../oracle/ask/verdict.ts';
import type { Bound } from '../oracle/bounds/bound.ts';
import { familyOf } from '../oracle/families/index.ts';
import { isList } from '../reading.ts';
import { sizeOf, type Tensor } from '../tensor.ts';
import type { Asked } from './cut-case.ts';

/** At most so many products, if one filter or group does not have more; one that is right is among them, if there is one. */
export function narrowed(asked: Asked, most: number): Asked {
  const { layer, operands, theirs, wrong } = asked;
  const { x, weight, bias } = operands;
  const products = productsOf(asked);
  if (products <= most) return asked;
  const [C, O] = [x.shape.at(-1) as number, theirs.shape.at(-1) as number];
  const { groups = 1 } = layer.attributes as { readonly groups?: number };
  // What is kept or left as a whole: a channel of a pool, a group of filters, or one filter.
  const units = weight === undefined ? C : groups > 1 ? groups : O;
  const share = O / units;
  const count = Math.min(units, Math.floor((most * units) / products));
  if (count < 1) return asked;
  const odd = [...new Set(wrong.map((place) => Math.floor((place.at(-1) as number) / share)))];
  const right = Array.from({ length: units }, (_, unit) => unit).find((unit) => !odd.includes(unit));
  const kept = odd.slice(0, right === undefined || count === 1 ? count : count - 1);
  if (right !== undefined && count > 1) kept.push(right);
  kept.sort((a, b) => a - b);
  const within = (size: number): number[] =>
    kept.flatMap((unit) => Array.from({ length: size }, (_, i) => unit * size + i));
  const outputs = within(share);
  const own = weight === undefined || groups > 1 ? picked(x, within(C / units)) : x;
  const attributes =
    layer.attributes.units !== undefined
      ? { units: outputs.length }
      : { filters: outputs.length, groups: groups > 1 ? kept.length : 1 };
  return {
    layer: weight === undefined ? layer : layer.with({ attributes }),
    operands: {
      x: own,
      ...(weight && { weight: picked(weight, outputs) }),
      ...(bias && { bias: picked(bias, outputs) }),
    },
    bound: boundOf(asked.bound, O, outputs),
    theirs: picked(theirs, outputs),
    wrong: wrong.flatMap((place) => {
      const at = outputs.indexOf(place.at(-1) as number);
      return at < 0 ? [] : [[...place.slice(0, -1), at]];
    }),
  };
}

/** How many numbers of the engine are outside of the bound. */
export function wrongIn({ bound, theirs: { data } }: Asked): number {
  let count = 0;
  for (let i = 0; i < data.length; i++) if (isOutside(bound, i, data[i])) count++;
  return count;
}

/** The products of a node that can be made smaller here; 0 for any other. */
function productsOf({ layer, operands: { x, weight }, theirs }: Asked): number {
  const { size, multiplier } = layer.attributes;
  if (layer.roles?.linear)
    return multiplier === undefined && familyOf(layer.name).structure(layer.name)?.over !== 'y'
      ? layer.cost(x.shape)
      : 0;
  const isPool = weight === undefined && layer.geometry !== undefined && isList(size);
  return isPool ? sizeOf(theirs.shape) * (size as readonly number[]).reduce((all, taps) => all * taps, 1) : 0;
}

/** These places of the last axis. */
function picked({ shape, data }: Tensor, places: readonly number[]): Tensor {
  return { shape: [...shape.slice(0, -1), places.length], data: pickedData(data, shape.at(-1) as number, places) };
}

function pickedData<T extends Float32Array | Float64Array | Uint8Array>(
  data: T,
  row: number,
  places: readonly number[],
): T {
  const result = data.slice(0, (data.length / row) * places.length) as T;
  for (let i = 0, at = 0; at < data.length; at += row) for (const place of places) result[i++] = data[at + place];
  return result;
}

function boundOf(bound: Bound, row: number, places: readonly number[]): Bound {
  const of = <T extends Float64Array | Uint8Array>(data: T): T => pickedData(data, row, places);
  const { value, error, kinds, magnitude, terms } = bound;
  return { ...bound, value: of(value), error: of(error), kinds: of(kinds), magnitude: of(magnitude), terms: of(terms) };
}
