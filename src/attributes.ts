// Reading attributes: every value is checked when the layer is made, before anything runs.

import { nameHint } from './did-you-mean.ts';
import { SpecError, show, wrongType } from './errors.ts';
import { isList, isObject, isRecord, listOf, reading } from './reading.ts';

/** Larger attributes are refused: no tensor has such an axis, and below it index arithmetic is exact. */
export const MAX_ATTRIBUTE = 0x7fffffff;

/** A whole number of at least `least`. */
export function wholeNumber(clause: string, who: string, what: string, value: unknown, least: number): number {
  if (typeof value !== 'number')
    throw wrongType(clause, `${who}: ${what} must be a whole number ≥ ${least}, got ${show(value)}`);
  if (!Number.isInteger(value) || value < least || value > MAX_ATTRIBUTE)
    throw new SpecError(
      clause,
      `${who}: ${what} must be a whole number from ${least} to ${MAX_ATTRIBUTE}, got ${show(value)}`,
    );
  return value;
}

/** One whole number for all axes, or an array with one per axis. */
export function perAxis(
  clause: string,
  who: string,
  what: string,
  value: unknown,
  rank: number,
  least: number,
): readonly number[] {
  if (!isList(value)) return Array<number>(rank).fill(wholeNumber(clause, who, what, value, least));
  if (value.length !== rank)
    throw new SpecError(
      clause,
      `${who}: ${what} must be a number or ${rank} numbers, one per axis, got ${show(value)}`,
    );
  return value.map((each) => wholeNumber(clause, who, what, each, least));
}

export function flag(clause: string, who: string, what: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw wrongType(clause, `${who}: ${what} must be true or false, got ${show(value)}`);
  return value;
}

/** A finite number for which `holds` is true; `rule` describes the condition. */
export function finiteNumber(
  clause: string,
  who: string,
  what: string,
  value: unknown,
  rule: string,
  holds: (value: number) => boolean,
): number {
  if (typeof value !== 'number') throw wrongType(clause, `${who}: ${what} must be ${rule}, got ${show(value)}`);
  if (!Number.isFinite(value) || !holds(value))
    throw new SpecError(clause, `${who}: ${what} must be ${rule}, got ${show(value)}`);
  return value;
}

export function oneOf<T extends string>(
  clause: string,
  who: string,
  what: string,
  value: unknown,
  choices: readonly T[],
): T {
  if (typeof value !== 'string')
    throw wrongType(clause, `${who}: ${what} must be ${choices.map(show).join(' or ')}, got ${show(value)}`);
  if (!choices.includes(value as T))
    throw new SpecError(clause, `${who}: ${what} must be ${choices.map(show).join(' or ')}, got ${show(value)}`);
  return value as T;
}

/**
 * A deeply frozen copy of attributes. The data of a tensor, which cannot be frozen, are copied, so that the layer keeps
 * its values even if the copy is written to. Spec layer-attributes.
 */
export function frozenCopy<T>(value: T): T {
  if (ArrayBuffer.isView(value)) return (value as unknown as Float32Array).slice() as T;
  if (!isObject(value)) return value;
  if (Array.isArray(value)) return Object.freeze(value.map(frozenCopy)) as T;
  return Object.freeze(Object.fromEntries(Object.entries(value).map(([name, each]) => [name, frozenCopy(each)]))) as T;
}

/** The attributes of a layer that has none. */
export type None = Readonly<Record<string, never>>;

/**
 * Refuses a value that is not an object, and unknown names, so that a misspelt one is never silently ignored.
 * Spec layer-attributes.
 */
export function checkNames(
  who: string,
  value: unknown,
  names: readonly string[],
  what = 'attributes',
  clause = 'layer-attributes',
): void {
  if (!isRecord(value))
    throw wrongType(clause, `${who}: ${what} must be an object {${names.join(', ')}}, got ${show(value)}`);
  for (const [name, each] of reading(clause, who, what, () => Object.entries(value))) {
    if (each === null) throw wrongType(clause, `${who}: ${name} must have a value or be omitted, got null`);
    if (!names.includes(name))
      throw new SpecError(
        clause,
        `${who}: the ${what} are ${names.join(', ') || 'none'}, got '${name.slice(0, 200)}'${nameHint(name.slice(0, 200), names)}`,
      );
  }
}

/**
 * A plain copy of attributes or options whose names are known: each is read once, and the arrays in them are plain too.
 * Spec layer-attributes.
 */
export function known<T>(
  who: string,
  value: T,
  names: readonly string[],
  what = 'attributes',
  clause = 'layer-attributes',
): T {
  checkNames(who, value, names, what, clause);
  const given = value as Record<string, unknown>;
  const entries = reading(clause, who, what, () =>
    names.filter((name) => name in given).map((name) => [name, given[name]] as const),
  );
  return Object.fromEntries(
    entries.map(([name, each]) => [name, isList(each) ? listOf(clause, who, name, each) : each]),
  ) as T;
}

/** A function, such as a callback. */
export function checkFunction(
  clause: string,
  who: string,
  what: string,
  value: unknown,
): asserts value is (...args: unknown[]) => unknown {
  if (typeof value !== 'function') throw wrongType(clause, `${who}: ${what} must be a function, got ${show(value)}`);
}
