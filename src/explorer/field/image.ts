// The images of the tab: drawn ones, or a file in the size that the net takes.

import { digits } from '../../train/digits.ts';
import { resizeImages } from '../../train/images.ts';

export const images = { rings: 'rings', digit: 'a digit', noise: 'stripes', own: 'a file' } as const;

/** Values from 0 to 1, equal in all channels. */
export function drawnImage(name: string, rows: number, columns: number, channels: number): Float32Array {
  const value = shadesOf(name, rows, columns);
  const x = new Float32Array(rows * columns * channels);
  for (let row = 0, i = 0; row < rows; row++)
    for (let column = 0; column < columns; column++, i += channels) x.fill(value(row, column), i, i + channels);
  return x;
}

function shadesOf(name: string, rows: number, columns: number): (row: number, column: number) => number {
  if (name === 'digit') {
    const { x } = digits({ count: 5, seed: 3 });
    const one = { shape: [28, 28, 1], data: x.data.slice(4 * 784, 5 * 784) };
    const { data } = resizeImages(one, { height: rows, width: columns });
    return (row, column) => data[row * columns + column];
  }
  const side = Math.min(rows, columns);
  if (name === 'noise')
    return (row, column) => (Math.floor((row + column) / Math.max(1, side / 16)) % 2 === 0 ? 0.9 : 0.2);
  return (row, column) => {
    const [i, j] = [row - (rows - 1) / 2, column - (columns - 1) / 2];
    const far = Math.sqrt(i * i + j * j) / (side / 12);
    const part = far - Math.floor(far);
    return 0.15 + 0.75 * Math.abs(2 * part - 1);
  };
}

/** A picture of the browser's formats, resized to the net's size: shares of 255, grey where the net has one channel. */
export async function imageOf(file: Blob, rows: number, columns: number, channels: number): Promise<Float32Array> {
  const bitmap = await createImageBitmap(file, { resizeWidth: columns, resizeHeight: rows, resizeQuality: 'high' });
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [columns, rows];
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, columns, rows);
  const x = new Float32Array(rows * columns * channels);
  for (let from = 0, i = 0; from < data.length; from += 4, i += channels)
    if (channels === 3) for (let c = 0; c < 3; c++) x[i + c] = data[from + c] / 255;
    else x.fill((0.299 * data[from] + 0.587 * data[from + 1] + 0.114 * data[from + 2]) / 255, i, i + channels);
  return x;
}
