// Functions of one's own under the laws: right ones pass, in any layout; of a wrong one the failure says what and where.

import { describe, expect, it } from 'vitest';
import { reordered } from '../../src/axes.ts';
import * as toeplitz from '../../src/index.ts';
import { brokenLaws, type LawOptions, laws, layerFrom, type Own, type OwnCall } from '../../src/testing/index.ts';

const { conv2d, dense, relu, softmax } = toeplitz;

/** Functions that compute with the layer itself, in a layout, of float32 alone. */
function right(layer: toeplitz.Layer, [x, weight] = ['NHWC', 'HWIO']): Own & Required<Pick<Own, 'gradient'>> {
  const ours = (call: OwnCall & { dy?: toeplitz.Tensor }): Record<string, toeplitz.Tensor> =>
    Object.fromEntries(
      Object.entries(call).flatMap(([name, each]) => {
        if (name === 'attributes') return [];
        const t = each as toeplitz.Tensor;
        expect(t.data).toBeInstanceOf(Float32Array);
        const order = name === 'weight' ? [weight, 'HWIO'] : name === 'x' || name === 'dy' ? [x, 'NHWC'] : undefined;
        return [[name, order ? reordered(t, order[0], order[1]) : t]];
      }),
    );
  return {
    layout: { x, weight },
    forward(call) {
      const { x: given, ...params } = ours(call);
      return reordered(layer.forward(given, params), 'NHWC', x).data;
    },
    gradient(call) {
      const { x: given, dy, ...params } = ours(call);
      const gradient = layer.vjp(given, params)[1](dy);
      const { weight: dw, ...rest } = gradient.params as Record<string, toeplitz.Tensor>;
      return { x: reordered(gradient.x, 'NHWC', x), ...(dw && { weight: reordered(dw, 'HWIO', weight) }), ...rest };
    },
  };
}

const conv = conv2d({ filters: 2, size: [2, 3], stride: [2, 1], padding: 'same', groups: 1 });
const shape = [2, 5, 4, 3];

describe('a right function', () => {
  it.each([
    ['NHWC', 'HWIO'],
    ['NCHW', 'OIHW'],
    ['HWCN', 'OHWI'],
  ])('[layer-from] of float32 alone, in %s and %s, keeps every law', (x, weight) => {
    laws(layerFrom(conv, right(conv, [x, weight])), shape, { kind: 'affine', runs: 8 });
  });

  it('[layer-from] of other layers too, and a forward without a gradient', () => {
    laws(layerFrom(relu(), right(relu())), [2, 3, 4, 2], { kind: 'homogeneous', runs: 8 });
    laws(layerFrom(dense({ units: 3 }), right(dense({ units: 3 }))), [2, 5], { kind: 'affine', runs: 8 });
    laws(layerFrom(softmax(), right(softmax())), [2, 5], { runs: 8 });
    laws(layerFrom(conv, { forward: right(conv).forward }), shape, { kind: 'affine', runs: 8 });
  });

  it('[layer-from] may give its sums in any order', () => {
    const layer = dense({ units: 2, bias: false });
    const backwards = ({ x, weight }: OwnCall): number[] =>
      Array.from({ length: 2 * x.shape[0] }, (_, i) => {
        const [n, o] = [Math.floor(i / 2), i % 2];
        let sum = 0;
        for (let c = x.shape[1] - 1; c >= 0; c--) sum += x.data[n * x.shape[1] + c] * weight.data[c * 2 + o];
        return sum;
      });
    laws(layerFrom(layer, { forward: backwards }), [3, 4], { runs: 8 });
  });
});

describe('a wrong function', () => {
  const failure = (own: Own, options: LawOptions = {}, layer = conv): string => {
    try {
      laws(layerFrom(layer, own), shape, { seed: 1, ...options });
    } catch (error) {
      return (error as Error).message;
    }
    return 'none';
  };
  const good = right(conv);

  it('[layer-from] is told as forward, with the number expected and the one it gave, on a case of a few numbers', () => {
    const other = conv.with({ attributes: { padding: 'same-lower' } });
    const message = failure({ ...good, forward: right(other).forward });
    expect(message).toMatch(
      /^conv2d on \[1,1,\d,1\] breaks the law 'forward is that of conv2d': y at \[[\d, ]+\]: expected -?\d+, got -?\d+\n/,
    );
    const numbers = message.match(/-?\d+ at \[/g) ?? [];
    expect(numbers.length).toBeLessThan(8);
    expect(message).toContain('again with seed: 1');
    expect(failure({ ...good, forward: right(other).forward })).toBe(message);
  });

  it('[layer-from] is told as gradient, with the parameter', () => {
    const gradient: Own['gradient'] = (call) => {
      const { weight, ...rest } = good.gradient(call) as Record<string, toeplitz.Tensor>;
      return { ...rest, weight: weight.data.map((value, i) => (i === 4 ? value + 1 : value)) };
    };
    const message = failure({ ...good, gradient });
    expect(message).toMatch(
      /'gradient is that of conv2d': the gradient of weight at \[.*\]: expected -?\d+, got -?\d+\n/,
    );
    expect(message).toMatch(/\n {2}dy: \[/);
    expect(brokenLaws(layerFrom(conv, { ...good, gradient }), shape, { seed: 1 })).toEqual([
      'gradient is that of conv2d',
    ]);
  });

  it('[layer-from] is told what it must give', () => {
    expect(failure({ forward: () => [1, 2, 3] })).toMatch(
      /forward must have shape \[.*\], \d+ numbers, got 3 \[layer-from\]/,
    );
    expect(failure({ forward: () => undefined as never })).toMatch(
      /forward must be numbers or a tensor, got undefined/,
    );
    expect(failure({ ...good, gradient: () => 3 as never })).toMatch(/gradient must give an object \{x, …\}, got 3/);
    expect(failure({ ...good, layout: { x: 'NCHW' } })).not.toBe('none');
  });

  it('[layer-from] is told that it threw', () => {
    const forward = (): never => {
      throw new Error('no kernel');
    };
    expect(failure({ forward })).toMatch(/'forward is that of conv2d': no kernel/);
  });

  it('[layer-from] is found where numbers are no whole ones', () => {
    const layer = softmax();
    const forward = ({ x }: OwnCall): Float32Array => (layer.forward(x, {}).data as Float32Array).map((v) => v * 1.001);
    expect(() => laws(layerFrom(layer, { forward }), [2, 3], { seed: 1 })).toThrow(
      /'forward is that of softmax': y at \[\d, \d\]: expected [\d.e-]+( \(to 16 bits\))?, got/,
    );
  });
});

describe('what makes no sense', () => {
  const forward: Own['forward'] = ({ x }) => x;
  it('[layer-from] is refused before anything runs', () => {
    const refused: [string, () => unknown][] = [
      ["got 'NCWH' [layer-from]", () => layerFrom(conv, { forward, layout: { x: 'NCWH' } })],
      ["got 'OIH' [layer-from]", () => layerFrom(conv, { forward, layout: { weight: 'OIH' } })],
      [
        "got 'wieght' (did you mean 'weight'?) [layer-from]",
        () => layerFrom(conv, { forward, layout: { wieght: 'OIHW' } as never }),
      ],
      ["got 'backward'", () => layerFrom(conv, { forward, backward: forward } as never)],
      ['forward must be a function', () => layerFrom(conv, {} as never)],
      ["got 'float16' [layer-from]", () => layerFrom(conv, { forward, type: 'float16' as never })],
      ['one operator at a time', () => layerFrom(toeplitz.chain([relu(), relu()]), { forward })],
      ["no kind 'smooth'", () => laws(layerFrom(relu(), { forward }), [2, 3], { kind: 'smooth' })],
    ];
    for (const [message, f] of refused) expect(f, message).toThrow(message);
  });

  it('[layer-from] a function of both types gets both, and may be smooth', () => {
    const types = new Set<string>();
    const layer = relu();
    const own: Own = {
      type: 'any',
      forward({ x }) {
        types.add(x.data.constructor.name);
        return layer.forward(x, {});
      },
    };
    laws(layerFrom(layer, own), [2, 3], { kind: 'smooth', runs: 10 });
    expect([...types].sort()).toEqual(['Float32Array', 'Float64Array']);
  });
});
