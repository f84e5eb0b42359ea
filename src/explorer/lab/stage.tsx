// Input, kernel and output as grids of cells.

import { useEffect, useMemo } from 'preact/hooks';
import { greatestOf } from '../palette.ts';
import { Grid } from '../view/grid.tsx';
import { choose, edit, filter, hovered, lab, marked, type Place } from './model.ts';
import { kernelPlanes, marginOf } from './planes.ts';
import { cellAt, type Planes, planesOf } from './values.ts';

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
  useEffect(
    () => () => {
      hovered.value = undefined;
    },
    [],
  );
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
