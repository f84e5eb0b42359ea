// The images of the tab, in grey: made by code, drawn on the pad, or a file.

import { type Tensor, tensor } from '../../tensor.ts';
import { resizeImages } from '../../train/images.ts';
import { drawnImage } from '../field/image.ts';
import { INNER } from '../train/data.ts';

export const images = {
  shapes: 'shapes',
  rings: 'rings',
  noise: 'stripes',
  digit: 'a digit',
  dot: 'one bright pixel',
  drawn: 'drawn here',
  own: 'a file',
} as const;

const image = (side: number, value: (row: number, column: number) => number): Tensor =>
  tensor(
    [1, side, side, 1],
    Array.from({ length: side * side }, (_, i) => value(Math.floor(i / side), i % side)),
  );

/** A disc, a frame, a bar and thin lines before a sky that grows lighter; from 0 to 1. */
function shapes(side: number): Tensor {
  return image(side, (i, j) => {
    const [y, x] = [(i + 0.5) / side, (j + 0.5) / side];
    const far = Math.sqrt((x - 0.3) * (x - 0.3) + (y - 0.3) * (y - 0.3));
    if (far < 0.17) return 0.95 - 0.9 * far;
    if (Math.max(Math.abs(x - 0.72), Math.abs(y - 0.3)) < 0.17)
      return Math.max(Math.abs(x - 0.72), Math.abs(y - 0.3)) > 0.09 ? 0.1 : 0.6;
    if (y > 0.58 && y < 0.94 && x < 0.48 && Math.abs(x - 0.28) < 0.36 * (y - 0.52)) return 0.85;
    if (y > 0.58 && y < 0.94 && x > 0.55 && x < 0.92) return Math.floor((x - 0.55) * 26) % 2 === 0 ? 0.15 : 0.75;
    return 0.25 + 0.25 * y;
  });
}

/** An image `[1, side, side, 1]` of values from 0 to 1. */
export function imageNamed(name: string, side: number, drawn: Float32Array): Tensor {
  if (name === 'drawn')
    return { ...resizeImages({ shape: [1, INNER, INNER, 1], data: drawn }, { height: side, width: side }) };
  if (name === 'dot') return image(side, (i, j) => Number(i === side >> 1 && j === side >> 1));
  if (name === 'rings' || name === 'noise' || name === 'digit')
    return { shape: [1, side, side, 1], data: drawnImage(name, side, side, 1) };
  return shapes(side);
}
