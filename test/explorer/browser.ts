// One Chromium for all tests of the page, and pages that record what they should not do.

import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build } from '../../src/explorer/build.mjs';

/** Where Chromium is: the environment says it, or it is where Debian and others install it. */
export const executable = [
  process.env.CHROMIUM ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path !== '' && existsSync(path));

export interface Site {
  readonly browser: Browser;
  readonly page: Page;
  readonly faults: string[];
  /** The one file, on disk. */
  readonly file: string;
  readonly folder: string;
  readonly bytes: number;
  readonly gzipped: number;
  close(): Promise<void>;
}

/** Builds the page from its sources and starts the browser. */
export async function start(): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), 'toeplitz-explorer-'));
  const { bytes, gzipped } = await build(folder, null);
  const browser = await chromium.launch({ executablePath: executable as string, args: ['--no-sandbox'] });
  const file = pathToFileURL(join(folder, 'explorer.html')).href;
  const page = await browser.newPage();
  const faults: string[] = [];
  page.on('console', (message) => faults.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('request', (request) => {
    const from = request.url();
    const isPage = request.isNavigationRequest() || from.startsWith('http://127.0.0.1');
    if (!/^(data|blob):/.test(from) && !isPage) faults.push(`request: ${from}`);
  });
  return {
    browser,
    page,
    faults,
    file,
    folder,
    bytes,
    gzipped,
    async close() {
      await browser.close();
      await rm(folder, { recursive: true });
    },
  };
}

export interface View {
  readonly scheme?: 'light' | 'dark';
  readonly width?: number;
  readonly reducedMotion?: boolean;
  /** Another address than the file's. */
  readonly url?: string;
  readonly afresh?: boolean;
}

/** Waits until what was changed is on the page. */
export const drawn = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    for (let i = 0; i < 2; i++) await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)));
  });

/**
 * Shows the page at `#…`, runs a test on it, and gives what it should not have done: messages on the console, errors,
 * requests. The page is opened once and then follows the address; with a `url` or `afresh` it is opened again.
 */
export async function visit(
  site: Site,
  hash: string,
  use: (page: Page) => Promise<void>,
  view: View = {},
): Promise<string[]> {
  const { scheme = 'light', width = 1440, reducedMotion = false, url = site.file, afresh = false } = view;
  const { page, faults } = site;
  faults.length = 0;
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: reducedMotion ? 'reduce' : 'no-preference' });
  await page.setViewportSize({ width, height: 900 });
  await page.mouse.move(0, 0);
  if (afresh || page.url().split('#')[0] !== url) {
    await page.goto('about:blank');
    await page.goto(`${url}${hash}`);
  } else
    await page.evaluate(
      (hash) =>
        new Promise<void>((resolve) => {
          addEventListener('hashchange', ({ newURL }) => newURL.endsWith(hash) && resolve());
          location.hash = '-';
          location.hash = hash;
        }),
      hash || '#lab',
    );
  await page.waitForSelector('main');
  await drawn(page);
  await use(page);
  return [...faults];
}

const axe = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds wrong with the page as it is, by all of its rules or by some. */
export async function axeFindings(page: Page, rules?: string[]): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(await axe);
  return page.evaluate(async (rules) => {
    const { violations } = await (globalThis as unknown as { axe: typeof import('axe-core') }).axe.run(
      // Without the nodes that pass, in half the time.
      { resultTypes: ['violations'], ...(rules && { runOnly: rules }) },
    );
    return violations.flatMap(({ id, nodes }) =>
      nodes.slice(0, 3).map(({ html, target }) => `${id}: ${target} ${html.slice(0, 160)}`),
    );
  }, rules);
}
