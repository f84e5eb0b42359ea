// The cost of starting: the time from process start to the first convolution, and the sizes of the kernels and of the
// core.

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { cases } from './cases.mjs';
import { median } from './figures.mjs';
import { onnxModel } from './onnx.mjs';
import { instance } from './plan.mjs';

const here = import.meta.dirname;
const root = join(here, '..', '..');

export async function importCost({ peers, quick, folder }) {
  const model = join(folder, 'convolution.onnx');
  const { tree } = instance(cases.find(({ name }) => name.startsWith('googlenet-5x5')));
  writeFileSync(model, onnxModel(tree).bytes);
  const names = ['empty', 'toeplitz', ...peers.filter((name) => name !== 'tfjs-cpu')];
  const times = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < (quick ? 3 : 25); round++) {
    for (const name of names) {
      const script = join(here, 'import', `${name}.mjs`);
      times[name].push(
        Number(execFileSync(process.execPath, [script, model], { stdio: ['ignore', 'pipe', 'ignore'] })),
      );
    }
  }
  const start = Object.fromEntries(names.map((name) => [name, median(times[name])]));
  return { start, ...(await sizes()) };
}

const zipped = (bytes) => gzipSync(bytes, { level: 9 }).length;

/** Bytes: the kernels and the core import gzipped (its files as published, and as one minified file), the package. */
async function sizes() {
  const entryPoints = [join(root, 'dist', 'index.js')];
  const bundle = async (minify) =>
    build({ entryPoints, bundle: true, minify, format: 'esm', write: false, metafile: true, logLevel: 'error' });
  const { metafile } = await bundle(false);
  const files = Object.keys(metafile.inputs);
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  );
  return {
    kernels: zipped(readFileSync(join(root, 'dist', 'kernels.wasm'))),
    files: files.length,
    core: files.reduce((sum, file) => sum + zipped(readFileSync(file)), 0),
    minified: zipped((await bundle(true)).outputFiles[0].contents),
    packed: packed.size,
    unpacked: packed.unpackedSize,
  };
}
