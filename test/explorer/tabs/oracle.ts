// The oracle in the browser: the certificate, a report and answers of one's own.

import { describe, expect, test } from 'vitest';
import { writeSafetensors } from '../../../src/formats/safetensors.ts';
import { chain, relu, scale } from '../../../src/index.ts';
import { writeOnnx } from '../../../src/onnx/write.ts';
import { checkEngine } from '../../../src/oracle/index.ts';
import { render } from '../../../src/oracle/report/reporters.ts';
import { tensor } from '../../../src/tensor.ts';
import digests from '../../certify/digests.json' with { type: 'json' };
import { axeFindings, type Site, visit } from '../browser.ts';

export function oracleTests(site: () => Site): void {
  describe('oracle', () => {
    test('[numerics-order] this browser computes the digests of the repository', { timeout: 30_000 }, async () => {
      const faults = await visit(site(), '#oracle?panel=certificate', async (page) => {
        await page.getByRole('button', { name: 'Compute the digests here' }).click();
        const count = Object.keys(digests).length;
        await page.getByText(`All ${count} digests are those of the repository`).waitFor({ timeout: 25_000 });
        expect(await page.locator('.digests tbody td:nth-child(2)', { hasText: '✓' }).count()).toBe(count);
      });
      expect(faults).toEqual([]);
    });

    test('an answer is judged as it is typed, and nothing typed is lost', async () => {
      const id = 'maxPool2d/n1h2w2c1_k2x2s1x1pvd1x1e0/f32/given/x=1,2,3,4';
      await visit(site(), `#oracle?${new URLSearchParams({ id, from: 'typed' })}`, async (page) => {
        const numbers = page.getByLabel('Numbers');
        await numbers.fill('4');
        await page.getByText('✓ right').waitFor();
        await numbers.fill('[[[[3]]]]');
        await page.getByText('✗ wrong', { exact: true }).waitFor();
        await numbers.fill('3 4');
        await page.getByText('✗ wrong shape').waitFor();
        await page.getByLabel('Case id').fill('maxPool2d/');
        expect(await page.getByLabel('Case id').getAttribute('aria-invalid')).toBe('true');
        expect(await numbers.inputValue()).toBe('3 4');
        const file = page.getByRole('group', { name: 'Your own' }).locator('input');
        for (const bytes of ['\u0089PNG\r\n', '\0\0', '', 'hello', '1\0']) {
          const name = `picture${bytes.length}.png`;
          await file.setInputFiles({ name, mimeType: '', buffer: Buffer.from(bytes, 'latin1') });
          await page.getByText(`${name} is none of these`).waitFor();
          expect(await numbers.inputValue()).toBe('3 4');
        }
        await file.setInputFiles({ name: 'answer.txt', mimeType: '', buffer: Buffer.from('[[ -5 ]]') });
        await expect.poll(() => numbers.inputValue()).toBe('[[ -5 ]]');
      });
    });

    test('a model with its activations is judged node by node', async () => {
      const net = chain({ a: scale({ factor: 2 }), b: relu() });
      const tensors = { x: tensor([1, 2], [1, -1]), a: tensor([1, 2], [2, -2]), y: tensor([1, 2], [2, 2]) };
      const faults = await visit(site(), '#oracle?panel=model', async (page) => {
        const file = page.getByRole('group', { name: 'Your own' }).locator('input');
        // Both at once, in any order.
        await file.setInputFiles([
          { name: 'engine.safetensors', mimeType: '', buffer: Buffer.from(writeSafetensors(tensors)) },
          { name: 'net.onnx', mimeType: '', buffer: Buffer.from(writeOnnx(net, [1, 2], {})) },
        ]);
        await page.getByText('Model: net.onnx').waitFor();
        await page.getByText('engine.safetensors, 3 tensors').waitFor();
        // A file that is no model leaves the one that is there.
        const files = page.getByRole('group', { name: 'Your own' }).locator('input');
        await files.setInputFiles({ name: 'page.onnx', mimeType: '', buffer: Buffer.from('<!doctype html>') });
        await page.getByText('page.onnx cannot be read: readOnnx: the file looks like an HTML page').waitFor();
        await page.getByRole('button', { name: 'Judge' }).click();
        await page.getByText('1 of 2 nodes is wrong').waitFor();
        expect(await page.locator('tbody td:nth-child(3)').allTextContents()).toEqual(['✓ pass', '✗ fail']);
        expect(await page.locator('.finding').textContent()).toContain('First at [0, 1]: 0 is right, and it gave 2.');
        expect(await axeFindings(page)).toEqual([]);
      });
      expect(faults).toEqual([]);
    });

    test('the sample model has one wrong node, whose window is a case of its own', async () => {
      const faults = await visit(
        site(),
        '#oracle?panel=model',
        async (page) => {
          await page.getByRole('button', { name: 'Take a small net' }).click();
          await page.getByText('1 of 7 nodes is wrong').waitFor();
          await page.locator('li', { hasText: 'padding before and after were exchanged' }).waitFor();
          await page.getByRole('button', { name: 'Show the window' }).click();
          await page.getByText('✗ wrong', { exact: true }).waitFor();
        },
        { afresh: true },
      );
      expect(faults).toEqual([]);
    });

    test('a report is shown, and leads to its smallest case; another file is refused', async () => {
      const zeros = {
        name: 'zeros',
        ops: {
          dense: ({ x, attributes }: { x: { shape: readonly number[] }; attributes: Record<string, unknown> }) =>
            tensor([x.shape[0], attributes.units as number]),
        },
      };
      const report = await checkEngine(zeros, { ops: ['dense'], seed: 1, cases: 20 });
      const faults = await visit(site(), '#oracle?panel=report', async (page) => {
        const file = page.getByRole('group', { name: 'Your own' }).locator('input');
        await file.setInputFiles({ name: 'x.json', mimeType: '', buffer: Buffer.from('{"a":1}') });
        await page.getByText('x.json cannot be read').waitFor();
        await file.setInputFiles({ name: 'r.json', mimeType: '', buffer: Buffer.from(render(report, 'json')) });
        await page.getByText('It behaves as if the output stayed 0').waitFor();
        await page.getByRole('button', { name: 'Show the smallest case' }).first().click();
        await page.getByText('✗ wrong', { exact: true }).waitFor();
        expect(await page.getByLabel('Case id').inputValue()).toBe(report.operators[0].findings[0].id);
      });
      expect(faults).toEqual([]);
    });
  });
}
