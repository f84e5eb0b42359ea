// The convolution lab in the browser: its numbers against the library's, the keyboard, the address, saved pictures.

import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { labOf } from '../../../src/explorer/lab/lab.ts';
import { defaults, type LabTexts } from '../../../src/explorer/lab/texts.ts';
import { calculationOf } from '../../../src/explorer/lab/words.ts';
import { short } from '../../../src/explorer/numbers.ts';
import { readPng } from '../../../src/formats/png.ts';
import { type Site, visit } from '../browser.ts';

const hashOf = (changes: Partial<LabTexts>): string => `#lab?${new URLSearchParams(changes as Record<string, string>)}`;

/** The texts of the cells of all grids whose label begins so, by the index of their values. */
const cellsOf = (page: Page, label: string): Promise<string[]> =>
  page.evaluate((label) => {
    const cells = [
      ...document.querySelectorAll<HTMLElement>(`[role=grid][aria-label^="${label}"] td[data-i]:not(.padding)`),
    ];
    return cells.sort((a, b) => Number(a.dataset.i) - Number(b.dataset.i)).map((cell) => cell.textContent ?? '');
  }, label);

const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const { row, column } = (document.activeElement as HTMLElement).dataset;
    return `${document.activeElement?.closest('[role=grid]')?.getAttribute('aria-label')} ${row} ${column}`;
  });

export function labTests(site: () => Site): void {
  describe('the lab', () => {
    test.each<Partial<LabTexts>>([
      {},
      { rank: '1', input: '11', stride: '2', padding: 'same', weights: 'random' },
      { channels: '2', filters: '4', groups: '2', weights: 'random', image: 'random', dilation: '2', bias: '0.5' },
      { op: 'depthwise', channels: '2', multiplier: '2', weights: 'gaussianBlur' },
      { op: 'transposed', input: '4×3', stride: '2', outputPadding: '1', weights: 'random', image: 'random' },
      { op: 'max', stride: '2', ceil: 'yes', image: 'random' },
      { op: 'average', stride: '2', padding: 'numbers', counted: 'yes', image: 'ramp' },
      { op: 'lp', power: '3', image: 'random' },
      { input: '32', flip: 'yes', weights: 'edgeDiagonal', image: 'random' },
    ])('%j: shows the numbers of the library, and the sum of a chosen output', async (changes) => {
      const { lab } = labOf({ ...defaults, ...changes });
      const at = lab!.y.data.length >> 1;
      const faults = await visit(site(), hashOf({ ...changes, at: `y${at}` }), async (page) => {
        expect(await cellsOf(page, 'Input')).toEqual(Array.from(lab!.x.data, short));
        expect(await cellsOf(page, 'Output')).toEqual(Array.from(lab!.y.data, short));
        expect(await page.textContent('.calculation')).toBe(calculationOf(lab!, at, 150));
      });
      expect(faults).toEqual([]);
    });

    test('forgets the cell under the pointer with the tab, or with the settings in which it was', async () => {
      await visit(site(), '#lab?at=y24', async (page) => {
        const chosen = () => page.textContent('.products h2');
        const before = await chosen();
        await page.locator('[aria-label=Input] [data-i="80"]').hover();
        expect(await chosen()).toMatch(/^Input row 8, column 8/);
        await page.locator('#control-input').fill('5');
        expect(await chosen()).toMatch(/^Output/);
        await page.locator('#control-input').fill('9');
        await page.locator('[aria-label=Input] [data-i="40"]').hover();
        await page.getByRole('tab', { name: 'Nets' }).press('Enter');
        await page.mouse.move(0, 0);
        await page.getByRole('tab', { name: 'Convolution lab' }).press('Enter');
        expect(await chosen()).toBe(before);
      });
    });

    test('works by the keyboard alone: one tab stop for each grid, arrows, Home, End, digits', async () => {
      await visit(
        site(),
        '#lab?input=5',
        async (page) => {
          await page.locator('[aria-label="Output position"]').focus();
          const press = async (...keys: string[]): Promise<string> => {
            for (const key of keys) await page.keyboard.press(key);
            return focused(page);
          };
          expect(await press('Tab', 'Tab')).toBe('Input 0 0');
          expect(await press('ArrowRight', 'ArrowDown', 'ArrowDown')).toBe('Input 2 1');
          expect(await press('End')).toBe('Input 2 4');
          expect(await press('Control+Home')).toBe('Input 0 0');
          expect(await press('ArrowLeft')).toBe('Input 0 0');
          expect(await press('7', '-')).toBe('Input 0 0');
          expect((await cellsOf(page, 'Input'))[0]).toBe('−7');
          expect(await press('Tab')).toBe('Kernel 0 0');
          expect(await press('5', 'Tab', 'Control+End')).toBe('Output 2 2');
          await page.waitForTimeout(500);
          expect(new URL(page.url()).hash).toMatch(/at=y8/);
          const announced = await page.textContent('[aria-live=polite].unseen');
          expect(announced).toMatch(/^Output row 2, column 2: .* = /);
          expect(await page.getAttribute('[aria-label=Output] [data-i="8"]', 'aria-selected')).toBe('true');
        },
        { afresh: true },
      );
    });

    test('plays, and the address leads to the same picture', async () => {
      await visit(site(), '#lab?input=4', async (page) => {
        await page.getByRole('button', { name: 'Play' }).click();
        await page.waitForSelector('[aria-label=Output] [data-i="3"][data-mark=chosen]');
        await page.getByRole('textbox', { name: 'Stride' }).fill('2');
        await page.getByLabel('Padding').selectOption('same');
        await page.waitForTimeout(400);
        const { hash } = new URL(page.url());
        const shown = await cellsOf(page, 'Output');
        await visit(site(), hash, async (other) => expect(await cellsOf(other, 'Output')).toEqual(shown));
      });
    });

    test('a setting that does not fit is said beside its control, and nothing typed is lost', async () => {
      await visit(site(), '#lab', async (page) => {
        const kernel = page.getByRole('group', { name: 'Kernel' }).getByLabel('Size', { exact: true });
        await kernel.fill('11');
        const id = await kernel.getAttribute('aria-describedby');
        expect(await page.textContent(`#${id}`)).toContain('What fits: a kernel of up to 9×9');
        expect(await kernel.inputValue()).toBe('11');
        await kernel.fill('');
        expect(await kernel.getAttribute('aria-invalid')).toBe('true');
        await kernel.fill('5');
        expect(await page.locator('.problem').count()).toBe(0);
        expect(await cellsOf(page, 'Output')).toHaveLength(25);
      });
    });

    test('a stepper goes below 0, and a cell says what is no number and keeps it', async () => {
      await visit(site(), '#lab?bias=0.5&at=x40', async (page) => {
        for (let i = 0; i < 3; i++) await page.getByRole('button', { name: 'Bias: less' }).click();
        expect(await page.getByLabel('Bias', { exact: true }).inputValue()).toBe('-2.5');
        await page.getByLabel('Bias', { exact: true }).press('ArrowUp');
        expect(await page.getByLabel('Bias', { exact: true }).inputValue()).toBe('-1.5');
        const cell = page.locator('#cell-value');
        for (const odd of ['much', '', '1e99']) {
          await cell.fill(odd);
          await cell.press('Enter');
          await page.getByText(`A number of float32, not “${odd}”: the cell stays as it is.`).waitFor();
          expect([await cell.inputValue(), await cell.getAttribute('aria-invalid')]).toEqual([odd, 'true']);
        }
        await cell.fill('−2');
        await cell.press('Enter');
        expect((await cellsOf(page, 'Input'))[40]).toBe('−2');
        expect(await page.locator('.cell-value .problem').count()).toBe(0);
      });
    });

    test('code is copied, or it is said that the browser does not allow it', async () => {
      await visit(site(), '#lab?panel=code', async (page) => {
        const button = page.getByRole('button', { name: 'Copy' }).first();
        await page.context().grantPermissions([]);
        await button.click();
        await page.getByText('The browser does not allow it').waitFor();
        await page.context().grantPermissions(['clipboard-write']);
        await button.click();
        await page.getByText('Copied.', { exact: true }).waitFor();
        await page.context().clearPermissions();
      });
    });

    test('pictures are saved as SVG, PNG and animated SVG', async () => {
      await visit(site(), '#lab?input=4&weights=random', async (page) => {
        const save = async (name: string): Promise<Buffer> => {
          const [file] = await Promise.all([
            page.waitForEvent('download'),
            page.getByRole('button', { name, exact: true }).first().click(),
          ]);
          return readFile(await file.path());
        };
        const svg = String(await save('SVG'));
        expect(svg).toMatch(/^<svg [^>]*viewBox/);
        expect(svg).toContain('CC0');
        // The address and the code that make it, and nothing of where the page is on this disk.
        expect(svg).toContain('\nexplorer.html#lab?input=4&amp;weights=random');
        expect(svg).toContain('layer.forward(x, { weight }).data');
        expect(svg).not.toContain('var(');
        expect((await readPng(await save('PNG'))).shape[2]).toBeGreaterThanOrEqual(3);
        expect(String(await save('Animated SVG')).match(/<animate /g)!.length).toBeGreaterThanOrEqual(4);
      });
    });

    test('a step at 32×32 marks the next window, and computes nothing again', async () => {
      await visit(site(), '#lab?input=32&padding=same', async (page) => {
        await page.evaluate(async () => {
          const next = document.querySelector<HTMLElement>('[aria-label="One output on"]')!;
          for (let i = 0; i < 15; i++) {
            next.click();
            await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)));
          }
        });
        expect(await page.locator('[aria-label=Output] [data-i="15"][data-mark=chosen]').count()).toBe(1);
        expect(await page.locator('[aria-label=Input] [data-mark=under]').count()).toBe(6);
        // The matrix, which takes longer than a frame, follows the cells.
        await page.getByRole('group', { name: 'Kernel' }).getByLabel('Values').selectOption('ones');
        expect((await cellsOf(page, 'Kernel'))[0]).toBe('1');
        await page.getByText('8836 elements are not 0, of 1 different values').waitFor();
      });
    });
  });
}
