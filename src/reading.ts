// Reading what a caller passes: a getter, or a trap of a proxy, may throw anything, which becomes a TypeError with a clause.

import { show, wrongType } from './errors.ts';

/** What `read` gives. It must read the caller's value and do nothing else, so that all that it throws is the caller's. */
export function reading<T>(clause: string, who: string, what: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw wrongType(clause, `${who}: ${what} must be something that can be read, got what throws ${show(cause)}`);
  }
}

export const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Of a proxy that was revoked it cannot be asked. */
export function isList(value: unknown): value is readonly unknown[] {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}

/**
 * An object that holds its values as members, as a record, an instance of a class and the names of a module do. A `Map` or a
 * `Date` does not: read by names it would seem empty.
 */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  try {
    const kind = Object.prototype.toString.call(value);
    return typeof value === 'object' && (kind === '[object Object]' || kind === '[object Module]');
  } catch {
    return false; // of a proxy that was revoked, or whose traps throw, it cannot be asked
  }
}

/**
 * A plain copy of an array, and of the arrays in it: without holes, traps and getters. Arrays in arrays are copied to three
 * levels: pairs of padding, and one more.
 */
export function listOf(clause: string, who: string, what: string, list: readonly unknown[], levels = 3): unknown[] {
  const copy: unknown[] = [];
  const hole = reading(clause, who, what, () => {
    for (let i = 0; i < list.length; i++) {
      if (list[i] === undefined && !(i in list)) return i;
      copy.push(list[i]);
    }
    return -1;
  });
  if (hole >= 0) throw wrongType(clause, `${who}: ${what} must have no holes, got one at index ${hole}`);
  return levels === 1 ? copy : copy.map((each) => (isList(each) ? listOf(clause, who, what, each, levels - 1) : each));
}
