// Nets and receptive fields in the browser: their tables, files of one's own, the field of a clicked unit.

import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { readPng } from '../../../src/formats/png.ts';
import { writeSafetensors } from '../../../src/formats/safetensors.ts';
import { describe as described } from '../../../src/inspect/summary.ts';
import { initialize } from '../../../src/layer/initialize.ts';
import { lenet5 } from '../../../src/nets/lenet5.ts';
import { writeNet } from '../../../src/nets/net-file.ts';
import { writeOnnx } from '../../../src/onnx/write.ts';
import { tensor } from '../../../src/tensor.ts';
import { type Site, visit } from '../browser.ts';

const shape = [1, 32, 32, 1];

export function netsTests(site: () => Site): void {
  describe('nets', () => {
    test('the table has the numbers of describe', async () => {
      const faults = await visit(site(), '#nets?panel=table', async (page) => {
        const cells = await page
          .locator('.layers tbody tr')
          .evaluateAll((rows) => rows.map((row) => [...row.children].slice(2, 5).map((cell) => cell.textContent)));
        const group = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ',');
        const { rows } = described(lenet5(), shape);
        expect(cells).toEqual(
          rows.slice(1).map((row) => [row.shape.slice(1).join('×'), group(row.parameters), group(row.cost)]),
        );
      });
      expect(faults).toEqual([]);
    });

    test('a model of one’s own is shown, one of another kind is refused, and two stand side by side', async () => {
      const bytes = Buffer.from(writeOnnx(lenet5(), shape, initialize(lenet5(), shape, { seed: 1 })));
      await visit(site(), '#nets?beside=lenet5', async (page) => {
        const file = page.getByRole('group', { name: 'Your own' }).locator('input');
        await file.setInputFiles({ name: 'picture.onnx', mimeType: '', buffer: Buffer.from('\u0089PNG\r\n\u001a\n') });
        await page.getByText('picture.onnx cannot be read').waitFor();
        await file.setInputFiles({ name: 'mine.onnx', mimeType: '', buffer: bytes });
        await page.getByRole('heading', { name: 'mine.onnx' }).waitFor();
        expect(await page.getByText('61,706 parameters, 416,520 multiply-adds').count()).toBe(2);
      });
    });

    test('a picture of thousands of tensors is saved as PNG too', async () => {
      const tensors = Object.fromEntries(Array.from({ length: 1200 }, (_, i) => [`t${i}`, tensor([2])]));
      await visit(site(), '#nets', async (page) => {
        const file = page.getByRole('group', { name: 'Your own' }).locator('input');
        const buffer = Buffer.from(writeSafetensors(tensors));
        await file.setInputFiles({ name: 'many.safetensors', mimeType: '', buffer });
        await page.getByText('2,400 parameters').waitFor();
        const [saved] = await Promise.all([
          page.waitForEvent('download'),
          page.getByRole('button', { name: 'PNG', exact: true }).click(),
        ]);
        const { shape } = await readPng(await readFile(await saved.path()));
        expect(shape[0]).toBe(16_000);
      });
    });

    test.each(['onnx', 'safetensors'])('the field of a unit of one’s own net is computed: .%s', async (kind) => {
      const params = initialize(lenet5(), shape, { seed: 1 });
      const bytes = kind === 'onnx' ? writeOnnx(lenet5(), shape, params) : writeNet(lenet5(), shape, params);
      const faults = await visit(site(), '#field?net=own', async (page) => {
        const file = page.getByRole('group', { name: 'Your own' }).locator('input');
        await file.setInputFiles({ name: `mine.${kind}`, mimeType: '', buffer: Buffer.from(bytes) });
        await page.getByText(/90 % of the gradient lies within/).waitFor();
      });
      expect(faults).toEqual([]);
    });

    test('says that a net is too large for a tab at this size, before anything is computed', async () => {
      await visit(site(), '#field?net=vgg16&size=2048', async (page) => {
        await page.getByText(/needs [\d.,]+ GB, more than a tab can hold: choose a smaller size/).waitFor();
      });
    });

    test('a unit, a channel and a layer that are not there are said, and the nearest is shown', async () => {
      await visit(site(), '#field?unit=9+1&channel=16&layer=pool9', async (page) => {
        await page.getByText('Row and column, up to 4 4: the nearest is 4 1.').waitFor();
        await page.getByText('A channel from 0 to 15, or nothing for all.').waitFor();
        expect(await page.getByLabel('Layer', { exact: true }).inputValue()).toBe('pool2');
      });
    });

    test('a click chooses the unit whose field is nearest, and what moves it is computed', async () => {
      const faults = await visit(site(), '#field?layer=conv2', async (page) => {
        const image = page.locator('.image').first();
        const box = (await image.boundingBox())!;
        await image.click({ position: { x: box.width - 3, y: 3 } });
        await page.getByText('row 0, column 9 of 10×10, conv2').waitFor();
        await page.getByText('14×14 cells: rows 0 to 13, columns 18 to 31').waitFor();
        await page.getByText(/90 % of the gradient lies within/).waitFor();
      });
      expect(faults).toEqual([]);
    });
  });
}
