// What toeplitz train leaves beside the weights: the curve of the run, and images held out.

import { type Curve, drawCurves } from '../explorer/chart.ts';
import { schemes } from '../explorer/palette.ts';
import { inkOf, svgFile } from '../explorer/svg.ts';
import { writePng } from '../formats/png.ts';
import { drawField } from '../inspect/draw-field.ts';
import { gridPicture } from '../inspect/grid.ts';
import type { Layer, Params } from '../layer/layer.ts';
import type { Tensor } from '../tensor.ts';
import type { Batch } from '../train/batches.ts';
import type { Epoch } from '../train/fit-options.ts';

/** Loss and the share of wrong answers, epoch by epoch. */
export function curveSvg(history: readonly Epoch[]): string {
  const curve = (name: string, value: (epoch: Epoch) => number, isDashed: boolean): Curve => ({
    name,
    points: history.map((each) => [each.epoch + 1, value(each)] as const),
    isDashed,
  });
  const ink = inkOf(schemes.light);
  const curves = [
    curve('mean loss', ({ loss }) => loss, false),
    curve('share of wrong answers', ({ accuracy }) => 1 - accuracy, true),
  ];
  const drawing = drawCurves(curves, { title: 'Training', x: 'epoch', y: 'on the training images' }, ink);
  return svgFile({ ...drawing, source: 'toeplitz train' }, ink);
}

const [COUNT, COLUMNS, SCALE] = [40, 10, 2];
/** How thick the frame of a wrong one is, in pixels. */
const FRAME = 4;
const [RIGHT, WRONG] = [
  [0.5, 0.5, 0.5],
  [0.94, 0.57, 0.23],
];

/** Up to 40 images; those that the net gets wrong have a thick frame of orange, the others a thin grey one. */
export async function samplesPng(net: Layer, params: Params<Tensor>, { x, labels }: Batch): Promise<Uint8Array> {
  const [batch, height, width, depth] = x.shape;
  const size = height * width * depth;
  const count = Math.min(COUNT, batch);
  const images = { shape: [count, height, width, depth], data: x.data.slice(0, count * size) };
  const y = net.forward(images, params);
  const classes = y.data.length / count;
  const tiles = Array.from({ length: count }, (_, i) => {
    const image = { shape: [height, width, depth], data: images.data.slice(i * size, (i + 1) * size) };
    const row = y.data.subarray(i * classes, (i + 1) * classes);
    const isRight = row.every((value, o) => o === labels[i] || value < row[labels[i]]);
    const framed = (picture: Tensor, inset: number, scale: number): Tensor => {
      const field = [height, width].map((cells) => ({ start: inset, size: (cells * SCALE) / scale - 2 * inset }));
      return drawField(picture, field, { scale, colour: isRight ? RIGHT : WRONG });
    };
    let tile = framed(image, 0, SCALE);
    if (!isRight) for (let inset = 1; inset < FRAME; inset++) tile = framed(tile, inset, 1);
    return tile;
  });
  return writePng(gridPicture(tiles, { columns: COLUMNS }));
}
