// The image with the field of the chosen unit on it, and what moves the unit: on a canvas, and as a picture to save.

import { useEffect, useRef } from 'preact/hooks';
import { fieldText } from '../nets/words.ts';
import { channelsOf, greatestOf, strength } from '../palette.ts';
import { type Drawing, type Ink, raster, text } from '../svg.ts';
import { scheme } from '../view/theme.ts';
import { type Inside, spansOf, unitNear } from './field.ts';
import { chosen, effective, image, inside, unit } from './model.ts';

export interface Map {
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
}

const mix = (from: number, to: number, share: number): number => from + (to - from) * share;

/** Draws the image, or the gradient at each of its pixels. */
function show(canvas: HTMLCanvasElement, { rows, columns, channels }: Map, values: Float32Array | undefined): void {
  [canvas.width, canvas.height] = [columns, rows];
  const picture = new ImageData(columns, rows);
  const pixels = picture.data;
  const x = image.value;
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
  canvas.getContext('2d')?.putImageData(picture, 0, 0);
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
    if (canvas.current) show(canvas.current, map, values);
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
        <canvas ref={canvas} role="img" aria-label={label} />
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
  const cell = 480 / Math.max(map.rows, map.columns);
  const [width, height] = [map.columns * cell, map.rows * cell];
  const values = effective.value;
  const planes = (values ? [undefined, values] : [undefined]).map((each, i) => {
    const canvas = document.createElement('canvas');
    show(canvas, map, each);
    const from = 10 + i * (width + 30);
    return `${raster(canvas.toDataURL(), from, 30, width, height)}<rect x="${from + left.start * cell}" y="${30 + top.start * cell}" width="${left.size * cell}" height="${top.size * cell}" style="fill:none;stroke:${ink.accent};stroke-width:2"/>`;
  });
  const title = `Unit ${unit.value.join(', ')} of ${at.path}: field ${fieldText(at.field)}`;
  return {
    width: Math.ceil(2 * width) + 50,
    height: Math.ceil(height) + 40,
    body: [text(10, 20, title, ink), ...planes].join(''),
    title,
  };
}
