// An expression that can be changed at one place, evaluated, and printed as source: text in the names of scope.ts, a number,
// a list, a record, or a wrapping of another expression.

import { valueIn } from './scope.ts';

export type Expression = string | number | boolean | readonly Expression[] | Wrapped | ExpressionRecord;
export interface ExpressionRecord {
  readonly [name: string]: Expression;
}

/** `by(of, …rest)`. */
export class Wrapped {
  readonly by: string;
  readonly of: Expression;
  readonly rest: readonly number[];
  constructor(by: string, of: Expression, ...rest: number[]) {
    this.by = by;
    this.of = of;
    this.rest = rest;
  }
}

export function evaluate(e: Expression): unknown {
  if (typeof e === 'string') return valueIn(e);
  if (typeof e !== 'object') return e;
  if (e instanceof Wrapped) return (valueIn(e.by) as (...of: unknown[]) => unknown)(evaluate(e.of), ...e.rest);
  if (Array.isArray(e)) return e.map(evaluate);
  const value: Record<string, unknown> = {};
  for (const [name, each] of Object.entries(e))
    Object.defineProperty(value, name, { value: evaluate(each), enumerable: true, writable: true, configurable: true });
  return value;
}

export function print(e: Expression): string {
  if (typeof e === 'string') return e;
  if (typeof e !== 'object') return Object.is(e, -0) ? '-0' : String(e);
  if (e instanceof Wrapped) return `${e.by}(${[print(e.of), ...e.rest].join(', ')})`;
  if (Array.isArray(e)) return `[${e.map(print).join(', ')}]`;
  const parts = Object.entries(e).map(([name, each]) => {
    const key = name === '__proto__' ? "['__proto__']" : /^[a-zA-Z_]\w*$/.test(name) ? name : JSON.stringify(name);
    return `${key}: ${print(each)}`;
  });
  return parts.length > 0 ? `{ ${parts.join(', ')} }` : '{}';
}

type Place = readonly (string | number)[];

/** Where an expression can be changed: itself and its parts, the outermost first. */
export function placesOf(e: Expression, at: Place = []): Place[] {
  if (typeof e !== 'object' || e instanceof Wrapped) return [at];
  const entries: [string | number, Expression][] = Array.isArray(e) ? [...e.entries()] : Object.entries(e);
  return [at, ...entries.flatMap(([key, each]) => placesOf(each, [...at, key]))];
}

/** The expression with one place changed; `undefined` leaves the part out. */
export function changed(
  e: Expression,
  [key, ...rest]: Place,
  change: (e: Expression) => Expression | undefined,
): Expression | undefined {
  if (key === undefined) return change(e);
  if (Array.isArray(e)) {
    const next = changed(e[key as number], rest, change);
    return next === undefined ? e.filter((_, i) => i !== key) : e.map((each, i) => (i === key ? next : each));
  }
  const { [key]: old, ...others } = e as ExpressionRecord;
  const next = changed(old, rest, change);
  return next === undefined ? others : { ...others, [key]: next };
}
