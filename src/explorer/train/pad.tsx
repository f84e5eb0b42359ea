// The pad to draw a digit on: by the pointer, or by arrows and Space.

import { useEffect, useRef } from 'preact/hooks';
import { scheme } from '../view/theme.ts';
import { INNER } from './data.ts';
import { digitOf, drawn } from './model.ts';

/** Puts ink around a place, fading out within about a cell and a half. */
function ink(row: number, column: number): void {
  const cells = drawn.value.slice();
  for (let i = Math.max(0, Math.floor(row) - 2); i <= Math.min(INNER - 1, row + 2); i++)
    for (let j = Math.max(0, Math.floor(column) - 2); j <= Math.min(INNER - 1, column + 2); j++) {
      const far = Math.sqrt((i - row) * (i - row) + (j - column) * (j - column));
      cells[i * INNER + j] = Math.min(1, Math.max(cells[i * INNER + j], 1.6 - far));
    }
  drawn.value = cells.map((value) => Math.max(0, value));
}

export function Pad() {
  const canvas = useRef<HTMLCanvasElement>(null);
  const cursor = useRef({ row: 14, column: 14 });
  const before = useRef<readonly [number, number] | undefined>(undefined);
  const image = drawn.value;
  const colours = scheme.value;
  const show = (withCursor: boolean): void => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    context.fillStyle = colours.neutral;
    context.fillRect(0, 0, INNER, INNER);
    for (let i = 0; i < image.length; i++) {
      context.globalAlpha = image[i];
      context.fillStyle = colours.text;
      context.fillRect(i % INNER, Math.floor(i / INNER), 1, 1);
    }
    context.globalAlpha = 1;
    if (!withCursor) return;
    context.fillStyle = colours.accent;
    context.fillRect(cursor.current.column, cursor.current.row, 1, 1);
  };
  useEffect(() => show(document.activeElement === canvas.current?.parentElement), [image, colours]);
  const placeOf = (event: PointerEvent): [number, number] => {
    const { left, top, width, height } = (event.currentTarget as Element).getBoundingClientRect();
    return [((event.clientY - top) / height) * INNER - 0.5, ((event.clientX - left) / width) * INNER - 0.5];
  };
  return (
    <div class="pad">
      <div
        class="paper"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it is drawn on by the keyboard, too
        tabIndex={0}
        role="application"
        aria-label="Pad of 28 by 28 cells to draw a digit on: arrows move, Space draws, Delete clears"
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          before.current = placeOf(event);
          ink(...before.current);
        }}
        onPointerMove={(event) => {
          if (!before.current) return;
          const [from, to] = [before.current, placeOf(event)];
          const steps = Math.ceil(Math.max(Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1]))) + 1;
          for (let i = 1; i <= steps; i++)
            ink(from[0] + ((to[0] - from[0]) * i) / steps, from[1] + ((to[1] - from[1]) * i) / steps);
          before.current = to;
        }}
        onPointerUp={() => {
          before.current = undefined;
        }}
        onFocus={() => show(true)}
        onBlur={() => show(false)}
        onKeyDown={(event) => {
          const move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
          const { row, column } = cursor.current;
          if (move) {
            const within = (at: number): number => Math.min(INNER - 1, Math.max(0, at));
            cursor.current = { row: within(row + move[0]), column: within(column + move[1]) };
            show(true);
          } else if (event.key === ' ') ink(row, column);
          else if (event.key === 'Delete' || event.key === 'Backspace') clear();
          else return;
          event.preventDefault();
        }}
      >
        <canvas ref={canvas} width={INNER} height={INNER} />
      </div>
      <div class="row">
        <button type="button" onClick={clear}>
          Clear
        </button>
        {Array.from({ length: 10 }, (_, label) => label).map((label) => (
          <button
            key={label}
            type="button"
            class="digit"
            aria-label={`Show a ${label}`}
            onClick={() => {
              drawn.value = digitOf(label);
            }}
          >
            {label}
          </button>
        ))}
      </div>
    </div>
  );
}

function clear(): void {
  drawn.value = new Float32Array(INNER * INNER);
}
