// Pictures as SVG text, in the colours of a scheme or in those of the page.

import { colourOf, type Scheme, strength } from './palette.ts';

/** What a picture is drawn with: fixed colours in a file, custom properties on the page. */
export interface Ink {
  readonly ground: string;
  readonly text: string;
  readonly line: string;
  readonly accent: string;
  of(value: number, greatest: number): string;
}

export const inkOf = (scheme: Scheme): Ink => ({
  ...scheme,
  of: (value, greatest) => colourOf(value, greatest, scheme),
});

export const pageInk: Ink = {
  ground: 'none',
  text: 'var(--text)',
  line: 'var(--line)',
  accent: 'var(--accent)',
  of(value, greatest) {
    const share = Math.round(strength(value, greatest) * 1000) / 10;
    return `color-mix(in srgb, var(${value < 0 ? '--negative' : '--positive'}) ${share}%, var(--neutral))`;
  },
};

export const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign] as string);

export interface Drawing {
  readonly width: number;
  readonly height: number;
  /** The elements inside. */
  readonly body: string;
  readonly title: string;
  /** How it was made: code, or the address of the page. */
  readonly source?: string;
}

/** Anybody may use a saved picture for anything. */
export const LICENCE = 'CC0 1.0: free for every use, slides and books among them.';

/** A drawing as a file of its own. */
export function svgFile({ width, height, body, title, source = '' }: Drawing, ink: Ink): string {
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="system-ui, sans-serif">`,
    `<title>${escaped(title)}</title>`,
    `<desc>${escaped(`${LICENCE}\n${source}`)}</desc>`,
    `<rect width="${width}" height="${height}" fill="${ink.ground}"/>`,
    body,
    '</svg>\n',
  ].join('\n');
}

/** Pixels as PNG, whose data are in its address, inside the SVG: a rectangle for each of them would be a hundred times as large. */
export const raster = (png: string, x: number, y: number, width: number, height: number): string =>
  `<image x="${x}" y="${y}" width="${width}" height="${height}" preserveAspectRatio="none" style="image-rendering:pixelated" href="${png}"/>`;

export const text = (x: number, y: number, content: string, ink: Ink, size = 14, more = ''): string =>
  `<text x="${x}" y="${y}" font-size="${size}" style="fill:${ink.text}" ${more}>${escaped(content)}</text>`;
