// A grid of cells with numbers: one tab stop, arrows, Home and End move, a digit replaces the number of a cell.
// https://www.w3.org/WAI/ARIA/apg/patterns/grid/ is the pattern.

import { effect, type ReadonlySignal } from '@preact/signals';
import type { CSSProperties, TargetedKeyboardEvent } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { short } from '../numbers.ts';
import { strength } from '../palette.ts';
import type { Mark } from './mark.ts';

export interface GridProps {
  readonly label: string;
  readonly rows: number;
  readonly columns: number;
  /** Cells of padding around it: above, below, left, right. */
  readonly margin?: readonly [number, number, number, number];
  /** The index of a cell among all values. */
  at(row: number, column: number): number;
  readonly values: ArrayLike<number>;
  /** The magnitude of the deepest colour. */
  readonly greatest: number;
  readonly marks: ReadonlySignal<ReadonlyMap<number, Mark>>;
  choose(index: number): void;
  hover(index: number | undefined): void;
  /** Without it the numbers cannot be changed. */
  readonly edit?: (index: number, value: number) => void;
  /** What Enter does. */
  readonly enter?: () => void;
}

/** Above it there is no room for digits. */
const MOST_COLUMNS_WITH_DIGITS = 16;

const toneOf = (value: number, greatest: number): CSSProperties => ({
  '--share': `${Math.round(strength(value, greatest) * 1000) / 10}%`,
});

/** The length of the longest text, at least that of two digits and a sign. */
const longest = (values: ArrayLike<number>, indices: readonly (readonly number[])[]): number =>
  indices.flat().reduce((most, index) => Math.max(most, short(values[index]).length), 3);

export function Grid(props: GridProps) {
  const { label, rows, columns, margin = [0, 0, 0, 0], at, values, greatest, marks } = props;
  const root = useRef<HTMLTableElement>(null);
  const active = useRef({ row: 0, column: 0 });
  const [above, below, left, right] = margin;
  const wide = left + columns + right;
  const indices = useMemo(
    () => Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => at(i, j))),
    [rows, columns, at],
  );

  useEffect(() => {
    const cells = new Map<number, HTMLElement>();
    for (const cell of root.current?.querySelectorAll<HTMLElement>('[data-i]') ?? [])
      cells.set(Number(cell.dataset.i), cell);
    let marked: HTMLElement[] = [];
    return effect(() => {
      for (const cell of marked) {
        delete cell.dataset.mark;
        cell.setAttribute('aria-selected', 'false');
      }
      marked = [];
      for (const [index, mark] of marks.value) {
        const cell = cells.get(index);
        if (!cell) continue;
        cell.dataset.mark = mark;
        if (mark === 'chosen') {
          cell.setAttribute('aria-selected', 'true');
          rove(cell, false);
        }
        marked.push(cell);
      }
    });
  }, [indices, marks]);

  /** Makes a cell the one that the Tab key reaches. */
  function rove(cell: HTMLElement, isFocused = true): void {
    root.current?.querySelector('[tabindex="0"]')?.setAttribute('tabindex', '-1');
    cell.tabIndex = 0;
    active.current = { row: Number(cell.dataset.row), column: Number(cell.dataset.column) };
    if (isFocused) cell.focus();
  }

  const cellOf = (event: Event): HTMLElement | undefined =>
    (event.target as HTMLElement).closest<HTMLElement>('[data-i]') ?? undefined;

  function move(event: TargetedKeyboardEvent<HTMLTableElement>): void {
    const cell = cellOf(event);
    if (!cell || event.altKey || event.metaKey) return;
    const [row, column] = [Number(cell.dataset.row), Number(cell.dataset.column)];
    const index = Number(cell.dataset.i);
    const far = event.ctrlKey;
    const to = {
      ArrowRight: [row, column + 1],
      ArrowLeft: [row, column - 1],
      ArrowDown: [row + 1, column],
      ArrowUp: [row - 1, column],
      Home: [far ? 0 : row, 0],
      End: [far ? rows - 1 : row, columns - 1],
    }[event.key];
    if (to) {
      event.preventDefault();
      const next = root.current?.querySelector<HTMLElement>(`[data-row="${to[0]}"][data-column="${to[1]}"]`);
      if (!next) return;
      rove(next);
      props.choose(Number(next.dataset.i));
    } else if (event.key === 'Enter' && props.enter) {
      event.preventDefault();
      props.enter();
    } else if (props.edit && /^[0-9-]$/.test(event.key) && !far) {
      event.preventDefault();
      props.edit(index, event.key === '-' ? -values[index] : Number(event.key));
    }
  }

  const [row0, column0] = [Math.min(active.current.row, rows - 1), Math.min(active.current.column, columns - 1)];
  const letters = useMemo(() => longest(values, indices), [values, indices]);
  const isDense = wide > MOST_COLUMNS_WITH_DIGITS;
  const padding = (count: number, side: string) =>
    Array.from({ length: count }, (_, i) => `${side} ${i}`).map((key) => (
      <td key={key} class="cell padding" aria-hidden="true" />
    ));
  const paddedRows = (count: number, side: string) =>
    Array.from({ length: count }, (_, i) => `${side} ${i}`).map((key) => <tr key={key}>{padding(wide, side)}</tr>);
  return (
    <table
      ref={root}
      // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: the pattern allows a table to be a grid
      role="grid"
      aria-label={label}
      aria-readonly={props.edit === undefined}
      class={`grid${isDense ? ' dense' : ''}`}
      style={{ '--columns': wide, '--letters': letters }}
      onKeyDown={move}
      onClick={(event) => {
        const cell = cellOf(event);
        if (!cell) return;
        rove(cell);
        props.choose(Number(cell.dataset.i));
      }}
      onPointerOver={(event) => {
        const cell = cellOf(event);
        props.hover(cell && Number(cell.dataset.i));
      }}
      onPointerLeave={() => props.hover(undefined)}
    >
      <tbody>
        {paddedRows(above, 'above')}
        {indices.map((row, i) => (
          <tr key={row[0]}>
            {padding(left, 'left')}
            {row.map((index, j) => (
              <td
                key={index}
                // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: the cell of a grid
                role="gridcell"
                class={`cell${values[index] < 0 ? ' negative' : ''}`}
                style={toneOf(values[index], greatest)}
                tabIndex={i === row0 && j === column0 ? 0 : -1}
                data-i={index}
                data-row={i}
                data-column={j}
                aria-selected="false"
              >
                {short(values[index])}
              </td>
            ))}
            {padding(right, 'right')}
          </tr>
        ))}
        {paddedRows(below, 'below')}
      </tbody>
    </table>
  );
}
