// Convolutions by transforms: Winograd's minimal filtering with the matrices as they are written in the literature, and fast
// Fourier transforms. Where a transform does not apply, the sums are taken directly.

import { type Tensor, tensor } from '../../src/index.ts';
import { mayTransform } from '../../src/oracle/bounds/winograd.ts';
import { geometryOf } from '../../src/oracle/families/index.ts';
import type { Call } from '../../src/oracle/index.ts';
import type { Random } from '../../src/random.ts';
import { type ConvGeometry, inputs, outputs } from '../../src/window.ts';
import { layerOf } from '../oracle/this-library.ts';
import { float32, inTree } from './sums.ts';

const f = Math.fround;

interface Matrices {
  readonly input: readonly (readonly number[])[];
  readonly weight: readonly (readonly number[])[];
  readonly output: readonly (readonly number[])[];
}

/** Bᵀ, G and Aᵀ [Lavin and Gray]. */
const matrices: Readonly<Record<2 | 4, Matrices>> = {
  2: {
    input: [
      [1, 0, -1, 0],
      [0, 1, 1, 0],
      [0, -1, 1, 0],
      [0, 1, 0, -1],
    ],
    weight: [
      [1, 0, 0],
      [1 / 2, 1 / 2, 1 / 2],
      [1 / 2, -1 / 2, 1 / 2],
      [0, 0, 1],
    ],
    output: [
      [1, 1, 1, 0],
      [0, 1, -1, -1],
    ],
  },
  4: {
    input: [
      [4, 0, -5, 0, 1, 0],
      [0, -4, -4, 1, 1, 0],
      [0, 4, -4, -1, 1, 0],
      [0, -2, -1, 2, 1, 0],
      [0, 2, -1, -2, 1, 0],
      [0, 4, 0, -5, 0, 1],
    ],
    weight: [
      [1 / 4, 0, 0],
      [-1 / 6, -1 / 6, -1 / 6],
      [-1 / 6, 1 / 6, -1 / 6],
      [1 / 24, 1 / 12, 1 / 6],
      [1 / 24, -1 / 12, 1 / 6],
      [0, 0, 1],
    ],
    output: [
      [1, 1, 1, 1, 1, 0],
      [0, 1, -1, 2, -2, 0],
      [0, 1, 1, 4, 4, 0],
      [0, 1, -1, 8, -8, 1],
    ],
  },
};

/** M v Mᵀ, the columns first; every product with 0 is left out, and the sums go one way or the other, fused or not. */
function applied(M: Matrices['input'], v: readonly (readonly number[])[], draw: Random): number[][] {
  const [isReversed, isFused] = [draw.below(2) === 0, draw.below(2) === 0];
  const dot = (row: readonly number[], of: readonly number[]): number => {
    const terms = row.flatMap((m, i) => (m === 0 ? [] : [[f(m), of[i]]]));
    if (isReversed) terms.reverse();
    return terms.reduce((sum, [m, each]) => f(sum + (isFused ? m * each : f(m * each))), 0);
  };
  const columns = v[0].map((_, j) =>
    M.map((row) =>
      dot(
        row,
        v.map((each) => each[j]),
      ),
    ),
  );
  return M.map((_, i) =>
    M.map((row) =>
      dot(
        row,
        columns.map((column) => column[i]),
      ),
    ),
  );
}

/** conv2d by F(m×m, 3×3); undefined where it does not apply. */
export function byWinograd(call: Call, m: 2 | 4, draw: Random): Tensor | undefined {
  const layer = layerOf(call);
  if (call.op !== 'conv2d' || !mayTransform(layer)) return undefined;
  const g = geometryOf(layer, call.x.shape);
  const [, rows, columns] = g.axes;
  const { input, weight, output } = matrices[m];
  const [C, O] = [g.groups * g.channels, g.groups * g.filters];
  const y = tensor(layer.shape(call.x.shape));
  const side = [...Array(m + 2).keys()];
  const cell = (n: number, i: number, j: number, c: number): number => {
    const [h, w] = [i - rows.before, j - columns.before];
    if (h < 0 || w < 0 || h >= rows.input || w >= columns.input) return 0;
    return call.x.data[((n * rows.input + h) * columns.input + w) * C + c];
  };
  for (let o = 0; o < O; o++) {
    const taps = [...Array(g.channels).keys()].map((c) => {
      const tap = (i: number, j: number): number => call.weight!.data[((i * 3 + j) * g.channels + c) * O + o];
      return applied(
        weight,
        [0, 1, 2].map((i) => [0, 1, 2].map((j) => tap(i, j))),
        draw,
      );
    });
    for (let n = 0; n < g.batch; n++)
      for (let i = 0; i < rows.output; i += m)
        for (let j = 0; j < columns.output; j += m) {
          const tiles = taps.map((_, c) => {
            const channel = Math.floor(o / g.filters) * g.channels + c;
            return applied(
              input,
              side.map((a) => side.map((b) => cell(n, i + a, j + b, channel))),
              draw,
            );
          });
          const products = side.map((a) =>
            side.map((b) =>
              inTree(
                float32,
                tiles.map((tile) => tile[a][b]),
                taps.map((tap) => tap[a][b]),
                undefined,
                draw,
              ),
            ),
          );
          const found = applied(output, products, draw);
          for (let a = 0; a < m && i + a < rows.output; a++)
            for (let b = 0; b < m && j + b < columns.output; b++)
              y.data[((n * rows.output + i + a) * columns.output + j + b) * O + o] =
                found[a][b] + (call.bias?.data[o] ?? 0);
        }
  }
  return y;
}

/** Radix 2, decimation in time, in float32: `at` says where element i of one line lies. */
function transform(re: Float32Array, im: Float32Array, at: readonly number[], sign: number): void {
  const length = at.length;
  const half = length / 2;
  if (length < 2) return;
  transform(
    re,
    im,
    at.filter((_, i) => i % 2 === 0),
    sign,
  );
  transform(
    re,
    im,
    at.filter((_, i) => i % 2 === 1),
    sign,
  );
  const [even, odd] = [at.filter((_, i) => i % 2 === 0), at.filter((_, i) => i % 2 === 1)];
  const [a, b] = [even, odd].map((list) => list.map((i) => [re[i], im[i]]));
  for (let k = 0; k < half; k++) {
    const angle = (2 * Math.PI * k) / length;
    const [c, s] = [f(Math.cos(angle)), f(sign * Math.sin(angle))];
    const x = f(f(c * b[k][0]) - f(s * b[k][1]));
    const y = f(f(c * b[k][1]) + f(s * b[k][0]));
    [re[at[k]], im[at[k]]] = [a[k][0] + x, a[k][1] + y];
    [re[at[k + half]], im[at[k + half]]] = [a[k][0] - x, a[k][1] - y];
  }
}

/** Along every axis. */
function transformAll(re: Float32Array, im: Float32Array, lengths: readonly number[], sign: number): void {
  let step = 1;
  for (const length of [...lengths].reverse()) {
    for (let start = 0; start < re.length; start++)
      if (Math.floor(start / step) % length === 0)
        transform(
          re,
          im,
          [...Array(length).keys()].map((i) => start + i * step),
          sign,
        );
    step *= length;
  }
}

/** Cells of the largest transform that is taken. */
const LARGEST = 4096;

const lengthsOf = ({ axes }: ConvGeometry): number[] =>
  axes.map(({ input, before, after, size, dilation }) => {
    let length = 1;
    while (length < input + before + after + (size - 1) * dilation) length *= 2;
    return length;
  });

/** conv1d, conv2d and conv3d by transforms of whole images; undefined where those are too large. */
export function byFourier(call: Call): Tensor | undefined {
  const layer = layerOf(call);
  const g = geometryOf(layer, call.x.shape);
  const lengths = lengthsOf(g);
  const cells = lengths.reduce((a, b) => a * b);
  const isClean = [call.x, call.weight!].every(({ data }) => data.every(Number.isFinite));
  if (cells > LARGEST || !isClean) return undefined;
  const [C, O] = [g.groups * g.channels, g.groups * g.filters];
  if (cells * g.batch * (C + O * g.channels) > 40 * LARGEST) return undefined;
  const indexOf = (place: readonly number[]): number => place.reduce((at, i, axis) => at * lengths[axis] + i, 0);
  const placesOf = (sizes: readonly number[]): number[][] =>
    sizes.reduce<number[][]>(
      (all, size) => all.flatMap((place) => [...Array(size).keys()].map((i) => [...place, i])),
      [[]],
    );
  const filled = (value: (at: number) => number, at: readonly number[]): [Float32Array, Float32Array] => {
    const [re, im] = [new Float32Array(cells), new Float32Array(cells)];
    for (const [i, to] of at.entries()) re[to] = value(i);
    transformAll(re, im, lengths, -1);
    return [re, im];
  };
  const [I, P] = [inputs(g.axes), outputs(g.axes)];
  const inputAt = placesOf(g.axes.map(({ input }) => input)).map((place) =>
    indexOf(place.map((i, axis) => i + g.axes[axis].before)),
  );
  const tapAt = placesOf(g.axes.map(({ size }) => size)).map((place) =>
    indexOf(place.map((i, axis) => i * g.axes[axis].dilation)),
  );
  const outputAt = placesOf(g.axes.map(({ output }) => output)).map((place) =>
    indexOf(place.map((i, axis) => i * g.axes[axis].stride)),
  );
  const taps = placesOf([g.channels, O]).map(([c, o]) =>
    filled((k) => call.weight!.data[(k * g.channels + c) * O + o], tapAt),
  );
  const y = tensor(layer.shape(call.x.shape));
  for (let n = 0; n < g.batch; n++) {
    const images = [...Array(C).keys()].map((c) => filled((i) => call.x.data[(n * I + i) * C + c], inputAt));
    for (let o = 0; o < O; o++) {
      const [re, im] = [new Float32Array(cells), new Float32Array(cells)];
      for (let c = 0; c < g.channels; c++) {
        const [a, b] = images[Math.floor(o / g.filters) * g.channels + c];
        const [u, v] = taps[c * O + o];
        for (let k = 0; k < cells; k++) {
          re[k] += f(f(a[k] * u[k]) + f(b[k] * v[k]));
          im[k] += f(f(b[k] * u[k]) - f(a[k] * v[k]));
        }
      }
      transformAll(re, im, lengths, 1);
      for (let p = 0; p < P; p++) y.data[(n * P + p) * O + o] = f(re[outputAt[p]] / cells) + (call.bias?.data[o] ?? 0);
    }
  }
  return y;
}
