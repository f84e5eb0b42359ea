// Where the images of a tensor lie in kernel memory, with zeros around their cells or without. All numbers are bytes.

import type { Three } from '../window.ts';

/** The address of the first cell, and the steps from one pixel, row, plane and image to the next. */
export interface Placement {
  readonly address: number;
  readonly pixel: number;
  readonly row: number;
  readonly plane: number;
  readonly image: number;
}

/** Cells of zeros before and after each axis. */
export type Margins = Three<readonly [before: number, after: number]>;

export const noMargins: Margins = [
  [0, 0],
  [0, 0],
  [0, 0],
];

export const isMarginless = (margins: Margins): boolean =>
  margins.every(([before, after]) => before === 0 && after === 0);

/** The bytes from the first cell of an image to the cell (i, j, k) planes, rows and columns on. */
export const offsetOf = ({ plane, row, pixel }: Placement, [i, j, k]: Three<number>): number =>
  i * plane + j * row + k * pixel;

/** Images of `size` cells without gaps. */
export const densePlacement = (address: number, size: Three<number>, channels: number): Placement =>
  paddedPlacement(address, size, noMargins, channels);

/** Images of `size` cells in the middle of zeros, the first of which lies at `address`. */
export function paddedPlacement(address: number, size: Three<number>, margins: Margins, channels: number): Placement {
  const [[top, bottom], [above, below], [left, right]] = margins;
  const pixel = channels * 4;
  const row = (left + size[2] + right) * pixel;
  const plane = (above + size[1] + below) * row;
  const image = (top + size[0] + bottom) * plane;
  return { address: address + top * plane + above * row + left * pixel, pixel, row, plane, image };
}

/** The placement of every `step`-th cell from one that lies `offset` bytes on. */
export function stridedPlacement(p: Placement, offset: number, step: Three<number>): Placement {
  const [plane, row, pixel] = [step[0] * p.plane, step[1] * p.row, step[2] * p.pixel];
  return { address: p.address + offset, image: p.image, plane, row, pixel };
}
