// Filters in the browser: the products under the pointer, and by the keyboard.

import { describe, expect, test } from 'vitest';
import { type Site, visit } from '../browser.ts';

export function filtersTests(site: () => Site): void {
  describe('filters', () => {
    test('the pixel under the pointer, or that the arrows choose, is shown as its products', async () => {
      const faults = await visit(site(), '#filters?image=dot&size=32&first=own&second=none&own=1+2+3', async (page) => {
        const plane = page.getByRole('application', { name: 'your own' });
        const box = (await plane.boundingBox())!;
        const cell = box.width / 32;
        await page.mouse.move(box.x + 17.5 * cell, box.y + 16.5 * cell);
        await page
          .getByRole('heading', { name: 'The pixel in row 16, column 17 of “your own” is 1', exact: true })
          .waitFor();
        expect(await page.locator('.products strong').allTextContents()).toEqual(['1', '0', '0']);
        await plane.focus();
        await page.keyboard.press('ArrowLeft');
        await page.keyboard.press('ArrowLeft');
        await page.getByRole('heading', { name: 'column 15 of “your own” is 3' }).waitFor();
        await page.getByLabel('Operation').selectOption('convolution');
        await page.getByRole('heading', { name: 'column 15 of “your own” is 1' }).waitFor();
        await plane.focus();
        await page.keyboard.press('Home');
        await page.getByText('lie beyond the border').waitFor();
      });
      expect(faults).toEqual([]);
    });
  });
}
