// Ways in which an adapter may mistake a tensor, each tried on the answer. Spec campaign-smoke.

import { partsOf } from '../oracle/ask/ask.ts';
import type { Case } from '../oracle/case.ts';
import { theirTensor } from '../oracle/dialects/translate.ts';
import type { Answer, EngineUnderTest } from '../oracle/engine-under-test.ts';
import { indexAt, placeOf } from '../places.ts';
import { type Shape, sameShape, sizeOf, type Tensor } from '../tensor.ts';

/** What the answer to a case looks like, if it is a known way to mistake tensors. */
export function hintsOn(engine: EngineUnderTest, c: Case, answer: Answer): string[] {
  if (answer.kind !== 'result') return [];
  const hints = partsOf(engine, c).flatMap(([part, { shape, bound }]) => {
    const expected = theirTensor(engine, c, part, { shape, data: bound.value });
    const given = part === 'y' ? answer.value : (answer.value as Record<string, unknown> | null)?.[part];
    return hintOn(expected, given) ?? [];
  });
  return [...new Set(hints)];
}

function hintOn(expected: Tensor, given: unknown): string | undefined {
  if (Array.isArray(given)) return 'a result is {"shape": […], "data": …}, not a list';
  const { shape, data } = (given ?? {}) as { shape?: unknown; data?: unknown };
  if (Array.isArray(data))
    return 'data is a list of numbers: it must be the base64 text of float32, the lowest byte first';
  if (typeof data === 'string') return 'data is no base64 text of float32: its bytes are no multiple of 4';
  if (!(data instanceof Float32Array) || !Array.isArray(shape)) return undefined;
  const size = sizeOf(expected.shape);
  if (data.length === 2 * size && size > 0)
    return 'twice as many bytes as float32 takes: convert float64 to float32 before they are written';
  if (2 * data.length === size) return 'half the bytes that float32 takes: convert float16 to float32';
  if (data.length !== size) return undefined;
  const isTelling = new Set(expected.data).size > 2 && !Array.from(expected.data).every((v, i) => v === data[i]);
  const same = (values: ArrayLike<number>): boolean =>
    isTelling && Array.from(expected.data).every((v, i) => v === values[i]);
  if (same(swapped(data))) return 'the bytes of each float32 are in the wrong order: the lowest goes first';
  if (!sameShape(shape as Shape, expected.shape)) {
    const sorted = (axes: Shape): string => [...axes].sort((a, b) => a - b).join();
    return sorted(shape as Shape) === sorted(expected.shape)
      ? 'the axes are in another order: declare it, such as "layout": {"x": "NCHW", "weight": "OIHW"}'
      : undefined;
  }
  for (const order of ordersOf(expected.shape.length))
    if (same(inOrder(expected.shape, data, order)))
      return `the values lie as if the axes of the shape were in the order [${order.map((axis) => expected.shape[axis]).join(', ')}]: transpose, or declare a layout`;
  return undefined;
}

/** The values with the bytes of each in reverse. */
function swapped(data: Float32Array): Float32Array {
  const bytes = new Uint8Array(Float32Array.from(data).buffer);
  for (let i = 0; i < bytes.length; i += 4) bytes.subarray(i, i + 4).reverse();
  return new Float32Array(bytes.buffer);
}

/** Every order of so many axes but their own. */
function ordersOf(rank: number): number[][] {
  const all = (left: readonly number[]): number[][] =>
    left.length === 0
      ? [[]]
      : left.flatMap((axis) => all(left.filter((each) => each !== axis)).map((rest) => [axis, ...rest]));
  return all(Array.from({ length: rank }, (_, axis) => axis)).slice(1);
}

/** The values at the places of `shape`, if they lie with its axes in that order. */
function inOrder(shape: Shape, data: ArrayLike<number>, order: readonly number[]): number[] {
  const theirs = order.map((axis) => shape[axis]);
  return Array.from({ length: data.length }, (_, i) => {
    const place = placeOf(shape, i);
    return data[
      indexAt(
        theirs,
        order.map((axis) => place[axis]),
      )
    ];
  });
}
