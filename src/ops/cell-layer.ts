// What padding and upsampling have in common: each axis of space gets other cells, chosen or mixed.

import { appendCells } from '../compile/cells-step.ts';
import { SpecError } from '../errors.ts';
import type { Attributes, Field, Layer } from '../layer/layer.ts';
import { operator, remembering } from '../layer/operator.ts';
import type { CellAxis } from '../reference/cells.ts';
import { cells, cellsGrad } from '../reference/cells.ts';
import { roundingOf } from '../rounding.ts';
import { MAX_ELEMENTS, type Shape, sizeOf } from '../tensor.ts';

interface CellRules {
  readonly clause: string;
  /** For each axis of space: the number of cells of y. Refuses an x that does not fit. */
  lengths(x: Shape): readonly number[];
  /** And which cells of x those are made of. */
  axes(x: Shape): readonly CellAxis[];
  field(x: Shape): Field;
  /** What a cell of padding holds. */
  readonly fill: number;
}

export function cellLayer(
  name: string,
  attributes: Attributes,
  make: (attributes: never) => Layer,
  { clause, lengths, axes, field, fill }: CellRules,
): Layer {
  const axesOf = remembering(name, axes);
  const shape = (x: Shape): Shape => {
    if (x.length < 3)
      throw new SpecError(clause, `${name}: x must have the axes [batch, ...space, channels], got shape [${x}]`);
    return [x[0], ...lengths(x), x[x.length - 1]];
  };
  return operator({
    name,
    attributes,
    make,
    shape,
    field,
    forward(x) {
      checkSize(name, shape(x.shape));
      return cells(name, x, axesOf(x.shape), roundingOf(x.data)(fill));
    },
    emit(program, x) {
      checkSize(name, shape(x.shape));
      return appendCells(program, x, shape(x.shape), axesOf(x.shape), fill);
    },
    gradient: ({ x, dy }) => ({ x: cellsGrad(name, dy, x.shape, axesOf(x.shape)) }),
  });
}

/** Spec tensor-size: before tables are made for its axes. */
function checkSize(who: string, shape: Shape): void {
  if (sizeOf(shape) > MAX_ELEMENTS)
    throw new SpecError(
      'tensor-size',
      `${who}: a tensor holds at most ${MAX_ELEMENTS} elements, got ${sizeOf(shape)} for shape [${shape}]`,
    );
}
