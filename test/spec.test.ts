// Clause names connect the spec, the code, its errors and the tests: none may have a name that another lacks.
//
//   spec/*.md            ## conv-groups                       the clause itself
//   src                  SpecError('conv-groups', …)          what throws it, and the docstring that says @throws
//   src, assembly        Spec conv-groups                     what follows it
//   test                 '[conv-groups] sentence'             what shows it; so do an expected '… [conv-groups]'
//                                                             and an entry of spec/examples

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { expectPart } from './readme/generated.ts';

const root = join(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const filesIn = (folder: string, ending: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending) && !file.includes('node_modules'))
    .map((file) => `${folder}/${file.replaceAll('\\', '/')}`)
    .sort();

const clause = '[a-z]+(?:-[a-z0-9]+)+';
const list = `${clause}(?:(?:,| and) ${clause})*`;
const clausesOf = (text: string): string[] => text.match(new RegExp(clause, 'g')) ?? [];

/** The clauses in the first bracket of `pattern`, each with the files that name it. */
function named(files: readonly string[], pattern: string, prepare = (text: string): string => text) {
  const places = new Map<string, string>();
  for (const file of files)
    for (const match of prepare(read(file)).matchAll(new RegExp(pattern, 'gm')))
      for (const name of clausesOf(match[1])) places.set(name, file);
  return places;
}

/** A sentence of a comment that runs over several lines, on one. */
const unwrapped = (text: string): string => text.replace(/\n\s*(?:\*|\/\/+)\s+/g, ' ');

/** The chapters; the index and the guide have no clauses. */
const chapters = filesIn('spec', '.md').filter((file) => file !== 'spec/README.md' && !file.startsWith('spec/guide/'));
const code = [...filesIn('src', '.ts'), ...filesIn('assembly', '.ts'), ...filesIn('test/lint', '.grit')];
const headings = named(chapters, `^## (${clause})$`);
const topics = new Set([...headings.keys()].map((name) => name.split('-')[0]));

const comments = named(code, `\\bSpec (${list})`, unwrapped);
const thrown = named(
  code,
  `\\b(?:SpecError|wrongType|wholeNumber|perAxis|flag|finiteNumber|oneOf)\\(\\s*'(${clause})'`,
);
const known = ([name]: readonly [string, string]): boolean => topics.has(name.split('-')[0]);
// A key is none: commands have names of this form too.
const passed = [...named(code, `'(${clause})'(?!:)`)].filter(known);
const promised = [...named(code, '@throws ([^@]*)', unwrapped)].filter(known);
const inCode = new Map([...comments, ...thrown, ...passed]);
const inTests = new Map([
  ...named(filesIn('test', '.ts'), `['"\`]((?:\\[${clause}\\] )+)[^'"\`]`),
  ...named(filesIn('test', '.ts'), `\\[(${clause})\\]['"\`]`),
  ...named(filesIn('spec/examples', '.json'), `"clause": "(${clause})"`),
]);

/** The names in `names` that `others` lacks, each with its file. */
const lacking = (names: Map<string, string>, others: Map<string, string>): string[] =>
  [...names].filter(([name]) => !others.has(name)).map(([name, file]) => `${name} (${file})`);

describe('the clauses', () => {
  test('the headings of spec/ are clause names, each of them once', () => {
    const lines = chapters.flatMap((file) => read(file).match(/^## .*$/gm) ?? []);
    expect(lines).toEqual([...headings.keys()].map((name) => `## ${name}`));
  });

  test('the clauses that the code names are headings of spec/', () => {
    const all = new Map([...promised, ...inCode]);
    expect(lacking(all, headings), 'write these clauses, two to six lines each, in a file of spec/').toEqual([]);
  });

  test('the clauses that the tests name are headings of spec/', () => {
    expect(lacking(inTests, headings), 'write these clauses in spec/, or mend the titles').toEqual([]);
  });

  test('every heading of spec/ is named by an error or by a comment `Spec x-y` of the code', () => {
    expect(lacking(headings, inCode), 'name these clauses where the code follows or throws them').toEqual([]);
  });

  test('every heading of spec/ is named by the title of a test', () => {
    expect(lacking(headings, inTests), 'give each of these a test titled `[clause] sentence`').toEqual([]);
  });

  test('the index of spec/README.md names every chapter once, and is what npm run readme makes of the headings', () => {
    const table = /<!-- chapters -->([\s\S]*)<!-- \/chapters -->/.exec(read('spec/README.md'))![1];
    const names = [...table.matchAll(/^\| \[([\w.]+)\]/gm)].map(([, name]) => name);
    const missing = chapters.map((file) => file.slice('spec/'.length)).filter((name) => !names.includes(name));
    const rows = [...names, ...missing].map((name) => {
      const clauses = [...headings].filter(([, place]) => place === `spec/${name}`).map(([each]) => each);
      return `| [${name}](${name}) | ${clauses.join(', ')} |`;
    });
    const content = ['| chapter | clauses |', '|---|---|', ...rows].join('\n');
    expectPart('chapters', content, 'spec/README.md');
  });
});

test('the sources that chapters and examples name are listed in spec/README.md', () => {
  const listed = new Set([
    'spec',
    ...[...read('spec/README.md').matchAll(/^\| \[([^\]]+)\] \|/gm)].map(([, name]) => name),
  ]);
  const cited = [
    ...chapters.flatMap((file) => [...read(file).matchAll(/\[(L\d|[A-Z][a-z]+(?:\d\d)?|IEEE 754)\]/g)]),
    ...filesIn('spec/examples', '.json').flatMap((file) => [...read(file).matchAll(/"source": "(.*?)"/g)]),
  ].map(([, name]) => name);
  expect([...new Set(cited)].filter((name) => !listed.has(name))).toEqual([]);
});

describe('the table of the lectures', () => {
  const rows = [...read('spec/README.md').matchAll(/^\| ([A-Z]\d+) \|(.*)\|(.*)\|(.*)\|$/gm)];

  test('has each rule once', () => {
    const ids = rows.map(([, id]) => id);
    expect(ids.length).toBeGreaterThan(0);
    expect(ids).toEqual([...new Set(ids)]);
  });

  test.each(rows.map(([, id, , clauses, tests]) => ({ id, clauses, tests })))(
    '$id names clauses of the spec, and tests that name $id',
    ({ id, clauses, tests }) => {
      const files = tests.match(/[\w./-]+\.(?:ts|json)/g) ?? [];
      expect(files.length > 0, 'both clauses and tests, or a dash for both').toBe(clausesOf(clauses).length > 0);
      expect(clausesOf(clauses).filter((name) => !headings.has(name))).toEqual([]);
      for (const file of files) expect(read(file), `${file} must say ${id}`).toMatch(new RegExp(`\\b${id}\\b`));
    },
  );
});
