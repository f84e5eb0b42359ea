// The laws of receptive fields: a cell changes only those units whose field contains it, and no field is wider than
// necessary.

import { fieldAt } from '../layer/field.ts';
import { placeOf } from '../places.ts';
import { type Tensor, tensor } from '../tensor.ts';
import fc from './install-fast-check.ts';
import { wholeNumbers } from './numbers.ts';
import { type Law, nest, type Point, points, type Subject, valueAt } from './points.ts';

export const fieldLaws: readonly Law[] = [
  {
    name: 'receptive field',
    property: (s) =>
      fc.property(points(s, wholeNumbers(), 'float32'), fc.nat(), (point, draw) => {
        const cell = draw % point.x.data.length;
        const data = point.x.data.slice();
        data[cell] = Math.abs(data[cell]) < 1e6 ? data[cell] + 100 : 0;
        const [y, changed] = [valueAt(s, point), valueAt(s, { ...point, x: { shape: point.x.shape, data } })];
        y.data.forEach((value, i) => {
          if (!Object.is(value, changed.data[i])) mustSee(s, placeOf(y.shape, i), placeOf(point.x.shape, cell));
        });
      }),
  },
];

function mustSee({ layer, shape }: Subject, unit: readonly number[], cell: readonly number[]): void {
  if (unit[0] !== cell[0]) throw new Error(`image ${cell[0]} changes image ${unit[0]}`);
  if (unit.length !== cell.length) return;
  fieldAt(layer.field(shape), unit.slice(1, -1)).forEach(({ size, start }, i) => {
    if (cell[i + 1] < start || cell[i + 1] >= start + size)
      throw new Error(
        `cell [${cell}] changes unit [${unit}], whose field has ${size} cells from ${start} on axis ${i}`,
      );
  });
}

/** For a layer that is affine in x, whose gradient is the same everywhere. */
export const exactFieldLaws: readonly Law[] = [
  {
    name: 'receptive field is the support of the gradient',
    property: (s) =>
      fc.property(points({ ...s, numbers: {} }, fc.integer({ min: 1, max: 3 }), 'float64'), fc.nat(), (point, draw) =>
        mustFill(s, point, draw),
      ),
  },
];

/**
 * With positive weights, the first and the last cell on which a unit depends are those of its field, if these are inside
 * the input and in the field of any unit (cells cropped with the edge of a transposed convolution are not).
 */
function mustFill(s: Subject, point: Point, draw: number): void {
  const [y, pull] = s.layer.vjp(point.x, nest(s, point));
  if (y.shape.length !== s.shape.length || y.shape.length < 3) return;
  const unit = placeOf(y.shape, draw % y.data.length).slice(0, -1);
  const supportOf = (chosen: (place: readonly number[]) => boolean): number[][] => {
    const dy = tensor(
      y.shape,
      Array.from(y.data, (_, i) => (chosen(placeOf(y.shape, i)) ? 1 : 0)),
      'float64',
    );
    return placesOf(pull(dy).x);
  };
  const found = supportOf((place) => unit.every((p, i) => place[i] === p));
  const field = fieldAt(s.layer.field(s.shape), unit.slice(1));
  if (field.some(({ start, size }, i) => size > 0 && (start < 0 || start + size > s.shape[i + 1]))) return;
  if (found.length === 0 && field.some(({ size }) => size === 0)) return;
  const every = supportOf(() => true);
  field.forEach(({ start, size }, i) => {
    const seen = found.map((place) => place[i + 1]);
    for (const end of [start, start + size - 1])
      if (!seen.includes(end) && every.some((place) => place[i + 1] === end))
        throw new Error(`unit [${unit}] does not depend on the cells ${end} of axis ${i}, the end of its field`);
  });
}

const placesOf = (dx: Tensor): number[][] =>
  [...dx.data.keys()].filter((i) => dx.data[i] !== 0).map((i) => placeOf(dx.shape, i));
