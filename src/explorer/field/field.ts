// The receptive field of a unit inside a net: the cells it may see, and how much each of them moves it.

import { innerLayer, operatorPaths } from '../../inspect/inner-layer.ts';
import { chain } from '../../layer/chain.ts';
import { fieldAt, type Span } from '../../layer/field.ts';
import type { Field, Gradient, Layer, Params, Pull } from '../../layer/layer.ts';
import { mapLayer } from '../../layer/map-layer.ts';
import { indexAt } from '../../places.ts';
import type { Shape, Tensor } from '../../tensor.ts';

/** A layer inside a net whose units have a place on the image. */
export interface Inside {
  readonly path: string;
  readonly op: string;
  /** Rows, columns, channels. */
  readonly output: readonly [number, number, number];
  readonly field: Field;
}

/** The layers of a net on images whose outputs still have rows and columns. */
export function insideOf(net: Layer, shape: Shape): Inside[] {
  return operatorPaths(net).flatMap((path) => {
    const { layer, shape: x, field } = innerLayer('explorer', net, shape, path);
    const y = layer.shape(x);
    return y.length === 4 ? [{ path, op: layer.name, output: [y[1], y[2], y[3]] as const, field }] : [];
  });
}

/** The cells of the image that a unit may see, from the first to the last; they may lie outside it. */
export const spansOf = ({ field }: Inside, row: number, column: number): readonly Span[] =>
  fieldAt(field, [row, column]);

/** The unit whose field has its middle nearest to a cell of the image. */
export function unitNear({ field, output }: Inside, row: number, column: number): [number, number] {
  const nearest = (axis: Field[number], cell: number, units: number): number => {
    const at = axis.step === 0 ? 0 : (cell - axis.start - (axis.size - 1) / 2) / axis.step;
    return Math.min(units - 1, Math.max(0, Math.round(at)));
  };
  return [nearest(field[0], row, output[0]), nearest(field[1], column, output[1])];
}

/** A net without its batch statistics: those would make every unit see the whole image. */
export const withoutBatch = (net: Layer): Layer =>
  mapLayer(net, (_, layer) => layer.roles?.batchStatistics?.given ?? layer);

/** The net up to the layer: what follows on the outermost level is left out. */
export function upTo(net: Layer, path: string): Layer {
  if (net.arrangement !== 'sequence') return net;
  const names = Object.keys(net.children);
  const last = names.indexOf(path.split('.')[0]);
  return chain(Object.fromEntries(names.slice(0, last + 1).map((name) => [name, net.children[name]])));
}

/**
 * The gradient of a unit with respect to the image: of one channel, or of the sum of all. The layer at `path` is given
 * the gradient of that unit, and whatever comes from behind it is left out.
 */
export function unitGradient(
  net: Layer,
  x: Tensor,
  params: Params<Tensor>,
  { path, output }: Pick<Inside, 'path' | 'output'>,
  [row, column]: readonly [number, number],
  channel: number | undefined,
): Tensor {
  const onlyUnit = (dy: Tensor): Tensor => {
    const data = dy.data.slice().fill(0);
    for (let c = 0; c < output[2]; c++)
      if (channel === undefined || c === channel) data[indexAt(dy.shape, [0, row, column, c])] = 1;
    return { shape: dy.shape, data };
  };
  const asked = mapLayer(net, (at, layer) => {
    if (at !== path) return layer;
    const vjp: Layer['vjp'] = (x, p) => {
      const [y, pull] = layer.vjp(x, p);
      const own: Pull = (dy, needsX): Gradient => pull(onlyUnit(dy), needsX);
      return [y, own];
    };
    return Object.create(layer, { vjp: { value: vjp } }) as Layer;
  });
  const [y, pull] = asked.vjp(x, params);
  return pull({ shape: y.shape, data: y.data.slice().fill(0) }).x;
}

/** The magnitude of the gradient at each pixel: summed over the channels of the image. */
export function magnitudes({ shape, data }: Tensor): Float32Array {
  const C = shape[shape.length - 1];
  return Float32Array.from({ length: data.length / C }, (_, pixel) => {
    let sum = 0;
    for (let c = 0; c < C; c++) sum += Math.abs(data[pixel * C + c]);
    return sum;
  });
}

/** How many rows and columns hold the given share of all magnitude, around its middle: the effective size. */
export function effectiveSize(values: Float32Array, rows: number, columns: number, share = 0.9): [number, number] {
  const along = (length: number, sumAt: (i: number) => number): number => {
    const sums = Array.from({ length }, (_, i) => sumAt(i));
    const total = sums.reduce((sum, value) => sum + value, 0);
    if (!(total > 0)) return 0;
    for (let size = 1; size <= length; size++) {
      let held = sums.slice(0, size).reduce((sum, value) => sum + value, 0);
      for (let first = 0; first + size <= length; first++) {
        if (held >= share * total) return size;
        held += (sums[first + size] ?? 0) - sums[first];
      }
    }
    return length;
  };
  const over = (count: number, value: (i: number) => number): number => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += value(i);
    return sum;
  };
  return [
    along(rows, (i) => over(columns, (j) => values[i * columns + j])),
    along(columns, (j) => over(rows, (i) => values[i * columns + j])),
  ];
}
