// The page in a real browser. The tests of each tab are a file in tabs/, and a line here.

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { axeFindings, executable, type Site, start, visit } from './browser.ts';
import { filtersTests } from './tabs/filters.ts';
import { labTests } from './tabs/lab.ts';
import { netsTests } from './tabs/nets.ts';
import { oracleTests } from './tabs/oracle.ts';
import { pageTests } from './tabs/page.ts';
import { trainTests } from './tabs/train.ts';

/** The tabs, with settings under which each of them shows much. */
const addresses = [
  '#filters?image=drawn&size=32',
  '#filters?panel=kinds&first=own&own=1+2',
  '#filters?panel=pyramids&levels=x',
  '#gradient?op=relu&value=0&beside=oneSided&index=99',
  '#gradient?planted=yes&op=conv2d',
  '#lab',
  '#lab?rank=1&input=12&panel=code',
  '#lab?op=average&padding=same&stride=2&channels=2&panel=dialects&at=x5',
  '#lab?op=transposed&stride=2&panel=patches&kernel=99',
  '#field?net=alexnet&size=67&layer=pool5',
  '#nets?net=googlenet&beside=lenet5',
  '#nets?panel=table&size=5',
  '#oracle',
  '#oracle?panel=certificate',
  '#oracle?panel=report&id=x&from=typed&answer=y',
  '#train',
  '#train?panel=filters&rate=x',
  '#train?panel=health',
  '#train?panel=patches',
];

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

  test.each(addresses)(
    '%s: axe finds nothing in either scheme, nothing is said on the console, nothing is requested',
    async (hash) => {
      const all = await visit(site, hash, async (page) => expect(await axeFindings(page)).toEqual([]));
      // The schemes differ in their colours alone.
      const colours = async (page: Page) => expect(await axeFindings(page, ['color-contrast'])).toEqual([]);
      expect([...all, ...(await visit(site, hash, colours, { scheme: 'dark' }))]).toEqual([]);
    },
  );

  test.each(addresses)('%s fits a phone of 360 pixels', async (hash) => {
    await visit(
      site,
      hash,
      async (page) => expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360),
      { width: 360 },
    );
  });

  pageTests(given);
  labTests(given);
  trainTests(given);
  netsTests(given);
  filtersTests(given);
  oracleTests(given);
});
