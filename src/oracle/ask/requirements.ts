// What an engine requires of a case, as statements in its declaration: `groups = 1`, `stride <= size`, `dilation = 1 or stride = 1`.
// Spec oracle-requires.

import { SpecError, show, wrongType } from '../../errors.ts';
import type { Layer } from '../../layer/layer.ts';
import { isList } from '../../reading.ts';
import type { Case } from '../case.ts';
import { layerOf, shapeOf } from '../cases/tensors.ts';
import { operatorOf, operators } from '../families/index.ts';

/** A comparison of two quantities, or of one and a number or a word. */
interface Term {
  readonly left: string;
  readonly sign: Sign;
  readonly right: string;
}

/** One statement. Of the terms of one of its alternatives all must hold. */
export interface Requirement {
  readonly text: string;
  /** The operators that it is about; by default all that have its quantities. */
  readonly ops?: readonly string[];
  readonly alternatives: readonly (readonly Term[])[];
}

const signs = {
  '<=': (a: number, b: number) => a <= b,
  '>=': (a: number, b: number) => a >= b,
  '!=': (a: number, b: number) => a !== b,
  '<': (a: number, b: number) => a < b,
  '>': (a: number, b: number) => a > b,
  '=': (a: number, b: number) => a === b,
} as const;
type Sign = keyof typeof signs;

const others: Readonly<Record<string, string>> = { '≤': '<=', '≥': '>=', '≠': '!=', '==': '=' };

const TERM = /^([A-Za-z]\w*)\s*(<=|>=|!=|<|>|=)\s*([A-Za-z]\w*|-?\d+(?:\.\d+)?)$/;

/** So many statements, and so many characters of one. */
const [MOST, LENGTH] = [100, 300];

/** @throws {SpecError} oracle-requires for what is no list of statements, with what one is. */
export function readRequirements(value: unknown = []): Requirement[] {
  if (!isList(value) || !value.every((each) => typeof each === 'string'))
    throw wrongType(
      'oracle-requires',
      `engine: requires must be an array of statements such as 'groups = 1', got ${show(value)}`,
    );
  if (value.length > MOST)
    throw new SpecError('oracle-requires', `engine: requires must be at most ${MOST} statements, got ${value.length}`);
  return value.map(readOne);
}

function readOne(text: string): Requirement {
  const refuse = (): never => {
    throw new SpecError(
      'oracle-requires',
      `engine: requires must be statements such as 'groups = 1', 'stride <= size', 'dilation = 1 or stride = 1' or 'conv2d: size = 3', got ${show(text.slice(0, LENGTH))}`,
    );
  };
  if (text.length > LENGTH) refuse();
  const [, names, statement] = /^(?:([\w\s,]+):)?([^:]+)$/.exec(text) ?? refuse();
  const plain = statement.replace(/≤|≥|≠|==/g, (sign) => others[sign]);
  const alternatives = plain.split(/\sor\s/).map((all) =>
    all.split(/\sand\s/).map((term): Term => {
      const [, left, sign, right] = TERM.exec(term.trim()) ?? refuse();
      return { left, sign: sign as Sign, right };
    }),
  );
  const ops = names?.split(',').map((name) => name.trim());
  for (const op of ops ?? []) operatorOf(op);
  return { text: text.trim(), ...(ops && { ops }), alternatives };
}

/** The values of a quantity, on every axis and side; words for what is no number. */
type Values = readonly (number | string)[];

/** What can be said of a case: the attributes of its layer, the padding in cells, and the sizes of x. */
function quantityOf(name: string, layer: Layer, x: readonly number[]): Values | undefined {
  if (name === 'batch') return [x[0]];
  if (name === 'channels') return [x[x.length - 1]];
  if (name === 'space') return x.length > 2 ? x.slice(1, -1) : undefined;
  const value = layer.attributes[name];
  if (value === undefined || (typeof value === 'object' && !Array.isArray(value))) return undefined;
  if (name === 'padding') {
    const { axes } = (layer.geometry?.(x) ?? {}) as { axes?: readonly { before: number; after: number }[] };
    const windowed = axes?.slice(axes.length - (x.length - 2)).map(({ before, after }) => [before, after]);
    // What has no windows, as pad, says its own numbers.
    return (windowed ?? ([value].flat() as (number | number[])[])).map((sides) => Math.max(...[sides].flat()));
  }
  return [value].flat(2).map((each) => (typeof each === 'number' ? each : String(each)));
}

/** The word for a padding: `valid`, `same`, `numbers`. */
const wordOf = (padding: unknown): string => (typeof padding === 'string' ? padding.split('-')[0] : 'numbers');

/** Whether a term holds; undefined where the layer has no such quantity. */
function holds({ left, sign, right }: Term, layer: Layer, x: readonly number[]): boolean | undefined {
  const own = quantityOf(left, layer, x);
  if (own === undefined) return undefined;
  const number = Number(right);
  const isNumber = !Number.isNaN(number);
  if (left === 'padding' && (right === 'valid' || right === 'same' || right === 'numbers'))
    return sign === '!=' ? wordOf(layer.attributes.padding) !== right : wordOf(layer.attributes.padding) === right;
  const other = isNumber ? [number] : quantityOf(right, layer, x);
  const theirs: Values = other ?? [right];
  const length = Math.max(own.length, theirs.length);
  const each = Array.from(
    { length },
    (_, i) => [own[own.length === 1 ? 0 : i], theirs[theirs.length === 1 ? 0 : i]] as const,
  );
  return each.every(([a, b]) =>
    typeof a === 'number' && typeof b === 'number'
      ? signs[sign](a, b)
      : sign === '!='
        ? a !== b
        : sign === '=' && a === b,
  );
}

/** Whether a case is one of those that a statement is about and forbids. */
function isBroken({ ops, alternatives }: Requirement, op: string, layer: Layer, x: readonly number[]): boolean {
  if (ops && !ops.includes(op)) return false;
  const found = alternatives.map((terms) => terms.map((term) => holds(term, layer, x)));
  // A layer that has not all the quantities is none of those that the statement is about.
  if (found.flat().some((each) => each === undefined)) return false;
  return !found.some((terms) => terms.every(Boolean));
}

/** The first statement that a case does not meet. */
export function unmet(requirements: readonly Requirement[], c: Case): Requirement | undefined {
  if (requirements.length === 0) return undefined;
  const [layer, x] = [layerOf(c), shapeOf(c)];
  return requirements.find((each) => isBroken(each, c.op, layer, x));
}

/** The quantities of a statement that no operator has among those offered: misspelt, or about none of them. */
export function strangeIn(
  { ops, alternatives }: Requirement,
  offered: readonly string[],
  draw: (op: string) => Case,
): string[] {
  const about = (ops ?? offered).filter((op) => offered.includes(op) && Object.hasOwn(operators, op));
  const has = (name: string): boolean =>
    about.some((op) => quantityOf(name, layerOf(draw(op)), shapeOf(draw(op))) !== undefined);
  return [...new Set(alternatives.flat().map(({ left }) => left))].filter((name) => !has(name));
}
