// Jest by the recipes of spec/guide/hosts.md, the oldest Node that can import the package, and pages in browsers.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Absent } from '../certify/absent.mjs';
import { posted } from '../certify/browsers.mjs';
import { same } from './bundles.mjs';
import { here, modules, node } from './tools.mjs';

const jest = (config, environment, ...flags) => {
  node([...flags, join(modules, 'jest', 'bin', 'jest.js'), '-c', `jest/${config}.json`, '--env', environment]);
  return 'passes, by the kernels';
};

/** Before Node 20.19 and 22.12 the package can be imported, but not required: hence `engines`. */
function oldest() {
  const command = join(modules, 'node20.0', 'bin', 'node');
  if (!existsSync(command)) throw new Absent('npm has no such package for this platform');
  return same('core', node([join(here, 'app', 'core.js')], { command }));
}

/** Hosts that `npm run certify` installs. */
function sourcePhase(...path) {
  const command = join(here, '..', 'certify', 'node_modules', ...path);
  if (!existsSync(command)) throw new Absent('npm run certify has not installed it');
  return node([...(path.includes('deno') ? ['run', '--allow-read'] : []), join(here, 'app', 'source-phase.mjs')], {
    command,
  });
}

async function page(browser, path, expected) {
  const { runs, reason } = await posted(browser, `test/consumers/pages/${path}`);
  if (runs !== expected) throw new Error(`runs the ${runs}, not the ${expected}: ${reason}`);
  return `by the ${runs}`;
}

export const rows = [
  ['Node 20.0: import', oldest],
  [`Node ${process.versions.node}: require`, () => node([join(here, 'app', 'required.cjs')])],
  ['Node 24: import source', () => sourcePhase('node24', 'bin', 'node')],
  ['Node 26: import source', () => sourcePhase('node26', 'bin', 'node')],
  ['Deno: import source', () => sourcePhase('.bin', 'deno')],
  ...['node', 'jsdom'].flatMap((environment) => [
    [`jest, native modules: ${environment}`, () => jest('native', environment, '--experimental-vm-modules')],
    [`jest, babel: ${environment}`, () => jest('with-babel', environment)],
  ]),
  ...['Chromium', 'Firefox', 'WebKitGTK'].flatMap((browser) => [
    [`${browser}: import map`, () => page(browser, 'import-map.html', 'kernels')],
    [`${browser}: a module sent to workers`, () => page(browser, 'workers.html', 'kernels')],
    [`${browser}: policy with wasm-unsafe-eval`, () => page(browser, 'policy.html?wasm', 'kernels')],
    [`${browser}: policy without`, () => page(browser, 'policy.html?strict', 'loops')],
  ]),
];
