// Operators that move elements: radii go where their numbers go. Spec enclosure-moved.

import type { Layer } from '../layer/layer.ts';
import { Value } from '../onnx/value.ts';
import { U } from '../oracle/bounds/bound.ts';
import { isOpen, upsampleBounds } from '../oracle/families/upsample-bounds.ts';
import type { Shape } from '../tensor.ts';
import { sound } from './enclosure.ts';
import { onlyKnown } from './pointwise-rules.ts';
import type { Rule } from './rule.ts';

/** Every output has the radii of the elements that it has; what is put in, such as a padding, is known. */
const moved: Rule = (node) => {
  const isKnown = node.isExact;
  const [spread, nothing] = isKnown
    ? [[], []]
    : [node.values((_, i) => node.radius(i)), node.values((x) => new Float64Array(x.length))];
  return node.center.map((value, k) => {
    const { order } = value;
    const v = value.in(order);
    const [r, zero] = [spread[k]?.in(order), nothing[k]?.in(order)];
    const radius = new Float64Array(v).map((each, i) => sound(node.passed(r ? Math.abs(r[i] - zero[i]) : 0, each)));
    return radius.every((each) => each === 0)
      ? { value }
      : { value, radius: new Value(value.type, value.shape, radius, order) };
  });
};

/** What a coordinate may be off, in cells, which is computed in float32 also where the numbers are float64: of (i + ½) / scale − ½ or i·(n − 1) / (m − 1). */
const COORDINATE = 8 * U;

/** Whether x has the axes of space of the layer, which a node may extend by those of images and channels. */
function fits({ attributes: { scale, size } }: Layer, x: Shape): boolean {
  const each = scale ?? size;
  return !Array.isArray(each) || each.length === x.length - 2;
}

/** Where the rounded coordinate lies between two cells, either may be taken. Spec bound-upsample. */
const nearest: Rule = (node) => {
  const layer = node.planned.plan?.step?.layer;
  const x = node.at(0).value.image;
  const all = moved(node);
  if (all === undefined || layer?.attributes.coordinates === undefined || !fits(layer, x.shape)) return all;
  if (!isOpen(layer.attributes as never, x.shape)) return all;
  const [{ value, radius }] = all;
  const { error } = upsampleBounds(layer, { x }, { subnormals: 'ieee' }).y;
  const own = radius?.in('last') as Float64Array | undefined;
  const most = node.radius(0).reduce((a, b) => Math.max(a, b), 0);
  const off = error.map((each, i) => (own?.[i] ?? 0) + (each > 0 ? sound(each + 2 * most) : 0));
  return [{ value, radius: new Value(value.type, value.shape, off, 'last') }];
};

/** Nearest moves; linear mixes neighbours with weights that depend on the rounded coordinate. */
const resized: Rule = (node) => {
  const mode = node.attribute('mode')?.s;
  if (mode === undefined || new TextDecoder().decode(mode) !== 'linear') return nearest(node);
  const { shape } = node.at(0).value;
  const to = node.center[0].shape;
  const { u, tiny } = node.rounding;
  const [reach] = node.run((x, i) => (i === 0 ? x.map((v, k) => Math.abs(v) + node.radius(0)[k]) : x));
  const [spread] = node.run((x, i) => (i === 0 ? node.radius(0) : x));
  const largest = reach.reduce(
    (a, b) => Math.max(a, b),
    (node.at(0).value.first as Float64Array).reduce((a, b) => Math.max(a, Math.abs(b)), 0),
  );
  const off = shape.reduce((all, n, i) => all + (n === to[i] ? 0 : COORDINATE * (n + 1)), 0);
  const changed = shape.filter((n, i) => n !== to[i]).length;
  return node.within((i) => spread[i] + 2 * off * largest + (4 * changed + 2) * u * reach[i] + tiny * 4);
};

const toFloat: Rule = (node) => {
  const [from, to] = [node.at(0).value.type, node.center[0].type];
  if (from === to || !node.isExact) return from === to ? moved(node) : undefined;
  // To a floating-point number of fewer digits, or from a whole number of more.
  const { y } = node;
  return /^float|^bfloat/.test(to) ? node.within((i) => 2 * node.rounding.u * Math.abs(y[i])) : onlyKnown(node);
};

const names = [
  'Reshape',
  'Flatten',
  'Squeeze',
  'Unsqueeze',
  'Transpose',
  'Concat',
  'Slice',
  'Split',
  'Gather',
  'Expand',
  'Tile',
  'Pad',
  'DepthToSpace',
  'SpaceToDepth',
  'Identity',
  'Dropout',
];

/** The condition is known; both sides may be off. */
const chosen: Rule = (node) => (node.at(0).radius ? undefined : moved(node));

export const moveRules: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(names.map((name) => [name, moved])),
  Resize: resized,
  Upsample: resized,
  Cast: toFloat,
  Where: chosen,
};

export const knownOnly: Readonly<Record<string, Rule>> = Object.fromEntries(
  [
    'Equal',
    'Less',
    'LessOrEqual',
    'Greater',
    'GreaterOrEqual',
    'And',
    'Or',
    'Xor',
    'Mod',
    'Not',
    'Shape',
    'Size',
    'Constant',
    'ConstantOfShape',
    'Range',
    'ArgMax',
    'ArgMin',
  ].map((name) => [name, onlyKnown]),
);
