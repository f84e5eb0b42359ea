// Pooling over windows and over all of space. Spec onnx-operator.

import type { Layer } from '../../layer/layer.ts';
import { globalAvgPool, globalMaxPool } from '../../ops/global-pool.ts';
import { lpPool2d } from '../../ops/lp-pool.ts';
import { globalLpPool, lpPool1d, lpPool3d } from '../../ops/other-lp-pools.ts';
import { avgPool1d, avgPool2d, avgPool3d, maxPool1d, maxPool2d, maxPool3d } from '../../ops/pool.ts';
import { byLayer } from '../by-layer.ts';
import { type Call, type Operator, type Operators, type Plan, unsupported } from '../call.ts';
import { spaceOf, windowOf } from './window.ts';

function ceilOf(call: Call): boolean {
  return call.int('ceil_mode', 0) !== 0;
}

/** All axes stay, those of space with one cell. */
const global = (make: (call: Call) => Layer, versions = [1, 22]): Operator => ({
  versions,
  inputs: [1, 1],
  plan(call): Plan {
    const { shape } = call.at(0);
    if (shape.length < 3) unsupported(`x must have a spatial axis, got shape [${shape}]`);
    return byLayer(call, { layer: make(call) });
  },
});

export const poolings: Operators = {
  MaxPool: {
    versions: [1, 8, 10, 11, 12, 22],
    inputs: [1, 1],
    plan(call) {
      call.int('storage_order', 0); // of the second output
      const rank = spaceOf(call);
      const make = [maxPool1d, maxPool2d, maxPool3d][rank - 1];
      return byLayer(call, { layer: make({ ...windowOf(call, rank), ceil: ceilOf(call) }) });
    },
  },
  AveragePool: {
    versions: [1, 7, 10, 11, 19, 22],
    inputs: [1, 1],
    plan(call) {
      const rank = spaceOf(call);
      const make = [avgPool1d, avgPool2d, avgPool3d][rank - 1];
      const countPadding = call.int('count_include_pad', 0) !== 0;
      return byLayer(call, { layer: make({ ...windowOf(call, rank), ceil: ceilOf(call), countPadding }) });
    },
  },
  LpPool: {
    versions: [1, 2, 11, 18, 22],
    inputs: [1, 1],
    plan(call) {
      const rank = spaceOf(call);
      const make = [lpPool1d, lpPool2d, lpPool3d][rank - 1];
      return byLayer(call, { layer: make({ ...windowOf(call, rank), ceil: ceilOf(call), p: call.int('p', 2) }) });
    },
  },
  GlobalAveragePool: global(() => globalAvgPool({ keep: true })),
  GlobalMaxPool: global(() => globalMaxPool({ keep: true })),
  GlobalLpPool: global((call) => globalLpPool({ keep: true, p: call.int('p', 2) }), [1, 2, 22]),
};
