// Browsers without a driver: each is started at a page that posts its certificate to the server here.

import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { firstOf } from './absent.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const types = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript' };
const PATIENCE_MS = 180_000;

/** A page that may run only scripts of its own server: no WebAssembly. */
const STRICT = "default-src 'self'; script-src 'self'";

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

/** The certificate that `browser` gives: of a page, of a worker (`?worker`), of a page under a strict policy (`?strict`). */
export async function certificateOf(browser, query = '') {
  const { port, result, close } = await serve();
  const profile = await mkdtemp(join(tmpdir(), 'certify-'));
  try {
    const [command, ...args] = commands[browser](
      profile,
      `http://127.0.0.1:${port}/test/certify/page/index.html${query}`,
    );
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
    timer = setTimeout(() => resolve({ error: 'no certificate within three minutes' }), PATIENCE_MS);
  });
  const certificate = await Promise.race([result, ended, late]);
  clearTimeout(timer);
  if (browser.exitCode === null && browser.pid) process.kill(-browser.pid, 'SIGTERM');
  await ended;
  if (certificate.error) throw new Error(certificate.error);
  return certificate;
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
    const body = await readFile(join(root, normalize(pathname))).catch(() => undefined);
    const policy = search === '?strict' ? { 'content-security-policy': STRICT } : {};
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
