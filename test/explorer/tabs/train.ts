// Train and look in the browser: the worker, the curve, the drawn digit, saved and loaded weights.

import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { exact } from '../../../src/explorer/numbers.ts';
import { type Measured, train } from '../../../src/explorer/train/job.ts';
import { defaults } from '../../../src/explorer/train/texts.ts';
import { type Site, visit } from '../browser.ts';

export function trainTests(site: () => Site): void {
  describe('train and look', () => {
    test('trains in a worker to what the library gives, and its weights can be saved and loaded', async () => {
      const plan = { examples: 60, batch: 10, rate: Number(defaults.rate), momentum: 0.9, epochs: 2, seed: 1 };
      const measured: Measured[] = [];
      await train(
        { plan },
        (message) => 'measured' in message && measured.push(message.measured),
        new AbortController().signal,
      );
      const faults = await visit(site(), '#train?examples=60&batch=10&epochs=2', async (page) => {
        await page.getByRole('button', { name: 'Train', exact: true }).click();
        const curve = page.locator('.curve');
        await curve.getByText('Numbers and files').click();
        const table = curve.locator('.scrolled tbody tr');
        await table.nth(1).waitFor();
        const rows = await Promise.all((await table.all()).map((row) => row.locator('th, td').allTextContents()));
        // When a point of the training's curve is said depends on the time.
        expect(rows.map(([step, , ...heldOut]) => [step, ...heldOut])).toEqual(
          measured.map(({ step, loss, accuracy }) => [`${step}`, loss.toFixed(4), `${(100 * accuracy).toFixed(1)} %`]),
        );
        expect(rows.map(([, training]) => Number(training) > 0)).toEqual([true, true]);
        const words = `held out: ${exact(measured[0].loss)} at 6, ${exact(measured[1].loss)} at 12`;
        expect(await curve.getByRole('img').getAttribute('aria-label')).toContain(words);
        const [file] = await Promise.all([
          page.waitForEvent('download'),
          page.getByRole('group', { name: 'Weights' }).getByRole('button', { name: 'Save' }).click(),
        ]);
        const bytes = await readFile(await file.path());
        expect(bytes.equals(measured[1].checkpoint)).toBe(true);
        const load = page.getByRole('group', { name: 'Weights' }).locator('input');
        await load.setInputFiles({ name: 'wrong.safetensors', mimeType: '', buffer: Buffer.from('<html>') });
        await page.getByText('wrong.safetensors cannot be read').waitFor();
        await load.setInputFiles({ name: 'mine.safetensors', mimeType: '', buffer: bytes });
        await page.getByText('Loaded mine.safetensors').waitFor();
      });
      expect(faults).toEqual([]);
    });

    test('a digit is drawn by the keyboard and by the pointer', async () => {
      await visit(site(), '#train', async (page) => {
        const shares = () => page.locator('.answer .number').allTextContents();
        await page.getByRole('button', { name: 'Clear' }).click();
        const empty = await shares();
        await page.getByRole('application').focus();
        for (const key of ['Space', 'ArrowDown', 'ArrowDown', 'Space']) await page.keyboard.press(key);
        expect(await shares()).not.toEqual(empty);
        await page.keyboard.press('Delete');
        expect(await shares()).toEqual(empty);
        const box = (await page.getByRole('application').boundingBox())!;
        await page.mouse.move(box.x + 60, box.y + 60);
        await page.mouse.down();
        await page.mouse.move(box.x + 150, box.y + 150);
        await page.mouse.up();
        expect(await shares()).not.toEqual(empty);
      });
    });

    test('two files that are missing, and a rate that is no number, are said', async () => {
      await visit(
        site(),
        '#train?data=files',
        async (page) => {
          await page.getByRole('button', { name: 'Train', exact: true }).click();
          await page.getByText('Choose two IDX files').waitFor();
          await page.getByLabel('Rate').fill('fast');
          expect(await page.getByRole('button', { name: 'Train', exact: true }).isDisabled()).toBe(true);
          await page.getByText('not “fast”').waitFor();
        },
        { afresh: true },
      );
    });

    test('files that are refused leave what was trained before', async () => {
      await visit(site(), '#train?examples=100&epochs=1', async (page) => {
        const button = page.getByRole('button', { name: 'Train', exact: true });
        await button.click();
        await expect
          .poll(() => page.getByRole('button', { name: 'Go on' }).isEnabled(), { timeout: 10_000 })
          .toBe(true);
        const shares = () => page.locator('.answer .number').allTextContents();
        const trained = await shares();
        await page.getByLabel('Digits').selectOption('files');
        for (const label of ['Images', 'Labels'])
          await page
            .locator('label', { hasText: label })
            .locator('input[type=file]')
            .setInputFiles({
              name: 'a.png',
              mimeType: '',
              buffer: Buffer.from('\u0089PNG\r\n\u001a\n', 'latin1'),
            });
        await button.click();
        await page.getByText('the file looks like PNG').waitFor();
        expect(await shares()).toEqual(trained);
        expect(await page.getByRole('button', { name: 'Save', exact: true }).isEnabled()).toBe(true);
        expect(await page.getByText('not trained yet').count()).toBe(0);
      });
    });
  });
}
