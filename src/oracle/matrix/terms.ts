// The products that a layer takes, each by its places in x, in the weight and in the output: the right matrix, before any
// engine is asked. One list serves the output and both gradients, since all three are contractions of the same products.
//
//   y[q] = Σ factor · x[i] · w[j]        dx[i] = Σ factor · w[j] · dy[q]        dw[j] = Σ factor · x[i] · dy[q]
//
// Spec oracle-instead.

import type { Layer, Params } from '../../layer/layer.ts';
import { indexAt, placeOf } from '../../places.ts';
import { type Shape, sizeOf, type Tensor } from '../../tensor.ts';
import { type Axis, type ConvGeometry, outputs, taps } from '../../window.ts';
import type { Case } from '../case.ts';
import { layerOf, shapeOf } from '../cases/tensors.ts';
import { familyOf } from '../families/index.ts';
import type { Structure } from '../family.ts';

export type Place = readonly number[];

/** A tensor that a product is about. Of a gradient, `y` stands for dy. */
export type Side = 'x' | 'w' | 'y';

/** One product. A place may lie outside its tensor: then it is padding, and the product counts nothing. */
export interface Term {
  readonly x: Place;
  /** The tap, channel and filter; of a pool the tap alone. */
  readonly w: Place;
  readonly y: Place;
  readonly factor: number;
}

/** The numbers of the windows, in spatial axes. */
export interface Windows {
  /** The tensor that the windows read; of a transposed convolution the one that they write. */
  readonly over: 'x' | 'y';
  readonly g: ConvGeometry;
  readonly rank: number;
  readonly attributes: Layer['attributes'];
}

export interface Terms {
  readonly structure: Structure;
  readonly shapes: Readonly<Record<Side, Shape>>;
  /** Those over padding among them. */
  readonly list: readonly Term[];
  readonly windows?: Windows;
  /** How many channels of x, filters of the weight and channels of y each group has, also a single one. */
  readonly groups?: Readonly<Partial<Record<Side, number>>>;
  /** The number of elements of the bias, 0 without one. */
  readonly biases: number;
  /** Of a bias as products: those of the case, beside which it is added. */
  readonly beside?: Terms;
}

/** More products than this are not listed. */
export const MOST = 60000;

/** The windows of a case, if it has any. */
export function windowsOf(c: Case): Windows | undefined {
  const [layer, x] = [layerOf(c), shapeOf(c)];
  const g = familyOf(c.op).geometry(layer, x);
  const { over = 'x' } = familyOf(c.op).structure(c.op) ?? {};
  return g && { over, g, rank: x.length - 2, attributes: layer.attributes };
}

/** The products of a case; undefined where its results are no sums of products, or of too many. */
export function termsOf(c: Case): Terms | undefined {
  const family = familyOf(c.op);
  const structure = family.structure(c.op);
  if (!structure) return undefined;
  const layer = layerOf(c);
  const x = shapeOf(c);
  const params = layer.params(x) as Readonly<Record<string, Shape>>;
  const g = family.geometry(layer, x);
  const biases = structure.bias !== undefined && params[structure.bias] ? sizeOf(params[structure.bias]) : 0;
  const shapes = { x, y: layer.shape(x) };
  const weight = structure.weight === undefined ? undefined : params[structure.weight];
  if (!g) return listedByLayer(structure, layer, { ...shapes, w: weight ?? [] }, biases);
  const windows = windowsOf(c)!;
  const { over, rank } = windows;
  if (g.batch * outputs(g.axes) * taps(g.axes) * g.groups * g.channels * g.filters > MOST) return undefined;
  const w = weight ?? g.axes.slice(3 - rank).map(({ size }) => size);
  const list = weighted(layer, shapes, windows, underWindows(windows, weight !== undefined), structure);
  const { channels, filters } = g;
  const groups = { x: over === 'x' ? channels : filters, w: filters, y: over === 'x' ? filters : channels };
  return { structure, shapes: { ...shapes, w }, list, windows, biases, groups };
}

/** How many products a case has, those over padding among them; of one without windows, its elements. */
export function countOf(c: Case): number {
  const layer = layerOf(c);
  const x = shapeOf(c);
  const g = familyOf(c.op).geometry(layer, x);
  return g ? g.batch * outputs(g.axes) * taps(g.axes) * g.groups * g.channels * g.filters : sizeOf(x);
}

/** The products of windows: tap k of position p meets the cell p·stride + k·dilation − before. Equal places are one array. */
function underWindows({ over, g, rank }: Windows, hasWeight: boolean): Term[] {
  const axes = g.axes.slice(3 - rank);
  const list: Term[] = [];
  const placesIn = (lengths: readonly number[]): Place[] =>
    Array.from({ length: sizeOf(lengths) }, (_, i) => placeOf(lengths, i));
  const [positions, taps] = [placesIn(axes.map(({ output }) => output)), placesIn(axes.map(({ size }) => size))];
  const [filters, channels] = [g.groups * g.filters, g.groups * g.channels];
  const weights = taps.map((tap) =>
    hasWeight ? placesIn([g.channels, filters]).map((place) => [...tap, ...place]) : [tap],
  );
  const cells = new Map<string, readonly Place[]>();
  for (let n = 0; n < g.batch; n++) {
    cells.clear();
    for (const at of positions) {
      const written = Array.from({ length: filters }, (_, o): Place => [n, ...at, o]);
      for (const [k, tap] of taps.entries()) {
        const cell = cellOf(axes, at, tap);
        const read = cells.get(cell.join()) ?? Array.from({ length: channels }, (_, c): Place => [n, ...cell, c]);
        cells.set(cell.join(), read);
        for (let o = 0; o < filters; o++) {
          const first = Math.floor(o / g.filters) * g.channels;
          for (let c = 0; c < g.channels; c++) {
            const [from, to] = [read[first + c], written[o]];
            const w = weights[k][hasWeight ? c * filters + o : 0];
            list.push({ x: over === 'x' ? from : to, w, y: over === 'x' ? to : from, factor: 1 });
          }
        }
      }
    }
  }
  return list;
}

export const cellOf = (axes: readonly Axis[], at: Place, tap: Place): number[] =>
  axes.map(({ stride, dilation, before }, i) => at[i] * stride + tap[i] * dilation - before);

export function isInside(shape: Shape, place: Place): boolean {
  for (let i = 0; i < place.length; i++) if (!(place[i] >= 0 && place[i] < shape[i])) return false;
  return true;
}

/** Each product by what the layer makes of ones: 1 of a convolution, one divided by the cells of an average. */
function weighted(
  layer: Layer,
  shapes: Readonly<Record<'x' | 'y', Shape>>,
  { g, rank, attributes }: Windows,
  list: readonly Term[],
  { kind, weight }: Structure,
): readonly Term[] {
  if (kind === 'maximum' || weight !== undefined) return list;
  const [counts, padded] = [new Float64Array(sizeOf(shapes.y)), new Float64Array(sizeOf(shapes.y))];
  const axes = g.axes.slice(3 - rank);
  for (const { x, y } of list) {
    const q = indexAt(shapes.y, y);
    if (isInside(shapes.x, x)) counts[q]++;
    if (axes.every(({ before, input, after }, i) => x[1 + i] >= -before && x[1 + i] < input + after)) padded[q]++;
  }
  const ones = layer.forward(onesOf(shapes.x), {}).data;
  return list.map((term) => {
    const q = indexAt(shapes.y, term.y);
    if (counts[q] > 0) return weighing(term, ones[q] / counts[q]);
    // A window over padding alone, which reads cells where it lies elsewhere by mistake.
    return weighing(term, attributes.countPadding === true && padded[q] > 0 ? 1 / padded[q] : 1);
  });
}

const weighing = ({ x, w, y }: Term, factor: number): Term => ({ x, w, y, factor });

const onesOf = (shape: Shape): Tensor => ({ shape, data: new Float64Array(sizeOf(shape)).fill(1) });

/** Products read from the layer itself, one element of x at a time, where no windows say them. */
function listedByLayer(
  structure: Structure,
  layer: Layer,
  shapes: Readonly<Record<Side, Shape>>,
  biases: number,
): Terms | undefined {
  const [nx, nw, ny] = [sizeOf(shapes.x), structure.weight === undefined ? 1 : sizeOf(shapes.w), sizeOf(shapes.y)];
  if (structure.kind === 'maximum' || nx * nw * ny > MOST * 16) return undefined;
  const list: Term[] = [];
  const zeros = (shape: Shape): Tensor => ({ shape, data: new Float64Array(sizeOf(shape)) });
  const [x, w] = [zeros(shapes.x), zeros(shapes.w)];
  const params: Params<Tensor> = {
    ...(structure.weight !== undefined && { [structure.weight]: w }),
    ...(structure.bias !== undefined && biases > 0 && { [structure.bias]: zeros([biases]) }),
  };
  for (let i = 0; i < nx; i++) {
    x.data[i] = 1;
    for (let j = 0; j < nw; j++) {
      if (structure.weight !== undefined) w.data[j] = 1;
      const y = layer.forward(x, params).data;
      for (let q = 0; q < ny; q++) {
        if (y[q] === 0) continue;
        const place = (side: Side, index: number): Place =>
          shapes[side].length > 0 ? placeOf(shapes[side], index) : [];
        list.push({ x: place('x', i), w: place('w', j), y: place('y', q), factor: y[q] });
      }
      if (structure.weight !== undefined) w.data[j] = 0;
    }
    x.data[i] = 0;
  }
  return { structure, shapes, list, biases };
}
