// Transposed convolution compared with a scatter loop, and with the convolution whose transpose it is.

import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  compile,
  conv2d,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
  type Layer,
  type Params,
  type Shape,
  SpecError,
  type Tensor,
  tensor,
} from '../../src/index.ts';
import { bothTypes, expectAdjoint, whole, wholeParams } from './whole.ts';

/** The definition, 2-D: every cell of x adds its filter to y. */
function scatter(layer: Layer, x: Tensor, p: Params<Tensor>, begin: readonly number[]): number[] {
  const { stride, dilation, groups } = layer.attributes as Record<string, never> & { groups: number };
  const [N, H, W, C] = x.shape;
  const [, YH, YW, F] = layer.shape(x.shape);
  const { weight, bias } = p as Record<string, Tensor>;
  const [KH, KW, FG] = weight.shape;
  const y = Array.from({ length: N * YH * YW * F }, (_, i) => (bias ? bias.data[i % F] : 0));
  for (let i = 0; i < x.data.length; i++) {
    const [n, h, w, c] = [Math.floor(i / (H * W * C)), Math.floor(i / (W * C)) % H, Math.floor(i / C) % W, i % C];
    for (let k = 0; k < KH * KW * FG; k++) {
      const [kh, kw, f] = [Math.floor(k / (KW * FG)), Math.floor(k / FG) % KW, k % FG];
      const yh = h * stride[0] + kh * dilation[0] - begin[0];
      const yw = w * stride[1] + kw * dilation[1] - begin[1];
      const o = Math.floor(c / (C / groups)) * FG + f;
      if (yh >= 0 && yh < YH && yw >= 0 && yw < YW)
        y[((n * YH + yh) * YW + yw) * F + o] += x.data[i] * weight.data[k * C + c];
    }
  }
  return y;
}

const pair = (least: number, most: number) =>
  fc.tuple(fc.integer({ min: least, max: most }), fc.integer({ min: least, max: most }));

const cases = fc
  .record({
    space: pair(1, 5),
    size: pair(1, 4),
    stride: pair(1, 4),
    dilation: pair(1, 3),
    groups: fc.integer({ min: 1, max: 3 }),
    of: pair(1, 5),
    batch: fc.integer({ min: 1, max: 3 }),
    crop: fc.array(pair(0, 2), { minLength: 2, maxLength: 2 }),
    extra: pair(0, 3),
    bias: fc.boolean(),
  })
  .map(({ space, groups, of: [filters, channels], batch, crop, extra, ...window }) => {
    const outputPadding = extra.map((each, i) => Math.min(each, window.stride[i] - 1));
    const full = space.map(
      (n, i) => (n - 1) * window.stride[i] + (window.size[i] - 1) * window.dilation[i] + 1 + outputPadding[i],
    );
    const padding = crop.map(([a, b], i) => (a + b < full[i] ? ([a, b] as const) : ([0, 0] as const)));
    const attributes = { ...window, filters: filters * groups, groups, padding, outputPadding };
    return { attributes, shape: [batch, ...space, channels * groups] as Shape };
  });

describe('convTranspose', () => {
  it('[conv-transpose] adds the filter, multiplied by each cell, at distances of the stride', () => {
    const layer = convTranspose1d({ filters: 1, size: 3, stride: 2, bias: false });
    const y = layer.forward(tensor([1, 2, 1], [1, 10]), { weight: tensor([3, 1, 1], [1, 2, 3]) });
    expect([...y.data]).toEqual([1, 2, 13, 20, 30]);
  });

  it('[conv-transpose] equals the scatter loop of its definition', () => {
    fc.assert(
      fc.property(cases, ({ attributes, shape }) => {
        const layer = convTranspose2d(attributes);
        const [x, p] = [whole(shape), wholeParams(layer, shape)];
        const begin = attributes.padding.map(([before]) => before);
        expect([...layer.forward(x, p).data]).toEqual(scatter(layer, x, p, begin));
      }),
    );
  });

  it('[conv-transpose] [conv-transpose-gradient] its gradients are adjoint to it, and float32 gives the bits of float64', () => {
    fc.assert(
      fc.property(cases, ({ attributes, shape }) => {
        expectAdjoint(convTranspose2d(attributes), shape);
      }),
      { numRuns: 50 },
    );
  });

  it('[conv-transpose] is the input gradient of the convolution with the same weight', () => {
    fc.assert(
      fc.property(cases, ({ attributes: { outputPadding, bias: _, ...rest }, shape }) => {
        const channels = shape[3];
        const up = convTranspose2d({ ...rest, outputPadding, bias: false });
        const down = conv2d({ ...rest, filters: channels, bias: false });
        const [x, p] = [whole(shape), wholeParams(up, shape)];
        const image = whole(up.shape(shape), 4);
        const [y, pull] = down.vjp(image, p);
        expect(y.shape).toEqual(shape);
        expect(pull(x).x.data).toEqual(up.forward(x, p).data);
      }),
    );
  });

  it('[conv-transpose-output] [conv-output-padding] is (n − 1)·stride + (size − 1)·dilation + 1 − before − after + outputPadding', () => {
    const length = (n: number, attributes: object): number =>
      convTranspose1d({ filters: 1, size: 3, ...attributes }).shape([1, n, 1])[1];
    expect(length(2, {})).toBe(4);
    expect(length(3, { stride: 2, padding: 1 })).toBe(5);
    expect(length(3, { stride: 2, padding: 1, outputPadding: 1 })).toBe(6);
    expect(length(32, { stride: 2, dilation: 3, padding: [[1, 2]] })).toBe(66);
    expect(convTranspose3d({ filters: 2, size: [1, 2, 3], stride: [3, 2, 1] }).shape([4, 2, 3, 4, 6])).toEqual([
      4, 4, 6, 6, 2,
    ]);
  });

  it('[conv-transpose-output] the cells that outputPadding adds get taps and bias as others do', () => {
    const layer = convTranspose1d({ filters: 1, size: 4, stride: 2, padding: [[0, 1]], outputPadding: 1 });
    const p = { weight: tensor([4, 1, 1], [1, 2, 3, 4]), bias: tensor([1], [100]) };
    expect([...layer.forward(tensor([1, 1, 1], [1]), p).data]).toEqual([101, 102, 103, 104]);
  });

  it('[conv-transpose-same] gives n·stride; the odd cell is cropped after, with same-lower before', () => {
    const run = (padding: 'same' | 'same-lower', size: number, stride: number): number[] => {
      const layer = convTranspose1d({ filters: 1, size, stride, padding });
      const weight = tensor([size, 1, 1], [1, 2, 3, 4].slice(0, size));
      return [...layer.forward(tensor([1, 2, 1], [1, 10]), { weight, bias: tensor([1], [100]) }).data];
    };
    expect(run('same', 3, 2)).toEqual([101, 102, 113, 120]);
    expect(run('same-lower', 3, 2)).toEqual([102, 113, 120, 130]);
    expect(run('same', 4, 2)).toEqual([102, 113, 124, 130]);
    expect(run('same-lower', 4, 2)).toEqual([102, 113, 124, 130]);
    expect(run('same', 1, 3)).toEqual([101, 100, 100, 110, 100, 100]);
  });

  it('[layer-field] the field of a unit is the interval of cells that reach it, at a fractional step', () => {
    const layer = convTranspose1d({ filters: 1, size: 3, stride: 2, padding: 1 });
    expect(layer.field([1, 4, 1])).toEqual([{ size: 2, step: 0.5, start: -0.5 }]);
    expect(layer.cost([2, 4, 5])).toBe(2 * 4 * 3 * 5);
    expect(convTranspose2d({ filters: 6, size: 3, groups: 2 }).params([1, 4, 4, 8])).toEqual({
      weight: [3, 3, 3, 8],
      bias: [6],
    });
  });

  it('[conv-output-padding] [conv-transpose-output] invalid values are refused before anything runs', () => {
    const refuses = (clause: string, run: () => unknown): void => {
      expect(run).toThrow(SpecError);
      expect(run).toThrow(`[${clause}]`);
    };
    refuses('conv-output-padding', () => convTranspose2d({ filters: 1, size: 3, stride: [2, 1], outputPadding: 1 }));
    const [strided, dilated] = [1, 3].map(
      (dilation) => () => convTranspose2d({ filters: 1, size: 3, stride: 2, dilation, outputPadding: [0, 3] }),
    );
    expect(strided).toThrow(/: outputPadding must be below the stride 2, got 3 along the width \[/);
    expect(dilated).toThrow(/: outputPadding must be below the stride 2 or the dilation 3, got 3 along the width \[/);
    refuses('conv-output-padding', () => convTranspose1d({ filters: 1, size: 3, outputPadding: -1 }));
    refuses('conv-output-padding', () => convTranspose1d({ filters: 1, size: 3, stride: 2, outputPadding: 0.5 }));
    refuses('conv-output-padding', () =>
      convTranspose1d({ filters: 1, size: 3, stride: 2, padding: 'same', outputPadding: 1 }),
    );
    refuses('conv-transpose-output', () => convTranspose1d({ filters: 1, size: 2, padding: 2 }).shape([1, 3, 1]));
    refuses('conv-groups', () => convTranspose1d({ filters: 4, size: 2, groups: 3 }));
    refuses('conv-groups', () => convTranspose1d({ filters: 4, size: 2, groups: 2 }).shape([1, 3, 3]));
    refuses('conv-rank', () => convTranspose2d({ filters: 4, size: 2 }).shape([1, 3, 3]));
    expect(() => convTranspose1d({ filters: 1, size: 3, outputPadding: '1' as never })).toThrow(TypeError);
    expect(() => convTranspose1d({ filters: 1, size: 3, bias: 1 as never })).toThrow(/^convTranspose1d: bias must /);
  });
});

test('[conv-transpose-output] says how many cells there would be, with outputPadding', () => {
  const layer = convTranspose1d({ filters: 1, size: 2, stride: 3, padding: [[3, 4]], outputPadding: 2 });
  expect(() => layer.shape([1, 1, 1])).toThrow('at least 1 of the 4 cells of y, got 3 + 4 along the length');
});

describe('outputPadding', () => {
  it('[conv-output-padding] reaches up to the dilation where that is larger than the stride, on every path', () => {
    for (const stride of [1, 2, 3])
      for (const dilation of [2, 3, 5])
        for (const size of [1, 2, 3])
          for (const outputPadding of [1, 2, 4])
            for (const filters of [1, 5, 8]) {
              const make = (): Layer => convTranspose2d({ filters, size, stride, dilation, outputPadding });
              if (outputPadding >= Math.max(stride, dilation)) {
                expect(make).toThrow('[conv-output-padding]');
                continue;
              }
              const [layer, x] = [make(), whole([2, 3, 2, 3], 1, 'float32')];
              const p = wholeParams(layer, x.shape, 2, 'float32');
              const y = layer.forward(x, p);
              expect(y.shape[1]).toBe(2 * stride + (size - 1) * dilation + 1 + outputPadding);
              const [loops, kernels] = bothTypes(layer, x, p, whole(y.shape, 5, 'float32'));
              expect(kernels).toEqual(loops);
              expect(compile(layer, x.shape, p)(x).data).toEqual(y.data);
            }
  });

  it('[conv-output-padding] the cells beyond the last tap are the bias', () => {
    const layer = convTranspose2d({ filters: 1, size: 1, dilation: 3, outputPadding: 2 });
    const y = layer.forward(tensor([1, 1, 1, 1], [5]), { weight: tensor([1, 1, 1, 1], [2]), bias: tensor([1], [7]) });
    expect([...y.data]).toEqual([17, 7, 7, 7, 7, 7, 7, 7, 7]);
  });
});
