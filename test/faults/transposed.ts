// Faults of transposed convolutions in released engines, each in one line on top of ours. `seen` is a thread that
// reports it.

import type { Tensor } from '../../src/index.ts';
import { ours, remake, windowOf } from '../properties/engine.ts';
import { at, build } from '../properties/places.ts';
import { altered, otherSame, weightOf } from './altered.ts';
import type { Fault } from './fault.ts';

// biome-ignore format: a fault is one line over ours
export const transposedFaults: readonly Fault[] = [
  {
    id: 'A30', class: 'transpose-geometry', seen: 'microsoft/onnxruntime#2518', what: 'the dilated filter of a transposed convolution is measured as size + dilation − 1', caughtBy: '[conv-transpose] [conv-transpose-output]',
    engine: altered('convTranspose2d', { forward: ({ layer, params, right }) => {
      const { size, dilation, pads } = windowOf(layer);
      if (!pads) return right;
      const shape = right.shape.map((n, i) => (i === 1 || i === 2 ? Math.max(1, n - (size[i - 1] - 2) * (dilation[i - 1] - 1)) : n));
      return build(shape, right, (place) => at(right, place, params.bias ? at(params.bias as Tensor, place.slice(-1)) : 0));
    } }),
  },
  {
    id: 'A31', class: 'transpose-geometry', seen: 'apache/tvm#5758', what: 'output padding is filled with zeros', caughtBy: '[conv-transpose] [conv-transpose-output]',
    engine: altered('convTranspose2d', { forward: ({ layer, right }) => {
      const more = layer.attributes.outputPadding as number[];
      return build(right.shape, right, (place) => (more.some((n, i) => place[i + 1] >= right.shape[i + 1] - n) ? 0 : at(right, place)));
    } }),
  },
  {
    id: 'A32', class: 'bias', seen: 'kraiskil/onnx2c#40', what: 'the bias is added with every tap', caughtBy: '[conv-transpose] its bias',
    engine: altered('convTranspose2d', { forward: (call) => {
      if (!call.params.bias) return call.right;
      const bias = call.params.bias as Tensor;
      const taps = build([...weightOf(call).shape.slice(0, 2), 1, 1], call.x, () => 1);
      const cells = build([...call.x.shape.slice(0, -1), 1], call.x, () => 1);
      const counts = remake(ours, call.layer, { groups: 1, filters: 1, bias: false }).forward(cells, { weight: taps });
      return build(call.right.shape, call.right, (p) => at(call.right, p) + (at(counts, [...p.slice(0, -1), 0]) - 1) * at(bias, p.slice(-1)));
    } }),
  },
  {
    id: 'A33', class: 'batch', seen: 'ggml-org/ggml#1448', what: 'images after the first stay 0', caughtBy: '[conv-transpose] [conv-transpose-output]',
    engine: altered('convTranspose2d', { forward: ({ right }) => build(right.shape, right, (place) => (place[0] > 0 ? 0 : at(right, place))) }),
  },
  {
    id: 'A34', class: 'transpose-geometry', seen: 'apache/tvm#18635', what: 'output padding is dropped', caughtBy: '[conv-transpose] [conv-transpose-output]',
    engine: altered('convTranspose2d', { forward: ({ layer, right }) => {
      const more = layer.attributes.outputPadding as number[];
      return build(right.shape.map((n, i) => n - (more[i - 1] ?? 0)).map((n) => Math.max(1, n)), right, (place) => at(right, place));
    } }),
  },
  {
    id: 'A52', class: 'same-padding', seen: 'microsoft/onnxruntime#5368', what: 'the odd cell of `same` is cropped on the other side', caughtBy: '[conv-transpose-same]',
    engine: altered('convTranspose2d', { forward: otherSame }),
  },
];
