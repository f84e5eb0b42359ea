// A plane as a picture, in which a pixel is chosen by the pointer or by arrows.

import { useEffect, useRef } from 'preact/hooks';
import type { Tensor } from '../../tensor.ts';
import type { Scheme } from '../palette.ts';
import { type Drawing, type Ink, raster, text } from '../svg.ts';
import { scheme } from '../view/theme.ts';
import { pixelsOf } from './pixels.ts';

function paint(canvas: HTMLCanvasElement, image: Tensor, colours: Scheme, signed?: boolean): void {
  const [, rows, columns] = image.shape;
  [canvas.width, canvas.height] = [columns, rows];
  canvas.getContext('2d')?.putImageData(new ImageData(pixelsOf(image, colours, signed), columns, rows), 0, 0);
}

export interface Place {
  readonly row: number;
  readonly column: number;
}

/** A plane is about this wide, in pixels of the page. */
const WIDE = 300;
export const scaleOf = ({ shape }: Tensor): number => Math.max(1, Math.floor(WIDE / shape[2]));

export interface PlaneProps {
  readonly label: string;
  readonly image: Tensor;
  /** Whether it has the colours of numbers, where no number is negative, too. */
  readonly signed?: boolean | undefined;
  /** Pixels of the page for one of the image. */
  readonly scale: number;
  /** The window that is framed. */
  readonly frame?: Place & { readonly height: number; readonly width: number };
  readonly chosen?: Place;
  readonly choose?: (place: Place) => void;
}

export function PlaneCanvas({ label, image, signed, scale, frame, chosen, choose }: PlaneProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const colours = scheme.value;
  const [, rows, columns] = image.shape;
  useEffect(() => {
    if (canvas.current) paint(canvas.current, image, colours, signed);
  }, [image, colours, signed]);
  const percent = (value: number, of: number): string => `${(100 * value) / of}%`;
  const picture = <canvas ref={canvas} role="img" aria-label={label} />;
  const over = frame && (
    <span
      class="frame"
      style={{
        top: percent(frame.row, rows),
        left: percent(frame.column, columns),
        width: percent(frame.width, columns),
        height: percent(frame.height, rows),
      }}
    />
  );
  const style = { width: `${columns * scale}px` };
  if (!choose || !chosen)
    return (
      <div class="plane-canvas" style={style}>
        {picture}
        {over}
      </div>
    );
  const go = (row: number, column: number): void =>
    choose({
      row: Math.min(rows - 1, Math.max(0, Math.floor(row))),
      column: Math.min(columns - 1, Math.max(0, Math.floor(column))),
    });
  const point = (event: PointerEvent): void => {
    const { left, top, width, height } = (event.currentTarget as Element).getBoundingClientRect();
    go(((event.clientY - top) / height) * rows, ((event.clientX - left) / width) * columns);
  };
  return (
    <div
      class="plane-canvas"
      style={style}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a pixel is chosen by the keyboard, too
      tabIndex={0}
      role="application"
      aria-label={`${label}. Arrows choose a pixel: row ${chosen.row}, column ${chosen.column}`}
      onPointerMove={(event) => event.pointerType === 'mouse' && point(event)}
      onPointerDown={point}
      onKeyDown={(event) => {
        const { row, column } = chosen;
        const to = {
          ArrowUp: [row - 1, column],
          ArrowDown: [row + 1, column],
          ArrowLeft: [row, column - 1],
          ArrowRight: [row, column + 1],
          Home: [row, 0],
          End: [row, columns - 1],
        }[event.key];
        if (!to) return;
        event.preventDefault();
        go(to[0], to[1]);
      }}
    >
      {picture}
      {over}
    </div>
  );
}

/** Pictures beside each other, to save: the pixels as PNG inside the SVG. */
export function drawPlanes(
  planes: readonly { readonly title: string; readonly image: Tensor; readonly signed?: boolean }[],
  ink: Ink,
): Drawing {
  const side = 240;
  const parts = planes.flatMap(({ title, image, signed }, i) => {
    const canvas = document.createElement('canvas');
    paint(canvas, image, scheme.value, signed);
    const [, rows, columns] = image.shape;
    const [width, height] = columns > rows ? [side, (side * rows) / columns] : [(side * columns) / rows, side];
    return [
      text(10 + i * (side + 16), 18, title, ink),
      raster(canvas.toDataURL(), 10 + i * (side + 16), 28, width, height),
    ];
  });
  return {
    width: planes.length * (side + 16) + 4,
    height: side + 38,
    body: parts.join(''),
    title: planes.map(({ title }) => title).join(', '),
  };
}
