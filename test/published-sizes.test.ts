// Figures of other projects: the arithmetic of Dumoulin and Visin. The cases of PyTorch are in test/onnx/pytorch.test.ts.
// The data are not in the repository; without them the tests are reported as skipped.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { avgPool2d, conv2d, convTranspose2d, maxPool2d, type Params, type Tensor, tensor } from '../src/index.ts';
import { ABSENT, shared } from './shared.ts';

interface Arithmetic {
  readonly cases: readonly {
    name: string;
    kind: string;
    i: number;
    k: number;
    s: number;
    p: number;
    d: number;
    o: number;
    output_padding: number;
  }[];
  readonly numerical: readonly {
    name: string;
    mode: string;
    k: number;
    s: number;
    p: number;
    o: number;
    input: number[][];
    kernel: number[][];
    output: number[][];
  }[];
}

describe('the arithmetic of convolutions', () => {
  const path = shared('data/conv-arithmetic.json');
  const { cases, numerical } = path
    ? (JSON.parse(readFileSync(path, 'utf8')) as Arithmetic)
    : { cases: [], numerical: [] };

  it.skipIf(!path)(`[window-output] [conv-transpose-output] sizes${path ? '' : ` (${ABSENT})`}`, () => {
    expect(cases.length).toBe(15);
    for (const { name, kind, i, k, s, p, d, o, output_padding } of cases) {
      const window = { filters: 1, size: k, stride: s, padding: p, dilation: d };
      const layer = kind === 'conv' ? conv2d(window) : convTranspose2d({ ...window, outputPadding: output_padding });
      expect(layer.shape([1, i, i, 1]), name).toEqual([1, o, o, 1]);
    }
  });

  it.skipIf(!path)(`[conv-forward] [pool-max] [pool-average] worked figures${path ? '' : ` (${ABSENT})`}`, () => {
    expect(numerical.length).toBe(4);
    for (const { name, mode, k, s, p, o, input, kernel, output } of numerical) {
      const window = { size: k, stride: s, padding: p };
      const layer =
        mode === 'convolution'
          ? conv2d({ ...window, filters: 1, bias: false })
          : (mode === 'max' ? maxPool2d : avgPool2d)(window);
      const params: Params<Tensor> = mode === 'convolution' ? { weight: tensor([k, k, 1, 1], kernel.flat()) } : {};
      const y = layer.forward(tensor([1, 5, 5, 1], input.flat()), params);
      expect(y.shape).toEqual([1, o, o, 1]);
      y.data.forEach((value, i) => {
        expect(value, `${name} at ${i}`).toBeCloseTo(output.flat()[i], 6);
      });
    }
  });
});
