// The products of a layer that is linear in x and in its weight, listed by the elements that they join, so that each output
// and each gradient can be added up in any order.
//
//   y[q] = Σ x[i]·w[j] + b        dx[i] = Σ w[j]·dy[q]        dw[j] = Σ x[i]·dy[q]        an average: Σ x[i] / divisor[q]

import type { Tensor } from '../../src/index.ts';
import { geometryOf } from '../../src/oracle/families/index.ts';
import type { Call } from '../../src/oracle/index.ts';
import { divisors } from '../../src/reference/pool.ts';
import { cellsUnder, inputs, outputs, taps } from '../../src/window.ts';
import { layerOf } from '../oracle/this-library.ts';

export interface Products {
  /** Of each product its element of x (−1: a padding cell), of the weight (0 without one) and of y. */
  readonly x: readonly number[];
  readonly w: readonly number[];
  readonly y: readonly number[];
  /** Of an average, by the elements of y. */
  readonly divisor?: readonly number[];
}

const convolutions = /^(conv|depthwiseConv)[123]d$|^dense$/;
const transposed = /^convTranspose[123]d$/;
const local = /^locallyConnected[12]d$/;
const averages = /^avgPool[123]d$/;

export const isLinear = (op: string): boolean =>
  [convolutions, transposed, local, averages, /^globalAvgPool$/].some((each) => each.test(op));
/** Padding is a word about convolutions alone: in others it has no weight that it could be multiplied with. */
export const isPadded = (op: string): boolean => convolutions.test(op) && op !== 'dense';

/** Undefined where there are more than `most`. */
export function productsOf(call: Call, most: number): Products | undefined {
  if (call.op === 'globalAvgPool') return ofAll(call.x);
  const layer = layerOf(call);
  const g = geometryOf(layer, call.x.shape);
  const isAverage = averages.test(call.op);
  const [I, P, K] = [inputs(g.axes), outputs(g.axes), taps(g.axes)];
  const [channels, filters] = isAverage ? [1, 1] : [g.channels, g.filters];
  const [C, O] = [g.groups * channels, g.groups * filters];
  if (g.batch * P * K * O * channels > most) return undefined;
  const [read, w, written]: number[][] = [[], [], []];
  const cells = new Int32Array(K);
  let row = 0;
  for (let p = 0; p < P; p++) {
    cellsUnder(g.axes, p, cells);
    for (let k = 0; k < K; k++) {
      const cell = cells[k];
      if (cell < 0 && !isPadded(call.op)) continue;
      const t = local.test(call.op) ? row++ : k;
      for (let n = 0; n < g.batch; n++)
        for (let o = 0; o < O; o++)
          for (let c = 0; c < channels; c++) {
            read.push(cell < 0 ? -1 : (n * I + cell) * C + Math.floor(o / filters) * channels + c);
            w.push(isAverage ? 0 : (t * channels + c) * O + o);
            written.push((n * P + p) * O + o);
          }
    }
  }
  if (transposed.test(call.op)) return { x: written, w, y: read };
  if (!isAverage) return { x: read, w, y: written };
  const by = divisors(g, call.attributes.countPadding as boolean);
  const all = Array.from({ length: g.batch * P * O }, (_, i) => by[Math.floor(i / O) % P]);
  return { x: read, w, y: written, divisor: all };
}

/** Of the average of every channel of an image. */
function ofAll({ shape, data }: Tensor): Products {
  const C = shape[shape.length - 1];
  const cells = data.length / shape[0] / C;
  const x = [...data.keys()];
  const y = x.map((i) => Math.floor(i / (cells * C)) * C + (i % C));
  return { x, w: x.map(() => 0), y, divisor: Array.from({ length: shape[0] * C }, () => cells) };
}

/** Which products belong to each of so many elements. */
export function bySide(side: readonly number[], size: number): number[][] {
  const all = Array.from({ length: size }, (): number[] => []);
  for (let i = 0; i < side.length; i++) if (side[i] >= 0) all[side[i]].push(i);
  return all;
}
