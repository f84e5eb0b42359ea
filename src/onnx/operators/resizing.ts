// Resize and Upsample (nearest and linear), DepthToSpace and SpaceToDepth. Spec onnx-operator.

import type { Layer } from '../../layer/layer.ts';
import { depthToSpace, spaceToDepth } from '../../ops/blocks.ts';
import { type Coordinates, type Rounding, upsample } from '../../ops/upsample.ts';
import { MAX_ELEMENTS } from '../../tensor.ts';
import { byLayer } from '../by-layer.ts';
import { type Call, checked, type Operators, type Plan, unsupported } from '../call.ts';
import { isFloat } from '../element-types.ts';
import { Value } from '../value.ts';

/** What the library calls the rules. */
const coordinates: Readonly<Record<string, Coordinates>> = {
  half_pixel: 'half-pixel',
  pytorch_half_pixel: 'half-pixel-or-first',
  tf_half_pixel_for_nn: 'half-pixel-start',
  asymmetric: 'asymmetric',
  align_corners: 'align-corners',
};

const roundings: Readonly<Record<string, Rounding>> = {
  round_prefer_floor: 'prefer-floor',
  round_prefer_ceil: 'prefer-ceil',
  floor: 'floor',
  ceil: 'ceil',
};

function chosen<T>(name: string, value: string, among: Readonly<Record<string, T>>): T {
  return Object.hasOwn(among, value) ? among[value] : unsupported(`attribute '${name}' of '${value}' is not computed`);
}

/** Sizes and factors of every axis: those of `axes` are given, the others stay. */
function sizesOf(call: Call, inputs: { readonly scales: number; readonly sizes: number }) {
  const { shape } = call.at(0);
  const axes = call.version >= 18 ? call.ints('axes')?.map((axis) => call.axis(axis, shape.length)) : undefined;
  const policy = call.version >= 18 ? call.text('keep_aspect_ratio_policy', 'stretch') : 'stretch';
  const everywhere = (given: readonly number[], otherwise: (n: number) => number): number[] => {
    const count = (axes ?? shape).length;
    if (given.length !== count) unsupported(`sizes or scales must be ${count}, one for each axis, got ${given.length}`);
    return axes ? shape.map((n, i) => (axes.includes(i) ? given[axes.indexOf(i)] : otherwise(n))) : [...given];
  };
  const given = inputs.sizes > 0 && call.has(inputs.sizes) ? call.wholes(inputs.sizes, 'sizes') : undefined;
  const stated = given && everywhere(given, (n) => n);
  const each = stated
    ? stated.map((size, i) => size / shape[i])
    : everywhere(call.floats('scales') ?? call.numbers(inputs.scales, 'scales'), () => 1);
  if (stated && policy !== 'stretch') return alike(call, policy, axes ?? shape.map((_, i) => i), each);
  const scales = each;
  const to = stated ?? shape.map((n, i) => Math.floor(n * scales[i]));
  if (shape.some((n, i) => n === 0 || !(scales[i] > 0) || !(to[i] >= 1)))
    unsupported(`scales must be above 0, got [${scales}] for x of shape [${shape}]`);
  return { to: checked(to, MAX_ELEMENTS), scales, isSize: stated !== undefined };
}

/** One factor for all axes, so that no size is larger, or smaller, than stated. */
function alike(call: Call, policy: string, axes: readonly number[], each: readonly number[]) {
  if (policy !== 'not_larger' && policy !== 'not_smaller')
    unsupported(`attribute 'keep_aspect_ratio_policy' of '${policy}' is not computed`);
  const { shape } = call.at(0);
  const own = axes.map((axis) => each[axis]);
  const factor = policy === 'not_larger' ? Math.min(...own) : Math.max(...own);
  const scales = shape.map((_, i) => (axes.includes(i) ? factor : 1));
  const to = shape.map((n, i) => Math.floor(n * scales[i] + 0.5));
  if (!(factor > 0) || to.some((size, i) => size !== Math.floor(shape[i] * scales[i]) || size < 1))
    unsupported(`sizes that '${policy}' rounds up are not computed: ${factor} times [${shape}]`);
  return { to: checked(to, MAX_ELEMENTS), scales, isSize: false };
}

interface Sampling {
  readonly mode: string;
  readonly coordinates: Coordinates;
  readonly rounding: Rounding;
}

/** All axes are those of an image with one channel more, which the library takes as axes of space. */
function resized(call: Call, { to, scales, isSize }: ReturnType<typeof sizesOf>, { mode, ...rules }: Sampling): Plan {
  const { type, shape } = call.at(0);
  if (mode !== 'nearest' && mode !== 'linear') unsupported(`attribute 'mode' of '${mode}' is not computed`);
  const how = { mode: mode as 'nearest' | 'linear', ...rules };
  const layer = (from: number): Layer =>
    upsample({ ...how, ...(isSize ? { size: to.slice(from) } : { scale: scales.slice(from) }) });
  const isSpace = shape.length > 2 && scales[0] === 1 && scales[1] === 1;
  if (isSpace && isFloat(type)) return byLayer(call, { layer: layer(2) });
  return {
    outputs: [{ type, shape: to }],
    run(given) {
      const x = { shape: [1, ...shape, 1], data: given(0).first };
      return [new Value(type, to, layer(0).forward(x, {}).data)];
    },
  };
}

const asymmetric = (mode: string): Sampling => ({ mode, coordinates: 'asymmetric', rounding: 'floor' });

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
      const sizes = sizesOf(call, { scales: 2, sizes: 3 });
      // The same as half_pixel where the scaled size is a whole number.
      const isWhole = sizes.isSize || call.at(0).shape.every((n, i) => n * sizes.scales[i] === sizes.to[i]);
      const rule = where === 'half_pixel_symmetric' && isWhole ? 'half_pixel' : where;
      return resized(call, sizes, {
        mode,
        coordinates: chosen('coordinate_transformation_mode', rule, coordinates),
        rounding: chosen('nearest_mode', how, roundings),
      });
    },
  },
  DepthToSpace: {
    versions: [1, 11, 13, 28],
    inputs: [1, 1],
    plan(call) {
      const { shape } = call.at(0);
      const b = call.int('blocksize', 0);
      const mode = call.text('mode', 'DCR');
      if (shape.length !== 4 || b < 1 || shape[1] % (b * b) !== 0 || !/^(DCR|CRD)$/.test(mode))
        unsupported(`x of shape [${shape}] cannot be made space by blocks of ${b} (${mode})`);
      return byLayer(call, { layer: depthToSpace({ size: b, order: mode as 'DCR' | 'CRD' }) });
    },
  },
  SpaceToDepth: {
    versions: [1, 13, 28],
    inputs: [1, 1],
    plan(call) {
      const { shape } = call.at(0);
      const b = call.int('blocksize', 0);
      if (shape.length !== 4 || b < 1 || shape[2] % b !== 0 || shape[3] % b !== 0)
        unsupported(`x of shape [${shape}] cannot be made depth by blocks of ${b}`);
      const mode = call.version >= 28 ? call.text('mode', 'DCR') : 'DCR';
      if (!/^(DCR|CRD)$/.test(mode)) unsupported(`attribute 'mode' of '${mode}' is not computed`);
      return byLayer(call, { layer: spaceToDepth({ size: b, order: mode as 'DCR' | 'CRD' }) });
    },
  },
};
