// Curves as an SVG file, also from the command line; on the page uPlot draws them, which needs a canvas (view/chart.tsx).

import { short } from './numbers.ts';
import { type Drawing, type Ink, text } from './svg.ts';

export interface Curve {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly isDashed?: boolean;
  /** The text at the right end. */
  readonly unit?: string;
}

export interface Axes {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  /** The range of y, where it is not that of the curves. */
  readonly range?: readonly [number, number];
  /** Values of x at which a dotted line stands. */
  readonly marks?: readonly number[];
}

const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT] = [640, 260, 56, 40, 28, 20];

/** About how wide a text of 13 pixels is. */
const widthOf = (content: string): number => 7.2 * content.length;

/** About `count` round numbers from `least` to `most`. */
export function ticks(least: number, most: number, count = 5): number[] {
  const rough = (most - least || 1) / count;
  let size = 1;
  while (size > rough) size /= 10;
  while (size * 10 <= rough) size *= 10;
  const step = size * (rough / size < 1.5 ? 1 : rough / size < 3.5 ? 2 : rough / size < 7.5 ? 5 : 10);
  const first = Math.ceil(least / step - 1e-9);
  const last = Math.floor(most / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

export function drawCurves(curves: readonly Curve[], axes: Axes, ink: Ink): Drawing {
  const all = curves.flatMap(({ points }) => points).filter((point) => point.every(Number.isFinite));
  const xs = all.map(([x]) => x);
  const ys = all.map(([, y]) => y);
  const [x0, x1] = all.length > 0 ? [Math.min(0, ...xs), Math.max(...xs)] : [0, 1];
  const [y0, y1] = axes.range ?? (all.length > 0 ? [Math.min(0, ...ys), Math.max(...ys)] : [0, 1]);
  const at = (value: number, least: number, most: number): number =>
    most > least ? (value - least) / (most - least) : 0;
  const px = (x: number): number => Math.round((LEFT + at(x, x0, x1) * (WIDTH - LEFT - RIGHT)) * 10) / 10;
  const py = (y: number): number => Math.round((HEIGHT - BOTTOM - at(y, y0, y1) * (HEIGHT - BOTTOM - TOP)) * 10) / 10;
  const thin = `style="stroke:${ink.line};fill:none"`;
  const parts = [
    text(LEFT, 16, axes.y, ink, 13),
    text(WIDTH - RIGHT, HEIGHT - 6, axes.x, ink, 13, 'text-anchor="end"'),
  ];
  for (const y of ticks(y0, y1)) {
    parts.push(`<path d="M${LEFT} ${py(y)}H${WIDTH - RIGHT}" ${thin}/>`);
    parts.push(text(LEFT - 8, py(y) + 4, short(y), ink, 12, 'text-anchor="end"'));
  }
  // Between whole numbers, such as epochs, there is nothing to mark.
  for (const x of ticks(x0, x1, xs.every(Number.isInteger) ? Math.min(8, Math.max(1, x1 - x0)) : 8))
    parts.push(text(px(x), HEIGHT - BOTTOM + 18, short(x), ink, 12, 'text-anchor="middle"'));
  for (const x of axes.marks ?? [])
    parts.push(
      `<path d="M${px(x)} ${TOP}V${HEIGHT - BOTTOM}" style="fill:none;stroke:${ink.accent};stroke-dasharray:1 4"/>`,
    );
  let left = LEFT + 24 + widthOf(axes.y);
  curves.forEach(({ name, points, isDashed }, i) => {
    const stroke = i === 0 ? ink.accent : ink.text;
    const line = points.filter((point) => point.every(Number.isFinite)).map(([x, y]) => `${px(x)} ${py(y)}`);
    const dash = isDashed ? ';stroke-dasharray:6 4' : '';
    if (line.length > 0)
      parts.push(`<path d="M${line.join('L')}" style="fill:none;stroke:${stroke};stroke-width:2${dash}"/>`);
    if (line.length === 1)
      parts.push(`<circle cx="${line[0].split(' ')[0]}" cy="${line[0].split(' ')[1]}" r="3" style="fill:${stroke}"/>`);
    parts.push(`<path d="M${left} 12h28" style="fill:none;stroke:${stroke};stroke-width:2${dash}"/>`);
    parts.push(text(left + 34, 16, name, ink, 13));
    left += 54 + widthOf(name);
  });
  return { width: WIDTH, height: HEIGHT, body: parts.join(''), title: axes.title };
}
