// The index page of toeplitz show: every picture with its caption, the classes, the field of each patch.

import { plain } from '../plain-text.ts';

export interface Caption {
  readonly text: string;
  readonly table?: { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] };
}

const escaped = (text: string): string =>
  plain(text, 200).replace(
    /[&<>"]/g,
    (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign] as string,
  );

const row = (cells: readonly string[], tag: 'th' | 'td'): string =>
  `<tr>${cells.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join('')}</tr>`;

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  `<table>\n<thead>${row(head, 'th')}</thead>\n<tbody>\n${rows.map((each) => row(each, 'td')).join('\n')}\n</tbody>\n</table>`;

const figure = (name: string, { text, table: cells }: Caption): string =>
  [
    `<figure>\n<figcaption>${escaped(text)}</figcaption>`,
    `<img src="${encodeURI(name)}" alt="${escaped(text)}">`,
    cells ? `<details><summary>Where each patch lies</summary>\n${table(cells.head, cells.rows)}\n</details>` : '',
    '</figure>',
  ].join('\n');

const STYLE = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 0 auto; padding: 1rem; }
figure { margin: 0 0 2rem; }
img { display: block; max-width: 100%; height: auto; margin-top: 0.3rem; image-rendering: pixelated; }
pre, details { overflow-x: auto; }
table { border-collapse: collapse; }
th, td { padding: 0.2rem 0.8rem 0.2rem 0; text-align: left; border-bottom: 1px solid #8886; }`;

/** The page. Its pictures lie beside it. */
export function indexPage(
  summary: string,
  answers: readonly (readonly [name: string, value: number])[],
  pages: readonly { readonly name: string; readonly caption?: Caption }[],
): string {
  const figures = pages.flatMap(({ name, caption }) => (caption ? figure(name, caption) : []));
  const [input, ...rest] = figures;
  const values = answers.map(([name, value]) => [name, value.toPrecision(4)]);
  const lines = summary.split('\n').map((line) => (line === '' ? '' : escaped(line)));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>What a net has learnt</title>
<style>
${STYLE}
</style>
</head>
<body>
<main>
<h1>What a net has learnt</h1>
${input}
<h2>Its greatest outputs</h2>
${table(['Class', 'Output'], values)}
<h2>Filters, activations, patches</h2>
${rest.join('\n')}
<h2>Summary</h2>
<pre tabindex="0">${lines.join('\n')}</pre>
</main>
</body>
</html>
`;
}
