// The image with the field of the chosen unit on it, and what moves the unit: on a canvas, and as a picture to save.

import { useEffect, useRef } from 'preact/hooks';
import { fieldText } from '../nets/words.ts';
import { channelsOf, greatestOf, strength } from '../palette.ts';
import { type Drawing, type Ink, text } from '../svg.ts';
import { scheme } from '../view/theme.ts';
import { type Inside, spansOf, unitNear } from './field.ts';
import { chosen, effective, image, inside, unit } from './model.ts';

export interface Map {
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
}

const mix = (from: number, to: number, share: number): number => from + (to - from) * share;
/** Draws the image, or where it is known the gradient over it. */
function paint(
  pixels: Uint8ClampedArray,
  { rows, columns, channels }: Map,
  x: Float32Array,
  values: Float32Array | undefined,
): void {
  const greatest = greatestOf(values ?? []);
  const [neutral, positive] = [scheme.value.neutral, scheme.value.positive].map(channelsOf);
  for (let pixel = 0; pixel < rows * columns; pixel++) {
    const share = values ? strength(values[pixel], greatest) : 0;
    for (let c = 0; c < 3; c++) {
      const shade = 255 * Math.min(1, Math.max(0, x[pixel * channels + (channels === 3 ? c : 0)]));
      // The square root shows the weak edge of a field, too.
      pixels[pixel * 4 + c] = values ? mix(neutral[c], positive[c], Math.sqrt(share)) : shade;
    }
    pixels[pixel * 4 + 3] = 255;
  }
}

interface ViewProps {
  readonly label: string;
  readonly map: Map;
  readonly values?: Float32Array | undefined;
}

export function FieldCanvas({ label, map, values }: ViewProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const at = inside.value as Inside;
  const [top, left] = spansOf(at, ...unit.value);
  const x = image.value;
  const colours = scheme.value;
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const picture = context.createImageData(map.columns, map.rows);
    paint(picture.data, map, x, values);
    context.putImageData(picture, 0, 0);
  }, [x, values, colours, map.rows, map.columns]);
  const percent = (part: number, whole: number): string => `${(100 * part) / whole}%`;
  return (
    <figure class="plane">
      <figcaption>{label}</figcaption>
      <div
        class="image"
        onPointerDown={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          const row = ((event.clientY - box.top) / box.height) * map.rows - 0.5;
          const column = ((event.clientX - box.left) / box.width) * map.columns - 0.5;
          chosen.set({ unit: unitNear(at, row, column).join(' ') });
        }}
      >
        <canvas ref={canvas} role="img" aria-label={label} width={map.columns} height={map.rows} />
        <span
          class="frame"
          style={{
            top: percent(top.start, map.rows),
            left: percent(left.start, map.columns),
            height: percent(top.size, map.rows),
            width: percent(left.size, map.columns),
          }}
        />
      </div>
    </figure>
  );
}

export function drawField(map: Map, ink: Ink): Drawing {
  const at = inside.value as Inside;
  const [top, left] = spansOf(at, ...unit.value);
  const cell = Math.max(1, Math.floor(480 / Math.max(map.rows, map.columns)));
  const values = effective.value;
  const x = image.value;
  const greatest = greatestOf(values ?? []);
  const parts: string[] = [];
  const [y0, x1] = [30, map.columns * cell + 40];
  const grey = (value: number): string => {
    const hex = Math.round(255 * Math.min(1, Math.max(0, value)))
      .toString(16)
      .padStart(2, '0');
    return `#${hex}${hex}${hex}`;
  };
  const rectangle = (column: number, row: number, from: number, fill: string): string =>
    `<rect x="${from + column * cell}" y="${y0 + row * cell}" width="${cell}" height="${cell}" fill="${fill}"/>`;
  for (let row = 0; row < map.rows; row++)
    for (let column = 0; column < map.columns; column++) {
      const pixel = row * map.columns + column;
      parts.push(rectangle(column, row, 10, grey(x[pixel * map.channels])));
      if (values) parts.push(rectangle(column, row, x1, ink.of(Math.sqrt(values[pixel]), Math.sqrt(greatest))));
    }
  const frame = (from: number): string =>
    `<rect x="${from + left.start * cell}" y="${y0 + top.start * cell}" width="${left.size * cell}" height="${top.size * cell}" style="fill:none;stroke:${ink.accent};stroke-width:2"/>`;
  const title = `Unit ${unit.value.join(', ')} of ${at.path}: field ${fieldText(at.field)}`;
  return {
    width: x1 + map.columns * cell + 10,
    height: y0 + map.rows * cell + 10,
    body: [text(10, 20, title, ink), ...parts, frame(10), ...(values ? [frame(x1)] : [])].join(''),
    title,
  };
}
