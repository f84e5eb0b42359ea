// toeplitz explore: serves the page of src/explorer on this machine.

import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { codeOf, EXIT, UsageError } from './usage.ts';

export const help = `toeplitz explore [options]

Serves a page to explore convolutions and networks with, on this machine alone,
and prints its address. Ctrl-C ends it. Nothing that is opened in the page leaves
the browser.

  --port N        the port, 0 for any that is free (8017)
  --file          print the path of the page instead: it works from disk, too

Exit code: 0, or 2 if the arguments make no sense or the port cannot be used.
`;

const options = { port: { type: 'string', default: '8017' }, file: { type: 'boolean', default: false } } as const;

/** Beside the command line in the package. */
const page = new URL('../explorer.html', import.meta.url);

/** Runs the command until it is interrupted; gives the exit code. Spec cli-explore. */
export async function run(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options });
  const port = Number(values.port);
  if (!/^\d+$/.test(values.port) || port > 65535)
    throw new UsageError(`explore: --port must be a whole number from 0 to 65535, got '${values.port}'`);
  const html = await readPage();
  if (values.file) {
    process.stdout.write(`${fileURLToPath(page)}\n`);
    return EXIT.clean;
  }
  const server = await listening(serve(html), port);
  const { port: used } = server.address() as { port: number };
  process.stdout.write(`http://127.0.0.1:${used}/\n`);
  await interrupted();
  server.close();
  server.closeAllConnections();
  return EXIT.clean;
}

async function readPage(): Promise<Buffer> {
  try {
    return await readFile(page);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    throw new UsageError('explore: the page is not built yet: run `npm run site` in the repository');
  }
}

/** Scripts and styles of the page itself, its kernels, workers and pictures that it makes; nothing from elsewhere. */
export const policy =
  "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval'; worker-src blob:; style-src 'unsafe-inline'; img-src data: blob:";

/** One page; everything that it needs is in it, and its policy lets it load nothing else. */
const serve = (html: Buffer): Server =>
  createServer(({ method, url = '' }, response) => {
    const isPage = url.split('?')[0] === '/' || url.split('?')[0] === '/index.html';
    if (method !== 'GET' && method !== 'HEAD') response.writeHead(405, { allow: 'GET, HEAD' }).end();
    else if (!isPage) response.writeHead(404, { 'content-type': 'text/plain' }).end('The page is at /\n');
    else {
      response.writeHead(200, {
        'content-type': 'text/html; charset=utf-8',
        'content-length': html.length,
        'cache-control': 'no-store',
        'content-security-policy': policy,
        'x-content-type-options': 'nosniff',
      });
      response.end(method === 'HEAD' ? undefined : html);
    }
  });

const listening = (server: Server, port: number): Promise<Server> =>
  new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const why = { EADDRINUSE: 'is in use', EACCES: 'needs more rights' }[String(codeOf(error))];
      reject(
        why === undefined
          ? error
          : new UsageError(`explore: port ${port} ${why}; choose another with --port, or 0 for any that is free`),
      );
    });
    server.listen(port, '127.0.0.1', () => resolve(server));
  });

const interrupted = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
