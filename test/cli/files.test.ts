// Files and directories that appear whole or not at all.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { replaceFile, writeFolder } from '../../src/cli/files.ts';

const folder = mkdtempSync(join(tmpdir(), 'toeplitz-'));
const at = (name: string): string => join(folder, name);
const bytes = new TextEncoder().encode('whole');
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  for (const each of readdirSync(folder)) rmSync(at(each), { recursive: true });
});

it('[campaign-vectors] a directory whose files cannot all be made does not appear, nor anything beside it', async () => {
  const failing = function* () {
    yield { path: 'cases/first', bytes };
    throw new RangeError('the second');
  };
  await expect(writeFolder(at('q'), ['answers'], failing())).rejects.toThrow('the second');
  expect(readdirSync(folder)).toEqual([]);
  writeFileSync(at('q'), '');
  await expect(writeFolder(at('q'), [], [{ path: 'first', bytes }])).rejects.toThrow(`cannot write ${at('q')}: `);
  expect(readdirSync(folder)).toEqual(['q']);
  await writeFolder(at('r'), ['answers'], [{ path: 'cases/first', bytes }]);
  expect([readFileSync(at('r/cases/first'), 'utf8'), existsSync(at('r/answers'))]).toEqual(['whole', true]);
});

it('[campaign-reporter] a file that cannot be put in its place leaves nothing behind', async () => {
  await replaceFile(at('report'), bytes);
  await expect(replaceFile(at('absent/report'), bytes)).rejects.toThrow('ENOENT');
  await writeFolder(at('taken'), [], [{ path: 'first', bytes }]);
  await expect(replaceFile(at('taken'), bytes)).rejects.toThrow(`cannot write ${at('taken')}: `);
  expect(readdirSync(folder).sort()).toEqual(['report', 'taken']);
});
