// Browsers without a driver: each is started at a page that posts its certificate to the server here.

import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { firstOf } from './absent.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const types = {
  '.wasm': 'application/wasm',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
};
const PATIENCE_MS = 180_000;

/** What a page with this query may run: scripts of its own server, and WebAssembly or not. */
const policies = {
  '?strict': "default-src 'self'; script-src 'self'",
  '?wasm': "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'",
};

/** The command of each browser for a new profile and a page. */
const commands = {
  Chromium: (profile, url) => [
    firstOf([process.env.CHROMIUM, '/usr/bin/google-chrome', '/usr/bin/chromium'], 'chromium'),
    '--headless=new',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--no-first-run',
    `--user-data-dir=${profile}`,
    url,
  ],
  Firefox: (profile, url) => [
    firstOf([process.env.FIREFOX, '/usr/bin/firefox', '/usr/bin/firefox-esr'], 'firefox-esr'),
    '--headless',
    '--no-remote',
    '--profile',
    profile,
    url,
  ],
  WebKitGTK: (_, url) => [
    firstOf(['/usr/bin/xvfb-run'], 'xvfb xauth'),
    '--auto-servernum',
    firstOf(
      [
        process.env.MINIBROWSER,
        `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/webkit2gtk-4.1/MiniBrowser`,
      ],
      'webkit2gtk-driver',
    ),
    url,
  ],
};

/** The certificate that `browser` gives: of a page, of a worker (`?worker`), of a page under a policy (`?strict`). */
export const certificateOf = (browser, query = '') => posted(browser, `test/certify/page/index.html${query}`);

/** What the page at `path` of the repository posts to /result: JSON with an `error` if it failed. */
export async function posted(browser, path) {
  const { port, result, close } = await serve();
  const profile = await mkdtemp(join(tmpdir(), 'certify-'));
  try {
    const [command, ...args] = commands[browser](profile, `http://127.0.0.1:${port}/${path}`);
    return await run(command, args, result);
  } finally {
    close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Runs a browser in a process group of its own, which is ended as soon as there is a result. */
async function run(command, args, result) {
  const browser = spawn(command, args, { detached: true, stdio: 'ignore' });
  const ended = new Promise((resolve) => {
    browser.on('error', (error) => resolve({ error: error.message }));
    browser.on('exit', (code) => resolve({ error: `the browser ended with exit code ${code}` }));
  });
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(() => resolve({ error: 'no result within three minutes' }), PATIENCE_MS);
  });
  const answer = await Promise.race([result, ended, late]);
  clearTimeout(timer);
  if (browser.exitCode === null && browser.pid) process.kill(-browser.pid, 'SIGTERM');
  await ended;
  if (answer.error) throw new Error(answer.error);
  return answer;
}

/** Serves the repository; `result` is what the page posts. */
async function serve() {
  let receive;
  const result = new Promise((resolve) => {
    receive = resolve;
  });
  const server = createServer(async (request, response) => {
    const { pathname, search } = new URL(request.url, 'http://localhost');
    if (request.method === 'POST') {
      const chunks = await request.toArray();
      receive(JSON.parse(Buffer.concat(chunks).toString()));
      response.end();
      return;
    }
    const body = await readFile(join(root, normalize(pathname))).catch((error) => {
      if (error.code !== 'ENOENT' && error.code !== 'EISDIR') throw error;
    });
    const policy = policies[search] ? { 'content-security-policy': policies[search] } : {};
    response
      .writeHead(body ? 200 : 404, {
        'content-type': types[extname(pathname)] ?? 'application/octet-stream',
        ...policy,
      })
      .end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { port: server.address().port, result, close };
}
