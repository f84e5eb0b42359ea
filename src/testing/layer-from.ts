// A layer that computes with functions of the caller's own, by the rules of a layer of this library. Spec layer-from.

import { checkFunction, known, oneOf } from '../attributes.ts';
import { readOrder, reordered } from '../axes.ts';
import { toFloat32, toFloat64 } from '../convert.ts';
import { SpecError, show, wrongType } from '../errors.ts';
import { checkLayer } from '../layer/check-layer.ts';
import type { Attributes, Layer, Params } from '../layer/layer.ts';
import { isRecord } from '../reading.ts';
import { allocate, type Data, type Shape, sameShape, sizeOf, type Tensor, typeOf } from '../tensor.ts';

/** What a function of one's own gets: x and the parameters by their names, in its layout, and the attributes of the layer. */
export interface OwnCall {
  readonly attributes: Attributes;
  readonly x: Tensor;
  readonly weight: Tensor;
  /** There if the layer has one; another parameter has its own name. */
  readonly bias: Tensor;
  readonly [parameter: string]: unknown;
}

/** A tensor, or its numbers alone, whose shape is known. */
export type OwnResult = Tensor | ArrayLike<number>;

export interface Own {
  /** y. */
  readonly forward: (call: OwnCall) => OwnResult;
  /** The gradients at x and the parameters; those that are left out are not tested. */
  readonly gradient?: (call: OwnCall & { readonly dy: Tensor }) => Readonly<Record<string, OwnResult | undefined>>;
  /** The order of the axes, of x and y by default `'NHWC'`, of a weight `'HWIO'`; HW stands for all spatial axes. */
  readonly layout?: { readonly x?: string; readonly weight?: string };
  /** `'float32'` (default): the functions get no other numbers. `'any'`: Float64Array too. */
  readonly type?: 'float32' | 'any';
}

/** The layers made here: what they are to compute, and whether they take float32 alone. */
const made = new WeakMap<Layer, { readonly like: Layer; readonly isNarrow: boolean; readonly hasGradient: boolean }>();

/** The layer whose rules a layer of one's own follows; undefined for any other. */
export const ownOf = (layer: Layer) => made.get(layer);

const orders = { x: 'NHWC', weight: 'HWIO' } as const;

/**
 * A layer for {@link laws} that computes with functions of your own what `like` computes: with its attributes, shapes and
 * parameters, in float32 and in your layout. Spec layer-from.
 *
 * @throws {SpecError} layer-from, layer-children.
 * @example
 * const mine = layerFrom(relu(), { forward: ({ x }) => x.data.map((value) => Math.max(value, 0)) });
 * laws(mine, [2, 3, 4, 2], { kind: 'homogeneous', seed: 1 });
 */
export function layerFrom(like: Layer, own: Own): Layer {
  const who = 'layerFrom';
  checkLayer(who, like);
  if (Object.keys(like.children).length > 0)
    throw new SpecError('layer-from', `${who}: one operator at a time, got '${like.name}' with children`);
  const {
    forward,
    gradient,
    layout = {},
    type = 'float32',
  } = known(who, own, ['forward', 'gradient', 'layout', 'type'], 'members', 'layer-from');
  checkFunction('layer-from', who, 'forward', forward);
  if (gradient !== undefined) checkFunction('layer-from', who, 'gradient', gradient);
  oneOf('layer-from', who, 'type', type, ['float32', 'any']);
  const declared = known(who, layout, Object.keys(orders), 'tensors of layout', 'layer-from');
  const order = (name: 'x' | 'weight'): string =>
    readOrder('layer-from', `${who}: layout.${name}`, declared[name] ?? orders[name], orders[name]);
  const [xOrder, weightOrder] = [order('x'), order('weight')];
  const isNarrow = type === 'float32';

  /** A tensor by its name with its axes in the order of one side or the other. */
  const turned = (name: string, tensor: Tensor, isBack: boolean): Tensor => {
    const pair: [string, string] | undefined =
      name === 'weight'
        ? [orders.weight, weightOrder]
        : ['x', 'y', 'dy'].includes(name)
          ? [orders.x, xOrder]
          : undefined;
    if (pair === undefined || tensor.shape.length < 2) return tensor;
    return isBack ? reordered(tensor, pair[1], pair[0]) : reordered(tensor, pair[0], pair[1]);
  };
  const sent = (tensors: Readonly<Record<string, Tensor>>): OwnCall => {
    const given = Object.entries(tensors).map(([name, tensor]) => [
      name,
      turned(name, isNarrow && typeOf(tensor.data) === 'float64' ? toFloat32(tensor) : tensor, false),
    ]);
    return { attributes: like.attributes, ...Object.fromEntries(given) } as unknown as OwnCall;
  };
  /** A result in our layout and in the type of x. */
  const received = (what: string, name: string, result: unknown, shape: Shape, x: Tensor): Tensor => {
    const theirs = turned(name, { shape, data: allocate(who, shape, 'float32').data }, false).shape;
    const tensor = readResult(what, result, theirs, isNarrow ? 'float32' : typeOf(x.data));
    const ours = turned(name, tensor, true);
    return typeOf(x.data) === typeOf(ours.data) ? ours : toFloat64(ours);
  };
  const value = (x: Tensor, p: Params<Tensor>): Tensor => {
    const { shape } = like.forward(x, p); // which checks x and p
    return received('forward', 'y', forward(sent({ ...(p as Record<string, Tensor>), x })), shape, x);
  };

  const layer: Layer = Object.freeze<Layer>({
    ...like,
    with: (changes) => layerFrom(like.with(changes), own),
    emit: undefined,
    forward: value,
    vjp(x, p) {
      const y = value(x, p);
      return [
        y,
        (dy) => {
          const right = like.vjp(x, p)[1](dy);
          const given = gradient?.(sent({ ...(p as Record<string, Tensor>), x, dy })) ?? {};
          if (!isRecord(given))
            throw wrongType('layer-from', `${who}: gradient must give an object {x, …}, got ${show(given)}`);
          const part = (name: string, ours: Tensor): Tensor =>
            given[name] === undefined ? ours : received(`the gradient of ${name}`, name, given[name], ours.shape, x);
          const params = Object.entries(right.params as Record<string, Tensor>);
          return {
            x: part('x', right.x),
            params: Object.fromEntries(params.map(([name, each]) => [name, part(name, each)])),
          };
        },
      ];
    },
  });
  made.set(layer, { like, isNarrow, hasGradient: gradient !== undefined });
  return layer;
}

/** A result as a tensor of the promised shape. */
function readResult(what: string, result: unknown, shape: Shape, type: 'float32' | 'float64'): Tensor {
  const isTensor = isRecord(result) && 'data' in result && 'shape' in result;
  const numbers = (isTensor ? result.data : result) as Data;
  const isNumbers = Array.isArray(numbers) || numbers instanceof Float32Array || numbers instanceof Float64Array;
  if (!isNumbers) throw wrongType('layer-from', `layerFrom: ${what} must be numbers or a tensor, got ${show(result)}`);
  const given = isTensor ? (result.shape as Shape) : shape;
  if (!Array.isArray(given) || !sameShape(given, shape) || numbers.length !== sizeOf(shape))
    throw new SpecError(
      'layer-from',
      `layerFrom: ${what} must have shape ${show(shape)}, ${sizeOf(shape)} numbers, got ${isTensor ? `${show(given)}, ` : ''}${numbers.length}`,
    );
  if (numbers instanceof Float32Array && type === 'float32') return { shape, data: numbers };
  return { shape, data: type === 'float32' ? Float32Array.from(numbers) : Float64Array.from(numbers) };
}
