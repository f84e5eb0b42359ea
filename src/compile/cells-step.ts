// The steps of padding and upsampling, which come with those layers: only nets that have one pay for them.

import { Cells } from '../kernels/declared.ts';
import type { Program } from '../layer/layer.ts';
import type { Value } from '../layer/step.ts';
import type { CellAxis } from '../reference/cells.ts';
import type { Shape } from '../tensor.ts';
import { Activation } from './activation.ts';
import { Recorder } from './recorder.ts';
import { closed, type Step } from './steps.ts';

/**
 * Cells of x chosen or mixed on each axis of space, one axis after the other; a cell of padding is `fill`. Axes that mix cells have a
 * step each; those that choose among them share one. `undefined` where the kernel does not reach, or for another program than `compile`'s.
 */
export function appendCells(
  program: Program,
  x: Value,
  shape: Shape,
  axes: readonly CellAxis[],
  fill: number,
): Value | undefined {
  if (axes.length > 3 || !(program instanceof Recorder)) return undefined;
  const append = (from: Activation, own: readonly CellAxis[]): Activation => {
    const to = [shape[0], ...own.map(({ low }) => low.length), shape[shape.length - 1]];
    return program.append(cellsStep(from, new Activation(to), own, fill));
  };
  let y = x as Activation;
  if (axes.some((axis) => !axis.share))
    y = append(
      y,
      axes.map((axis, i) => (axis.share ? unchanged(y.shape[i + 1]) : axis)),
    );
  axes.forEach((axis, i) => {
    if (!axis.share) return;
    const from = y;
    y = append(
      from,
      axes.map((_, j) => (j === i ? axis : unchanged(from.shape[j + 1]))),
    );
  });
  return y;
}

/** Every cell of an axis as it is. */
const unchanged = (cells: number): CellAxis => ({ low: Int32Array.from({ length: cells }, (_, i) => i) });

/** Spec pad-forward, upsample-nearest, upsample-linear; at most one axis mixes cells. Every image has a plan of its own. */
function cellsStep(x: Activation, y: Activation, axes: readonly CellAxis[], fill: number): Step {
  return {
    reads: [x],
    y,
    ...closed,
    prepare(arena, at) {
      const [from, to] = [at(x), at(y)];
      const border = arena.values(new Float32Array(4).fill(fill));
      const steps = [from.plane, from.row, from.pixel].slice(3 - axes.length);
      const tables = axes.map((axis, i) => arena.table(entriesOf(axis, steps[i])));
      const [planeTable, rowTable, columnTable] = [
        ...[ONE_CELL, ONE_CELL].map((one) => arena.table(one)),
        ...tables,
      ].slice(-3);
      const [planes, rows, columns] = y.size;
      const plans = Array.from({ length: x.batch }, (_, n) =>
        arena.struct(Cells, {
          x: from.address + n * from.image,
          y: to.address + n * to.image,
          planes,
          rows,
          columns,
          channels: y.channels,
          yPlane: to.plane,
          yRow: to.row,
          yColumn: to.pixel,
          planeTable,
          rowTable,
          columnTable,
          fill: border,
        }),
      );
      return (images) => {
        for (let n = 0; n < images(x); n++) arena.kernels.cells(plans[n]);
      };
    },
  };
}

/** The table of an axis that x does not have. */
const ONE_CELL = [0, 0, 0];

/** For each cell of an axis: two byte offsets, and the bits of a float32. */
function entriesOf({ low, high, share }: CellAxis, step: number): number[] {
  const bits = new Uint32Array(Float32Array.from(low, (_, i) => share?.[i] ?? 0).buffer);
  return Array.from(low).flatMap((cell, i) => [cell < 0 ? -1 : cell * step, (high?.[i] ?? cell) * step, bits[i]]);
}
