// Parts of the README and of the spec that are made by the code: compared, or with UPDATE_README=1 written.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

const README = join(import.meta.dirname, '../../README.md');
const update = process.env.UPDATE_README === '1';

export const textOf = (file: string): string => readFileSync(file, 'utf8');
export const readme = (): string => textOf(README);

/** Replaces one part of a file, or compares it. */
export function settle(before: string, after: string, file = README): void {
  if (update)
    writeFileSync(
      file,
      textOf(file).replace(before, () => after),
    );
  else expect(after, 'npm run readme writes this part anew').toBe(before);
}

/** The part between the markers of a name. */
export function settlePart(name: string, content: string, file = README): void {
  const [whole] = new RegExp(`<!-- ${name} -->[\\s\\S]*<!-- /${name} -->`).exec(textOf(file)) as RegExpExecArray;
  settle(whole, `<!-- ${name} -->\n${content}\n<!-- /${name} -->`, file);
}
