// Two answers to one call: whether they have the same bits, and where they differ. Spec oracle-probes, oracle-history.

import { show } from '../../errors.ts';
import { placeOf } from '../../places.ts';
import type { Tensor } from '../../tensor.ts';

export const sameBits = (a: ArrayLike<number>, b: ArrayLike<number>): boolean => {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
};

/** Whether the memory of an array was given away: of such a buffer no view can be made. */
export function isDetached({ buffer }: Float32Array): boolean {
  try {
    return new Uint8Array(buffer) === undefined;
  } catch (error) {
    if (error instanceof TypeError) return true;
    throw error;
  }
}

/** The arrays in an answer, whatever it is, that still hold something. */
export function arraysOf(answer: unknown): Float32Array[] {
  if (typeof answer !== 'object' || answer === null) return [];
  const results = 'data' in answer ? [answer] : Object.values(answer);
  return results
    .map((each) => (each as Tensor | undefined)?.data)
    .filter((data) => data instanceof Float32Array)
    .filter((data) => !isDetached(data));
}

/** An answer with copies of its arrays, which later calls may write over. */
export function withArrays(answer: unknown, copies: readonly Float32Array[]): unknown {
  if (typeof answer !== 'object' || answer === null) return answer;
  const arrays = arraysOf(answer);
  const copied = (each: unknown): unknown => {
    const i = arrays.indexOf((each as Tensor | undefined)?.data as Float32Array);
    return i < 0 ? each : { shape: (each as Tensor).shape, data: copies[i] };
  };
  if ('data' in answer) return copied(answer);
  return Object.fromEntries(Object.entries(answer).map(([name, each]) => [name, copied(each)]));
}

/** The tensors of an answer, each by the name of its part; that of an output has none. */
export function tensorsIn(answer: unknown): (readonly [part: string, tensor: Tensor])[] {
  if (typeof answer !== 'object' || answer === null) return [];
  const parts = 'data' in answer ? [['', answer] as const] : Object.entries(answer);
  return parts.filter(
    (each): each is [string, Tensor] =>
      (each[1] as Partial<Tensor> | undefined)?.data instanceof Float32Array && Array.isArray(each[1].shape),
  );
}

/** `the first answer is 1.5 at [0, 2, 1], the second answer 1.25`: the first number in which two answers differ. */
export function howTheyDiffer(first: unknown, second: unknown): string {
  const others = new Map(tensorsIn(second));
  for (const [part, { shape, data }] of tensorsIn(first)) {
    const other = others.get(part);
    const of = part === '' ? '' : ` of the gradient of ${part}`;
    if (other?.data.length !== data.length)
      return `the first answer has ${data.length} values${of}, the second answer ${other?.data.length ?? 'none'}`;
    const i = data.findIndex((value, j) => !Object.is(value, other.data[j]));
    if (i >= 0)
      return `the first answer is ${show(data[i])} at [${placeOf(shape, i).join(', ')}]${of}, the second answer ${show(other.data[i])}`;
  }
  return 'the second answer has other tensors than the first';
}
