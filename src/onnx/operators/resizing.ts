// Resize and Upsample (nearest and linear), DepthToSpace and SpaceToDepth. Spec onnx-operator.

import { type Data, MAX_ELEMENTS, type Shape, sizeOf } from '../../tensor.ts';
import { type Call, checked, type Operators, type Plan, unsupported } from '../call.ts';
import { permuted, Value, zerosLike } from '../value.ts';

/** The place in x of cell i of y, in cells; `n` cells become `m`. */
type Coordinate = (i: number, scale: number, n: number, m: number) => number;

const coordinates: Readonly<Record<string, Coordinate>> = {
  half_pixel: (i, scale) => (i + 0.5) / scale - 0.5,
  pytorch_half_pixel: (i, scale, _n, m) => (m > 1 ? (i + 0.5) / scale - 0.5 : 0),
  tf_half_pixel_for_nn: (i, scale) => (i + 0.5) / scale,
  asymmetric: (i, scale) => i / scale,
  align_corners: (i, _scale, n, m) => (m > 1 ? (i * (n - 1)) / (m - 1) : 0),
};

const nearest: Readonly<Record<string, (x: number) => number>> = {
  round_prefer_floor: (x) => Math.ceil(x - 0.5),
  round_prefer_ceil: (x) => Math.floor(x + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
};

function chosen<T>(name: string, value: string, among: Readonly<Record<string, T>>): T {
  return Object.hasOwn(among, value) ? among[value] : unsupported(`attribute '${name}' of '${value}' is not computed`);
}

/** Sizes and factors of every axis. */
function sizesOf(call: Call, inputs: { readonly scales: number; readonly sizes: number }) {
  const { shape } = call.at(0);
  const stated = inputs.sizes > 0 && call.has(inputs.sizes) ? call.wholes(inputs.sizes, 'sizes') : undefined;
  const scales = stated
    ? stated.map((size, i) => size / shape[i])
    : (call.floats('scales') ?? call.numbers(inputs.scales, 'scales'));
  if (scales.length !== shape.length)
    unsupported(`sizes or scales must be ${shape.length}, one for each axis, got ${scales.length}`);
  const to = stated ?? shape.map((n, i) => Math.floor(n * scales[i]));
  if (shape.some((n, i) => n === 0 || !(scales[i] > 0) || !(to[i] >= 1)))
    unsupported(`scales must be above 0, got [${scales}] for x of shape [${shape}]`);
  return { to: checked(to, MAX_ELEMENTS), scales };
}

interface Sampling {
  readonly mode: string;
  readonly coordinate: Coordinate;
  readonly round: (x: number) => number;
}

/** Axis by axis; each keeps the others as they are. */
function resized(call: Call, { to, scales }: ReturnType<typeof sizesOf>, { mode, coordinate, round }: Sampling): Plan {
  const { type, shape } = call.at(0);
  if (mode !== 'nearest' && mode !== 'linear') unsupported(`attribute 'mode' of '${mode}' is not computed`);
  return {
    outputs: [{ type, shape: to }],
    run(given) {
      let [data, from] = [given(0).first, shape];
      for (let axis = 0; axis < shape.length; axis++) {
        if (from[axis] === to[axis] && scales[axis] === 1) continue;
        const [n, m, inner] = [from[axis], to[axis], sizeOf(from.slice(axis + 1))];
        const within = (at: number): number => Math.min(n - 1, Math.max(0, at));
        const places = Array.from({ length: m }, (_, i) => coordinate(i, scales[axis], n, m));
        const next: Shape = from.map((each, i) => (i === axis ? m : each));
        const y = zerosLike(data, sizeOf(next));
        for (let row = 0, rows = sizeOf(from.slice(0, axis)); row < rows; row++)
          for (let i = 0; i < m; i++) {
            const out = (row * m + i) * inner;
            if (mode === 'nearest') copy(data, (row * n + within(round(places[i]))) * inner, inner, y, out);
            else {
              const at = within(places[i]);
              const low = Math.floor(at);
              blend(data, (row * n + low) * inner, (row * n + within(low + 1)) * inner, at - low, inner, y, out);
            }
          }
        [data, from] = [y, next];
      }
      return [new Value(type, to, data)];
    },
  };
}

const copy = (x: Data, from: number, count: number, y: Data, to: number): void => {
  for (let i = 0; i < count; i++) y[to + i] = x[from + i];
};

function blend(x: Data, low: number, high: number, share: number, count: number, y: Data, to: number): void {
  for (let i = 0; i < count; i++) y[to + i] = x[low + i] * (1 - share) + x[high + i] * share;
}

const asymmetric = (mode: string): Sampling => ({ mode, coordinate: coordinates.asymmetric, round: Math.floor });

export const resizings: Operators = {
  /** The factors became an input with opset 9; Resize took its place with 10. */
  Upsample: {
    versions: [7, 9],
    until: 10,
    inputs: [1, 2],
    plan: (call) => resized(call, sizesOf(call, { scales: 1, sizes: 0 }), asymmetric(call.text('mode', 'nearest'))),
  },
  Resize: {
    versions: [10, 11, 13, 18, 19],
    inputs: [1, 4],
    plan(call) {
      const mode = call.text('mode', 'nearest');
      if (call.version === 10) return resized(call, sizesOf(call, { scales: 1, sizes: 0 }), asymmetric(mode));
      const where = call.text('coordinate_transformation_mode', 'half_pixel');
      const how = call.text('nearest_mode', 'round_prefer_floor');
      call.float('cubic_coeff_a', -0.75);
      call.int('exclude_outside', 0); // both of mode cubic alone
      call.float('extrapolation_value', 0); // of tf_crop_and_resize alone
      if (call.version >= 18 && call.int('antialias', 0) !== 0) unsupported("attribute 'antialias' is not computed");
      return resized(call, sizesOf(call, { scales: 2, sizes: 3 }), {
        mode,
        coordinate: chosen('coordinate_transformation_mode', where, coordinates),
        round: chosen('nearest_mode', how, nearest),
      });
    },
  },
  DepthToSpace: {
    versions: [1, 11, 13],
    inputs: [1, 1],
    plan(call) {
      const { type, shape } = call.at(0);
      const b = call.int('blocksize', 0);
      const mode = call.text('mode', 'DCR');
      const [N, C, H, W] = shape;
      if (shape.length !== 4 || b < 1 || C % (b * b) !== 0 || !/^(DCR|CRD)$/.test(mode))
        unsupported(`x of shape [${shape}] cannot be made space by blocks of ${b} (${mode})`);
      const D = C / (b * b);
      const [parts, order] =
        mode === 'DCR'
          ? [
              [N, b, b, D, H, W],
              [0, 3, 4, 1, 5, 2],
            ]
          : [
              [N, D, b, b, H, W],
              [0, 1, 4, 2, 5, 3],
            ];
      const to = [N, D, H * b, W * b];
      return {
        outputs: [{ type, shape: to }],
        run: (given) => [new Value(type, to, permuted(given(0).first, parts, order))],
      };
    },
  },
  SpaceToDepth: {
    versions: [1, 13],
    inputs: [1, 1],
    plan(call) {
      const { type, shape } = call.at(0);
      const b = call.int('blocksize', 0);
      const [N, C, H, W] = shape;
      if (shape.length !== 4 || b < 1 || H % b !== 0 || W % b !== 0)
        unsupported(`x of shape [${shape}] cannot be made depth by blocks of ${b}`);
      const to = [N, C * b * b, H / b, W / b];
      const parts = [N, C, H / b, b, W / b, b];
      return {
        outputs: [{ type, shape: to }],
        run: (given) => [new Value(type, to, permuted(given(0).first, parts, [0, 3, 5, 1, 2, 4]))],
      };
    },
  },
};
