// Pad of ONNX: elements around a tensor, or none where they were. Spec onnx-operator.

import { type PadMode, pad, sourceOf } from '../../ops/pad.ts';
import { MAX_ELEMENTS, sizeOf } from '../../tensor.ts';
import { byLayer } from '../by-layer.ts';
import { type Call, checked, type Operators, type Plan, unsupported } from '../call.ts';
import { isFloat } from '../element-types.ts';
import { Value, zerosLike } from '../value.ts';

/** Negative pads cut. Until opset 11 pads and value were attributes. */
function padded(call: Call): Plan {
  const { type, shape } = call.at(0);
  const mode = call.text('mode', 'constant');
  const source = Object.hasOwn(sourceOf, mode)
    ? sourceOf[mode as PadMode]
    : unsupported(`Pad of mode '${mode}' is not computed`);
  const isOld = call.version < 11;
  const stated = isOld ? (call.ints('pads') ?? []) : call.wholes(1, 'pads');
  const value = isOld ? call.float('value', 0) : call.has(2) ? call.numbers(2, 'the value')[0] : 0;
  const axes =
    !isOld && call.has(3)
      ? call.wholes(3, 'axes').map((axis) => call.axis(axis, shape.length))
      : shape.map((_, i) => i);
  if (stated.length !== 2 * axes.length)
    unsupported(`pads must be two for each of ${axes.length} axes, got [${stated}]`);
  const before = shape.map(() => 0);
  const to = [...shape];
  axes.forEach((axis, i) => {
    before[axis] = stated[i];
    to[axis] += stated[i] + stated[i + axes.length];
  });
  checked(to, MAX_ELEMENTS);
  const isSpace = shape.length > 2 && before[0] === 0 && before[1] === 0 && to[0] === shape[0] && to[1] === shape[1];
  if (isSpace && isFloat(type) && Number.isFinite(value) && !shape.includes(0) && !to.includes(0)) {
    const padding = shape.slice(2).map((n, i) => [before[i + 2], to[i + 2] - n - before[i + 2]] as const);
    return byLayer(call, { layer: pad({ padding, mode: mode as PadMode, value }) });
  }
  return {
    outputs: [{ type, shape: to }],
    run(given) {
      let [data, from] = [given(0).first, shape];
      // One axis after the other: the others keep what they have so far.
      for (let axis = 0; axis < shape.length; axis++) {
        if (from[axis] === to[axis] && before[axis] === 0) continue;
        const next = from.map((n, i) => (i === axis ? to[axis] : n));
        const inner = sizeOf(from.slice(axis + 1));
        const y = zerosLike(data, sizeOf(next)).fill(value);
        for (let row = 0, rows = sizeOf(from.slice(0, axis)); row < rows; row++)
          for (let i = 0; i < to[axis]; i++) {
            const at = source(i - before[axis], from[axis]);
            if (at < 0) continue;
            const start = (row * from[axis] + at) * inner;
            y.set(data.subarray(start, start + inner), (row * to[axis] + i) * inner);
          }
        [data, from] = [y, next];
      }
      return [new Value(type, to, data)];
    },
  };
}

export const padding: Operators = {
  Pad: { versions: [2, 11, 13, 18, 19, 21, 23, 24, 25], inputs: [1, 4], plan: padded },
};
