// Conversion between the element types.

import { show, wrongType } from './errors.ts';
import { checkParams, mapParams } from './layer/flat-params.ts';
import type { Params } from './layer/layer.ts';
import { isObject, reading } from './reading.ts';
import { checkTensor, type Tensor } from './tensor.ts';

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
  const converted = ({ shape, data }: Tensor): Tensor => ({ shape, data: change(data) });
  if (reading('tensor-type', who, 'x', () => isTensor(value))) {
    checkTensor(who, 'x', value as Tensor);
    return converted(value as Tensor) as T;
  }
  if (!isObject(value)) throw wrongType('tensor-type', `${who}: expected a tensor or parameters, got ${show(value)}`);
  checkParams(who, value as Params<Tensor>);
  return mapParams(value as Params<Tensor>, converted) as T;
}

const isTensor = (value: unknown): boolean => ArrayBuffer.isView((value as Tensor | null)?.data);
