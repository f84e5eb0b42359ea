// Regions: where the images of a tensor lie in kernel memory. All numbers are bytes.

import type { Three } from './phases.ts';

/** The address of the first cell, and the steps from one pixel, row, plane and image to the next. */
export interface Placement {
  readonly address: number;
  readonly pixel: number;
  readonly row: number;
  readonly plane: number;
  readonly image: number;
}

/** Images of `size` cells without gaps; between images of padded cells lie the zeros around them. */
export function densePlacement(address: number, size: Three<number>, channels: number): Placement {
  const pixel = channels * 4;
  const row = size[2] * pixel;
  const plane = size[1] * row;
  return { address, pixel, row, plane, image: size[0] * plane };
}
