// Q2, Q5: linearity and gradients of drawn cases, by the laws of layers; sums of dy.

import fc from 'fast-check';
import { chain, type Layer, relu, type Tensor } from '../../src/index.ts';
import { type Case, denseCases, type LawOptions, laws, sameBits, wholeNumbers } from '../../src/testing/index.ts';
import { calls, type Properties, remake } from './engine.ts';
import { at, build, channels } from './places.ts';

/** Averages divide by 1 to 5 cells on an axis, so by the products of three of those: multiples of 60³ stay whole. */
const average = { unit: 216_000, kind: 'affine' } as const;

const keeps = (layer: Layer, { x }: Case, options: LawOptions): void => laws(layer, x.shape, { runs: 2, ...options });

const few = { cost: 6_000 };

export const gradients: Properties = {
  '[conv-forward] [conv-input-gradient] [conv-weight-gradient] [conv-bias-gradient] convolutions are linear in x, in w and in b, and their gradients adjoint':
    (e) => fc.property(calls(e, ['conv', 'depthwise'], few), (call) => keeps(call.layer, call, { kind: 'affine' })),

  '[dense-forward] dense layers are linear in x, in w and in b, and their gradients adjoint': (e) =>
    fc.property(denseCases(), (call) => keeps(remake(e, call.layer), call, { kind: 'affine' })),

  '[pool-max] [pool-max-gradient] maxima are homogeneous: ⟨dy, f(x)⟩ = ⟨dx, x⟩, however ties are broken': (e) =>
    fc.property(calls(e, ['max'], few), (call) => keeps(call.layer, call, { kind: 'homogeneous' })),

  '[pool-average] [pool-average-gradient] averages are linear, and their gradients adjoint': (e) =>
    fc.property(calls(e, ['average'], few), (call) => {
      const numbers = wholeNumbers(2).map((value) => value * average.unit);
      keeps(call.layer, call, { ...average, numbers: { x: numbers, dy: numbers } });
    }),

  '[layer-gradient] gradients agree with finite differences': (e) =>
    fc.property(calls(e, ['conv', 'depthwise', 'average'], few), (call) =>
      keeps(chain([call.layer, relu()]), call, { kind: 'smooth' }),
    ),

  '[conv-bias-gradient] db is the sum of dy over images and positions': (e) =>
    fc.property(calls(e, ['conv', 'depthwise']), ({ layer, x, params, dy }) => {
      const weight = params.weight as Tensor;
      const bias = build([channels(dy)], x, () => 0);
      const [, pull] = remake(e, layer, { bias: true }).vjp(x, { weight, bias });
      const db = build([channels(dy)], x, () => 0);
      dy.data.forEach((value, i) => {
        db.data[i % channels(dy)] += value;
      });
      return sameBits(pull(dy).params.bias as Tensor, db);
    }),

  '[pool-max-gradient] a maximum passes on every dy to one cell: the sums of dx and dy agree in each channel': (e) =>
    fc.property(calls(e, ['max']), ({ layer, x, params, dy }) => {
      const [y, pull] = layer.vjp(x, params);
      const dx = pull(dy).x;
      const sums = (t: Tensor): Tensor =>
        build([x.shape[0], channels(x)], t, ([n, c]) => {
          const image = t.data.length / t.shape[0];
          let sum = 0;
          for (let i = c; i < image; i += channels(t)) {
            const empty =
              t === dy && at({ ...y, shape: [y.data.length] }, [n * image + i]) === Number.NEGATIVE_INFINITY;
            if (!empty) sum += t.data[n * image + i];
          }
          return sum;
        });
      return sameBits(sums(dx), sums(dy));
    }),
};
