// The page as a whole in the browser: served under its policy, as a folder, steady while it loads, for those who want less motion.

import { createReadStream, existsSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { policy } from '../../../src/cli/explore.ts';
import { defaults as filters } from '../../../src/explorer/filters/texts.ts';
import { defaults as lab } from '../../../src/explorer/lab/texts.ts';
import { defaults as oracle } from '../../../src/explorer/oracle/texts.ts';
import { defaults as train } from '../../../src/explorer/train/texts.ts';
import { indexPage } from '../../../src/inspect/index-page.ts';
import { isSlow } from '../../some.ts';
import { axeFindings, type Site, visit } from '../browser.ts';

/** The settings of every tab, by their names in the address. */
const settings: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(Object.entries({ lab, filters, oracle, train }).map(([tab, each]) => [tab, Object.keys(each)])),
  field: ['net', 'size', 'layer', 'unit', 'image', 'channel'],
  nets: ['net', 'size', 'beside', 'besideSize', 'panel'],
  gradient: ['op', 'seed', 'planted', 'tensor', 'index', 'value', 'beside'],
};

const types: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

/** Serves the built folder; the one file under the policy of `toeplitz explore`. */
async function serve(folder: string): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer(({ url = '/' }, response) => {
    const file = join(folder, url === '/' ? 'index.html' : url);
    if (!existsSync(file)) return response.writeHead(404).end();
    const type = { 'content-type': types[extname(file)] ?? 'text/plain' };
    response.writeHead(200, url === '/explorer.html' ? { ...type, 'content-security-policy': policy } : type);
    return createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return { url: `http://127.0.0.1:${port}/`, server };
}

export function pageTests(site: () => Site): void {
  describe('the page', () => {
    test.each(['explorer.html', ''])('[cli-explore] works from a server, its worker too: /%s', async (path) => {
      const { url, server } = await serve(site().folder);
      try {
        const use = async (page: Page): Promise<void> => {
          await page.getByText(/90 % of the gradient lies within/).waitFor();
        };
        expect(await visit(site(), '#field', use, { url: `${url}${path}` })).toEqual([]);
      } finally {
        server.close();
        server.closeAllConnections();
      }
    });

    test('[kernel-host] works in a browser without WebAssembly, and says that the loops run', async () => {
      const page = await site().browser.newPage();
      try {
        await page.addInitScript(() => {
          delete (globalThis as { WebAssembly?: unknown }).WebAssembly;
        });
        await page.goto(`${site().file}#lab`);
        await page.getByText(/plain loops/).waitFor();
        expect(await page.locator('[role="grid"]').count()).toBeGreaterThan(2);
      } finally {
        await page.close();
      }
    });

    test('a defect in one tab leaves the page, and what was entered, and is reported', async () => {
      const page = await site().browser.newPage();
      const errors: string[] = [];
      page.on('pageerror', ({ message }) => errors.push(message));
      try {
        await page.addInitScript(() => {
          HTMLCanvasElement.prototype.getContext = () => {
            throw new Error('no canvas today');
          };
        });
        await page.goto(`${site().file}#filters?size=32`);
        await page.getByRole('alert').getByText('no canvas today').waitFor();
        expect(new Set(errors)).toEqual(new Set(['no canvas today']));
        await page.getByRole('tab', { name: 'Nets' }).click();
        await page.getByRole('heading', { name: 'LeNet-5' }).waitFor();
        await page.waitForFunction(() => location.hash === '#nets');
        await page.goBack();
        await page.waitForFunction(() => location.hash === '#filters?size=32');
      } finally {
        await page.close();
      }
    });

    test('says in a browser without workers why nothing can be trained', async () => {
      const page = await site().browser.newPage();
      try {
        await page.addInitScript(() => {
          delete (globalThis as { Worker?: unknown }).Worker;
        });
        await page.goto(`${site().file}#train`);
        await page.getByRole('button', { name: 'Train', exact: true }).click();
        await page.getByText(/gives the page no worker/).waitFor();
        expect(await page.getByRole('tab', { name: 'Train and look' }).getAttribute('aria-selected')).toBe('true');
      } finally {
        await page.close();
      }
    });

    test('does not move while it loads, and an address of nothing shows the first tab', async () => {
      await visit(
        site(),
        '#nothing?at=all',
        async (page) => {
          const shifts = await page.evaluate(
            () =>
              new Promise<number>((resolve) => {
                const entries: PerformanceEntry[] = [];
                new PerformanceObserver((list) => entries.push(...list.getEntries())).observe({
                  type: 'layout-shift',
                  buffered: true,
                });
                setTimeout(
                  () => resolve(entries.reduce((sum, each) => sum + (each as unknown as { value: number }).value, 0)),
                  300,
                );
              }),
          );
          expect(shifts).toBeLessThan(0.001);
          expect(await page.getByRole('tab', { name: 'Convolution lab' }).getAttribute('aria-selected')).toBe('true');
        },
        { afresh: true },
      );
    });

    test('an address of nonsense shows its tab, whatever the setting, and no number that is none', async () => {
      const nonsense = ['x', '-1 1e999'];
      // Of the two each setting has one, and in the slow suite both.
      const hashes = Object.entries(settings).flatMap(([tab, names]) =>
        names.flatMap((name, i) =>
          (isSlow ? nonsense : [nonsense[i % 2]]).map((value) => `#${tab}?${new URLSearchParams({ [name]: value })}`),
        ),
      );
      // In the end every tab is as it was at first, for the tests after this one.
      hashes.push(...Object.keys(settings).map((tab) => `#${tab}`));
      const wrong = async (page: Page) =>
        page.evaluate(async (hashes) => {
          const wrong: string[] = [];
          for (const hash of hashes) {
            const changed = new Promise((resolve) => addEventListener('hashchange', resolve, { once: true }));
            location.hash = hash;
            await changed;
            await new Promise((resolve) => setTimeout(resolve, 0));
            const text = document.querySelector('[role=tabpanel]')?.textContent ?? '';
            if (text.length < 100 || /NaN|undefined|Infinity|\[object/.test(text)) wrong.push(`${hash}: ${text}`);
          }
          return wrong;
        }, hashes);
      expect(await visit(site(), '#lab', async (page) => expect(await wrong(page)).toEqual([]))).toEqual([]);
    });

    test('the page of toeplitz show fits a phone, however long a line or a name is, and axe finds nothing', async () => {
      const name = 'x'.repeat(200);
      const html = indexPage(name, `one line ${'of many words '.repeat(50)}`, [{ name: 'a.png', caption: name }]);
      const url = pathToFileURL(join(site().folder, 'shown.html')).href;
      writeFileSync(join(site().folder, 'shown.html'), html);
      const page = await site().browser.newPage({ viewport: { width: 360, height: 900 } });
      try {
        await page.goto(url);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
        expect(await axeFindings(page)).toEqual([]);
      } finally {
        await page.close();
      }
    });

    test('what is dropped or pasted anywhere goes to the tab that is shown, and is never opened in its place', async () => {
      await visit(site(), '#nets', async (page) => {
        /** Whether the browser is kept from doing something itself. */
        const give = (kind: 'drop' | 'paste', text: string, file?: string, to = 'body') =>
          page.evaluate(
            ([kind, text, file, to]) => {
              const data = new DataTransfer();
              if (file) data.items.add(new File([text], file));
              else data.setData('text', text);
              const rest = { bubbles: true, cancelable: true };
              const event =
                kind === 'drop'
                  ? new DragEvent(kind, { dataTransfer: data, ...rest })
                  : new ClipboardEvent(kind, { clipboardData: data, ...rest });
              return !document.querySelector(to as string)!.dispatchEvent(event);
            },
            [kind, text, file, to] as const,
          );
        const problem = page.locator('.problem');
        expect(await give('drop', '<html>', 'page.onnx')).toBe(true);
        await page.getByText('page.onnx cannot be read').waitFor();
        await page.getByRole('tab', { name: 'Filters' }).click();
        expect(await give('drop', 'text', 'picture.png')).toBe(true);
        await page.getByText('The browser cannot read this file as a picture').waitFor();
        await page.getByRole('tab', { name: 'Convolution lab' }).click();
        expect([await give('drop', 'text', 'a.txt'), await problem.count()]).toEqual([true, 0]);
        await page.getByRole('tab', { name: 'Train' }).click();
        await give('drop', 'text', 'weights.safetensors');
        await page.getByText('weights.safetensors cannot be read').waitFor();
        await give('drop', '\0\0\x08\x03', 'i.idx');
        await give('drop', '\x1f', 'other');
        await give('drop', '\0\0\x08\x01', 'l.idx');
        await expect.poll(() => page.locator('fieldset .hint').allTextContents()).toEqual(['i.idx', 'l.idx']);
        await page.getByRole('tab', { name: 'Oracle' }).click();
        const id = 'conv2d/n1h4w6c1_o1k3x4s1x2pud1x1g1b0/f32/exact/5';
        expect([await give('paste', id), await page.getByLabel('Case id').inputValue()]).toEqual([true, id]);
        await give('paste', 'no numbers');
        expect(await problem.textContent()).toMatch(/neither a case id nor numbers/);
        expect(await give('paste', id, undefined, '#control-id')).toBe(false);
        expect(await give('drop', 'text', 'a.npy', 'input[type=file]')).toBe(false);
      });
    });

    test('a file that the browser cannot read, such as a folder, is said in every tab, and what was there stays', async () => {
      const page = await site().browser.newPage();
      const errors: string[] = [];
      page.on('pageerror', ({ message }) => errors.push(message));
      try {
        await page.addInitScript(() => {
          File.prototype.arrayBuffer = () => Promise.reject(new DOMException('A requested file', 'NotReadableError'));
        });
        for (const tab of ['nets', 'field', 'train', 'oracle']) {
          await page.goto(`${site().file}#${tab}`);
          const file = page.locator('input[type=file]').last();
          await file.setInputFiles({ name: 'folder.onnx', mimeType: '', buffer: Buffer.from('x') });
          await page.getByText('folder.onnx cannot be read: it is a folder').waitFor();
        }
        expect(errors).toEqual([]);
      } finally {
        await page.close();
      }
    });

    test('its tabs are reached by the keyboard, and Back returns to the one before', async () => {
      await visit(site(), '#lab', async (page) => {
        // The second time the first tab was reached by the address, as a link to it is.
        for (let i = 0; i < 2; i++) {
          await page.getByRole('tab', { name: 'Convolution lab' }).focus();
          await page.keyboard.press('End');
          await page.getByRole('tab', { name: 'Oracle', selected: true }).waitFor();
          await page.waitForFunction(() => location.hash.startsWith('#oracle'));
          if (i === 0) await page.evaluate(() => (location.hash = '#lab'));
          else await page.goBack();
          await page.getByRole('tab', { name: 'Convolution lab', selected: true }).waitFor();
        }
      });
    });

    test('for those who want less motion steps come at their leisure, and nothing is animated', async () => {
      const page = await site().browser.newPage({ reducedMotion: 'no-preference' });
      const played = async () => {
        await page.getByLabel('Output position').fill('0');
        await page.getByRole('button', { name: 'Play' }).click();
        await page.clock.runFor(1600);
        await page.getByRole('button', { name: 'Pause' }).click();
        return [
          await page.getByText(/^\d+ of 49$/).textContent(),
          await page.evaluate(() => document.getAnimations().length),
        ];
      };
      try {
        await page.clock.install({ time: 0 });
        await page.goto(`${site().file}#lab`);
        await page.clock.pauseAt(3_600_000); // from here on no time passes but what runs below
        await page.clock.runFor(100);
        expect(await played()).toEqual(['4 of 49', 0]);
        await page.emulateMedia({ reducedMotion: 'reduce' });
        expect(await played()).toEqual(['2 of 49', 0]);
      } finally {
        await page.close();
      }
    });

    test('the scheme follows the system until one is chosen', async () => {
      const ground = (page: Page) => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
      await visit(
        site(),
        '#lab',
        async (page) => {
          expect(await ground(page)).toBe('rgb(20, 23, 28)');
          await page.getByLabel('Colours').selectOption('light');
          expect(await ground(page)).toBe('rgb(255, 255, 255)');
          await page.getByLabel('Colours').selectOption('auto');
        },
        { scheme: 'dark' },
      );
    });
  });
}
