// The questions to begin with: each is a link, its answer is said, and what it shows holds the answer of the lectures.

import { describe, expect, test } from 'vitest';
import { readAddress, writeAddress } from '../../../src/explorer/address.ts';
import { labOf } from '../../../src/explorer/lab/lab.ts';
import { defaults, type LabTexts } from '../../../src/explorer/lab/texts.ts';
import { addressOf, questionAt, questions } from '../../../src/explorer/questions.ts';
import { axeFindings, drawn, type Site, visit } from '../browser.ts';

/** What stands on the page, or in its grids, for each question in their order. */
const answers: readonly (readonly RegExp[])[] = [
  [/Output.*18 20 19 10 9 17 11 8 14$/, /kernel turned around/],
  [/Output.*1 2 1 1 0$/, /⌈5 \/ 1⌉ = 5, padded by 1 before and 1 after/],
  [/Output.*12 17 9 14$/, /With stride 1 there are 3×3 outputs. These are every second row and every second column/],
  [/27 parameters.*1\/8\.33 of the parameters, beside One 15×15.*225 parameters/, /dilation4.*15×15.*conv1.*15×15/],
  [/matrix of 5 rows and 5 columns.*13 elements are not 0, of 3 different values/, /Row 1 as a table: 3 of 5/],
  [/One weight, shared by 9 products/, /gradient = 0 \+ 1 \+ 3 \+ 1 \+ 2 \+ 2 \+ 0 \+ 0 \+ 2 = 11/],
  [/pool2maxPool2d5×5×1616×164×40, 0/, /16×16 cells: rows 8 to 23/],
  [/conv2conv2d13×13×1.*8×8.*conv2conv2d28×28×1.*5×5.*conv3.*7×7/],
  [/Output.*9 2 6 3$/, /max\(1, 3, 2, 9\) = 9/],
  [/moved by 1 right.*16 of 16 outputs are what they were, to the bit/],
  [/36 of 49 outputs moved along to the bit, and the 13 framed/],
  [
    /120,422,400 multiply-adds.*12,443,648 multiply-adds.*1\/9\.68 of the multiply-adds and 1\/9\.68 of the parameters/,
    /28×28×16 · 3,072 parameters/,
  ],
  [/more than a quarter of its units never change.*relu1/],
];

export function questionsTests(site: () => Site): void {
  describe('the questions', () => {
    test('are addresses that the page writes, in whatever order', () => {
      for (const question of questions) {
        const { tab, texts } = readAddress(addressOf(question));
        const turned = Object.fromEntries(Object.entries(texts).reverse());
        expect(questionAt(writeAddress(tab, turned, {}))).toBe(question);
      }
      expect(questionAt('#lab?input=5')).toBeUndefined();
    });

    test('rows of numbers in an answer are what the lab gives, with one setting changed or none', () => {
      const changes: readonly Partial<LabTexts>[] = [
        {},
        { flip: 'no' },
        { stride: '1' },
        { padding: 'valid' },
        { padding: 'numbers' },
      ];
      for (const { answer, tab, texts } of questions) {
        if (tab !== 'lab') continue;
        const given = changes.map((each) => {
          const { shape, data } = labOf({ ...defaults, ...texts, ...each }).lab!.y;
          const columns = shape[shape.length - 2];
          return Array.from({ length: data.length / columns }, (_, row) =>
            data.slice(row * columns, (row + 1) * columns).join(' '),
          ).join('; ');
        });
        for (const [row] of answer.matchAll(/\d+ \d+(;? \d+)*/g)) expect(given, answer).toContain(row);
      }
    });

    test('each is answered where its link leads, and stays while the settings are changed', async () => {
      const faults = await visit(site(), '#gradient', async (page) => {
        const list = page.locator('.questions');
        expect(questions.length).toBe(answers.length);
        await list.getByText('Questions to begin with').click();
        expect(await axeFindings(page)).toEqual([]);
        await list.getByText('Questions to begin with').click();
        for (const [i, { ask, answer: said, look, tab }] of questions.entries()) {
          await list.getByText('Questions to begin with').click();
          await list.getByRole('link', { name: ask, exact: true }).click();
          await drawn(page);
          expect(await list.getByRole('status').textContent()).toBe(`${ask} ${said} ${look}`);
          const main = page.getByRole('main');
          const shown = `${await main.textContent()}`;
          const grid = tab === 'lab' ? main.getByRole('grid', { name: /^Output/ }) : undefined;
          const cells = grid ? `Output ${(await grid.getByRole('gridcell').allTextContents()).join(' ')}` : '';
          for (const answer of answers[i]) expect(answer.source.startsWith('Output') ? cells : shown).toMatch(answer);
        }
        await page.getByLabel('Rate').fill('0.3');
        expect(await list.getByRole('status').count()).toBe(1);
        await page.getByRole('tab', { name: 'Oracle' }).click();
        expect(await list.getByRole('status').count()).toBe(0);
      });
      expect(faults).toEqual([]);
    });
  });
}
