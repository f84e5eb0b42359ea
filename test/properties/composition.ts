// Q8 and the end of Q4: a net is a composition; two filters in a chain equal one.

import fc from 'fast-check';
import { chain, type Layer, type Params, relu, type Tensor, tensor } from '../../src/index.ts';
import { awkwardFloats, casesOf, sameBits, tensors } from '../../src/testing/index.ts';
import type { Engine, Properties } from './engine.ts';
import { at, build } from './places.ts';

const shape = [2, 7, 6, 2];

/** Three layers that fit one after the other. */
const parts = (e: Engine): fc.Arbitrary<readonly [Layer, Layer, Layer]> => {
  const any = fc.constantFrom(
    relu(),
    e.conv2d({ filters: 2, size: [1, 2] } as never),
    e.conv2d({ filters: 2, size: 3, padding: 'same', stride: [1, 2] } as never),
    e.maxPool2d({ size: 2, stride: 1 } as never),
    e.avgPool2d({ size: [2, 1], padding: 1 } as never),
  );
  return fc.tuple(any, any, any);
};

const inTwos = ([f, g, h]: readonly Layer[]) => ({
  flat: chain([f, g, h]),
  left: chain([chain([f, g]), h]),
  right: chain([f, chain([g, h])]),
});

export const composition: Properties = {
  '[chain-rules] a chain is associative, forward and backward, in bits': (e) =>
    fc.property(
      parts(e).chain((layers) => {
        const { flat, left, right } = inTwos(layers);
        return casesOf(flat, shape, { numbers: awkwardFloats() }).map((call) => ({ ...call, left, right }));
      }),
      ({ layer, left, right, x, params, dy }) => {
        const p = params as Record<'0' | '1' | '2', Params<Tensor>>;
        const results = [
          layer.vjp(x, p),
          left.vjp(x, { 0: { 0: p[0], 1: p[1] }, 1: p[2] }),
          right.vjp(x, { 0: p[0], 1: { 0: p[1], 1: p[2] } }),
        ];
        const [y, dx] = [results[0][0], results[0][1](dy).x];
        return results.every(([other, pull]) => sameBits(y, other) && sameBits(dx, pull(dy).x));
      },
    ),

  '[chain-rules] [identity-rules] the empty chain is the identity, before and after any layer': (e) =>
    fc.property(
      parts(e).chain(([f]) => casesOf(f, shape, { numbers: awkwardFloats() })),
      ({ layer, x, params, dy }) => {
        const none = chain({});
        const [y, pull] = layer.vjp(x, params);
        const [first, pullFirst] = chain({ none, f: layer }).vjp(x, { f: params });
        const [last, pullLast] = chain({ f: layer, none }).vjp(x, { f: params });
        const dx = pull(dy).x;
        return [first, last].every((z) => sameBits(y, z)) && [pullFirst, pullLast].every((p) => sameBits(dx, p(dy).x));
      },
    ),

  '[conv-true] [chain-rules] two filters in a chain are their full true convolution': (e) =>
    fc.property(tensors([2, 3, 2, 3]), tensors([3, 1, 3, 2]), tensors([1, 7, 6, 2]), (first, second, x) => {
      const bank = (w: Tensor): Layer =>
        e.conv2d({ filters: w.shape[3], size: w.shape.slice(0, 2), bias: false } as never);
      const y = bank(second).forward(bank(first).forward(x, { weight: first }), { weight: second });
      const full = build([4, 3, 2, 2], x, ([i, j, c, o]) => {
        let sum = 0;
        for (let a = 0; a < 2; a++)
          for (let b = 0; b < 3; b++)
            for (let m = 0; m < 3; m++) sum += at(first, [a, b, c, m], 0) * at(second, [i - a, j - b, m, o], 0);
        return sum;
      });
      return sameBits(y, bank(full).forward(x, { weight: full }));
    }),

  '[conv-true] [1, 2, 1] with itself is [1, 4, 6, 4, 1]': (e) =>
    fc.property(tensors([1, 9, 1]), (x) => {
      const conv = (weight: readonly number[]) => {
        const layer = e.conv1d({ filters: 1, size: weight.length, bias: false } as never);
        return (t: Tensor): Tensor => layer.forward(t, { weight: tensor([weight.length, 1, 1], weight) });
      };
      const blur = conv([1, 2, 1]);
      return sameBits(blur(blur(x)), conv([1, 4, 6, 4, 1])(x));
    }),
};
