// A page of HTML that shows pictures with captions. It holds no program and loads nothing but the pictures beside it.

/** A picture, and a sentence about it. */
export interface Figure {
  readonly name: string;
  readonly caption: string;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (each) => entities[each]);

const style =
  ':root{color-scheme:light dark}body{font:16px sans-serif;margin:2em auto;padding:0 1em;max-width:60em;overflow-wrap:anywhere}pre{overflow-x:auto}img{max-width:100%;image-rendering:pixelated}figure{margin:2em 0}';

/** Names as addresses relative to the page. */
const address = (name: string): string => name.split('/').map(encodeURIComponent).join('/');

export function indexPage(title: string, text: string, figures: readonly Figure[]): string {
  const shown = figures.map(
    ({ name, caption }) =>
      `<figure><img src="${address(name)}" alt="${escaped(caption)}"><figcaption>${escaped(caption)}</figcaption></figure>`,
  );
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
    `<title>${escaped(title)}</title><style>${style}</style></head><body><main>`,
    `<h1>${escaped(title)}</h1>`,
    `<pre tabindex="0">${escaped(text)}</pre>`,
    ...shown,
    '</main></body></html>',
    '',
  ].join('\n');
}
