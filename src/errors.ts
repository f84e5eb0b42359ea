// The two errors of the library: a value that the spec forbids, and a wrong JavaScript type.

import type { Layer } from './layer/layer.ts';

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

/** A `TypeError` that names its clause, as a `SpecError` does. */
export function wrongType(clause: string, message: string): TypeError & { readonly clause: string } {
  return Object.assign(new TypeError(`${message} [${clause}]`), { clause });
}

/**
 * Runs what concerns the child `name` of a net. An error from within says where, once: nested names are joined by dots.
 * Spec layer-names.
 */
export function at<T>(name: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof Error && 'clause' in error)) throw error;
    const { clause, message } = error as SpecError;
    const what = message.slice(0, -clause.length - 3);
    const text = `at ${name}${what.startsWith('at ') ? `.${what.slice(3)}` : `: ${what}`}`;
    throw error instanceof TypeError ? wrongType(clause, text) : new SpecError(clause, text);
  }
}

/** A value as it reads in an error message: short, and never ambiguous. */
export function show(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'bigint') return `${value}n`;
  if (ArrayBuffer.isView(value)) return `${value.constructor.name}(${(value as Float32Array).length})`;
  if (Array.isArray(value)) return `[${value.slice(0, 8).map(show).join(', ')}${value.length > 8 ? ', …' : ''}]`;
  if (typeof value === 'function') return 'a function';
  if (typeof (value as Layer)?.forward === 'function') return `the layer ${(value as Layer).name}`;
  if (typeof value === 'object' && value !== null) return `{${Object.keys(value).slice(0, 8).join(', ')}}`;
  return Object.is(value, -0) ? '-0' : String(value);
}
