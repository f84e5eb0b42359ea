// The page in a real browser. The tests of each tab are a file in tabs/, and a line here.

import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { some } from '../some.ts';
/** The tabs, with settings under which each of them shows much. */
import addresses from './addresses.json' with { type: 'json' };
import { axeFindings, drawn, executable, type Site, start, visit } from './browser.ts';
import { filtersTests } from './tabs/filters.ts';
import { gradientTests } from './tabs/gradient.ts';
import { labTests } from './tabs/lab.ts';
import { netsTests } from './tabs/nets.ts';
import { oracleTests } from './tabs/oracle.ts';
import { pageTests } from './tabs/page.ts';
import { questionsTests } from './tabs/questions.ts';
import { trainTests } from './tabs/train.ts';

describe.skipIf(executable === undefined)('the page in Chromium, or the one that CHROMIUM names', () => {
  let site: Site;
  beforeAll(async () => {
    site = await start();
  });
  afterAll(() => site?.close());
  const given = (): Site => site;

  test('[cli-explore] is one file of at most 900 KB, 300 KB gzipped', () => {
    expect(site.bytes).toBeLessThan(900_000);
    expect(site.gzipped).toBeLessThan(300_000);
  });

  test('keeps the licences of the packages that are in it', async () => {
    const text = await readFile(new URL(site.file), 'utf8');
    for (const owner of ['Jason Miller', 'Preact Team', 'Leon Sorokin']) expect(text).toContain(owner);
  });

  // One visit for all of it: what the tabs compute is computed once.
  test.each(some(addresses, 5))(
    '%s: axe finds nothing in either scheme, nothing is said on the console, nothing is requested, and it fits a phone',
    async (hash) => {
      const said = await visit(site, hash, async (page) => {
        expect(await axeFindings(page)).toEqual([]);
        await page.emulateMedia({ colorScheme: 'dark' });
        await drawn(page);
        // The schemes differ in their colours alone.
        expect(await axeFindings(page, ['color-contrast'])).toEqual([]);
        await page.setViewportSize({ width: 360, height: 900 });
        await drawn(page);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
      });
      expect(said).toEqual([]);
    },
  );

  pageTests(given);
  questionsTests(given);
  labTests(given);
  trainTests(given);
  netsTests(given);
  filtersTests(given);
  gradientTests(given);
  oracleTests(given);
});
