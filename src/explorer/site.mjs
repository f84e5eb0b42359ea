// Builds the site: the explorer, the guide, the specification and the API reference, as a folder for any static host.
// What only this needs is installed into build/reference: see reference/package.json.

import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { accessible, brokenLinks, clauses, linkClauses, writePages } from './pages.mjs';
import { searchScript, styles } from './pages-look.mjs';

const root = join(import.meta.dirname, '../..');
const tools = join(root, 'build/reference');

function run(command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}:\n${stdout}${stderr}`);
}

mkdirSync(tools, { recursive: true });
copyFileSync(join(import.meta.dirname, 'reference/package.json'), join(tools, 'package.json'));
run('npm', ['install', '--prefix', tools, '--no-audit', '--no-fund', '--no-package-lock', '--silent']);

const site = join(root, 'build/site');
rmSync(site, { recursive: true, force: true });
const { folder, bytes, gzipped } = await build(site);

const docs = join(folder, 'docs');
mkdirSync(docs, { recursive: true });
const sections = writePages(docs);

const entries = Object.values(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).exports)
  .map((target) => (typeof target === 'string' ? target : target.default))
  .filter((target) => target.endsWith('.js'))
  .map((target) => target.replace('./dist/', 'src/').replace(/\.js$/, '.ts'));
const api = join(folder, 'api');
run(process.execPath, [
  join(tools, 'node_modules/typedoc/bin/typedoc'),
  ...['--tsconfig', 'tsconfig.json', '--out', api, '--name', 'toeplitz', '--readme', 'none'],
  // Options of layers, for example, are types that nobody needs to import.
  ...['--plugin', 'typedoc-plugin-missing-exports', '--placeInternalsInOwningModule'],
  ...['--includeHierarchySummary', 'false', '--excludeExternals'],
  ...['--customJs', join(import.meta.dirname, 'reference/links.js')],
  ...['--customCss', join(import.meta.dirname, 'reference/links.css')],
  ...['--disableSources', '--skipErrorChecking', '--hideGenerator', '--githubPages', 'false', '--logLevel', 'Error'],
  ...entries,
]);

// Docstrings name clauses too.
const names = clauses();
for (const file of readdirSync(api, { recursive: true, encoding: 'utf8' }).map((each) => each.replaceAll('\\', '/'))) {
  if (!file.endsWith('.html')) continue;
  const up = '../'.repeat(file.split('/').length);
  const html = readFileSync(join(api, file), 'utf8');
  writeFileSync(join(api, file), accessible(linkClauses(html, names, (target) => `${up}docs/${target}`)));
  const [kind, name] = file.split('/');
  if (name)
    sections.push([`${name.replace(/\.html$/, '').replaceAll('_', ' ')} — ${kind} of the API`, `../api/${file}`, '']);
}
writeFileSync(join(docs, 'search.js'), searchScript(sections));
writeFileSync(join(docs, 'pages.css'), styles);

const index = join(folder, 'index.html');
const links =
  '<p class="site-links"><a href="docs/README.html">Guide</a>, <a href="docs/spec/README.html">specification</a>, <a href="api/index.html">reference</a></p>';
writeFileSync(
  index,
  readFileSync(index, 'utf8').replace('</body>', `<nav aria-label="Documentation">${links}</nav>\n</body>`),
);

const broken = brokenLinks(folder);
if (broken.length > 0) throw new Error(`links that lead nowhere:\n${broken.slice(0, 40).join('\n')}`);
console.log(
  `${folder}: explorer.html has ${Math.ceil(bytes / 1000)} KB, ${Math.ceil(gzipped / 1000)} KB gzipped; ${sections.length} sections can be searched`,
);
