// A JSON object in which no name occurs twice: JSON.parse alone would silently keep only the last one.

import { SpecError, show } from '../errors.ts';

export function parseObject(clause: string, who: string, bytes: Uint8Array): Record<string, unknown> {
  const text = decode(clause, who, bytes);
  checkDepth(clause, who, text);
  const value = parse(clause, who, text);
  if (!isObject(value)) throw new SpecError(clause, `${who}: the header must be a JSON object, got ${show(value)}`);
  const twice = repeatedName(text);
  if (twice !== undefined) throw new SpecError(clause, `${who}: the header names ${show(twice)} twice`);
  return value;
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function decode(clause: string, who: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new SpecError(clause, `${who}: the header of ${bytes.length} bytes must be UTF-8`);
  }
}

/** Of the headers that are read none is deeper than 3; a host's parser, and what reads its result, may end their stack at thousands. */
const DEEPEST = 16;

function checkDepth(clause: string, who: string, text: string): void {
  const at = deeper(text, DEEPEST);
  if (at >= 0)
    throw new SpecError(
      clause,
      `${who}: the header must be nested at most ${DEEPEST} deep, and is deeper at character ${at}`,
    );
}

/** Where a text that may be JSON is nested deeper than that, or −1. */
export function deeper(text: string, most: number): number {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '"') {
      for (i++; i < text.length && text[i] !== '"'; i++) if (text[i] === '\\') i++;
    } else if (text[i] === '{' || text[i] === '[') {
      if (++depth > most) return i;
    } else if (text[i] === '}' || text[i] === ']') depth--;
  }
  return -1;
}

function parse(clause: string, who: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new SpecError(clause, `${who}: the header must be JSON (${cause.message})`);
  }
}

/**
 * The first name that occurs twice in one object of valid JSON. A string before a colon is a name, and nothing else is.
 */
function repeatedName(text: string): string | undefined {
  const open: Set<string>[] = [];
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '{') open.push(new Set());
    if (text[i] === '}') open.pop();
    if (text[i] !== '"') continue;
    const start = i++;
    while (text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
    let next = i + 1;
    while (text[next] === ' ' || text[next] === '\n' || text[next] === '\r' || text[next] === '\t') next++;
    if (text[next] !== ':') continue;
    const name: string = JSON.parse(text.slice(start, i + 1));
    const names = open[open.length - 1];
    if (names.has(name)) return name;
    names.add(name);
  }
  return undefined;
}
