// Tiles in a grid: as a picture for `writePng`, or as SVG text with labels.
//
//   ┌───┬───┬───┐      tiles row by row, `gap` white cells around each
//   │ 0 │ 1 │ 2 │
//   ├───┼───┼───┘
//   │ 3 │ 4 │
//   └───┴───┘

import { known, wholeNumber } from '../attributes.ts';
import { SpecError, show, wrongType } from '../errors.ts';
import { isList, listOf } from '../reading.ts';
import { allocate, checkTensor, sameShape, type Tensor } from '../tensor.ts';

export interface GridOptions {
  /** Tiles in a row; by default the grid is about square. */
  readonly columns?: number;
  /** Pixels on each side of a cell. */
  readonly scale?: number;
}

interface Grid {
  readonly tiles: readonly Tensor[];
  readonly rows: number;
  readonly columns: number;
  readonly scale: number;
  /** Size of one tile in pixels. */
  readonly height: number;
  readonly width: number;
}

/** Pixels between tiles. */
const GAP = 2;

/**
 * Tiles in a grid, row by row, two white pixels around each: a picture `[height, width, channels]` for `writePng`. Spec inspect-pictures.
 *
 * @param tiles `[height, width, 1 or 3]` of values from 0 to 1, all of one shape.
 * @throws {SpecError} inspect-pictures.
 * @example
 * gridPicture(filterTiles(tensor([5, 5, 1, 6])), { columns: 3, scale: 4 }).shape // [46, 68, 1]
 */
export function gridPicture(tiles: readonly Tensor[], options: GridOptions = {}): Tensor {
  options = known('gridPicture', options, ['columns', 'scale'], 'options');
  const { rows, columns, scale, height, width } = readGrid('gridPicture', tiles, options);
  const [, across, depth] = tiles[0].shape;
  const stride = columns * (width + GAP) + GAP;
  const picture = allocate('gridPicture', [rows * (height + GAP) + GAP, stride, depth], 'float32');
  picture.data.fill(1);
  tiles.forEach(({ data }, tile) => {
    const top = GAP + Math.floor(tile / columns) * (height + GAP);
    const left = GAP + (tile % columns) * (width + GAP);
    for (let y = 0; y < height; y++) {
      const [from, to] = [Math.floor(y / scale) * across, (top + y) * stride + left];
      for (let x = 0; x < width * depth; x++) {
        const [cell, c] = [Math.floor(x / depth / scale), x % depth];
        picture.data[to * depth + x] = data[(from + cell) * depth + c];
      }
    }
  });
  return picture;
}

/** Height of a label's line in pixels. */
const LINE = 12;

/**
 * Tiles in a grid as the text of an SVG image, with a label above each: its number, or its entry in `labels`. Spec
 * inspect-pictures.
 *
 * @param tiles `[height, width, 1 or 3]` of values from 0 to 1, all of one shape.
 * @throws {SpecError} inspect-pictures.
 * @example
 * gridSvg(filterTiles(tensor([5, 5, 1, 6])), { labels: ['a', 'b', 'c', 'd', 'e', 'f'] }).startsWith('<svg') // true
 */
export function gridSvg(
  tiles: readonly Tensor[],
  options: GridOptions & { readonly labels?: readonly string[] } = {},
): string {
  const who = 'gridSvg';
  options = known(who, options, ['columns', 'scale', 'labels'], 'options');
  const { rows, columns, scale, height, width } = readGrid(who, tiles, { scale: 8, ...options });
  const labels = options.labels ?? tiles.map((_, tile) => String(tile));
  if (!isList(labels) || !labels.every((label) => typeof label === 'string'))
    throw wrongType('inspect-pictures', `${who}: labels must be an array of strings, got ${show(labels)}`);
  if (labels.length !== tiles.length)
    throw new SpecError('inspect-pictures', `${who}: there must be ${tiles.length} labels, got ${labels.length}`);
  const size = `width="${columns * (width + GAP) + GAP}" height="${rows * (height + LINE + GAP) + GAP}"`;
  const groups = tiles.map((tile, i) => {
    const left = GAP + (i % columns) * (width + GAP);
    const top = GAP + Math.floor(i / columns) * (height + LINE + GAP);
    const label = `<text y="${LINE - 3}">${escaped(labels[i])}</text>`;
    return `<g transform="translate(${left} ${top})">${label}\n${cells(tile, scale)}</g>`;
  });
  const style = `font-family="sans-serif" font-size="${LINE - 3}" shape-rendering="crispEdges"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} ${style}>\n${groups.join('\n')}\n</svg>\n`;
}

const cells = ({ shape: [height, width, depth], data }: Tensor, scale: number): string =>
  Array.from({ length: height * width }, (_, p) => {
    const [x, y] = [(p % width) * scale, LINE + Math.floor(p / width) * scale];
    const shades = [0, 1, 2].map((c) => Math.floor(data[p * depth + (depth === 3 ? c : 0)] * 255 + 0.5));
    return `<rect x="${x}" y="${y}" width="${scale}" height="${scale}" fill="rgb(${shades})"/>`;
  }).join('\n');

const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');

function readGrid(who: string, tiles: readonly Tensor[], options: GridOptions): Grid {
  if (!isList(tiles)) throw wrongType('inspect-pictures', `${who}: tiles must be an array, got ${show(tiles)}`);
  tiles = listOf('inspect-pictures', who, 'tiles', tiles) as Tensor[];
  if (tiles.length === 0) throw new SpecError('inspect-pictures', `${who}: there must be at least one tile, got none`);
  for (const tile of tiles as readonly Tensor[]) {
    checkTensor(who, 'a tile', tile);
    const [, , depth] = tile.shape;
    if (tile.shape.length !== 3 || (depth !== 1 && depth !== 3) || !sameShape(tile.shape, tiles[0].shape))
      throw new SpecError(
        'inspect-pictures',
        `${who}: tiles must have one shape [height, width, 1 or 3], got [${tile.shape}] and [${tiles[0].shape}]`,
      );
  }
  const { columns = Math.ceil(Math.sqrt(tiles.length)), scale = 1 } = options;
  wholeNumber('inspect-pictures', who, 'columns', columns, 1);
  wholeNumber('inspect-pictures', who, 'scale', scale, 1);
  const [height, width] = (tiles[0] as Tensor).shape.map((cells) => cells * scale);
  return { tiles, rows: Math.ceil(tiles.length / columns), columns, scale, height, width };
}
