// Runs the @example of every docstring in src/, with the public names in scope, and compares its comments with its
// results.
//
//   expression // value          the expression has this value
//   console.log(expression)      prints the comment lines that follow
//   // value
//
// Values are written as in JavaScript; typed arrays as arrays, with or without their name; a number has as many digits
// as in the example.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

/** The modules behind the exports of package.json, by subpath. */
const subpaths = Object.values(JSON.parse(read('package.json')).exports as Record<string, string | { default: string }>)
  .map((target) => (typeof target === 'string' ? target : target.default))
  .filter((target) => target.endsWith('.js'))
  .map((target) => target.replace('./dist/', 'src/').replace(/\.js$/, '.ts'));
const modules: Record<string, unknown>[] = await Promise.all(subpaths.map((file) => import(join(root, file))));
/** The public names, and fast-check, which those of toeplitz/testing are used with. */
const names: Record<string, unknown> = Object.assign({ fc }, ...modules);

interface Example {
  readonly file: string;
  readonly name: string;
  readonly lines: readonly string[];
}

/** Every docstring with an example, and the name that it documents. */
function examplesOf(file: string): Example[] {
  const found = read(file).matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*?@example(?:(?!\*\/)[\s\S])*)\*\/\s*(.*)/g);
  return [...found].map(([, comment, declaration]) => ({
    file,
    name: declaration.match(/(?:const|function\*?|class|interface|type)\s+(\w+)/)?.[1] ?? declaration.slice(0, 40),
    lines: comment
      .slice(comment.indexOf('@example') + '@example'.length)
      .split(/\n\s*\* @/)[0]
      .split('\n')
      .map((line) => line.replace(/^\s*\* ?/, '').trimEnd())
      .filter((line) => line !== ''),
  }));
}

/** A value as it is written in an example. */
function printed(value: unknown): string {
  if (ArrayBuffer.isView(value)) return printed([...(value as Float32Array)]);
  if (Array.isArray(value)) return `[${value.map(printed).join(', ')}]`;
  if (value === null || typeof value !== 'object') return Object.is(value, -0) ? '-0' : String(value);
  const entries = Object.entries(value).map(([key, each]) => `${key}: ${printed(each)}`);
  return entries.length > 0 ? `{ ${entries.join(', ')} }` : '{}';
}

/** Rounds the numbers of `text` to the digits that the numbers of `like` show, one by one. */
function roundedLike(text: string, like: string): string {
  const number = /-?\d+(?:\.\d+)?(?:e[-+]?\d+)?/g;
  const digits = [...like.matchAll(number)].map(([each]) => each.match(/\.(\d+)/)?.[1].length ?? 0);
  let i = 0;
  return text.replace(number, (each) => {
    const shown = digits[i++] ?? 0;
    return shown > 0 && !each.includes('e') ? Number(each).toFixed(shown) : each;
  });
}

/** Quotes, the names of typed arrays and runs of blanks do not count. */
const plain = (text: string): string =>
  text
    .replace(/(?:Float(?:32|64)|U?[Ii]nt\d+|Uint8Clamped)Array(?:\(\d+\))? ?/g, '')
    .replace(/['"`]/g, '')
    .replace(/\s+/g, ' ')
    .trim();

/** The results that the lines promise, and the program that computes them. */
function parse(lines: readonly string[]): { program: string; promised: string[] } {
  const promised: string[] = [];
  const program = lines.map((line) => {
    const [, code, value] = line.match(/^(.*?)\s*(?:^|\s)\/\/ ?(.*)$/) ?? [null, line, undefined];
    if (value !== undefined) promised.push(value);
    if (value === undefined || code === '' || code.startsWith('console.log(')) return code;
    const [, head, expression] = code.match(/^((?:const|let) \w+ = )?(.*?);?$/) as RegExpMatchArray;
    return head ? `${head}console.show(${expression});` : `console.show(${expression});`;
  });
  // A block of its own, so that an example may use a public name for a value.
  const body = program.filter((line) => !/^import\b/.test(line)).join('\n');
  return { program: `{\n${body}\n}`, promised };
}

async function run(program: string): Promise<string[]> {
  const shown: string[] = [];
  const show = <T>(value: T): T => {
    shown.push(printed(value));
    return value;
  };
  const log = (...values: unknown[]): void => {
    shown.push(...values.map(printed).join(' ').split('\n'));
  };
  const AsyncFunction = (async () => {}).constructor as new (...source: string[]) => (...scope: unknown[]) => unknown;
  await new AsyncFunction(...Object.keys(names), 'console', program)(...Object.values(names), { log, show });
  return shown;
}

const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('binary.ts'))
  .map((file) => `src/${file.replaceAll('\\', '/')}`)
  .sort();
const all = files.flatMap(examplesOf);
const examples = all.filter(({ name }) => name in names);

describe('the example of', () => {
  test.each(examples)('$name ($file)', async ({ lines }) => {
    const { program, promised } = parse(lines);
    const shown = await run(program);
    if (promised.length === 0) return;
    expect(shown.map((line, i) => plain(roundedLike(line, promised[i] ?? '')))).toEqual(promised.map(plain));
  });
});

test('every public function and class has an example', () => {
  const functions = Object.keys(names).filter((name) => typeof names[name] === 'function');
  const shown = new Set(examples.map(({ name }) => name));
  expect(functions.filter((name) => !shown.has(name))).toEqual([]);
});

test('only public names have examples, because only these are run', () => {
  const types = /export (?:interface|type)/;
  const isType = ({ file, name }: Example): boolean => new RegExp(`${types.source} ${name}\\b`).test(read(file));
  expect(all.filter((each) => !examples.includes(each) && !isType(each)).map(({ name }) => name)).toEqual([]);
});

test('an example with a wrong result is found', async () => {
  const { program, promised } = parse(['const t = tensor([2], [1, 2.5]);', 't.data // [1, 2.4]']);
  const [shown] = await run(program);
  expect(plain(shown)).toBe('[1, 2.5]');
  expect(promised).toEqual(['[1, 2.4]']);
  expect(roundedLike('0.351636', '0.3516360')).toBe('0.3516360');
  expect(roundedLike('0.351637', '0.3516360')).not.toBe('0.3516360');
});
