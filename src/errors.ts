// The two errors of the library: a value that the spec forbids, and a wrong JavaScript type.

import { plain } from './plain-text.ts';

/**
 * Thrown when an argument has the right JavaScript type but a value the spec forbids.
 * The message reads `operator: what must hold, got what came [clause]`; `clause` names the heading in `spec/`.
 * A wrong JavaScript type (a string where a number belongs, an array where a typed array belongs) is a `TypeError`.
 *
 * @example
 * try { conv2d({ filters: 64, size: 3, groups: 3 }); }
 * catch (error) { console.log(error.message); }
 * // conv2d: groups must divide the 64 filters, got 3 [conv-groups]
 */
export class SpecError extends RangeError {
  override readonly name = 'SpecError';
  readonly clause: string;

  constructor(clause: string, message: string) {
    super(`${message} [${clause}]`);
    this.clause = clause;
  }
}

/** A `TypeError` whose message names its clause, as that of a `SpecError` does. */
export function wrongType(clause: string, message: string): TypeError & { readonly clause: string } {
  return Object.assign(new TypeError(`${message} [${clause}]`), { clause });
}

/** What an error from the child `name` of a net becomes: it says where, nested names joined by dots. Spec layer-names. */
export function locatedError(name: string, error: unknown): unknown {
  if (!(error instanceof Error && 'clause' in error)) return error;
  const { clause, message } = error as SpecError;
  const what = message.slice(0, -clause.length - 3);
  const text = `at ${name}${what.startsWith('at ') ? `.${what.slice(3)}` : `: ${what}`}`;
  return error instanceof TypeError ? wrongType(clause, text) : new SpecError(clause, text);
}

/** A value as it reads in an error message: short, never ambiguous, and an error itself for no value at all. */
export function show(value: unknown, depth = 0): string {
  if (typeof value === 'string') return `'${plain(value, 200)}'`;
  if (typeof value === 'bigint') return value > -1e30 && value < 1e30 ? `${value}n` : 'a bigint of many digits';
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '-0' : String(value);
  try {
    if (ArrayBuffer.isView(value)) return `${value.constructor.name}(${(value as Float32Array).length})`;
    if (Array.isArray(value)) return showList(value, depth);
    const { forward, name } = value as { readonly forward?: unknown; readonly name?: unknown };
    if (typeof forward === 'function') return `the layer ${name}`;
    const keys = Object.keys(value).slice(0, 8);
    return `{${keys.map((key) => plain(key)).join(', ')}}`;
  } catch {
    // A getter or a trap of a proxy may throw anything; the message is about something else.
    return 'an object that cannot be read';
  }
}

/** Of lists in lists the first few levels, as an array may hold itself. */
function showList(list: readonly unknown[], depth: number): string {
  if (depth > 3) return '[…]';
  const first = Array.from(list.slice(0, 8), (each) => show(each, depth + 1));
  return `[${first.join(', ')}${list.length > 8 ? ', …' : ''}]`;
}
