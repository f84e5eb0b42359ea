// Recomputes the digests on every host and compares them with digests.json: npm run certify [-- --write].
// --write writes digests.json from plain JavaScript, the definition of the bits.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '..', '..');
const file = join(here, 'digests.json');
const script = join(here, 'node.mjs');
const run = promisify(execFile);

const parsed = async (command, ...args) => JSON.parse((await run(command, args, { maxBuffer: 1e8 })).stdout);
const installed = (name) => join(here, 'node_modules', '.bin', name);

const hosts = {
  'Node, plain JavaScript': () => parsed(process.execPath, script, '--plain'),
  'Node, kernels': () => parsed(process.execPath, script),
  ...Object.fromEntries([22, 24, 26].map((version) => [`Node ${version}`, () => otherNode(version)])),
  Deno: () => parsed(installed('deno'), 'run', '--allow-read', script),
  'Deno, plain JavaScript': () => parsed(installed('deno'), 'run', '--allow-read', script, '--plain'),
  Bun: () => parsed(installed('bun'), script),
  Chromium: inChromium,
};

/** Versions of Node that come as packages, for x86-64 Linux alone. */
function otherNode(version) {
  const binary = join(here, 'node_modules', `node${version}`, 'bin', 'node');
  if (!existsSync(binary)) throw Object.assign(new Error('no such package for this platform'), { isAbsent: true });
  return parsed(binary, script);
}

async function inChromium() {
  const executablePath = [
    process.env.CHROMIUM,
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  ].find((path) => path && existsSync(path));
  if (!executablePath)
    throw new Error('no Chromium found: install it (Debian: apt-get install chromium) or name it in CHROMIUM');
  const { chromium } = createRequire(import.meta.url)('playwright-core');
  const server = createServer(serve).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  try {
    const page = await browser.newPage();
    page.on('pageerror', (error) => console.error(error));
    await page.goto(`http://127.0.0.1:${server.address().port}/test/certify/page.html`);
    await page.waitForFunction('window.digests');
    return await page.evaluate('window.digests');
  } finally {
    await browser.close();
    server.close();
  }
}

const types = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript' };

async function serve(request, response) {
  const path = normalize(new URL(request.url, 'http://localhost').pathname);
  const body = await readFile(join(root, path)).catch(() => undefined);
  response
    .writeHead(body ? 200 : 404, { 'content-type': types[extname(path)] ?? 'application/octet-stream' })
    .end(body);
}

if (process.argv.includes('--write')) {
  await writeFile(file, `${JSON.stringify(await hosts['Node, plain JavaScript'](), null, 2)}\n`);
  console.log(`wrote ${file}`);
}

const wanted = JSON.parse(await readFile(file, 'utf8'));
const only = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
let failed = false;
for (const [host, digests] of Object.entries(hosts)) {
  if (only.length > 0 && !only.some((name) => host.toLowerCase().startsWith(name))) continue;
  const outcome = await Promise.resolve()
    .then(digests)
    .then(
      (got) =>
        [...new Set([...Object.keys(wanted), ...Object.keys(got)])].filter((family) => got[family] !== wanted[family]),
      (error) => error,
    );
  if (outcome.isAbsent) {
    console.log(`skip  ${host.padEnd(24)} ${outcome.message}`);
    continue;
  }
  const fine = Array.isArray(outcome) && outcome.length === 0;
  failed ||= !fine;
  const reason = Array.isArray(outcome)
    ? `differs in ${outcome.join(', ')}`
    : String(outcome.message ?? outcome).split('\n')[0];
  console.log(
    `${fine ? 'same' : 'FAIL'}  ${host.padEnd(24)} ${fine ? `${Object.keys(wanted).length} families, every bit` : reason}`,
  );
}
process.exit(failed ? 1 : 0);
