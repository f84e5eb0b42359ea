// The pages of the site: names of clauses become links, and a link that leads nowhere is found.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { accessible, brokenLinks, clauses, linkClauses, sources, writePages } from '../../src/explorer/pages.mjs';
import { searchScript, styles } from '../../src/explorer/pages-look.mjs';
import { addressOf, questions } from '../../src/explorer/questions.ts';

const folder = mkdtempSync(join(tmpdir(), 'toeplitz-site-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the site', () => {
  test('knows every clause and every page of the specification', () => {
    expect(clauses().get('conv-groups')).toBe('spec/convolution.html#conv-groups');
    expect(clauses().size).toBeGreaterThan(300);
    expect(sources()).toEqual(expect.arrayContaining(['README.md', 'spec/window.md', 'spec/guide/hosts.md']));
  });

  test('makes links of clauses, except in headings, links and blocks of code', () => {
    const names = new Map([['conv-groups', 'c.html#conv-groups']]);
    const link = '<a class="clause" href="../c.html#conv-groups">conv-groups</a>';
    const linked = (html: string) => linkClauses(html, names, (target) => `../${target}`);
    expect(linked('<p>conv-groups, <code>conv-groups</code> and conv-groupset</p>')).toBe(
      `<p>${link}, <code>${link}</code> and conv-groupset</p>`,
    );
    for (const same of ['<h2 id="a">conv-groups</h2>', '<a href="x">conv-groups</a>', '<pre><b>conv-groups</b></pre>'])
      expect(linked(same)).toBe(same);
    expect(linked('<pre>x</pre>conv-groups')).toBe(`<pre>x</pre>${link}`);
  });

  test('has a page for every source, whose links lead somewhere and whose clauses can be searched', () => {
    const docs = join(folder, 'site/docs');
    mkdirSync(docs, { recursive: true });
    const sections = writePages(docs);
    writeFileSync(join(docs, 'search.js'), searchScript(sections));
    writeFileSync(join(docs, 'pages.css'), styles);
    // What the explorer and TypeDoc put beside them.
    for (const file of ['explorer.css', 'explorer.html', 'index.html', 'api/index.html']) {
      mkdirSync(dirname(join(folder, 'site', file)), { recursive: true });
      writeFileSync(join(folder, 'site', file), '');
    }
    expect(brokenLinks(join(folder, 'site'))).toEqual([]);
    for (const source of sources()) expect(existsSync(join(docs, source.replace(/\.md$/, '.html'))), source).toBe(true);
    const guide = readFileSync(join(docs, 'spec/guide/learning.html'), 'utf8');
    for (const question of questions)
      expect(guide).toContain(`href="../../../index.html${addressOf(question).replaceAll('&', '&amp;')}"`);
    const page = readFileSync(join(docs, 'spec/convolution.html'), 'utf8');
    expect(page).toContain('<h2 id="conv-groups"><a class="anchor" href="#conv-groups">conv-groups</a></h2>');
    for (const name of clauses().keys())
      expect(
        sections.some(([title]) => title.startsWith(`${name} — `)),
        name,
      ).toBe(true);
    // The whole text of a section, as it is read.
    const [, , text] = sections.find(([title]) => title.startsWith('inspect-pages — '))!;
    expect(text).toMatch(/^netpages gives what can be shown .* or 1\.$/);
    expect(sections.flat().filter((each) => /&[a-z#0-9]+;/.test(each))).toEqual([]);
  });

  test('mends pages of TypeDoc: a main part, headings without gaps, no link in a summary', () => {
    const link = '<a href="#b" aria-label="Permalink"><svg></svg></a>';
    expect(
      accessible(
        `<div class="col-content"><h1>a</h1><summary>\n<h5>b${link}</h5></summary><h4>c${link}</h4><h2>d</h2><h3>e</h3>`,
      ),
    ).toBe(
      `<div class="col-content" role="main"><h1>a</h1><summary>\n<h5 aria-level="2">b</h5></summary><h4 aria-level="2">c${link}</h4><h2>d</h2><h3>e</h3>`,
    );
  });

  test('finds links that lead nowhere', () => {
    mkdirSync(join(folder, 'a'));
    writeFileSync(
      join(folder, 'a/b.html'),
      '<a href="../c.html#here">1</a><a href="../c.html#there">2</a><img src="d.png">',
    );
    writeFileSync(join(folder, 'c.html'), '<p id="here"><a href="https://x.example">3</a><a href="#here">4</a></p>');
    expect(brokenLinks(folder)).toEqual(['a/b.html: ../c.html#there', 'a/b.html: d.png']);
  });
});
