// Values as tiles in the colours of their signs: orange above 0, blue below, white at 0, which people with any deficiency of
// colour vision tell apart.
//
//   colour = white + (end − white) · |value| / greatest

import { allocate, type Tensor } from '../tensor.ts';

/** Red, green and blue of the greatest and of the least value, as shares. */
const [POSITIVE, NEGATIVE] = [
  [0.94, 0.57, 0.23],
  [0.42, 0.65, 0.89],
];

const greatestOf = (values: readonly number[]): number =>
  values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

function tile(height: number, width: number, values: readonly number[], greatest: number): Tensor {
  const y = allocate('netPages', [height, width, 3], 'float32');
  values.forEach((value, cell) => {
    const share = greatest > 0 ? Math.abs(value) / greatest : 0;
    const end = value < 0 ? NEGATIVE : POSITIVE;
    for (let c = 0; c < 3; c++) y.data[3 * cell + c] = 1 + (end[c] - 1) * share;
  });
  return y;
}

/** A tile for each channel of each filter of a weight `[height, width, channels, filters]`, on a scale of its own. */
export function signedFilterTiles({ shape: [height, width, C, O], data }: Tensor): Tensor[] {
  return Array.from({ length: C * O }, (_, i) => {
    const [o, c] = [Math.floor(i / C), i % C];
    const values = Array.from({ length: height * width }, (_, cell) => data[(cell * C + c) * O + o]);
    return tile(height, width, values, greatestOf(values));
  });
}

/** A tile for each channel of the first image; units without space share one scale. */
export function signedActivationTiles({ shape, data }: Tensor): Tensor[] {
  const [height, width, C] = [1, 1, ...shape.slice(1)].slice(-3);
  const all = shape.length > 2 ? undefined : greatestOf(Array.from(data.subarray(0, C)));
  return Array.from({ length: C }, (_, c) => {
    const values = Array.from({ length: height * width }, (_, cell) => data[cell * C + c]);
    return tile(height, width, values, all ?? greatestOf(values));
  });
}
