// Which cells of the input and of the kernel an output is made of, in the order in which the layer adds them, and the sum.
//
//   convolution   y[p,o] = Σ_k Σ_c x[cell(p,k), c] · w[k,c,o]  + b[o]
//   transposed    y[i,f] = Σ_p Σ_c x[p,c] · w[k,f,c]           + b[f]     over the taps k with cell(p,k) = i
//   pools         the cells of a window of one channel

import { cellsUnder, outputs, taps } from '../../window.ts';
import type { Lab } from './lab.ts';

export interface Term {
  /** The index in x, or −1 for padding, which does not take part. */
  readonly x: number;
  /** The index in the weight, or −1 where there is none. */
  readonly w: number;
}

/** All terms, those of output y from `start[y]` to `start[y + 1]`. */
interface Links {
  readonly start: Int32Array;
  readonly x: Int32Array;
  readonly w: Int32Array;
}

const known = new WeakMap<Lab, Links>();

function linksOf(lab: Lab): Links {
  const found = known.get(lab) ?? (lab.op === 'transposed' ? transposedLinks(lab) : windowLinks(lab));
  known.set(lab, found);
  return found;
}

function windowLinks({ three, parts, shape, weight, flips, y }: Lab): Links {
  const { groups, channels, filters } = parts;
  const [C, O, K] = [shape[shape.length - 1], groups * filters, taps(three)];
  const each = K * channels;
  const start = Int32Array.from({ length: y.data.length + 1 }, (_, i) => i * each);
  const [x, w] = [new Int32Array(y.data.length * each), new Int32Array(y.data.length * each).fill(-1)];
  const cells = new Int32Array(K);
  for (let at = 0, i = 0; at < y.data.length; at++) {
    const o = at % O;
    if (o === 0) cellsUnder(three, at / O, cells);
    const first = Math.floor(o / filters) * channels;
    for (let k = 0; k < K; k++)
      for (let c = 0; c < channels; c++, i++) {
        x[i] = cells[k] < 0 ? -1 : cells[k] * C + first + c;
        if (weight) w[i] = ((flips ? K - 1 - k : k) * channels + c) * O + o;
      }
  }
  return { start, x, w };
}

/** The geometry is that of the convolution from y to x: its channels are those of y. */
function transposedLinks({ three, parts, shape, y }: Lab): Links {
  const { groups, channels, filters } = parts;
  const [C, F] = [shape[shape.length - 1], groups * channels];
  const cells = new Int32Array(taps(three));
  const eachPair = (visit: (p: number, cell: number, k: number) => void): void => {
    for (let p = 0; p < outputs(three); p++) {
      cellsUnder(three, p, cells);
      for (let k = 0; k < cells.length; k++) if (cells[k] >= 0) visit(p, cells[k], k);
    }
  };
  const start = new Int32Array(y.data.length + 1);
  eachPair((_, cell) => {
    for (let f = 0; f < F; f++) start[cell * F + f + 1] += filters;
  });
  for (let i = 1; i < start.length; i++) start[i] += start[i - 1];
  const next = start.slice();
  const [x, w] = [new Int32Array(start[y.data.length]), new Int32Array(start[y.data.length])];
  eachPair((p, cell, k) => {
    for (let f = 0; f < F; f++) {
      const first = Math.floor(f / channels) * filters;
      for (let c = 0; c < filters; c++) {
        const i = next[cell * F + f]++;
        x[i] = p * C + first + c;
        w[i] = (k * channels + (f % channels)) * C + first + c;
      }
    }
  });
  return { start, x, w };
}

/** The terms of the output with this index, those over padding included. */
export function termsOf(lab: Lab, y: number): Term[] {
  const { start, x, w } = linksOf(lab);
  return Array.from({ length: start[y + 1] - start[y] }, (_, i) => ({ x: x[start[y] + i], w: w[start[y] + i] }));
}

/** An output, a cell of x and a weight that meet. */
export interface Meeting extends Term {
  readonly y: number;
}

/** The outputs that a cell of x takes part in, in their order, each with the weight between them. */
export const fedBy = (lab: Lab, x: number): Meeting[] => meetings(lab, linksOf(lab).x, x);

/** The outputs and cells of x that meet at one weight. */
export const usesOf = (lab: Lab, w: number): Meeting[] => meetings(lab, linksOf(lab).w, w).filter(({ x }) => x >= 0);

function meetings(lab: Lab, among: Int32Array, wanted: number): Meeting[] {
  const { start, x, w } = linksOf(lab);
  const found: Meeting[] = [];
  for (let y = 0; y + 1 < start.length; y++)
    for (let i = start[y]; i < start[y + 1]; i++) if (among[i] === wanted) found.push({ y, x: x[i], w: w[i] });
  return found;
}

/** What an average divides by. */
export function divisorOf(lab: Lab, y: number): number {
  const terms = termsOf(lab, y);
  if (!lab.layer.attributes.countPadding) return terms.filter(({ x }) => x >= 0).length;
  const position = Math.floor(y / lab.parts.groups);
  return lab.three.reduce((product, axis, i) => {
    const at = Math.floor(position / lab.three.slice(i + 1).reduce((n, { output }) => n * output, 1)) % axis.output;
    const start = at * axis.stride - axis.before;
    const inside = Array.from({ length: axis.size }, (_, k) => start + k * axis.dilation);
    return product * inside.filter((cell) => cell >= -axis.before && cell < axis.input + axis.after).length;
  }, 1);
}

/** The place in x of the maximum of a window: the first of equal ones; −1 over no cell. */
export const greatestIn = (lab: Lab, y: number): number =>
  termsOf(lab, y).reduce((best, { x }) => (x >= 0 && (best < 0 || lab.x.data[x] > lab.x.data[best]) ? x : best), -1);

/**
 * An output made of its terms again, as the layer computes it: every product rounded to float32, then every addition. Of an
 * Lp pool it is the layer's own.
 */
export function resultOf(lab: Lab, y: number): number {
  if (lab.op === 'lp') return lab.y.data[y];
  if (lab.op === 'max') {
    const at = greatestIn(lab, y);
    return at < 0 ? -Infinity : lab.x.data[at];
  }
  const round = Math.fround;
  let sum = 0;
  for (const { x, w } of termsOf(lab, y)) {
    if (x >= 0) sum = round(sum + (lab.weight ? round(lab.x.data[x] * lab.weight.data[w]) : lab.x.data[x]));
  }
  if (lab.op === 'average') return round(sum / divisorOf(lab, y));
  return lab.bias ? round(sum + lab.bias.data[y % lab.bias.data.length]) : sum;
}

/** The gradients of the sum of all outputs, by the layer's own back-propagation. */
export function gradientsOf({ layer, x, y, params }: Lab): {
  readonly x: Float32Array;
  readonly weight?: Float32Array;
} {
  const ones = { shape: y.shape, data: new Float32Array(y.data.length).fill(1) };
  const { x: dx, params: dp } = layer.vjp(x, params)[1](ones);
  const weight = (dp as { weight?: { data: Float32Array } }).weight;
  return { x: dx.data as Float32Array, ...(weight && { weight: weight.data }) };
}
