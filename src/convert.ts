// Between the element types: float64 runs the reference loops, float32 the kernels.

import { show, wrongType } from './errors.ts';
import type { Params } from './layer/layer.ts';
import type { Tensor } from './tensor.ts';

/**
 * The same tensor, or the same parameters, in float64 (exactly). A float64 layer is the reference for a float32 one.
 * Spec tensor-type.
 *
 * @example
 * toFloat64(tensor([2], [1, 2])).data // Float64Array [1, 2]
 */
export function toFloat64<T extends Tensor | Params<Tensor>>(value: T): T {
  return convert('toFloat64', value, (data) => Float64Array.from(data));
}

/**
 * The same tensor, or the same parameters, in float32, each value rounded to nearest. Spec tensor-type.
 *
 * @example
 * toFloat32(tensor([1], [0.1], 'float64')).data[0] // 0.10000000149011612
 */
export function toFloat32<T extends Tensor | Params<Tensor>>(value: T): T {
  return convert('toFloat32', value, (data) => Float32Array.from(data));
}

function convert<T extends Tensor | Params<Tensor>>(
  who: string,
  value: T,
  change: (data: Tensor['data']) => Tensor['data'],
): T {
  if (typeof value !== 'object' || value === null)
    throw wrongType('tensor-type', `${who}: expected a tensor or parameters, got ${show(value)}`);
  if (isTensor(value)) return { shape: value.shape, data: change(value.data) } as Tensor as T;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, convert(who, part as Tensor, change)]),
  ) as T;
}

const isTensor = (value: Tensor | Params<Tensor>): value is Tensor => ArrayBuffer.isView(value.data);
