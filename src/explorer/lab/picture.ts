// The grids of the lab as a picture to save: one moment of it, or all of them as an animation.

import { short } from '../numbers.ts';
import { greatestOf } from '../palette.ts';
import { type Drawing, type Ink, text } from '../svg.ts';
import type { Lab } from './lab.ts';
import { marksOf, type Place } from './marks.ts';
import { kernelPlanes, marginOf } from './planes.ts';
import { termsOf } from './terms.ts';
import { cellAt, planesOf } from './values.ts';
import { calculationOf, outputName } from './words.ts';

/** One plane on the picture. */
interface Board {
  readonly where: Place['where'];
  readonly plane: number;
  readonly title: string;
  readonly rows: number;
  readonly columns: number;
  readonly margin: readonly [number, number, number, number];
  readonly left: number;
  readonly top: number;
}

const [GAP, TITLE, LINE] = [28, 24, 22];

/** Where a cell of a board is drawn, by the index of its value. */
type Boxes = ReadonlyMap<number, readonly [number, number]>;

interface Layout {
  readonly cell: number;
  readonly boards: readonly Board[];
  readonly boxes: Readonly<Record<Place['where'], Boxes>>;
  readonly width: number;
  readonly height: number;
}

function layoutOf(lab: Lab, o: number): Layout {
  const { x, y, weight, rank, op } = lab;
  const margin = marginOf(lab);
  const none = [0, 0, 0, 0] as const;
  const [xs, ys] = [planesOf(x.shape.slice(1), rank), planesOf(y.shape.slice(1), rank)];
  const ws = weight && planesOf(weight.shape, rank);
  const name = (base: string, count: number, i: number): string => (count > 1 ? `${base} ${i}` : base);
  const columns = [
    Array.from({ length: xs.count }, (_, plane) => ({
      where: 'x' as const,
      plane,
      title: name('Input', xs.count, plane),
      ...xs,
      margin: op === 'transposed' ? none : margin,
    })),
    ws
      ? kernelPlanes(lab, o).map(({ plane, channel }) => ({
          where: 'w' as const,
          plane,
          title: name('Kernel', xs.count, channel),
          ...ws,
          margin: none,
        }))
      : [],
    Array.from({ length: ys.count }, (_, plane) => ({
      where: 'y' as const,
      plane,
      title: name('Output', ys.count, plane),
      ...ys,
      margin: op === 'transposed' ? margin : none,
    })),
  ].filter((column) => column.length > 0);
  const tallest = Math.max(...columns.flat().map(({ rows, margin: [a, b] }) => rows + a + b));
  const cell = Math.max(12, Math.min(36, Math.floor(420 / tallest)));
  const boards: Board[] = [];
  let [left, height] = [GAP, 0];
  for (const column of columns) {
    let top = GAP;
    let width = 0;
    for (const board of column) {
      const [above, below, before, after] = board.margin;
      boards.push({ ...board, left, top: top + TITLE });
      top += TITLE + (above + board.rows + below) * cell + GAP / 2;
      width = Math.max(width, (before + board.columns + after) * cell);
    }
    left += Math.max(width, 70) + GAP;
    height = Math.max(height, top);
  }
  const planes = { x: xs, w: ws, y: ys };
  const boxes = { x: new Map(), w: new Map(), y: new Map() } as Record<Place['where'], Map<number, [number, number]>>;
  for (const { where, plane, rows, columns, margin, left, top } of boards)
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++)
        boxes[where].set(cellAt(planes[where]!, plane, row, column), [
          left + (margin[2] + column) * cell,
          top + (margin[0] + row) * cell,
        ]);
  return { cell, boards, boxes, width: left, height: height + 2 * LINE };
}

const box = ([x, y]: readonly [number, number], cell: number, style: string, more = ''): string =>
  `<rect x="${x}" y="${y}" width="${cell}" height="${cell}" style="${style}">${more}</rect>`;

/** The cells and their numbers, without frames. */
function cellsOf(lab: Lab, { cell, boards, boxes }: Layout, ink: Ink): string {
  const tensors = { x: lab.x, w: lab.weight, y: lab.y };
  const parts: string[] = [];
  for (const { title, left, top, margin, rows, columns } of boards) {
    parts.push(text(left, top - 8, title, ink, 14));
    const [above, below, before, after] = margin;
    if (above + below + before + after === 0) continue;
    const [width, height] = [(before + columns + after) * cell, (above + rows + below) * cell];
    parts.push(
      `<rect x="${left}" y="${top}" width="${width}" height="${height}" style="fill:none;stroke:${ink.line};stroke-dasharray:3 3"/>`,
    );
  }
  for (const where of ['x', 'w', 'y'] as const) {
    const data = tensors[where]?.data ?? [];
    const greatest = greatestOf(data);
    for (const [index, [x, y]] of boxes[where]) {
      parts.push(box([x, y], cell, `fill:${ink.of(data[index], greatest)};stroke:${ink.line}`));
      if (cell >= 18)
        parts.push(text(x + cell / 2, y + cell * 0.64, short(data[index]), ink, cell * 0.4, 'text-anchor="middle"'));
    }
  }
  return parts.join('');
}

const styles = { chosen: 4, under: 2.5, fed: 2.5, changed: 1.5, later: 0 } as const;

/** The lab with what is marked around a cell. */
export function drawLab(lab: Lab, place: Place, o: number, ink: Ink): Drawing {
  const layout = layoutOf(lab, o);
  const marks = marksOf(lab, place);
  const frames = (['x', 'w', 'y'] as const).flatMap((where) =>
    [...marks[where]].map(([index, mark]) => {
      const at = layout.boxes[where].get(index);
      return at ? box(at, layout.cell, `fill:none;stroke:${ink.accent};stroke-width:${styles[mark]}`) : '';
    }),
  );
  const line = place.where === 'y' ? calculationOf(lab, place.index, 12) : '';
  const width = Math.max(layout.width, line.length * 8 + 2 * GAP);
  const title = place.where === 'y' ? `${lab.layer.name}: output ${outputName(lab, place.index)}` : lab.layer.name;
  return {
    width,
    height: layout.height,
    body: cellsOf(lab, layout, ink) + frames.join('') + text(GAP, layout.height - LINE / 2, line, ink, 14),
    title,
  };
}

/** Milliseconds that a step of the animation takes. */
const STEP_MS = 600;
/** A longer animation goes through so many outputs. */
const MOST_STEPS = 144;

/** Every output of a filter in turn: its window, and the output that appears. */
export function animateLab(lab: Lab, o: number, ink: Ink): Drawing {
  const layout = layoutOf(lab, o);
  const O = lab.y.shape[lab.y.shape.length - 1];
  const steps = Math.min(MOST_STEPS, lab.y.data.length / O);
  const duration = `dur="${((steps + 2) * STEP_MS) / 1000}s" repeatCount="indefinite" calcMode="discrete"`;
  /** Visible from one step to another, and hidden before and after. */
  const shown = (first: number, last: number): string => {
    const changes = [
      [0, first === 0],
      [first, true],
      [last + 1, false],
    ] as const;
    const kept = changes.filter(([at], i) => at <= steps + 1 && (i === 0 || at > 0));
    const times = kept.map(([at]) => Number((at / (steps + 2)).toFixed(5))).join(';');
    const values = kept.map(([, isShown]) => (isShown ? 'visible' : 'hidden')).join(';');
    return `<animate attributeName="visibility" ${duration} keyTimes="${times}" values="${values}"/>`;
  };
  const { cell, boxes } = layout;
  const stroke = `fill:none;stroke:${ink.accent};stroke-width:`;
  const parts = [cellsOf(lab, layout, ink)];
  for (let step = 0; step < steps; step++) {
    const y = step * O + o;
    const cover = boxes.y.get(y);
    // Until its step an output is covered.
    if (cover && step > 0) parts.push(box(cover, cell, `fill:${ink.ground};stroke:${ink.line}`, shown(0, step - 1)));
  }
  for (let step = 0; step < steps; step++) {
    const y = step * O + o;
    const under = [...new Set(termsOf(lab, y).map(({ x }) => x))].flatMap((x) => boxes.x.get(x) ?? []);
    const frames: string[] = [];
    for (let i = 0; i < under.length; i += 2) frames.push(box([under[i], under[i + 1]], cell, `${stroke}2.5`));
    const at = boxes.y.get(y);
    if (at) frames.push(box(at, cell, `${stroke}4`));
    frames.push(text(GAP, layout.height - LINE / 2, calculationOf(lab, y, 12), ink, 14));
    const end = step === steps - 1 ? steps + 1 : step;
    parts.push(`<g visibility="hidden">${shown(step, end)}${frames.join('')}</g>`);
  }
  const longest = calculationOf(lab, o, 12).length;
  return {
    width: Math.max(layout.width, longest * 9 + 2 * GAP),
    height: layout.height,
    body: parts.join(''),
    title: `${lab.layer.name}, output by output`,
  };
}
