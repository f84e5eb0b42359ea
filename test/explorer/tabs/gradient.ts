// The gradient check in the browser: what its charts draw, under the pointer, in words and as a table.

import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { check } from '../../../src/explorer/gradient/check.ts';
import { subjectOf } from '../../../src/explorer/gradient/checked-operator.ts';
import { exact } from '../../../src/explorer/numbers.ts';
import { drawn, type Site, visit } from '../browser.ts';

/** How many pixels of the canvas have about a colour. */
const pixels = (page: Page, chart: number, colour: readonly number[]): Promise<number> =>
  page
    .locator('.chart canvas')
    .nth(chart)
    .evaluate((canvas: HTMLCanvasElement, colour) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      let count = 0;
      for (let i = 0; i < data.length; i += 4)
        if (data[i + 3] > 128 && colour.every((value, c) => Math.abs(data[i + c] - value) < 24)) count++;
      return count;
    }, colour);

export function gradientTests(site: () => Site): void {
  describe('the charts of the gradient check', () => {
    const found = check(subjectOf('relu', 1, false), { tensor: 'x', index: 1, value: 0.3 });

    test('say the curve in words, as a table and under the pointer', async () => {
      const faults = await visit(site(), '#gradient?op=relu&value=0.3&index=1', async (page) => {
        const chart = page.locator('.chart').nth(1);
        const [first, last] = [found.curve[0], found.curve.at(-1)!];
        expect(await chart.getAttribute('aria-label')).toContain(
          `L(θ + t) − L(θ): ${exact(first[1])} at −1, ${exact(last[1])} at 1.`,
        );
        const figure = page.locator('.curve').nth(1);
        const rows = await figure
          .locator('.scrolled tbody tr')
          .evaluateAll((rows) => rows.map((row) => row.children[1].textContent));
        expect(rows).toEqual(found.curve.filter((_, i) => i % 10 === 0).map(([, y]) => exact(y)));
        const over = (await chart.locator('.u-over').boundingBox())!;
        await page.mouse.move(over.x + over.width / 4, over.y + 20);
        await drawn(page);
        expect(await chart.locator('.u-value').allTextContents()).toEqual(['−0.5', exact(found.curve[50][1]), '–']);
      });
      expect(faults).toEqual([]);
    });

    test('are drawn in the colours of the scheme, and follow another one, another width and other numbers', async () => {
      await visit(site(), '#gradient?op=relu&value=0.3&index=1', async (page) => {
        const purple = [122, 31, 162];
        expect(await pixels(page, 1, purple)).toBeGreaterThan(300);
        const before = await pixels(page, 1, purple);
        await page.getByLabel('Value').fill('-2');
        await drawn(page);
        expect(await pixels(page, 1, purple)).not.toBe(before);
        await page.emulateMedia({ colorScheme: 'dark' });
        await drawn(page);
        expect(await pixels(page, 1, purple)).toBe(0);
        expect(await pixels(page, 1, [226, 166, 255])).toBeGreaterThan(300);
        await page.setViewportSize({ width: 360, height: 900 });
        await drawn(page);
        expect((await page.locator('.chart canvas').nth(1).boundingBox())!.width).toBeLessThan(340);
      });
    });
  });
}
