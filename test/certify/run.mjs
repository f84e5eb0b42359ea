// Recomputes the digests on every host and compares them with digests.json: npm run certify [-- host … --write].
// A host is asked if its name begins with one of the arguments; without any, RESULTS.md is written. --write writes
// digests.json from plain JavaScript, the definition of the bits.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Absent } from './absent.mjs';
import * as browsers from './browsers.mjs';
import * as qemu from './qemu.mjs';
import * as workerd from './workerd.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const file = join(here, 'digests.json');
const script = join(here, 'node.mjs');
const run = promisify(execFile);

const parsed = async (command, ...args) => JSON.parse((await run(command, args, { maxBuffer: 1e8 })).stdout);
const installed = (name) => join(here, 'node_modules', '.bin', name);
const plain = () => parsed(process.execPath, script, '--plain');

/** What each host is expected to run, and its certificate. */
const hosts = {
  'Node, plain JavaScript': ['loops', plain],
  [`Node ${process.versions.node.split('.')[0]}`]: ['kernels', () => parsed(process.execPath, script)],
  ...Object.fromEntries([22, 24, 26].map((version) => [`Node ${version}`, ['kernels', () => otherNode(version)]])),
  'Node 20, arm64': ['kernels', () => qemu.certificateOf('arm64', script)],
  'Node 20, s390x, big-endian': ['loops', () => qemu.certificateOf('s390x', script)],
  Deno: ['kernels', () => parsed(installed('deno'), 'run', '--allow-read', script)],
  'Deno, plain JavaScript': ['loops', () => parsed(installed('deno'), 'run', '--allow-read', script, '--plain')],
  Bun: ['kernels', () => parsed(installed('bun'), script)],
  ...Object.fromEntries(
    ['Chromium', 'Firefox', 'WebKitGTK'].flatMap((name) => [
      [name, ['kernels', () => browsers.certificateOf(name)]],
      [`${name}, worker`, ['kernels', () => browsers.certificateOf(name, '?worker')]],
      [`${name}, strict CSP`, ['loops', () => browsers.certificateOf(name, '?strict')]],
    ]),
  ),
  workerd: ['loops', () => workerd.certificateOf('/')],
  'workerd, useKernels': ['kernels', () => workerd.certificateOf('/kernels')],
};

/** Versions of Node that come as packages, for x86-64 Linux alone. */
function otherNode(version) {
  const binary = join(here, 'node_modules', `node${version}`, 'bin', 'node');
  if (!existsSync(binary)) throw new Absent('npm has no such package for this platform');
  return parsed(binary, script);
}

if (process.argv.includes('--write')) {
  await writeFile(file, `${JSON.stringify((await plain()).digests, null, 2)}\n`);
  console.log(`wrote ${file}`);
}

const wanted = JSON.parse(await readFile(file, 'utf8'));

/** What is wrong with a certificate, or nothing. */
function fault({ runs, reason, digests }, expected) {
  const families = [...new Set([...Object.keys(wanted), ...Object.keys(digests)])];
  const other = families.filter((family) => digests[family] !== wanted[family]);
  if (other.length > 0) return `differs in ${other.join(', ')}`;
  if (runs !== expected) return `runs the ${runs}, not the ${expected}${reason ? `: ${reason}` : ''}`;
  return undefined;
}

/** The word and the sentence of a host's line. */
async function outcome(expected, certificate) {
  try {
    const result = await certificate();
    const wrong = fault(result, expected);
    if (wrong) return ['FAIL', wrong];
    const why = result.reason ? `: ${result.reason.slice(0, 60)}` : '';
    return ['same', `${Object.keys(wanted).length} families, every bit, by the ${result.runs}${why}`];
  } catch (error) {
    return [error instanceof Absent ? 'skip' : 'FAIL', error.message.split('\n')[0]];
  }
}

const only = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const asked = Object.entries(hosts).filter(
  ([host]) => only.length === 0 || only.some((name) => host.toLowerCase().startsWith(name.toLowerCase())),
);
const lines = [];
for (const [host, [expected, certificate]] of asked) {
  const [word, sentence] = await outcome(expected, certificate);
  if (word === 'FAIL') process.exitCode = 1;
  console.log(`${word}  ${host.padEnd(26)}  ${sentence}`);
  lines.push(`| ${host} | ${word} | ${sentence} |`);
}
if (only.length === 0) {
  const head =
    '# The digests on every host\n\n`npm run certify` writes this page.\n\n| host | | digests |\n|---|---|---|\n';
  await writeFile(join(here, 'RESULTS.md'), `${head}${lines.join('\n')}\n`);
}
