// BatchNormalization as it runs after training, and LRN. Spec onnx-operator.

import { lrn } from '../../ops/lrn.ts';
import { frozenNorm } from '../../ops/normalization.ts';
import { byLayer } from '../by-layer.ts';
import { type Operators, unsupported } from '../call.ts';

export const normalizations: Operators = {
  BatchNormalization: {
    versions: [7, 9, 14, 15],
    inputs: [5, 5],
    statistics: [3, 4],
    plan(call) {
      call.onlyFirstOutput();
      call.float('momentum', 0.9); // of training
      if (call.version < 9 && call.int('spatial', 1) !== 1) unsupported("attribute 'spatial' must be 1, got 0");
      if (call.version >= 14 && call.int('training_mode', 0) !== 0)
        unsupported("attribute 'training_mode' must be 0: statistics of the batch are not taken here");
      const C = call.at(0).shape[1];
      for (let i = 1; i < 5; i++) {
        const { shape } = call.alike(i);
        if (shape.length !== 1 || shape[0] !== C) unsupported(`input ${i} must have shape [${C}], got [${shape}]`);
      }
      return byLayer(call, {
        layer: frozenNorm({ epsilon: call.float('epsilon', 1e-5) }),
        params: (given) => ({
          weight: given(1).tensor,
          bias: given(2).tensor,
          mean: given(3).tensor,
          variance: given(4).tensor,
        }),
      });
    },
  },
  LRN: {
    versions: [1, 13],
    inputs: [1, 1],
    /** ONNX multiplies alpha with the mean of the squares, the library with their sum. */
    plan(call) {
      const size = call.int('size', 0);
      const alpha = call.float('alpha', 0.0001) / size;
      return byLayer(call, { layer: lrn({ size, alpha, beta: call.float('beta', 0.75), k: call.float('bias', 1) }) });
    },
  },
};
