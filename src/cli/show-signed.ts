// Values as tiles in colours: orange above 0, blue below, which people with any deficiency of colour vision tell apart.

import { colourOf, greatestOf, schemes } from '../explorer/palette.ts';
import { allocate, type Tensor } from '../tensor.ts';

/** One tile `[height, width, 3]`; its greatest magnitude has the deepest colour, or the one that is given. */
function tile(height: number, width: number, at: (cell: number) => number, greatest?: number): Tensor {
  const y = allocate('show', [height, width, 3], 'float32');
  const values = Array.from({ length: height * width }, (_, cell) => at(cell));
  const most = greatest ?? greatestOf(values);
  values.forEach((value, cell) => {
    const colour = colourOf(value, most, schemes.light);
    for (let c = 0; c < 3; c++) y.data[3 * cell + c] = Number.parseInt(colour.slice(1 + 2 * c, 3 + 2 * c), 16) / 255;
  });
  return y;
}

/** A tile for each channel of each filter of a weight `[height, width, channels, filters]`. */
export function signedFilters({ shape: [height, width, C, O], data }: Tensor): Tensor[] {
  return Array.from({ length: C * O }, (_, i) =>
    tile(height, width, (cell) => data[(cell * C + (i % C)) * O + Math.floor(i / C)]),
  );
}

/** A tile for each channel of the first image; units without space share one scale. */
export function signedActivations({ shape, data }: Tensor): Tensor[] {
  const [height, width, C] = [1, 1, ...shape.slice(1)].slice(-3);
  const first = Array.from({ length: height * width * C }, (_, i) => data[i]);
  const greatest = shape.length > 2 ? undefined : greatestOf(first);
  return Array.from({ length: C }, (_, c) => tile(height, width, (cell) => first[cell * C + c], greatest));
}
