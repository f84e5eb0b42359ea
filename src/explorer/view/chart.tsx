// Curves on the page: uPlot draws them, a table has the numbers, and the file that is saved is the drawing of chart.ts.

import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { type Axes, type Curve, drawCurves } from '../chart.ts';
import { exact, short } from '../numbers.ts';
import type { Scheme } from '../palette.ts';
import { Save } from './save.tsx';
import { Scrolled } from './scrolled.tsx';
import { scheme } from './theme.ts';

const HEIGHT = 260;
const FONT = 'system-ui, "DejaVu Sans", sans-serif';

interface Shown {
  readonly curves: readonly Curve[];
  readonly axes: Axes;
}

/** One row of x for all curves; a number that is not finite interrupts its curve. */
function dataOf(curves: readonly Curve[]): uPlot.AlignedData {
  const tables = curves.map(({ points }): uPlot.AlignedData => {
    const sorted = [...points].sort(([a], [b]) => a - b);
    return [sorted.map(([x]) => x), sorted.map(([, y]) => (Number.isFinite(y) ? y : null))];
  });
  return uPlot.join(tables);
}

/** What uPlot draws with: `shown` gives the curves of the moment, whose ranges and marks change. */
function optionsOf(shown: () => Shown, ink: Scheme, width: number): uPlot.Options {
  const { curves, axes } = shown();
  const axis = (label: string, size: number): uPlot.Axis => ({
    label,
    size,
    stroke: ink.text,
    font: `12px ${FONT}`,
    labelFont: `13px ${FONT}`,
    labelSize: 20,
    grid: { stroke: ink.line, width: 1 },
    ticks: { stroke: ink.line, width: 1 },
    values: (_, splits) => splits.map(short),
  });
  const value = (_: uPlot, at: number | null): string => (at === null || at === undefined ? '–' : exact(at));
  const marks = ({ ctx, bbox, valToPos }: uPlot): void => {
    ctx.save();
    ctx.strokeStyle = ink.accent;
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([devicePixelRatio, 4 * devicePixelRatio]);
    for (const x of shown().axes.marks ?? []) {
      const left = valToPos(x, 'x', true);
      ctx.beginPath();
      ctx.moveTo(left, bbox.top);
      ctx.lineTo(left, bbox.top + bbox.height);
      ctx.stroke();
    }
    ctx.restore();
  };
  return {
    width,
    height: HEIGHT,
    scales: {
      x: { time: false, range: (_, least, most) => [Math.min(0, least ?? 0), most ?? 1] },
      y: {
        range: (_, least, most) =>
          [...(shown().axes.range ?? uPlot.rangeNum(Math.min(0, least ?? 0), most ?? 1, 0.1, true))] as [
            number,
            number,
          ],
      },
    },
    axes: [axis(axes.x, 30), axis(axes.y, 48)],
    series: [
      { label: axes.x, value },
      ...curves.map(({ name, isDashed }, i) => ({
        label: name,
        stroke: i === 0 ? ink.accent : ink.text,
        width: 2,
        dash: isDashed ? [6, 4] : undefined,
        value,
      })),
    ],
    // A curve without a number at the pointer shows none, not its nearest one.
    cursor: { drag: { x: false, y: false }, dataIdx: (_plot, _curve, nearest) => nearest },
    legend: { markers: { width: 2, dash: (_, i) => (curves[i - 1]?.isDashed ? 'dashed' : 'solid') } },
    hooks: { draw: [marks] },
  };
}

/** The curves in words, for those who cannot see them: where each begins and ends. */
function inWords({ curves, axes }: Shown): string {
  const ends = curves.map(({ name, points }) => {
    const [first, last] = [points[0], points.at(-1)];
    if (!first || !last) return `${name}: nothing yet`;
    return `${name}: ${exact(first[1])} at ${exact(first[0])}, ${exact(last[1])} at ${exact(last[0])}`;
  });
  return [axes.title, ...ends].join('. ');
}

/** A row for each x of the curves. */
export function CurveTable({ curves, axes }: Shown) {
  const [xs, ...columns] = dataOf(curves);
  return (
    <Scrolled label={axes.title}>
      <table>
        <thead>
          <tr>
            {[axes.x, ...curves.map(({ name }) => name)].map((name) => (
              <th scope="col" key={name}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {[...xs].map((x, row) => (
            <tr key={x}>
              <th scope="row">{exact(x)}</th>
              {columns.map((column, i) => (
                <td key={curves[i].name}>{typeof column[row] === 'number' ? exact(column[row]) : ''}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolled>
  );
}

export interface ChartProps extends Shown {
  /** Of the saved file. */
  readonly name: string;
  /** The numbers, for those who cannot see the curves. */
  readonly table: ComponentChildren;
}

export function Chart({ curves, axes, name, table }: ChartProps) {
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  const shown = useRef<Shown>({ curves, axes });
  shown.current = { curves, axes };
  const ink = scheme.value;
  const names = curves.map((each) => each.name).join('\n');
  useEffect(() => {
    const place = frame.current as HTMLDivElement;
    const made = new uPlot(
      optionsOf(() => shown.current, ink, place.clientWidth),
      dataOf(shown.current.curves),
      place,
    );
    plot.current = made;
    const room = new ResizeObserver(() => made.setSize({ width: place.clientWidth, height: HEIGHT }));
    room.observe(place);
    return () => {
      room.disconnect();
      made.destroy();
    };
  }, [ink, names, axes.x]);
  useEffect(() => plot.current?.setData(dataOf(curves)), [curves]);
  return (
    <figure class="curve">
      <div class="chart" ref={frame} role="img" aria-label={inWords({ curves, axes })} />
      <details>
        <summary>Numbers and files</summary>
        {table}
        <Save name={name} draw={(ink) => drawCurves(curves, axes, ink)} />
      </details>
    </figure>
  );
}
