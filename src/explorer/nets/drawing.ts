// A net as a picture to save: parts of a sequence below each other, branches side by side.

import { rounded } from '../numbers.ts';
import { type Drawing, type Ink, text } from '../svg.ts';
import { type Net, operatorsOf, type Part } from './tree.ts';
import { shapeText } from './words.ts';

const [WIDTH, HEIGHT, GAP] = [190, 40, 14];
/** A picture of more operators shows groups as one box. */
const MOST = 160;

interface Box {
  readonly width: number;
  readonly height: number;
  draw(left: number, top: number): string;
}

const line = (x1: number, y1: number, x2: number, y2: number, ink: Ink): string =>
  `<path d="M${x1} ${y1}L${x2} ${y2}" style="fill:none;stroke:${ink.line};stroke-width:1.5"/>`;

function leaf({ name, op, shape, parameters, cost }: Part, most: number, ink: Ink): Box {
  return {
    width: WIDTH,
    height: HEIGHT,
    draw: (left, top) =>
      [
        `<rect x="${left}" y="${top}" width="${WIDTH}" height="${HEIGHT}" rx="5" style="fill:${ink.of(cost, most)};stroke:${ink.line}"/>`,
        text(left + 8, top + 16, name === op ? name : `${name}  ${op}`, ink, 12),
        text(
          left + 8,
          top + 33,
          [shapeText(shape), ...[parameters, cost].filter((value) => value > 0).map(rounded)].join(' · '),
          ink,
          10,
        ),
      ].join(''),
  };
}

function stacked(boxes: readonly Box[], ink: Ink): Box {
  const width = Math.max(WIDTH, ...boxes.map((box) => box.width));
  const height = boxes.reduce((sum, box) => sum + box.height + GAP, -GAP);
  return {
    width,
    height,
    draw(left, top) {
      const middle = left + width / 2;
      let at = top;
      return boxes
        .map((box, i) => {
          const drawn = (i > 0 ? line(middle, at - GAP, middle, at, ink) : '') + box.draw(middle - box.width / 2, at);
          at += box.height + GAP;
          return drawn;
        })
        .join('');
    },
  };
}

function beside(boxes: readonly Box[], join: string, ink: Ink): Box {
  const width = boxes.reduce((sum, box) => sum + box.width + GAP, -GAP);
  const tallest = Math.max(...boxes.map((box) => box.height));
  const height = tallest + 2 * GAP + 16;
  return {
    width,
    height,
    draw(left, top) {
      const middle = left + width / 2;
      const end = top + GAP + tallest;
      let at = left;
      const drawn = boxes.map((box) => {
        const centre = at + box.width / 2;
        const lines =
          line(middle, top, centre, top + GAP, ink) + line(centre, top + GAP + box.height, centre, end, ink);
        const joined = line(centre, end, middle, end + GAP, ink);
        const part = lines + joined + box.draw(at, top + GAP);
        at += box.width + GAP;
        return part;
      });
      return drawn.join('') + text(middle, end + GAP + 12, join, ink, 12, 'text-anchor="middle"');
    },
  };
}

export function drawNet({ title, parts }: Net, ink: Ink): Drawing {
  const operators = operatorsOf(parts);
  const most = Math.max(0, ...operators.map(({ cost }) => cost));
  const isFolded = operators.length > MOST;
  const boxOf = (part: Part, depth: number): Box => {
    if (part.parts.length === 0 || (isFolded && depth > 0)) return leaf(part, isFolded ? Infinity : most, ink);
    const boxes = part.parts.map((each) => boxOf(each, depth + 1));
    return part.arrangement === 'sequence'
      ? stacked(boxes, ink)
      : beside(boxes, part.op === 'sum' ? '+' : part.op, ink);
  };
  const whole = stacked(
    parts.map((part) => boxOf(part, 0)),
    ink,
  );
  return {
    width: whole.width + 2 * GAP,
    height: whole.height + 2 * GAP + 44,
    body:
      text(GAP, 22, title, ink, 16) +
      text(GAP, 40, 'shape · parameters · multiply-adds', ink, 11) +
      whole.draw(GAP, GAP + 44),
    title: `The layers of ${title}`,
  };
}
