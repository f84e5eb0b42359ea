// Cloudflare's workerd, which compiles no bytes: it serves a worker whose modules a configuration lists.

import { spawn } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Absent } from './absent.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '..', '..');
const configuration = join(root, 'build', 'workerd.capnp');

/** A module by the path from the root of the repository that relative imports see. */
const module = (path, kind = 'esModule') => `(name = "${path}", ${kind} = embed "../${path}")`;

async function configure() {
  const shared = (await readdir(join(root, 'dist', 'shared'))).filter((file) => file.endsWith('.js'));
  const modules = [
    module('test/certify/workerd/worker.mjs'),
    module('test/certify/campaign.mjs'),
    module('test/certify/library.mjs'),
    module('dist/index.js'),
    module('dist/ops/index.js'),
    ...shared.map((file) => module(`dist/shared/${file}`)),
    module('dist/kernels.wasm', 'wasm'),
  ];
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  compatibilityDate = "2026-01-01",
  modules = [
    ${modules.join(',\n    ')},
  ],
);
`;
}

/** The path of its binary; npm has it for some platforms. */
function workerd() {
  try {
    return createRequire(import.meta.url)('workerd').default;
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND' && !error.message.startsWith('Unsupported platform')) throw error;
    throw new Absent('npm has no workerd for this platform');
  }
}

/** The certificate that the worker gives at `path`: '/' or '/kernels'. */
export async function certificateOf(path) {
  const binary = workerd();
  await writeFile(configuration, await configure());
  const server = spawn(binary, ['serve', configuration, '--control-fd=3'], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const said = server.stderr.toArray();
  const ended = new Promise((resolve) => server.on('exit', resolve));
  try {
    const port = await Promise.race([listening(server.stdio[3]), ended.then(() => undefined)]);
    if (port === undefined) throw new Error(`workerd ended before it listened: ${Buffer.concat(await said)}`);
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    if (!response.ok) throw new Error(`workerd answered ${response.status}`);
    return await response.json();
  } finally {
    if (server.exitCode === null) process.kill(-server.pid, 'SIGTERM');
    await ended;
  }
}

/** The port, from the line that workerd writes once its socket listens. */
async function listening(control) {
  for await (const chunk of control) {
    const port = /"port":(\d+)/.exec(chunk.toString())?.[1];
    if (port) return port;
  }
}
