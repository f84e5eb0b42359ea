// The page in Firefox, over WebDriver BiDi: npm run firefox. What Chromium is asked for each tab is asked here again.

import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from '../../../src/explorer/build.mjs';
import digests from '../../certify/digests.json' with { type: 'json' };
import addresses from '../addresses.json' with { type: 'json' };

const executable = [process.env.FIREFOX, '/usr/bin/firefox', '/usr/bin/firefox-esr'].find(
  (path) => path && existsSync(path),
);
if (!executable) {
  console.log('not asked: there is no Firefox here; Debian: apt-get install firefox-esr, or name one as FIREFOX');
  process.exit(0);
}
const { default: puppeteer } = await import('puppeteer-core');
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let failures = 0;
function check(what, problem) {
  if (problem) failures++;
  console.log(`${problem ? 'FAIL' : 'ok  '} ${what}${problem ? `: ${problem}` : ''}`);
}
const differs = (got, wanted) =>
  JSON.stringify(got) === JSON.stringify(wanted) ? '' : `${JSON.stringify(got)}, not ${JSON.stringify(wanted)}`;

/** Starts a browser with a page, and gives what the page should not do: messages, errors, requests. */
async function start(preferences = {}) {
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: executable,
    headless: true,
    extraPrefsFirefox: preferences,
  });
  const page = await browser.newPage();
  const faults = [];
  page.on('console', (message) => faults.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('request', (request) => {
    if (!/^(data|blob|about|file):/.test(request.url())) faults.push(`request: ${request.url()}`);
  });
  return { browser, page, faults };
}

const folder = await mkdtemp(join(tmpdir(), 'toeplitz-firefox-'));
await build(folder, null);
const file = pathToFileURL(join(folder, 'explorer.html')).href;

async function show(page, hash, width = 1440) {
  await page.setViewport({ width, height: 900 });
  await page.goto('about:blank');
  await page.goto(`${file}${hash}`);
  await page.waitForSelector('main');
}

const axeFindings = async (page) => {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { violations } = await globalThis.axe.run();
    return violations.map(({ id, nodes }) => `${id} ${nodes[0].html.slice(0, 80)}`).join('; ');
  });
};
const selected = (page) => page.$eval('[role=tab][aria-selected=true]', (tab) => tab.textContent);
const output = (page) =>
  page.$$eval('[aria-label=Output] [role=gridcell]', (cells) => cells.map((cell) => cell.textContent));

const { browser, page, faults } = await start();
try {
  console.log(await browser.version());
  for (const hash of addresses)
    for (const colours of ['light', 'dark']) {
      await show(page, hash);
      await page.select('header select', colours);
      check(`${hash}, ${colours}: axe`, await axeFindings(page));
    }
  await page.select('header select', 'auto');
  for (const hash of addresses) {
    await show(page, hash, 360);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    check(`${hash}: a phone`, wide ? 'it is wider than the window' : '');
  }
  const typed = {
    image: 'typed',
    x: '3 3 2 1 0;0 0 1 3 1;3 1 2 2 3;2 0 0 2 2;2 0 0 0 1',
    weights: 'typed',
    w: '0 1 2;2 2 0;0 1 2',
  };
  await show(page, `#lab?${new URLSearchParams({ input: '5', ...typed })}`);
  check('the lab has the numbers of the lecture', differs(await output(page), '12 12 17 10 17 19 9 6 14'.split(' ')));
  await page.focus('[aria-label=Output] [tabindex="0"]');
  await page.keyboard.press('End');
  await page.waitForFunction(() => /at=y2/.test(location.hash));
  check('the chosen cell is in the address', '');
  await page.focus('[role=tab][aria-selected=true]');
  await page.keyboard.press('End');
  await page.waitForFunction(() => location.hash.startsWith('#oracle'));
  check('tabs are reached by the keyboard', differs(await selected(page), 'Oracle'));
  await show(page, '#oracle?panel=certificate');
  await page.$$eval('button', (all) => all.find((each) => /Compute the digests/.test(each.textContent)).click());
  await page.waitForFunction(() => /[✓✗] (All )?\d+ /.test(document.querySelector('main').textContent), {
    timeout: 60_000,
  });
  const count = Object.keys(digests).length;
  const right = await page.$$eval(
    '.digests tbody td:nth-child(2)',
    (cells) => cells.filter((cell) => cell.textContent.includes('✓')).length,
  );
  check('the digests are those of the repository', differs(right, count));
  await show(page, '#gradient?op=relu&value=0.3');
  await page.waitForSelector('.chart canvas');
  const purple = await page.$$eval('.chart canvas', (all) =>
    all.map((canvas) => {
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      let count = 0;
      for (let i = 0; i < data.length; i += 4) count += data[i] === 122 && data[i + 1] === 31 && data[i + 2] === 162;
      return count > 300;
    }),
  );
  check('the curves are drawn', differs(purple, [true, true]));
  await page.$eval('.questions summary', (summary) => summary.click());
  check('the questions: axe', await axeFindings(page));
  await page.$$eval('.questions a', (all) => all.find((each) => /1×1/.test(each.textContent)).click());
  await page.waitForFunction(() => /1\/9\.68 of the multiply-adds/.test(document.querySelector('main').textContent));
  check('a question is answered', '');
  check('nothing on the console, no request', faults.join('; '));
} finally {
  await browser.close();
}

const calm = await start({ 'ui.prefersReducedMotion': 1 });
try {
  await show(calm.page, '#lab');
  check(
    'who wants less motion has it',
    differs(
      await calm.page.evaluate(() => [
        matchMedia('(prefers-reduced-motion: reduce)').matches,
        document.getAnimations().length,
      ]),
      [true, 0],
    ),
  );
} finally {
  await calm.browser.close();
  await rm(folder, { recursive: true });
}
process.exitCode = failures > 0 ? 1 : 0;
