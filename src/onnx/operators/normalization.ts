// BatchNormalization, the norms within an image, and LRN. Spec onnx-operator.

import { groupNorm, instanceNorm, layerNorm } from '../../ops/group-norm.ts';
import { lrn } from '../../ops/lrn.ts';
import { batchNorm, frozenNorm } from '../../ops/normalization.ts';
import { sizeOf, type Tensor } from '../../tensor.ts';
import { byLayer } from '../by-layer.ts';
import { type Call, type Given, type Operators, unsupported } from '../call.ts';
import { Value, zerosLike } from '../value.ts';

/** The two inputs behind x, `count` numbers each; the first may be left out. */
function checkPair(call: Call, count: number): void {
  for (let i = 1; i < 3; i++) {
    if (i === 2 && !call.has(2)) continue;
    const { shape } = call.alike(i);
    if (shape.length !== 1 || shape[0] !== count) unsupported(`input ${i} must have shape [${count}], got [${shape}]`);
  }
}

const pair = (given: Given): Record<'weight' | 'bias', Tensor> => ({ weight: given(1).tensor, bias: given(2).tensor });

export const normalizations: Operators = {
  InstanceNormalization: {
    versions: [6, 22],
    inputs: [3, 3],
    plan(call) {
      checkPair(call, call.at(0).shape[1]);
      return byLayer(call, { layer: instanceNorm({ epsilon: call.float('epsilon', 1e-5) }), params: pair });
    },
  },
  /** In opset 18 a weight and a bias for each group, from 21 on for each channel. */
  GroupNormalization: {
    versions: [18, 21],
    inputs: [3, 3],
    plan(call) {
      const C = call.at(0).shape[1];
      const groups = call.int('num_groups', 0);
      if (groups < 1 || C % groups !== 0)
        unsupported(`attribute 'num_groups' must divide ${C} channels, got ${groups}`);
      if (call.version >= 21) call.int('stash_type', 1); // float64 here
      const each = call.version < 21 ? groups : C;
      checkPair(call, each);
      const spread = ({ shape, data }: Tensor): Tensor =>
        each === C
          ? { shape, data }
          : { shape: [C], data: zerosLike(data, C).map((_, c) => data[Math.floor((c * groups) / C)]) };
      return byLayer(call, {
        layer: groupNorm({ groups, epsilon: call.float('epsilon', 1e-5) }),
        params: (given) => ({ weight: spread(given(1).tensor), bias: spread(given(2).tensor) }),
      });
    },
  },
  /** Over the last axes of the file, which are rows of numbers here. */
  LayerNormalization: {
    versions: [17],
    inputs: [2, 3],
    plan(call) {
      call.int('stash_type', 1);
      const { type, shape } = call.at(0);
      const axis = call.axis(call.int('axis', -1), shape.length);
      const size = sizeOf(shape.slice(axis));
      for (const i of call.has(2) ? [1, 2] : [1])
        if (sizeOf(call.alike(i).shape) !== size)
          unsupported(`input ${i} must have ${size} numbers, got shape [${call.at(i).shape}]`);
      const layer = layerNorm({ epsilon: call.float('epsilon', 1e-5) });
      const params = (given: Given): Record<string, Tensor> => {
        const weight = { shape: [size], data: given(1).first };
        return {
          weight,
          bias: call.has(2)
            ? { shape: [size], data: given(2).first }
            : { shape: [size], data: zerosLike(weight.data, size) },
        };
      };
      const isChannels = axis === shape.length - 1 && axis > 0;
      return {
        outputs: [{ type, shape }],
        ...(isChannels && { step: { layer, params, lastAlready: shape.length > 2 } }),
        run(given) {
          const rows = { shape: [sizeOf(shape) / size, size], data: given(0).first };
          return [new Value(type, shape, layer.forward(rows, params(given)).data)];
        },
      };
    },
  },
  BatchNormalization: {
    versions: [7, 9, 14, 15],
    inputs: [5, 5],
    statistics: [3, 4],
    plan(call) {
      if (call.version < 14 && call.outputs.slice(1).some((name) => name !== ''))
        unsupported('more outputs than one ask for the statistics of the batch, which are not taken here');
      call.float('momentum', 0.9); // of training
      if (call.version < 9 && call.int('spatial', 1) !== 1) unsupported("attribute 'spatial' must be 1, got 0");
      const isTraining = call.version >= 14 && call.int('training_mode', 0) !== 0;
      const C = call.at(0).shape[1];
      for (let i = 1; i < 5; i++) {
        const { shape } = call.alike(i);
        if (shape.length !== 1 || shape[0] !== C) unsupported(`input ${i} must have shape [${C}], got [${shape}]`);
      }
      const epsilon = call.float('epsilon', 1e-5);
      if (isTraining) return byLayer(call, { layer: batchNorm({ epsilon }), params: pair });
      return byLayer(call, {
        layer: frozenNorm({ epsilon }),
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
