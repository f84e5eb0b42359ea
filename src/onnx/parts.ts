// One node as a part of a layer. The library's tensors are channels last; what a flattened image is to the file, its
// elements in the order of channels first, is made good in the next dense layer's weight. Spec onnx-layer.

import type { Layer, Params } from '../layer/layer.ts';
import { scale } from '../ops/activation.ts';
import { shuffleChannels } from '../ops/blocks.ts';
import { frozenNorm } from '../ops/normalization.ts';
import { flatten } from '../ops/reshape.ts';
import { power } from '../ops/smooth.ts';
import { roundingOf } from '../rounding.ts';
import { type Data, type Shape, sameShape, sizeOf, type Tensor } from '../tensor.ts';
import { isFloat } from './element-types.ts';
import { numberByNumber } from './number-by-number.ts';
import type { PlannedNode } from './plan.ts';
import { lastShape, permuted, type Value, zerosLike } from './value.ts';

/**
 * How the library's tensor stands for the file's. `same`: channels moved last. `rows`: flattened channels last, and `image` is
 * the shape it had in the file. `last`: the file has moved its channels last too. `groups`: the channels of `image` are two axes,
 * and `turns`: these are exchanged.
 */
export interface Form {
  readonly kind: 'same' | 'rows' | 'last' | 'groups' | 'turns';
  readonly shape: Shape;
  readonly image?: Shape;
}

export interface Part {
  readonly name: string;
  readonly layer: Layer;
  readonly params: Params<Tensor>;
}

/** A layer and its parameters. */
export type Nameless = Omit<Part, 'name'>;

interface Added {
  readonly form: Form;
  /** A layer more at the end of the row, if the node is one. */
  readonly more?: Nameless;
  /** In place of an earlier layer of the row. */
  readonly changed?: { readonly at: number; readonly part: Nameless };
}

/** What treats every cell by itself, and may stand between a global pool and the end of its axes of space. */
const cellwise = new Set([...numberByNumber, 'frozenNorm', 'lrn', 'prelu']);

/** What a node adds to a row of layers; undefined where there is no such layer. */
export function appended(maker: PlannedNode, row: readonly Part[], form: Form): Added | undefined {
  const { plan, inputs } = maker;
  if (plan === undefined) return undefined;
  const { shape, type } = plan.outputs[0];
  const given = (i: number): Value => inputs[i]?.constant?.() as Value;
  const add = (layer: Layer, params: Params<Tensor> = {}, next: Form = { ...form, shape }): Added => ({
    more: { layer, params },
    form: next,
  });
  if (plan.step && inputs[0]?.constant === undefined) {
    const { layer } = plan.step;
    const params = plan.step.params?.(given) ?? {};
    if (plan.step.lastAlready) return form.kind === 'last' ? add(layer, params) : undefined;
    if (numberByNumber.has(layer.name) || form.kind === 'same') return add(layer, params);
    if (form.kind === 'rows' && layer.attributes.units !== undefined)
      return add(
        layer,
        { ...params, weight: rowsMoved(params.weight as Tensor, form.image as Shape) },
        { kind: 'same', shape },
      );
    return undefined;
  }
  if (plan.moves) return transposed(form, shape, plan.moves);
  if (maker.node.op === 'Reshape' && shape.length > 2) return regrouped(form, shape, add);
  if (plan.flattens) return flattened(row, form, shape, add);
  const at = inputs.findIndex((each) => each?.constant);
  const isCommuting = /^(Add|Mul)$/.test(maker.node.op);
  if (at < 0 || !(isCommuting || at === 1) || !isFloat(type) || !sameShape(form.shape, shape)) return undefined;
  return withConstant(maker.node.op, given(at), row, form, add);
}

type Add = (layer: Layer, params?: Params<Tensor>, next?: Form) => Added;

/** Arithmetic with one number, or with one for each channel. */
function withConstant(op: string, value: Value, row: readonly Part[], form: Form, add: Add): Added | undefined {
  const [number] = value.first;
  if (sizeOf(value.shape) === 1) {
    if (op === 'Mul') return add(scale({ factor: number }));
    if (op === 'Div') return add(scale({ factor: roundingOf(value.first)(1 / number) }));
    if (/^(Add|Sub)$/.test(op)) return add(power({ shift: op === 'Add' ? number : -number }));
    return undefined;
  }
  const channels = form.shape[1];
  const own = lastShape([...new Array(form.shape.length - value.shape.length).fill(1), ...value.shape]);
  if (form.kind !== 'same' || value.first.length !== channels || own[own.length - 1] !== channels) return undefined;
  const { first } = value;
  if (op === 'Add') return withBias(row, form, first) ?? add(channelwise, normOf(first, { bias: first }));
  if (op === 'Sub') return add(channelwise, normOf(first, { mean: first }));
  if (op === 'Mul') return add(channelwise, normOf(first, { weight: first }));
  if (op === 'Div') return add(channelwise, normOf(first, { weight: first.map((each) => 1 / each) }));
  return undefined;
}

/** A norm whose variance and epsilon are 1 in all, to the last bit. */
const EPSILON = 1 / 1048576;
const channelwise = frozenNorm({ epsilon: EPSILON });

function normOf(like: Data, given: Readonly<Record<string, Data>>): Params<Tensor> {
  const all = { weight: 1, bias: 0, mean: 0, variance: 1 - EPSILON };
  const shape = [like.length];
  return Object.fromEntries(
    Object.entries(all).map(([name, value]) => [
      name,
      { shape, data: given[name] ?? zerosLike(like, like.length).fill(value) },
    ]),
  );
}

/** The same shape; or channels made two axes, which are exchanged and made one again: they are shuffled. */
function regrouped(form: Form, shape: Shape, add: Add): Added | undefined {
  if (sameShape(form.shape, shape)) return { form };
  if (form.kind === 'same' && sameShape([shape[0], shape[1] * shape[2], ...shape.slice(3)], form.shape))
    return { form: { kind: 'groups', shape, image: form.shape } };
  if (form.kind === 'turns' && sameShape(shape, form.image as Shape))
    return add(shuffleChannels({ groups: form.shape[2] }), {}, { kind: 'same', shape });
  return undefined;
}

function flattened(row: readonly Part[], form: Form, shape: Shape, add: Add): Added | undefined {
  if (form.kind === 'rows') return { form };
  if (form.kind === 'groups' || form.kind === 'turns') return undefined;
  if (form.kind === 'last') return add(flatten(), {}, { kind: 'same', shape });
  if (form.shape.length === 2) return { form };
  // The axes of one cell that a global pool left are dropped by the pool itself.
  const at = row.findLastIndex(({ layer }) => !cellwise.has(layer.name));
  if (row[at]?.layer.attributes.keep === true)
    return {
      form: { kind: 'same', shape },
      changed: { at, part: { layer: row[at].layer.with({ attributes: { keep: false } }), params: {} } },
    };
  const isOneRow = form.shape[1] === 1 || sizeOf(form.shape.slice(2)) === 1;
  return add(flatten(), {}, isOneRow ? { kind: 'same', shape } : { kind: 'rows', shape, image: form.shape });
}

/** Channels that come last become the first axis behind the batch. */
export const movesFirst = (order: readonly number[]): boolean =>
  order.length > 2 && order.every((axis, i) => axis === (i === 0 ? 0 : i === 1 ? order.length - 1 : i - 1));

/** Channels moved last in the file, or back again: nothing moves in the library. */
function transposed(form: Form, shape: Shape, order: readonly number[]): Added | undefined {
  const rank = order.length;
  const isLast = order.every((axis, i) => axis === (i === 0 ? 0 : i === rank - 1 ? 1 : i + 1));
  const isTurn = order.every((axis, i) => axis === (i === 1 ? 2 : i === 2 ? 1 : i));
  if (isTurn && form.kind === 'groups') return { form: { ...form, kind: 'turns', shape } };
  if (isLast && form.kind === 'same') return { form: { kind: 'last', shape } };
  return movesFirst(order) && form.kind === 'last' ? { form: { kind: 'same', shape } } : undefined;
}

/** Rows in the order of channels first, brought to that of channels last. */
export function rowsMoved({ shape: [rows, units], data }: Tensor, [, ...image]: Shape): Tensor {
  const order = [...image.slice(1).map((_, i) => i + 1), 0, image.length];
  return { shape: [rows, units], data: permuted(data, [...image, units], order) };
}

/** A number for each channel, added behind a layer that has no bias, or zeros: the same sum. */
function withBias(row: readonly Part[], form: Form, data: Data): Added | undefined {
  const last = row.at(-1);
  const zeros = last?.params.bias as Tensor | undefined;
  if (last === undefined || !(last.layer.attributes.bias === false || zeros?.data.every((each) => each === 0)))
    return undefined;
  const layer = zeros ? last.layer : last.layer.with({ attributes: { bias: true } });
  const params = { ...last.params, bias: { shape: [data.length], data } };
  return { changed: { at: row.length - 1, part: { layer, params } }, form };
}
