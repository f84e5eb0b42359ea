// Makes one file of each subpath, and one of what they share: a host reads a few files instead of a hundred. The core is a
// single file, which every subpath shares: a file more costs a host half a millisecond of the first import, whatever is
// in it. ASCII alone, since one character beyond Latin-1 makes V8 hold and scan a file at two bytes a character. The
// source maps hold the sources, which the package does not ship otherwise. build/js has the modules one by one.

import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

const root = join(import.meta.dirname, '..');
const { exports, bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const targets = [...Object.values(exports).map((each) => each.default), ...Object.values(bin), './dist/cli/host.js'];
const entries = targets.filter(Boolean).map((target) => target.replace(/^(\.\/)?dist\//, '').replace(/\.js$/, ''));

const bundle = await rolldown({
  input: Object.fromEntries(entries.map((entry) => [entry, join(root, 'src', `${entry}.ts`)])),
  external: ['fast-check', /^node:/],
  platform: 'neutral',
  preserveEntrySignatures: 'strict',
});
const dist = join(root, 'dist');
for (const file of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
  if (/\.js(\.map)?$/.test(file)) rmSync(join(dist, file));
}
await bundle.write({
  dir: dist,
  format: 'esm',
  comments: { jsdoc: false, legal: false },
  // Lines stay, and the name of SpecError: Node shows an uncaught error with the whole line that throws it.
  minify: {
    compress: true,
    mangle: { keepNames: { class: true, function: false } },
    codegen: { removeWhitespace: false },
  },
  charset: 'ascii',
  chunkFileNames: 'shared/[name]-[hash].js',
  sourcemap: true,
  codeSplitting: { groups: [{ name: 'core', test: /src.index\.ts$/ }] },
});
await bundle.close();
