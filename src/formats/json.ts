// A JSON object in which no name occurs twice: JSON.parse alone would silently keep only the last one.

import { SpecError, show } from '../errors.ts';

export function parseObject(clause: string, who: string, bytes: Uint8Array): Record<string, unknown> {
  const text = decode(clause, who, bytes);
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
  } catch {
    throw new SpecError(clause, `${who}: the header of ${bytes.length} bytes must be UTF-8`);
  }
}

function parse(clause: string, who: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SpecError(clause, `${who}: the header must be JSON (${(cause as Error).message})`);
  }
}

/** The first name that occurs twice in one object of valid JSON. A string before a colon is a name, and nothing else is. */
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
