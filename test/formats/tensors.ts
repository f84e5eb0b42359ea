// Tensors of any shape and of any values, for round trips through files.

import fc from 'fast-check';
import { type Tensor, tensor } from '../../src/tensor.ts';

const shape = fc.array(fc.nat({ max: 4 }), { maxLength: 4 });

const filled = (type: 'float32' | 'float64', value: fc.Arbitrary<number>): fc.Arbitrary<Tensor> =>
  shape.chain((axes) => {
    const size = axes.reduce((product, axis) => product * axis, 1);
    return fc.array(value, { minLength: size, maxLength: size }).map((values) => tensor(axes, values, type));
  });

export const anyTensor: fc.Arbitrary<Tensor> = fc.oneof(filled('float32', fc.float()), filled('float64', fc.double()));
