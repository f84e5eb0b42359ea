// Bundles of the app by each bundler, run by Node: they must print what the app prints without one.

import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { here, node, out, tool } from './tools.mjs';

/** What the app prints in Node without a bundler, and so by whatever else runs it. */
export function same(app, printed) {
  const wanted = node([join(here, 'app', `${app}.js`)]);
  if (printed !== wanted) throw new Error(`printed ${printed}, without a bundler ${wanted}`);
  return printed;
}

const apps = ['core', 'subpaths'];

/** Each writes what Node runs for an app, and says where. */
const bundlers = {
  esbuild: (app) => {
    const file = join(out, 'esbuild', `${app}.mjs`);
    buildSync({ entryPoints: [join(here, 'app', `${app}.js`)], bundle: true, format: 'esm', outfile: file });
    return file;
  },
  rollup: (app) => {
    const file = join(out, 'rollup', `${app}.mjs`);
    const plugin = ['-p', '@rollup/plugin-node-resolve'];
    tool('rollup/dist/bin/rollup', `app/${app}.js`, ...plugin, '-f', 'es', '-o', file, '--silent');
    return file;
  },
  webpack: (app) => {
    const folder = join(out, 'webpack');
    const names = ['-o', folder, '--output-filename', `${app}.cjs`];
    tool(
      'webpack/bin/webpack.js',
      '--mode',
      'production',
      '--target',
      'node', // where it is run; what a bundle for browsers loads later needs an address
      '--entry',
      `./app/${app}.js`,
      ...names,
      '--stats',
      'errors-only',
    );
    return join(folder, `${app}.cjs`);
  },
  vite: (app) => {
    tool('vite/bin/vite.js', 'build', '-c', 'vite.config.mjs');
    return join(out, 'vite', `${app}.mjs`);
  },
  'parcel, without options': () => parcel('parcel', 'core', here),
  'parcel, packageExports': (app) => {
    const project = join(out, 'parcel-project');
    for (const folder of ['app', 'parcel']) cpSync(join(here, folder), project, { recursive: true });
    writeFileSync(join(project, 'package-lock.json'), '{}'); // where Parcel's project begins
    return parcel('parcel-exports', app, project, '.');
  },
};

function parcel(name, app, cwd, folder = 'app') {
  const to = join(out, name);
  const options = ['--dist-dir', to, '--no-cache', '--cache-dir', join(out, 'parcel-cache'), '--log-level', 'error'];
  node([join(here, 'node_modules', 'parcel', 'lib', 'bin.js'), 'build', join(folder, `${app}.js`), ...options], {
    cwd,
  });
  writeFileSync(join(to, 'package.json'), '{ "type": "module" }');
  return join(to, `${app}.js`);
}

/** Rows: a name, and a function that gives what is to be said or throws. */
export const rows = Object.entries(bundlers).flatMap(([name, build]) =>
  apps
    .filter((app) => app === 'core' || !name.includes('without'))
    .map((app) => [`${name}: ${app}`, () => same(app, node([build(app)]))]),
);
