// The generated parts of the README and of the pages in spec/: compared, or written if UPDATE_README is 1.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

const root = join(import.meta.dirname, '../..');
const update = process.env.UPDATE_README === '1';

/** The README and the pages of the guide: the pages that hold examples. */
export const pages = [
  'README.md',
  ...readdirSync(join(root, 'spec/guide'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `spec/guide/${name}`),
];

/** The text of a page, which is named by its path from the root of the repository. */
export const textOf = (page: string): string => readFileSync(join(root, page), 'utf8');

/** Compares one part of a page with what was generated, or replaces it. */
export function expectText(before: string, after: string, page: string): void {
  if (update)
    writeFileSync(
      join(root, page),
      textOf(page).replace(before, () => after),
    );
  else expect(after, `${page}: npm run readme writes this part again`).toBe(before);
}

/** The same for the part between the markers `<!-- name -->` and `<!-- /name -->`. */
export function expectPart(name: string, content: string, page: string): void {
  const [whole] = new RegExp(`<!-- ${name} -->[\\s\\S]*<!-- /${name} -->`).exec(textOf(page)) as RegExpExecArray;
  expectText(whole, `<!-- ${name} -->\n${content}\n<!-- /${name} -->`, page);
}
