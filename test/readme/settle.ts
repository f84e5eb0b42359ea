// Parts of the README that are made by the code: compared, or with UPDATE_README=1 written.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

const file = join(import.meta.dirname, '../../README.md');
const update = process.env.UPDATE_README === '1';

export const readme = (): string => readFileSync(file, 'utf8');

/** Replaces one part of the README, or compares it. */
export function settle(before: string, after: string): void {
  if (update)
    writeFileSync(
      file,
      readme().replace(before, () => after),
    );
  else expect(after, 'npm run readme writes this part anew').toBe(before);
}

/** The part between the markers of a name. */
export function settlePart(name: string, content: string): void {
  const [whole] = new RegExp(`<!-- ${name} -->[\\s\\S]*<!-- /${name} -->`).exec(readme()) as RegExpExecArray;
  settle(whole, `<!-- ${name} -->\n${content}\n<!-- /${name} -->`);
}
