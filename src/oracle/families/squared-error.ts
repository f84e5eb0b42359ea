// The squared error: Σ (x − t)² over the batch. Spec loss-squared.

import { squaredError } from '../../ops/loss.ts';
import type { Bound } from '../bounds/bound.ts';
import { boundFrom, exactly, operationsOf, type Rounded } from '../bounds/rounded.ts';
import { absent } from '../family.ts';
import { shapedFamily } from '../shapes/family.ts';
import { gradientsOf, type ShapedSetting } from '../shapes/setting.ts';
import { attached, averaged, everyday, gradientOf, outputOf, scaledBy, shared, value, withoutDy } from './loss.ts';

const squares = (s: ShapedSetting): number => {
  const t = attached(s, 'target');
  return s.x.reduce((sum, x, i) => sum + (x - t[i]) * (x - t[i]), 0);
};

export const squaredErrorFamily = shapedFamily<object>({
  place: 16,
  name: 'squaredError',
  make: squaredError,
  inCall: 'target, of the shape of x; the loss is [1]',
  tensors: { target: 'x', y: 'none', dy: 'none' },
  attached: { target: { shape: (x) => x } },
  everyday,
  bounds(_, operands, profile): Readonly<Record<string, Bound>> {
    const o = operationsOf(profile);
    const { mul, sub } = o;
    const [x, target] = [operands.x, operands.target!].map(({ data }) => Array.from(data, o.given));
    const d = x.map((each, i) => sub(each, target[i]));
    const N = exactly(operands.x.shape[0]);
    if (!operands.dy)
      return outputOf(
        averaged(
          o,
          d.map((each) => mul(each, each)),
          N,
        ),
        profile,
        false,
      );
    const dy = o.given(operands.dy.data[0]);
    const twice = (a: Rounded): Rounded => mul(exactly(2), a);
    return {
      x: boundFrom(
        d.map((each) => shared(o, twice(each), dy, N)),
        profile,
        false,
      ),
    };
  },
  // torch and Keras take the mean over all elements, Caffe half of ours.
  words: { onnx: absent, torch: absent, tensorflow: absent, webnn: absent, caffe: absent },
  mistakes: [
    scaledBy('the sum were halved', () => 0.5),
    scaledBy('the sum were divided by all elements', (s) => (s.case.batch * 1) / s.x.length),
    scaledBy('the sum were not divided by the batch', (s) => s.case.batch),
    {
      name: 'the magnitudes of the differences were added',
      result: (s) => value(s.x.reduce((sum, x, i) => sum + Math.abs(x - attached(s, 'target')[i]), 0) / s.case.batch),
    },
    { name: 'the result were the root', result: (s) => value(Math.sqrt(squares(s) / s.case.batch)) },
    {
      name: 'the target were ignored',
      setting: (s) => ({ ...s, x: s.x.map((x, i) => x + attached(s, 'target')[i]) }),
    },
    {
      name: 'the gradient had the other sign',
      gradient: (s) => gradientOf(s, (i) => -gradientsOf(s).x.data[i]),
    },
    withoutDy(),
  ],
});
