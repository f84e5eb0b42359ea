// Which part of a tensor Slice takes, with steps that may be negative, and the layer that takes it. Spec onnx-operator.

import type { Layer } from '../../layer/layer.ts';
import { slice } from '../../ops/slice.ts';
import type { Data, Shape } from '../../tensor.ts';
import { type Call, unsupported } from '../call.ts';
import { strided, stridesOf } from '../value.ts';

/** A part of x with a step on each axis, which may be negative. */
export function cut(x: Data, from: Shape, shape: Shape, starts: readonly number[], steps: readonly number[]): Data {
  const strides = stridesOf(from);
  const offset = strides.reduce((all, stride, i) => all + stride * starts[i], 0);
  return strided(
    x,
    shape,
    strides.map((stride, i) => stride * steps[i]),
    offset,
  );
}

/** Until opset 10 the ends were attributes. */
export function sliceOf(call: Call) {
  const { shape } = call.at(0);
  const isOld = call.version < 10;
  const starts = isOld ? (call.ints('starts') ?? []) : call.wholes(1, 'starts');
  const ends = isOld ? (call.ints('ends') ?? []) : call.wholes(2, 'ends');
  const given = isOld ? call.ints('axes') : call.has(3) ? call.wholes(3, 'axes') : undefined;
  const axes = (given ?? starts.map((_, i) => i)).map((axis) => call.axis(axis, shape.length));
  const steps = !isOld && call.has(4) ? call.wholes(4, 'steps') : starts.map(() => 1);
  if (ends.length !== starts.length || axes.length !== starts.length || steps.length !== starts.length)
    unsupported('starts, ends, axes and steps must be as many');
  if (new Set(axes).size !== axes.length) unsupported(`axes must differ, got [${axes}]`);
  const [first, step, to] = [shape.map(() => 0), shape.map(() => 1), [...shape]];
  axes.forEach((axis, i) => {
    const n = shape[axis];
    if (steps[i] === 0) unsupported('a step must not be 0');
    const within = (at: number, low: number, high: number): number =>
      Math.min(high, Math.max(low, at < 0 ? at + n : at));
    const [start, end] =
      steps[i] > 0
        ? [within(starts[i], 0, n), within(ends[i], 0, n)]
        : [within(starts[i], 0, n - 1), within(ends[i], -1, n - 1)];
    first[axis] = start;
    step[axis] = steps[i];
    to[axis] = Math.max(0, Math.ceil((end - start) / steps[i]));
  });
  return { first, step, to };
}

/** Channels last; undefined where images are taken, or nothing. */
export function sliceLayer(
  shape: Shape,
  first: readonly number[],
  step: readonly number[],
  to: Shape,
): Layer | undefined {
  const rank = shape.length;
  const axes = shape.map((_, i) => i).filter((i) => first[i] !== 0 || step[i] !== 1 || to[i] !== shape[i]);
  if (rank < 2 || axes.includes(0) || to.includes(0)) return undefined;
  return slice({
    axes: axes.map((axis) => (axis === 1 ? rank - 1 : axis - 1)),
    starts: axes.map((axis) => first[axis]),
    // Before the first cell of the axis ends what goes down to it: there is no −1 that means this.
    ends: axes.map((axis) => {
      const end = first[axis] + to[axis] * step[axis];
      return end < 0 ? -shape[axis] - 1 : end;
    }),
    steps: axes.map((axis) => step[axis]),
  });
}
