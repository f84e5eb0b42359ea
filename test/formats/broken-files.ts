// Broken files: what every reader must do with a file that is truncated, damaged or made up.

import fc from 'fast-check';
import { expect } from 'vitest';
import { SpecError } from '../../src/errors.ts';

type Read = (bytes: Uint8Array) => unknown;

/** The error of a reader, or undefined where it accepted. Works for readers that throw and readers that reject. */
export async function errorOf(read: Read, bytes: Uint8Array): Promise<unknown> {
  try {
    await read(bytes);
  } catch (error) {
    return error;
  }
  return undefined;
}

export async function expectClause(clause: string, what: RegExp, read: Read, bytes: Uint8Array): Promise<void> {
  const error = await errorOf(read, bytes);
  expect(error).toBeInstanceOf(SpecError);
  expect((error as SpecError).clause).toBe(clause);
  expect((error as SpecError).message).toMatch(what);
}

/** No file is a file of the same format with its end missing. */
export async function refusesEveryPrefix(read: Read, whole: Uint8Array): Promise<void> {
  expect(await errorOf(read, whole)).toBeUndefined();
  for (let length = 0; length < whole.length; length++)
    expect(await errorOf(read, whole.slice(0, length)), `the first ${length} bytes`).toBeInstanceOf(SpecError);
}

/** Up to four bytes replaced: the reader accepts or throws SpecError, never anything else. */
export async function survivesDamage(
  read: Read,
  whole: Uint8Array,
  repair: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes,
): Promise<void> {
  const change = fc.tuple(
    fc.nat({ max: whole.length - 1 }),
    fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
      const bytes = Uint8Array.from(whole); // a slice of a Buffer would share its memory
      for (const [at, value] of changes) bytes[at] = value;
      const error = await errorOf(read, repair(bytes));
      if (error !== undefined && !(error instanceof SpecError)) throw error;
    }),
    { numRuns: 1000 },
  );
}

export async function survivesNoise(read: Read, start: readonly number[]): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), async (noise) => {
      const error = await errorOf(read, Uint8Array.of(...start, ...noise));
      if (error !== undefined && !(error instanceof SpecError)) throw error;
    }),
    { numRuns: 300 },
  );
}
