// npm run bench: the benchmark from the command line. See options.mjs for what may be asked.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { cases } from './cases.mjs';
import { startEngine } from './engine.mjs';
import { importCost } from './import-cost.mjs';
import { bestChain, measure } from './measure.mjs';
import { fail, readOptions } from './options.mjs';
import { report } from './report.mjs';
import { training } from './training.mjs';

const here = import.meta.dirname;
const root = join(here, '..', '..');
const folder = join(root, 'build', 'bench');
const options = { ...readOptions(process.argv.slice(2)), folder };

/** What runs on two threads too. */
const THREADED = ['toeplitz', 'ort-web', 'ort-node'];

const matches = ({ name, group }) => name.includes(options.only) || group.includes(options.only);
/** Work of a case without its data: the largest are left out of a quick run of everything. */
const isSmall = ({ group, name }) => !['net', 'dense'].includes(group) && !/vgg|alexnet|dx|dw-(vgg|resnet)/.test(name);
const chosen = cases.filter((each) => matches(each) && (!options.quick || options.only !== '' || isSmall(each)));
const isImport = 'import'.includes(options.only);
const isTraining = 'training'.includes(options.only) && !(options.quick && options.only === '');
if (chosen.length === 0 && !isImport && !isTraining) fail(`no case holds '${options.only}'`);

mkdirSync(folder, { recursive: true });
const limits = join(folder, 'limits.wasm');
const asc = join(root, 'node_modules', '.bin', 'asc');
execFileSync(asc, [
  join(here, 'limits.ts'),
  '--config',
  'none',
  '-O3',
  '--runtime',
  'stub',
  '--enable',
  'simd',
  '-o',
  limits,
]);

const engines = [];
const onThreads = chosen.some(({ group }) => group === 'net') && availableParallelism() > 1;
const threaded = onThreads ? ['toeplitz', ...options.peers].filter((name) => THREADED.includes(name)) : [];
for (const name of ['toeplitz', 'memory', ...options.peers, ...threaded.map((each) => `${each}@2`)])
  engines.push(await startEngine(name, limits));
const results = { ...circumstances(), rounds: options.rounds, cases: [], failures: [] };
for (const each of chosen) {
  const start = performance.now();
  const { result, failures } = await measure(each, engines, options);
  results.cases.push(result);
  results.failures.push(...failures);
  console.error(`${each.name}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
}
for (const engine of engines) engine.stop();
results.chain = bestChain();
if (isImport) {
  // What was measured before is not lost where an engine does not start.
  results.import = await importCost(options).catch((error) => {
    results.failures.push(`import: ${error.message.split('\n')[0]}`);
  });
}
if (isTraining) {
  const { rows, failure } = await training(options);
  results.training = rows;
  if (failure) results.failures.push(failure);
}

console.log(report(results));
const out = options.out ?? (options.isWhole ? join(here, 'results.json') : undefined);
if (out) writeFileSync(out, `${compact(JSON.stringify(results, rounded, 1))}\n`);

/** Four digits are more than the machine repeats. */
function rounded(_, value) {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
}

/** Lists of numbers on one line each. */
function compact(json) {
  return json.replace(/\[[\d.,\se+-]+\]/g, (list) => list.replace(/\s+/g, ' '));
}

/** The processor. Where a virtual machine hides the model ('AMD EPYC'), its family and number tell the generations apart. */
function processor() {
  const name = cpus()[0].model.trim();
  if (process.platform !== 'linux' || process.arch !== 'x64') return name;
  const about = readFileSync('/proc/cpuinfo', 'utf8');
  const [family, model] = ['cpu family', 'model'].map((key) => about.match(new RegExp(`^${key}\\s*: (\\d+)$`, 'm'))[1]);
  return `${name} (family ${family}, model ${model})`;
}

function circumstances() {
  const version = (name) => JSON.parse(readFileSync(join(here, 'node_modules', name, 'package.json'), 'utf8')).version;
  const peers = ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-wasm', 'onnxruntime-web', 'onnxruntime-node'];
  const { version: own } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: {
      cpu: processor(),
      cores: cpus().length,
      memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
      system: `${process.platform} ${process.arch}`,
      node: process.versions.node,
      v8: process.versions.v8,
    },
    versions: { toeplitz: own, ...Object.fromEntries(peers.map((name) => [name, version(name)])) },
  };
}
if (results.failures.length > 0) process.exitCode = 1;
