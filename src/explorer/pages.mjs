// The guide and the specification as pages: every name of a clause is a link, every heading can be linked to and searched.

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { Marked } from 'marked';

const root = join(import.meta.dirname, '../..');

/** The pages, as paths of the repository. */
export const sources = () => [
  'README.md',
  'CHANGELOG.md',
  ...readdirSync(join(root, 'spec'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => `spec/${file.replaceAll('\\', '/')}`)
    .sort(),
];

/** An anchor as the usual renderers of Markdown make it. */
const anchorOf = (heading) =>
  heading
    .toLowerCase()
    .replace(/<[^>]*>/g, '')
    .replace(/&[a-z]+;|&#\d+;/g, '')
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');

/** Where each clause stands: `conv-groups` → `spec/convolution.html#conv-groups`. */
export function clauses() {
  const found = new Map();
  for (const page of sources())
    if (/^spec\/[\w-]+\.md$/.test(page))
      for (const [, name] of readFileSync(join(root, page), 'utf8').matchAll(/^## ([a-z][a-z0-9]*-[a-z0-9-]+)$/gm))
        found.set(name, `${page.replace(/\.md$/, '.html')}#${name}`);
  return found;
}

/** Makes links of the names of clauses outside of links, headings, scripts and blocks of code. */
export function linkClauses(html, names, target) {
  const skipped = [];
  return html
    .split(/(<[^>]*>)/)
    .map((part) => {
      const tag = /^<(\/?)(a|h[1-6]|pre|script|style|title)\b/.exec(part);
      if (tag) tag[1] ? skipped.pop() : skipped.push(tag[2]);
      if (part.startsWith('<') || skipped.length > 0) return part;
      return part.replace(/[a-z][a-z0-9]*(?:-[a-z0-9]+)+/g, (word) =>
        names.has(word) ? `<a class="clause" href="${target(names.get(word))}">${word}</a>` : word,
      );
    })
    .join('');
}

/** A page of TypeDoc with what screen readers need: a main part, levels of headings without gaps, no link inside a summary. */
export function accessible(html) {
  const around = [];
  return html
    .replace('<div class="col-content">', '<div class="col-content" role="main">')
    .replace('<div class="page-menu">', '<div class="page-menu" role="complementary" aria-label="This page">')
    .replace(/<summary[\s\S]*?<\/summary>/g, (summary) =>
      summary.replace(/<a [^>]*aria-label="Permalink"[\s\S]*?<\/a>/g, ''),
    )
    .replace(/<h([1-6])\b/g, (tag, level) => {
      while (around.length > 0 && around.at(-1) >= Number(level)) around.pop();
      around.push(Number(level));
      return around.length === Number(level) ? tag : `${tag} aria-level="${around.length}"`;
    });
}

const relative = (from, to) => {
  const [path, hash] = to.split('#');
  return `${posix.relative(posix.dirname(from), path)}${hash === undefined ? '' : `#${hash}`}`;
};

/** Whether a text is the part of an address that names a tab of the explorer, with its settings or none. */
const isPlace = (text) => /^#(lab|train|field|nets|filters|gradient|oracle)(\?|$)/.test(text);

const escaped = (text) =>
  text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign]);

/** Text of HTML as it is read. */
const textOf = (html) =>
  html.replace(/&(amp|lt|gt|quot|#39);/g, (_, name) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" })[name]);

const navigation = [
  ['README.html', 'Guide'],
  ['spec/README.html', 'Specification'],
  ['CHANGELOG.html', 'Changes'],
];

function frame(page, title, content) {
  const to = (target) => relative(page, target);
  const links = navigation.map(
    ([target, text]) => `<a href="${to(target)}"${target === page ? ' aria-current="page"' : ''}>${text}</a>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)} · toeplitz</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${to('../explorer.css')}">
<link rel="stylesheet" href="${to('pages.css')}">
</head>
<body>
<div id="page" class="text">
<header>
<nav aria-label="Site">
<a href="${to('../index.html')}">Explorer</a>
${links.join('\n')}
<a href="${to('../api/index.html')}">Reference</a>
</nav>
<search>
<label>Search <input id="search" type="search" autocomplete="off" data-root="${to('README.html').replace(/README\.html$/, '')}"></label>
<ol id="found" hidden></ol>
</search>
</header>
<main>
${content}
</main>
</div>
<script src="${to('search.js')}"></script>
</body>
</html>
`;
}

/** Writes all pages into `folder`, and gives what can be searched: a title, an address and the text of every section. */
export function writePages(folder) {
  const names = clauses();
  const sections = [];
  for (const source of sources()) {
    const page = source.replace(/\.md$/, '.html');
    const used = new Map();
    const headings = [];
    const renderer = {
      heading({ tokens, depth }) {
        const text = this.parser.parseInline(tokens);
        const plain = anchorOf(text);
        const count = used.get(plain) ?? 0;
        used.set(plain, count + 1);
        const id = count === 0 ? plain : `${plain}-${count}`;
        headings.push([id, text.replace(/<[^>]*>/g, '')]);
        return `<h${depth} id="${id}"><a class="anchor" href="#${id}">${text}</a></h${depth}>\n`;
      },
      codespan({ text }) {
        // A place of the explorer: here it is a link, in the file it is what to put behind the page's address.
        return isPlace(text)
          ? `<a href="${relative(page, `../index.html${escaped(text)}`)}">Show it.</a>`
          : `<code>${escaped(text)}</code>`;
      },
      code({ text, lang }) {
        return `<pre tabindex="0"><code${lang ? ` class="language-${lang}"` : ''}>${escaped(text)}</code></pre>\n`;
      },
    };
    const own = new Marked({ gfm: true, renderer });
    let tables = 0;
    const html = own
      .parse(readFileSync(join(root, source), 'utf8'))
      .replace(
        /<table>/g,
        () => `<div class="scrolled" tabindex="0" role="region" aria-label="Table ${++tables}"><table>`,
      )
      .replace(/<\/table>/g, '</table></div>')
      .replace(/href="([^":]+?)\.md(#[^"]*)?"/g, 'href="$1.html$2"');
    const title = headings[0]?.[1] ?? source;
    const linked = linkClauses(html, names, (target) => relative(page, target));
    copyLinked(source, html, folder);
    mkdirSync(dirname(join(folder, page)), { recursive: true });
    writeFileSync(join(folder, page), frame(page, title, linked));
    const parts = html.split(/<h[1-6] id="/).slice(1);
    parts.forEach((part, i) => {
      const text = textOf(part.slice(part.indexOf('</h')).replace(/<[^>]*>/g, ' ')).replace(/\s+/g, ' ');
      sections.push([textOf(`${headings[i][1]} — ${title}`), `${page}#${headings[i][0]}`, text.trim().toLowerCase()]);
    });
  }
  return sections;
}

/** Files beside the pages that they link to or show: examples, the licence, pictures. */
function copyLinked(source, html, folder) {
  for (const [, target] of html.matchAll(/(?:href|src)="([^"#:]+)(?:#[^"]*)?"/g)) {
    if (target.endsWith('.html') || target.endsWith('.md')) continue;
    const path = posix.normalize(posix.join(posix.dirname(source), target));
    if (path.startsWith('..') || path.endsWith('/') || !existsSync(join(root, path))) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), readFileSync(join(root, path)));
  }
}

/** The links of all pages in a folder that lead nowhere: `page: link`. */
export function brokenLinks(folder) {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => file.replaceAll('\\', '/'));
  const all = new Set(files);
  const pages = new Map(
    files.filter((file) => file.endsWith('.html')).map((file) => [file, readFileSync(join(folder, file), 'utf8')]),
  );
  const idsOf = new Map(
    [...pages].map(([file, html]) => [file, new Set([...html.matchAll(/\bid="([^"]*)"/g)].map(([, id]) => id))]),
  );
  return [...pages].flatMap(([file, html]) => {
    const markup = html.replace(/<script[\s\S]*?<\/script>/g, '');
    return [...markup.matchAll(/<(?:a|link|img|script)\b[^>]*?(?:href|src)="([^"]*)"/g)].flatMap(([, link]) => {
      if (/^(https?|data|mailto):/.test(link)) return [];
      const [path, hash] = link.split('#');
      if (/^(\.\.\/)+index\.html$/.test(path) && isPlace(`#${hash}`)) return [];
      const target = path === '' ? file : posix.normalize(posix.join(posix.dirname(file), decodeURI(path)));
      const isThere =
        all.has(target) && (!hash || !target.endsWith('.html') || idsOf.get(target).has(decodeURIComponent(hash)));
      return isThere ? [] : [`${file}: ${link}`];
    });
  });
}
