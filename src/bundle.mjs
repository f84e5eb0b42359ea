// Makes one file of each subpath, and one of what they share: a host reads a few files instead of a hundred. The core is a
// single file, which every subpath shares: a file more costs a host half a millisecond of the first import, whatever is
// in it. ASCII alone, since one character beyond Latin-1 makes V8 hold and scan a file at two bytes a character. The
// source maps hold the sources, which the package does not ship otherwise. build/js has the modules one by one.

import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode, encode } from '@jridgewell/sourcemap-codec';
import { rolldown } from 'rolldown';

const root = join(import.meta.dirname, '..');
const { exports, bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const targets = [
  ...Object.values(exports).map((each) => each.default),
  ...Object.values(bin),
  './dist/cli/adapter-process.js',
];
const entries = targets.filter(Boolean).map((target) => target.replace(/^(\.\/)?dist\//, '').replace(/\.js$/, ''));

/** Each name of a list of imports or exports, `name` or `name as alias`, as `change` gives it. */
const listed = (list, change) =>
  list.split(',').map((each) => {
    const [name, alias = name] = each.split(' as ');
    const [from, to] = change(name, alias);
    return from === to ? from : `${from} as ${to}`;
  });

/**
 * Gives what the core exports to other files the names that it has within it: the aliases that the bundler makes would be
 * 0.4 KB of every import. Exports are the last statement of a file, and imports the first, whose length the map must know.
 */
function shareByName(files) {
  const names = new Map();
  const core = files.find((file) => /core-[^/]*\.js$/.test(file));
  const text = readFileSync(core, 'utf8').replace(/\bexport\{([^}]*)\};\s*(?=\/\/#)/, (_, list) => {
    const own = listed(list, (name, alias) => [name, names.set(alias, name) && name]);
    return `export{${own}};\n`;
  });
  writeFileSync(core, text);
  for (const file of files.filter((each) => each !== core)) {
    const code = readFileSync(file, 'utf8');
    const found = /\b(import|export)\{([^}]*)\}from"[^"]*core-[^"]*"/.exec(code);
    if (!found) continue;
    const [whole, keyword, list] = found;
    const shared = `${keyword}{${listed(list, (alias, name) => [names.get(alias), name])}}`;
    const end = found.index + whole.length;
    const statement = shared + whole.slice(keyword.length + list.length + 2);
    writeFileSync(file, code.slice(0, found.index) + statement + code.slice(end));
    if (!existsSync(`${file}.map`)) continue;
    const map = JSON.parse(readFileSync(`${file}.map`, 'utf8'));
    const [first = [], ...others] = decode(map.mappings);
    const moved = first.map(([column, ...source]) => [
      column < end ? column : column + statement.length - whole.length,
      ...source,
    ]);
    writeFileSync(`${file}.map`, JSON.stringify({ ...map, mappings: encode([moved, ...others]) }));
  }
}

/**
 * Moves the text of the embedded kernels to the end of the core, into a line of its own: it compresses apart from code, and
 * before all code it would make the core 0.4 KB heavier. The text is in the first line, whose map follows; line breaks in
 * literals make others.
 */
function kernelsLast(core) {
  const code = readFileSync(core, 'utf8');
  const [start, name, text] = /^const (\w+)=\{size:\d+,frequent:`\w+`,text:("[^"]+")/.exec(code);
  const end = code.lastIndexOf('export{');
  const without = `${code.slice(0, start.length - text.length)}""${code.slice(start.length, end)}`;
  writeFileSync(core, `${without}\n${name}.text=${text};\n${code.slice(end)}`);
  const map = JSON.parse(readFileSync(`${core}.map`, 'utf8'));
  const rows = decode(map.mappings);
  const last = code.slice(0, end).split('\n').length - 1;
  const column = end - (code.lastIndexOf('\n', end) + 1);
  const moved = (columns, by) => columns.map(([column, ...source]) => [column - by, ...source]);
  const [before, behind] = [false, true].map((is) => rows[last].filter(([each]) => each >= column === is));
  rows.splice(last, 1, before, [], moved(behind, column));
  const [head, body] = [false, true].map((is) => rows[0].filter(([each]) => each >= start.length === is));
  rows[0] = [...head, ...moved(body, text.length - 2)];
  writeFileSync(`${core}.map`, JSON.stringify({ ...map, mappings: encode(rows) }));
}

/** Lines are broken at the first statement after so many characters. */
const LONG = 1000;

/**
 * Breaks the one line of a minified file behind semicolons, and the lines of its map: Node shows an uncaught error with the
 * whole line that throws it. What begins a segment of the map is code, never the text of a literal.
 */
function breakLines(file) {
  const lines = readFileSync(file, 'utf8').split('\n');
  const map = JSON.parse(readFileSync(`${file}.map`, 'utf8'));
  const segments = decode(map.mappings);
  const [texts, broken] = [[], []];
  for (const [row, line] of lines.entries()) {
    let start = 0;
    broken.push([]);
    for (const [column, ...source] of segments[row] ?? []) {
      if (column - start > LONG && line[column - 1] === ';') {
        texts.push(line.slice(start, column));
        broken.push([]);
        start = column;
      }
      broken.at(-1).push([column - start, ...source]);
    }
    texts.push(line.slice(start));
  }
  writeFileSync(file, texts.join('\n'));
  writeFileSync(`${file}.map`, JSON.stringify({ ...map, mappings: encode(broken) }));
}

const bundle = await rolldown({
  input: Object.fromEntries(entries.map((entry) => [entry, join(root, 'src', `${entry}.ts`)])),
  external: ['fast-check', /^node:/],
  platform: 'neutral',
  preserveEntrySignatures: 'strict',
  optimization: { inlineConst: { mode: 'all', pass: 3 } },
  // Without a comment before each module.
  experimental: { attachDebugInfo: 'none' },
});
const dist = join(root, 'dist');
for (const file of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
  if (/\.js(\.map)?$/.test(file)) rmSync(join(dist, file));
}
await bundle.write({
  dir: dist,
  format: 'esm',
  comments: { jsdoc: false, legal: false },
  // The name of SpecError stays, which Node shows with an uncaught error.
  minify: {
    compress: true,
    mangle: { keepNames: { class: true, function: false } },
    codegen: { removeWhitespace: true },
  },
  charset: 'ascii',
  // Modules of the command line look for files beside themselves.
  chunkFileNames: ({ moduleIds }) =>
    `${moduleIds.some((id) => /src.cli/.test(id)) ? 'cli' : 'shared'}/[name]-[hash].js`,
  sourcemap: true,
  codeSplitting: {
    groups: [
      { name: 'core', test: /src.index\.ts$/ },
      { name: 'install-fast-check', test: /install-fast-check\.ts$/ },
    ],
  },
});
await bundle.close();
const built = readdirSync(dist, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.js'))
  .map((file) => join(dist, file));
shareByName(built);
kernelsLast(built.find((file) => /core-[^/]*\.js$/.test(file)));
for (const file of built) if (existsSync(`${file}.map`)) breakLines(file);
// The files that `toeplitz init-adapter` writes.
cpSync(join(root, 'src/cli/skeletons'), join(dist, 'cli/skeletons'), { recursive: true });
