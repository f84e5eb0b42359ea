// Planes of numbers as tiles on a canvas, in the colours of numbers, and a table beside it.

import { useEffect, useRef } from 'preact/hooks';
import { exact } from '../numbers.ts';
import { channelsOf, greatestOf, type Scheme, strength } from '../palette.ts';
import { type Drawing, type Ink, text } from '../svg.ts';
import { Scrolled } from './scrolled.tsx';
import { scheme } from './theme.ts';

/** Planes of one size: the value of a cell of one of them. */
export interface Tiles {
  readonly label: string;
  readonly count: number;
  readonly rows: number;
  readonly columns: number;
  at(tile: number, row: number, column: number): number;
  /** The name of a tile in the table. */
  readonly name?: (tile: number) => string;
}

/** Channels of an image `[…, height, width, channels]`; units without space are tiles of one cell. */
export function tilesOf(label: string, shape: readonly number[], data: ArrayLike<number>): Tiles {
  const [rows, columns, count] = [1, 1, ...shape.slice(1)].slice(-3);
  return { label, count, rows, columns, at: (tile, row, column) => data[(row * columns + column) * count + tile] };
}

/** Cells between two tiles: none where each is a single cell. */
const gapOf = ({ rows, columns }: Tiles): number => (rows * columns === 1 ? 0 : 1);

/** Writes the colour of every value: a mixture as palette.ts makes it, without a text for each. */
function paint(
  pixels: Uint8ClampedArray,
  width: number,
  tiles: Tiles,
  perRow: number,
  colours: Scheme,
  greatest: number,
): void {
  const gap = gapOf(tiles);
  const [neutral, positive, negative] = [colours.neutral, colours.positive, colours.negative].map(channelsOf);
  for (let tile = 0; tile < tiles.count; tile++) {
    const [top, left] = [Math.floor(tile / perRow) * (tiles.rows + gap), (tile % perRow) * (tiles.columns + gap)];
    for (let row = 0; row < tiles.rows; row++)
      for (let column = 0; column < tiles.columns; column++) {
        const value = tiles.at(tile, row, column);
        const share = strength(value, greatest);
        const end = value < 0 ? negative : positive;
        const to = ((top + row) * width + left + column) * 4;
        for (let c = 0; c < 3; c++) pixels[to + c] = neutral[c] + (end[c] - neutral[c]) * share;
        pixels[to + 3] = 255;
      }
  }
}

const valuesOf = (tiles: Tiles, tile: number): number[] =>
  Array.from({ length: tiles.rows * tiles.columns }, (_, i) =>
    tiles.at(tile, Math.floor(i / tiles.columns), i % tiles.columns),
  );

export const greatestIn = (tiles: Tiles): number =>
  greatestOf(Array.from({ length: tiles.count }, (_, tile) => valuesOf(tiles, tile)).flat());

/** Tiles in rows; `scale` pixels for a cell. */
export function TileCanvas({
  tiles,
  perRow,
  scale,
}: {
  readonly tiles: Tiles;
  readonly perRow: number;
  readonly scale: number;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const colours = scheme.value;
  const gap = gapOf(tiles);
  const width = perRow * (tiles.columns + gap) - gap;
  const height = Math.ceil(tiles.count / perRow) * (tiles.rows + gap) - gap;
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const picture = context.createImageData(width, height);
    paint(picture.data, width, tiles, perRow, colours, greatestIn(tiles));
    context.putImageData(picture, 0, 0);
  }, [tiles, colours, width, height, perRow]);
  return (
    <canvas
      ref={canvas}
      role="img"
      aria-label={tiles.label}
      width={width}
      height={height}
      style={{ width: `${width * scale}px`, aspectRatio: `${width} / ${height}` }}
    />
  );
}

/** How many rows of a table are shown. */
const MOST = 128;

/** The least, mean and greatest value of each tile. */
export function TileTable({ tiles }: { readonly tiles: Tiles }) {
  const rows = Array.from({ length: Math.min(MOST, tiles.count) }, (_, tile) => valuesOf(tiles, tile));
  return (
    <Scrolled label={`${tiles.label} as a table`}>
      <table>
        <thead>
          <tr>
            <th scope="col">Tile</th>
            <th scope="col">Least</th>
            <th scope="col">Mean</th>
            <th scope="col">Greatest</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((values, tile) => (
            <tr key={tile}>
              <th scope="row">{tiles.name?.(tile) ?? tile}</th>
              <td>{exact(Math.min(...values))}</td>
              <td>{exact(values.reduce((sum, value) => sum + value, 0) / values.length)}</td>
              <td>{exact(Math.max(...values))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolled>
  );
}

/** The tiles as a drawing to save. */
export function drawTiles(tiles: Tiles, perRow: number, ink: Ink): Drawing {
  const gap = gapOf(tiles);
  const cell = Math.max(2, Math.min(12, Math.floor(900 / (perRow * (tiles.columns + gap)))));
  const greatest = greatestIn(tiles);
  const parts = [text(4, 16, tiles.label, ink)];
  for (let tile = 0; tile < tiles.count; tile++)
    for (let row = 0; row < tiles.rows; row++)
      for (let column = 0; column < tiles.columns; column++) {
        const x = ((tile % perRow) * (tiles.columns + gap) + column) * cell + 4;
        const y = (Math.floor(tile / perRow) * (tiles.rows + gap) + row) * cell + 26;
        parts.push(
          `<rect x="${x}" y="${y}" width="${cell}" height="${cell}" fill="${ink.of(tiles.at(tile, row, column), greatest)}"/>`,
        );
      }
  const [width, height] = [
    perRow * (tiles.columns + gap) * cell + 8,
    Math.ceil(tiles.count / perRow) * (tiles.rows + gap) * cell + 30,
  ];
  return { width, height, body: parts.join(''), title: tiles.label };
}
