// An output as planes of cells: what is right beside what an engine gave, the wrong elements framed by dots.

import { signal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { placeOf } from '../../places.ts';
import { type Shape, sizeOf } from '../../tensor.ts';
import { exact } from '../numbers.ts';
import { greatestOf } from '../palette.ts';
import { announce } from '../view/announce.tsx';
import { Grid } from '../view/grid.tsx';
import type { Mark } from '../view/mark.ts';
import { Scrolled } from '../view/scrolled.tsx';
import type { Output } from './question.ts';

/** Planes and cells beyond these are in the table alone. */
const [MOST_PLANES, MOST_SIDE, MOST_ROWS] = [4, 24, 60];

interface Plane {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  at(row: number, column: number): number;
}

/** The last two axes of space as planes, one for each image, channel and depth. */
function planesOf(shape: Shape): Plane[] {
  const rank = shape.length;
  if (rank <= 2) {
    const [rows, columns] = rank === 2 ? shape : [1, sizeOf(shape)];
    return [{ name: '', rows, columns, at: (row, column) => row * columns + column }];
  }
  const channels = shape[rank - 1];
  const columns = shape[rank - 2];
  const rows = rank > 3 ? shape[rank - 3] : 1;
  const outer = shape.slice(0, Math.max(1, rank - 3));
  return Array.from({ length: sizeOf(outer) * channels }, (_, i) => {
    const [o, c] = [Math.floor(i / channels), i % channels];
    const place = placeOf(outer, o);
    const names = [
      outer[0] > 1 ? `image ${place[0]}` : '',
      outer.length > 1 ? `depth ${place.slice(1).join(', ')}` : '',
      channels > 1 ? `channel ${c}` : '',
    ];
    return {
      name: names.filter((name) => name !== '').join(', '),
      rows,
      columns,
      at: (row, column) => ((o * rows + row) * columns + column) * channels + c,
    };
  });
}

function Values({
  label,
  shape,
  values,
  wrong,
  only,
}: {
  readonly label: string;
  readonly shape: Shape;
  readonly values: ArrayLike<number>;
  readonly wrong: readonly number[];
  readonly only: ReadonlySet<number> | undefined;
}) {
  const marks = useMemo(() => signal<ReadonlyMap<number, Mark>>(new Map(wrong.map((i) => [i, 'changed']))), [wrong]);
  const planes = useMemo(() => planesOf(shape), [shape]);
  const greatest = useMemo(() => greatestOf(values), [values]);
  const shown = planes
    .map((plane, i) => ({ plane, i }))
    .filter(({ plane, i }) => plane.rows <= MOST_SIDE && plane.columns <= MOST_SIDE && (only?.has(i) ?? true));
  if (shown.length === 0) return <p class="hint">{`${shape.join('×')} is too large to be drawn.`}</p>;
  return (
    <>
      {shown.slice(0, MOST_PLANES).map(({ plane, i }) => (
        <figure key={i} class="plane">
          <figcaption>
            {label}
            {plane.name && ` · ${plane.name}`}
          </figcaption>
          <Grid
            label={`${label}${plane.name && ` · ${plane.name}`}`}
            rows={plane.rows}
            columns={plane.columns}
            at={plane.at}
            values={values}
            greatest={greatest}
            marks={marks}
            choose={(index) => announce(`${exact(values[index])}${wrong.includes(index) ? ', wrong' : ''}`)}
            hover={() => {}}
          />
        </figure>
      ))}
    </>
  );
}

/** The planes that hold wrong elements come first; where none do, all. */
function withWrong(shape: Shape, wrong: readonly number[]): ReadonlySet<number> | undefined {
  if (wrong.length === 0 || shape.length <= 2) return undefined;
  const channels = shape[shape.length - 1];
  const inside = sizeOf(shape.slice(Math.max(1, shape.length - 3), -1));
  return new Set(wrong.map((i) => Math.floor(i / channels / inside) * channels + (i % channels)));
}

export function OutputPlanes({ output }: { readonly output: Output }) {
  const { part, shape, expected, theirs, wrong } = output;
  const only = useMemo(() => withWrong(shape, wrong), [output]);
  const what = part === 'y' ? 'y' : `gradient of ${part}`;
  const name = (whose: string, of: Shape): string => `${what}, ${whose}, ${of.join('×')}`;
  return (
    <>
      <div
        class="pair"
        style={{ '--wide': Math.min(MOST_SIDE, shape.length > 2 ? shape[shape.length - 2] : shape[1]) }}
      >
        <div>
          <Values label={name('exact', shape)} shape={shape} values={expected} wrong={wrong} only={only} />
        </div>
        {theirs && (
          <div>
            <Values
              label={name('the engine', theirs.shape)}
              shape={theirs.shape}
              values={theirs.data}
              wrong={wrong}
              only={only}
            />
          </div>
        )}
      </div>
      {theirs && wrong.length > 0 && <Wrong output={output} />}
    </>
  );
}

const Wrong = ({ output: { part, shape, expected, bound, theirs, wrong } }: { readonly output: Output }) => (
  <details>
    <summary>
      The {wrong.length} wrong elements of {part} as a table
    </summary>
    <Scrolled label={`Wrong elements of ${part}`}>
      <table>
        <thead>
          <tr>
            <th scope="col">Place</th>
            <th scope="col">Exact</th>
            <th scope="col">May differ by</th>
            <th scope="col">The engine</th>
          </tr>
        </thead>
        <tbody>
          {wrong.slice(0, MOST_ROWS).map((i) => (
            <tr key={i}>
              <th scope="row">{placeOf(shape, i).join(', ')}</th>
              <td>{exact(expected[i])}</td>
              <td>{bound[i] === 0 ? '0' : bound[i].toExponential(1)}</td>
              <td>{exact(theirs?.data[i] ?? Number.NaN)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolled>
    {wrong.length > MOST_ROWS && <p class="hint">The first {MOST_ROWS} of them.</p>}
  </details>
);
