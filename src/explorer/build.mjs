// Builds the page: a folder for any static host, and one HTML file that works from disk. The file goes into the package.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';

const here = import.meta.dirname;
const root = join(here, '../..');

const page = (head, end) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>toeplitz explorer</title>
<link rel="icon" href="data:,">
${head}
</head>
<body>
<div id="page"></div>
<noscript>This page computes everything in the browser, so it needs JavaScript.</noscript>
${end}
</body>
</html>
`;

/** Digests by the digits that the page shows: random digits do not compress. */
const shortDigests = {
  name: 'short-digests',
  transform: {
    filter: { id: /digests\.json$/ },
    handler: (text) => text.replace(/\b([0-9a-f]{16})[0-9a-f]{48}\b/g, '$1'),
  },
};

/** The script of the page, as one file that is no module: from disk, browsers load no modules. */
async function script() {
  const bundle = await rolldown({
    input: join(here, 'start.ts'),
    platform: 'browser',
    plugins: [shortDigests],
    // What only training on several threads loads: a page from disk has no memory that threads share, and never asks for it.
    external: /\/threads\/step-threads\.ts$/,
    transform: { define: { 'process.env.NODE_ENV': '"production"' } },
  });
  const { output } = await bundle.generate({ format: 'iife', minify: true, comments: false, charset: 'ascii' });
  await bundle.close();
  return `/*\n${licences(output[0].moduleIds)}*/\n${output[0].code}`;
}

/** The licence of each package that the modules come from: all of them want it kept in every copy. */
function licences(modules) {
  const folders = modules.flatMap((id) => /^.*node_modules.(?:@[^\\/]+.)?[^\\/]+/.exec(id) ?? []);
  return [...new Set(folders)]
    .sort()
    .map((folder) => `${readPackage(folder).name}\n\n${readFileSync(join(folder, 'LICENSE'), 'utf8').trim()}\n\n`)
    .join('');
}

const readPackage = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/** The styles: those of uPlot, those of the page, then those that tabs have beside them. */
const styles = () => {
  const own = readdirSync(here, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.css'))
    .sort((a, b) => a.split(/[\\/]/).length - b.split(/[\\/]/).length || (a < b ? -1 : 1))
    .map((file) => join(here, file));
  const files = [fileURLToPath(import.meta.resolve('uplot/dist/uPlot.min.css')), ...own];
  // Without comments and indentation.
  return files
    .map((file) => readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\//g, ''))
    .join('\n')
    .replace(/\s*\n\s*/g, '\n')
    .replace(/ \{\n/g, '{')
    .replace(/;\n\}/g, '}');
};

/** Writes the folder, and the one file also to where the package has it. */
export async function build(folder = join(root, 'build/site'), packed = join(root, 'dist/explorer.html')) {
  const [code, css] = [await script(), styles()];
  // `</script` and `<!--` would end or change the element that holds the code.
  const inline = code.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
  const single = page(`<style>\n${css}\n</style>`, `<script id="code">${inline}</script>`);
  mkdirSync(folder, { recursive: true });
  const files = {
    'index.html': page('<link rel="stylesheet" href="explorer.css">', '<script id="code" src="explorer.js"></script>'),
    'explorer.js': code,
    'explorer.css': css,
    'explorer.html': single,
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  if (packed) writeFileSync(packed, single);
  return { folder, bytes: Buffer.byteLength(single), gzipped: gzipSync(single, { level: 9 }).length };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { folder, bytes, gzipped } = await build();
  console.log(`${folder}: explorer.html has ${Math.ceil(bytes / 1000)} KB, ${Math.ceil(gzipped / 1000)} KB gzipped`);
}
