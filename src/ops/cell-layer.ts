// What padding and upsampling have in common: each axis of space gets other cells, chosen or mixed.

import { appendCells } from '../compile/cells-step.ts';
import { SpecError } from '../errors.ts';
import type { Attributes, Field, Layer } from '../layer/layer.ts';
import { operator, remembering } from '../layer/operator.ts';
import type { CellAxis } from '../reference/cells.ts';
import { cells, cellsGrad } from '../reference/cells.ts';
import { roundingOf } from '../rounding.ts';
import type { Shape } from '../tensor.ts';

interface CellRules {
  readonly clause: string;
  /** For each axis of space: which cells of x those of y are made of. */
  axes(x: Shape): readonly CellAxis[];
  field(x: Shape, axes: readonly CellAxis[]): Field;
  /** What a cell of padding holds. */
  readonly fill: number;
}

export function cellLayer(
  name: string,
  attributes: Attributes,
  make: (attributes: never) => Layer,
  { clause, axes, field, fill }: CellRules,
): Layer {
  const axesOf = remembering(name, (x) => {
    if (x.length < 3)
      throw new SpecError(clause, `${name}: x must have the axes [batch, ...space, channels], got shape [${x}]`);
    return axes(x);
  });
  const shape = (x: Shape): Shape => [x[0], ...axesOf(x).map(({ low }) => low.length), x[x.length - 1]];
  return operator({
    name,
    attributes,
    make,
    shape,
    field: (x) => field(x, axesOf(x)),
    forward: (x) => cells(name, x, axesOf(x.shape), roundingOf(x.data)(fill)),
    emit: (program, x) => appendCells(program, x, shape(x.shape), axesOf(x.shape), fill),
    gradient: ({ x, dy }) => ({ x: cellsGrad(name, dy, x.shape, axesOf(x.shape)) }),
  });
}
