// Filters on an image: the chain step by step, the one filter that it amounts to, and the products of a pixel.

import type { Layer } from '../../layer/layer.ts';
import { conv2d, trueConv2d } from '../../ops/convolution.ts';
import { type Tensor, tensor } from '../../tensor.ts';
import type { Chosen } from './texts.ts';

export type Kind = 'correlation' | 'convolution';

/** A plane of numbers, and how it came about. */
export interface Stage {
  readonly title: string;
  /** `[1, rows, columns, 1]`. */
  readonly image: Tensor;
  /** How many cells this plane begins inside of the image that the chain began with. */
  readonly inset: readonly [number, number];
  readonly filter?: Chosen;
}

const layerOf = (kind: Kind, { weight }: Chosen, padding: 'same' | 'valid'): Layer => {
  const size = weight.shape.slice(0, 2);
  return (kind === 'convolution' ? trueConv2d : conv2d)({ filters: 1, size, padding, bias: false });
};

/** One filter over an image. */
export const filtered = (image: Tensor, filter: Chosen, kind: Kind, padding: 'same' | 'valid'): Tensor =>
  layerOf(kind, filter, padding).forward(image, { weight: filter.weight });

/** The image, and what each filter makes of the one before; it ends where a `valid` filter no longer fits. */
export function stagesOf(
  image: Tensor,
  chain: readonly Chosen[],
  kind: Kind,
  padding: 'same' | 'valid',
  titles: Readonly<Record<string, string>>,
): Stage[] {
  const stages: Stage[] = [{ title: 'The image', image, inset: [0, 0] }];
  for (const filter of chain) {
    const last = stages[stages.length - 1];
    const [height, width] = filter.weight.shape;
    if (padding === 'valid' && (last.image.shape[1] < height || last.image.shape[2] < width)) break;
    const inset = padding === 'valid' ? [(height - 1) / 2, (width - 1) / 2] : [0, 0];
    stages.push({
      title: titles[filter.name] ?? filter.name,
      image: filtered(last.image, filter, kind, padding),
      inset: [last.inset[0] + inset[0], last.inset[1] + inset[1]],
      filter,
    });
  }
  return stages;
}

/** The filter `[rows, columns, 1, 1]` that does the same as the chain, away from the border: its answer to one bright pixel. */
export function combined(chain: readonly Chosen[]): Tensor {
  const [height, width] = [0, 1].map((axis) => 1 + chain.reduce((sum, { weight }) => sum + weight.shape[axis] - 1, 0));
  const impulse = tensor([1, height, width, 1]);
  impulse.data[impulse.data.length >> 1] = 1;
  // The answer of a true convolution is the filter itself; that of a correlation is turned around.
  const y = chain.reduce((x, filter) => filtered(x, filter, 'convolution', 'same'), impulse as Tensor);
  return { shape: [height, width, 1, 1], data: y.data };
}

/** One product of a pixel of the output. */
export interface Product {
  /** The value under the tap; 0 beyond the border. */
  readonly x: number;
  readonly w: number;
  readonly isBeyond: boolean;
}

/** The products of a pixel of a stage in the order of the window, a row each. */
export function productsOf(before: Stage, stage: Stage, kind: Kind, row: number, column: number): Product[][] {
  const { weight } = stage.filter as Chosen;
  const [height, width] = weight.shape;
  const [, rows, columns] = before.image.shape;
  const isSame = rows === stage.image.shape[1] && columns === stage.image.shape[2];
  const [top, left] = isSame ? [row - (height - 1) / 2, column - (width - 1) / 2] : [row, column];
  return Array.from({ length: height }, (_, i) =>
    Array.from({ length: width }, (_, j): Product => {
      const [r, c] = [top + i, left + j];
      const isBeyond = r < 0 || c < 0 || r >= rows || c >= columns;
      const tap = kind === 'convolution' ? (height - 1 - i) * width + (width - 1 - j) : i * width + j;
      return { x: isBeyond ? 0 : before.image.data[r * columns + c], w: weight.data[tap], isBeyond };
    }),
  );
}
