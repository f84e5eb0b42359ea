// Input, kernel and output as grids of cells, and the player that goes through the outputs.

import { signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { exact } from '../numbers.ts';
import { greatestOf } from '../palette.ts';
import { Grid } from '../view/grid.tsx';
import { choose, edit, filter, hovered, isFilling, lab, marked, moves, type Place, place } from './model.ts';
import { kernelPlanes, marginOf } from './planes.ts';
import { cellAt, type Planes, planesOf } from './values.ts';
import { outputName, placeName } from './words.ts';

interface PlaneProps {
  readonly where: Place['where'];
  readonly planes: Planes;
  readonly plane: number;
  readonly title: string;
  readonly label: string;
  readonly values: ArrayLike<number>;
  readonly greatest: number;
  readonly margin?: readonly [number, number, number, number];
}

const enter = (): void => document.getElementById('cell-value')?.focus();

function Plane({ where, planes, plane, title, label, values, greatest, margin }: PlaneProps) {
  const at = useMemo(() => (row: number, column: number) => cellAt(planes, plane, row, column), [planes, plane]);
  const change = where === 'y' ? undefined : (index: number, value: number) => edit(where, index, value);
  return (
    <figure class="plane" data-where={where}>
      <figcaption>{title}</figcaption>
      <Grid
        label={label}
        rows={planes.rows}
        columns={planes.columns}
        at={at}
        values={values}
        greatest={greatest}
        marks={marked[where]}
        choose={(index) => choose(where, index)}
        hover={(index) => {
          hovered.value = index === undefined ? undefined : { where, index };
        }}
        {...(margin && { margin })}
        {...(change && { edit: change, enter })}
      />
    </figure>
  );
}

export function Stage() {
  const current = lab.value;
  const { x, y, weight, rank, op, shape } = current;
  const o = filter.value;
  const [xs, ys] = useMemo(() => [planesOf(x.shape.slice(1), rank), planesOf(y.shape.slice(1), rank)], [current]);
  const ws = useMemo(() => weight && planesOf(weight.shape, rank), [current]);
  const [gx, gw, gy] = useMemo(() => [x.data, weight?.data ?? [], y.data].map(greatestOf), [current]);
  const margin = useMemo(() => marginOf(current), [current]);
  const many = (count: number, name: string, i: number): string => (count > 1 ? ` · ${name} ${i}` : '');
  const size = (planes: Planes): string => (rank === 1 ? `${planes.columns}` : `${planes.rows}×${planes.columns}`);
  const widest = Math.max(xs.columns, ys.columns) + margin[2] + margin[3];
  return (
    <div class="stage" style={{ '--widest': widest }}>
      <div class="planes">
        {Array.from({ length: xs.count }, (_, plane) => (
          <Plane
            key={plane}
            where="x"
            planes={xs}
            plane={plane}
            title={`Input ${size(xs)}${many(xs.count, 'channel', plane)}`}
            label={`Input${many(xs.count, 'channel', plane)}`}
            values={x.data}
            greatest={gx}
            {...(op !== 'transposed' && { margin })}
          />
        ))}
      </div>
      {weight && ws && (
        <div class="planes">
          {kernelPlanes(current, o).map(({ plane, channel }) => (
            <Plane
              key={plane}
              where="w"
              planes={ws}
              plane={plane}
              title={`Kernel ${size(ws)}${many(ys.count, 'filter', o)}${many(shape[shape.length - 1], 'channel', channel)}`}
              label={`Kernel${many(ys.count, 'filter', o)}${many(shape[shape.length - 1], 'channel', channel)}`}
              values={weight.data}
              greatest={gw}
            />
          ))}
        </div>
      )}
      <div class="planes">
        {Array.from({ length: ys.count }, (_, plane) => (
          <Plane
            key={plane}
            where="y"
            planes={ys}
            plane={plane}
            title={`Output ${size(ys)}${many(ys.count, op === 'conv' || op === 'transposed' ? 'filter' : 'channel', plane)}`}
            label={`Output${many(ys.count, 'channel', plane)}`}
            values={y.data}
            greatest={gy}
            {...(op === 'transposed' && { margin })}
          />
        ))}
      </div>
    </div>
  );
}

const isPlaying = signal(false);
/** Milliseconds for each output; more for who asks for less motion. */
const stepTime = (): number => (matchMedia('(prefers-reduced-motion: reduce)').matches ? 1500 : 450);

export function Player() {
  const { y } = lab.value;
  const O = y.shape[y.shape.length - 1];
  const positions = y.data.length / O;
  const o = filter.value;
  const { where, index } = place.value;
  const p = where === 'y' ? Math.floor(index / O) : -1;
  const go = (to: number): void => choose('y', Math.min(Math.max(0, to), positions - 1) * O + o);
  useEffect(() => {
    if (!isPlaying.value) return;
    const timer = setTimeout(() => {
      if (p + 1 >= positions) isPlaying.value = false;
      else go(p + 1);
    }, stepTime());
    return () => clearTimeout(timer);
  }, [isPlaying.value, p, positions]);
  return (
    <div class="player">
      <button type="button" aria-label="One output back" disabled={p <= 0} onClick={() => go(p - 1)}>
        ◀
      </button>
      <button
        type="button"
        class="play"
        onClick={() => {
          if (!isPlaying.value && p + 1 >= positions) go(0);
          isPlaying.value = !isPlaying.value;
        }}
      >
        {isPlaying.value ? 'Pause' : 'Play'}
      </button>
      <button type="button" aria-label="One output on" disabled={p + 1 >= positions} onClick={() => go(p + 1)}>
        ▶
      </button>
      <input
        type="range"
        aria-label="Output position"
        min={0}
        max={positions - 1}
        value={Math.max(0, p)}
        aria-valuetext={outputName(lab.value, Math.max(0, index))}
        onInput={(event) => go(Number(event.currentTarget.value))}
      />
      <span class="position">{p < 0 ? '' : `${p + 1} of ${positions}`}</span>
      <label class="check">
        <input
          type="checkbox"
          checked={isFilling.value}
          onChange={(event) => {
            isFilling.value = event.currentTarget.checked;
          }}
        />
        hide what comes later
      </label>
    </div>
  );
}

/** The number of the chosen cell of the input or the kernel, to be changed. */
export function CellValue() {
  const { where, index } = place.value;
  if (where === 'y') return null;
  const { x, weight } = lab.value;
  const tensor = where === 'x' ? x : weight;
  if (!tensor) return null;
  const name = where === 'x' ? `Input ${placeName(x.shape, index)}` : 'The chosen weight';
  return (
    <p class="cell-value">
      <label for="cell-value">{name} is</label>{' '}
      <input
        id="cell-value"
        key={`${where}${index}`}
        inputMode="decimal"
        autocomplete="off"
        value={exact(tensor.data[index]).replace('−', '-')}
        onChange={(event) => edit(where, index, Number(event.currentTarget.value.replace('−', '-')))}
      />{' '}
      <span class="hint">A digit typed in the grid changes the cell too; the minus key its sign.</span>
    </p>
  );
}

/** What moved along with a shifted input, and what did not. */
export function Moved() {
  const found = moves.value;
  const { shift, y } = lab.value;
  if (!found) return null;
  const by = `${shift[0] === 0 ? '' : `${shift[0]} down`}${shift[0] !== 0 && shift[1] !== 0 ? ', ' : ''}${shift[1] === 0 ? '' : `${shift[1]} right`}`;
  if (!found.by)
    return (
      <p class="moved">The input moved by {by}. The stride does not divide that, so the output does not move along.</p>
    );
  return (
    <p class="moved">
      The input moved by {by}; {found.moved} of {y.data.length} outputs moved along to the bit
      {found.changed.size > 0 &&
        `, and the ${found.changed.size} framed by dots did not: their windows reach cells that moved in or out at the border`}
      .
    </p>
  );
}
