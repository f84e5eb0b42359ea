// The links of the pages: those of the README and of spec/ lead to files that the package holds, those of other pages to
// files of the repository, and an anchor names a heading of its page.

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const read = (page: string): string => readFileSync(join(root, page), 'utf8');

const pack = ['pack', '--dry-run', '--json', '--ignore-scripts'];
const [{ files }] = JSON.parse(execFileSync('npm', pack, { cwd: root, encoding: 'utf8', stdio: 'pipe' }));
const packed = new Set<string>(files.map(({ path }: { path: string }) => path));

/** The addresses outside the project that pages may name. */
const OUTSIDE = new Set(['https://fast-check.dev']);

/** The text without examples of code, in which brackets are not links. */
const prose = (text: string): string => text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, 'code');

const linksOf = (text: string): string[] =>
  [...prose(text).matchAll(/\]\(([^)\s]*)\)|<(https?:[^>\s]*)>|^\[[^\]]+\]:\s*(\S+)|(?:href|src)="([^"]*)"/gm)].map(
    ([, ...targets]) => targets.find((target) => target !== undefined)!,
  );

/** The anchors of the headings, as the usual renderers of Markdown make them; a repeated one gets a number. */
function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading] of text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^#{1,6} (.*)$/gm)) {
    const anchor = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-');
    let count = 0;
    while (anchors.has(count === 0 ? anchor : `${anchor}-${count}`)) count++;
    anchors.add(count === 0 ? anchor : `${anchor}-${count}`);
  }
  return anchors;
}

/** What is wrong with a link of a page; undefined if nothing is. */
function faultOf(link: string, page: string, isThere: (path: string) => boolean): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:|^\/\//i.test(link)) return OUTSIDE.has(link) ? undefined : 'an address that is not known';
  const [path, anchor] = link.split('#');
  const target = path === '' ? page : posix.normalize(posix.join(posix.dirname(page), path));
  if (target.startsWith('..') || !isThere(target)) return 'no such file';
  if (anchor === undefined) return undefined;
  return target.endsWith('.md') && anchorsOf(read(target)).has(anchor) ? undefined : 'no such heading';
}

const faultsOf = (page: string, isThere: (path: string) => boolean): string[] =>
  linksOf(read(page)).flatMap((link) => {
    const fault = faultOf(link, page, isThere);
    return fault === undefined ? [] : [`${link}: ${fault}`];
  });

const shipped = [
  'README.md',
  'CHANGELOG.md',
  ...readdirSync(join(root, 'spec'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => `spec/${file.replaceAll('\\', '/')}`),
];

describe('links', () => {
  test.each(shipped)('of %s lead to files of the package', (page) => {
    expect(packed.has(page)).toBe(true);
    expect(faultsOf(page, (path) => packed.has(path))).toEqual([]);
  });

  test.each(['CONTRIBUTING.md', 'test/interop/README.md'])('of %s lead to files of the repository', (page) => {
    expect(faultsOf(page, (path) => existsSync(join(root, path)))).toEqual([]);
  });

  test('that lead nowhere are found', () => {
    const isThere = (path: string): boolean => packed.has(path);
    expect(linksOf('[a](b.md) <https://c.d> `[e](f)`\n\n[g]: h.md\n<img src="i.png">')).toEqual([
      'b.md',
      'https://c.d',
      'h.md',
      'i.png',
    ]);
    expect(faultOf('spec/README.md#index', 'README.md', isThere)).toBeUndefined();
    expect(faultOf('spec/README.md#indices', 'README.md', isThere)).toBe('no such heading');
    expect(faultOf('CONTRIBUTING.md', 'README.md', isThere)).toBe('no such file');
    expect(faultOf('../README.md', 'README.md', isThere)).toBe('no such file');
    expect(faultOf('#speed', 'spec/README.md', isThere)).toBe('no such heading');
    expect(faultOf('https://toeplitz.example', 'README.md', isThere)).toBe('an address that is not known');
  });
});
