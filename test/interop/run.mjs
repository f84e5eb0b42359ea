// npm run interop: judges published engines, one after another, and writes FINDINGS.md and spec/guide/findings.md from the reports.
//
//   node run.mjs                 all engines that are installed here
//   node run.mjs torch onnxjs    these; the reports of the others stay as they are
//   node run.mjs --write         FINDINGS.md again from the reports that are there

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { engines } from './engines.mjs';
import { findingsPage } from './findings-page.mjs';

const here = import.meta.dirname;
const reports = join(here, '../../build/interop');
const program = join(here, '../../dist/cli/index.js');
const file = (name) => join(reports, `${name}.json`);

/** The version of each package of Debian, or undefined where one is missing. */
function isInstalled(needs) {
  return needs.every((name) =>
    spawnSync('dpkg-query', ['-W', '-f=\x24{Status}', name], { encoding: 'utf8' }).stdout?.includes('ok installed'),
  );
}

const args = process.argv.slice(2);
const unknown = args.find((name) => name !== '--write' && !Object.hasOwn(engines, name));
if (unknown !== undefined) {
  console.error(`the engines are ${Object.keys(engines).join(', ')}, got '${unknown}'`);
  process.exit(2);
}
mkdirSync(reports, { recursive: true });
const chosen = args.includes('--write') ? [] : args.length > 0 ? args : Object.keys(engines);
for (const name of chosen) {
  const { command, needs, options: more = [] } = engines[name];
  if (!isInstalled(needs)) {
    console.log(`${name}: not installed; apt-get install ${needs.join(' ')}`);
    continue;
  }
  const [target, ...rest] = command;
  const options = [...more, '--reporter', 'json', '--out', file(name)];
  const { status } = spawnSync(process.execPath, [program, 'check', target, ...options, ...rest], {
    cwd: here,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  console.log(`${name}: ${status === 0 ? 'nothing found' : status === 1 ? 'findings' : `exit code ${status}`}`);
}
const found = Object.keys(engines).flatMap((name) =>
  existsSync(file(name)) ? [[name, JSON.parse(readFileSync(file(name), 'utf8'))]] : [],
);
const checked = JSON.parse(readFileSync(join(here, 'checked.json'), 'utf8'));
writeFileSync(join(here, 'FINDINGS.md'), findingsPage(found, checked));
/** Whole reports as a page of the guide. */
const shown = ['tfjs-cpu', 'tfjs-wasm', 'ort-web'];
if (shown.every((name) => existsSync(file(name)))) {
  const text = (name) => spawnSync(process.execPath, [program, 'merge', file(name)], { encoding: 'utf8' }).stdout;
  const parts = shown.map((name) => `## npm run interop -- ${name}\n\n\`\`\`\n${text(name).trimEnd()}\n\`\`\`\n`);
  const page = join(here, '../../spec/guide/findings.md');
  const [head] = readFileSync(page, 'utf8').split(/^## /m);
  writeFileSync(page, `${head}${parts.join('\n')}`);
}
console.log('FINDINGS.md is written');
