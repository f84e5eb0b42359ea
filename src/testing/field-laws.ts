// The receptive field is true: a cell changes only those units whose field holds it.

import fc from 'fast-check';
import type { Field } from '../layer/layer.ts';
import { placeOf } from './compare.ts';
import { wholeNumbers } from './numbers.ts';
import { type Law, points, type Subject, valueAt } from './points.ts';

export const fieldLaws: readonly Law[] = [
  {
    name: 'receptive field',
    property: (s) =>
      fc.property(points(s, wholeNumbers(), 'float32'), fc.nat(), (point, draw) => {
        const cell = draw % point.x.data.length;
        const data = point.x.data.slice();
        data[cell] += 100;
        const [y, changed] = [valueAt(s, point), valueAt(s, { ...point, x: { shape: point.x.shape, data } })];
        y.data.forEach((value, i) => {
          if (!Object.is(value, changed.data[i])) mustSee(s, placeOf(i, y.shape), placeOf(cell, point.x.shape));
        });
      }),
  },
];

function mustSee({ layer, shape }: Subject, unit: readonly number[], cell: readonly number[]): void {
  if (unit[0] !== cell[0]) throw new Error(`image ${cell[0]} changes image ${unit[0]}`);
  if (unit.length !== cell.length) return;
  const field: Field = layer.field(shape);
  field.forEach(({ size, step, start }, i) => {
    const first = start + unit[i + 1] * step;
    if (cell[i + 1] < first || cell[i + 1] >= first + size)
      throw new Error(`cell [${cell}] changes unit [${unit}], which sees ${size} cells from ${first} on axis ${i}`);
  });
}
