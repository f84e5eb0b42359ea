// The types of the packed package under three versions of TypeScript, its own declarations checked too.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { here, out, tool, version } from './tools.mjs';

/** With the types of a page, and with those of Node alone, in which WebAssembly has none. */
const settings = {
  'bundler, DOM': { module: 'esnext', moduleResolution: 'bundler', lib: ['es2022', 'dom'], types: [] },
  'nodenext, no DOM': { module: 'nodenext', lib: ['es2022'], types: ['node'] },
};

function check(compiler, options) {
  const config = join(out, 'tsconfig.json');
  const compilerOptions = { noEmit: true, strict: true, skipLibCheck: false, target: 'es2022', ...options };
  const files = ['core.ts', 'subpaths.ts'].map((file) => join(here, 'app', 'types', file));
  writeFileSync(config, JSON.stringify({ compilerOptions, files }));
  tool(`${compiler}/bin/tsc`, '--project', config);
  return 'no error';
}

export const rows = ['typescript5', 'typescript6', 'typescript7'].flatMap((compiler) =>
  Object.entries(settings).map(([name, options]) => [
    `TypeScript ${version(compiler)}: ${name}`,
    () => check(compiler, options),
  ]),
);
