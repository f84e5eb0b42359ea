// Lists of numbers are compared at once: element by element, `toEqual` takes a second for a picture of a million.

import { expect } from 'vitest';

type Numbers = readonly unknown[] & ArrayLike<unknown>;

const isList = (value: unknown): value is Numbers => Array.isArray(value) || ArrayBuffer.isView(value);

/** Lists of one kind with the same numbers, NaN for NaN and −0 for −0, are equal; of all else this says nothing. */
function equalNumbers(a: unknown, b: unknown): true | undefined {
  if (!isList(a) || !isList(b) || a.constructor !== b.constructor || a.length !== b.length) return undefined;
  for (let i = 0; i < a.length; i++) if (typeof a[i] !== 'number' || !Object.is(a[i], b[i])) return undefined;
  return a.length > 0 ? true : undefined;
}

expect.addEqualityTesters([equalNumbers]);
