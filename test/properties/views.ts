// The five views of a convolution (Q8): equivariance, patches, an image filter, shared weights, inputs of any size.

import fc from 'fast-check';
import { chain, type Layer, type Tensor, tensor, toeplitz } from '../../src/index.ts';
import { awkwardFloats, casesOf, sameBits } from '../../src/testing/index.ts';
import { calls, type Properties, remake, windowOf } from './engine.ts';
import { at, build, channels, enlarged, inSpace } from './places.ts';
import { translation } from './translation.ts';

/** y = T·x, in whole numbers. */
const times = (matrix: Tensor, x: Tensor, transposed = false): number[] => {
  const [rows, columns] = matrix.shape;
  return Array.from({ length: transposed ? columns : rows }, (_, i) =>
    Array.from(x.data).reduce(
      (sum, value, j) => sum + value * matrix.data[transposed ? j * columns + i : i * columns + j],
      0,
    ),
  );
};

const sameNumbers = (a: ArrayLike<number>, b: ArrayLike<number>): boolean =>
  Array.from(a).join() === Array.from(b).join();

const whole = { cost: 2_000 };
/** Matrices with more elements than this are not written out. */
const LARGE = 20_000;

/** A small net of convolutions and pools without padding, in which all units have fields of the same size. */
const slid = (e: Record<string, (attributes: never) => Layer>): Layer =>
  chain([
    e.conv2d({ filters: 3, size: [3, 2] } as never),
    e.maxPool2d({ size: 2 } as never),
    e.conv2d({ filters: 2, size: [2, 3] } as never),
  ]);

export const views: Properties = {
  '[conv-forward] first view, equivariance: a shift of x shifts y':
    translation[
      '[conv-forward] [pool-max] [pool-average] a shift of x by stride·t shifts y by t, in bits, inside both inputs'
    ],

  '[conv-forward] [dense-forward] second view, patches: one dense layer over the patch under every unit, in bits': (
    e,
  ) =>
    fc.property(
      calls(e, ['conv'], { numbers: awkwardFloats() }).filter(({ layer }) => layer.attributes.groups === 1),
      ({ layer, x, params }) => {
        const valid = remake(e, layer, { padding: 'valid' });
        const wide = enlarged(x, windowOf(layer).reach);
        const { size, stride, dilation } = windowOf(layer);
        const y = valid.forward(wide, params);
        const units = y.data.length / channels(y);
        const patch = size.reduce((product, n) => product * n, channels(x));
        const taps = { shape: [...size, channels(x)], data: new Float32Array(patch) };
        const patches = tensor([units, patch]);
        build(y.shape, y, (place) => {
          if (place[place.length - 1] > 0) return 0;
          const row = build(taps.shape, taps, (k) =>
            at(wide, [place[0], ...stride.map((s, i) => place[i + 1] * s + k[i] * dilation[i]), k[k.length - 1]]),
          );
          const unit = place.slice(0, -1).reduce((index, p, i) => index * y.shape[i] + p, 0);
          patches.data.set(row.data, unit * patch);
          return 0;
        });
        const matrix = { shape: [patch, channels(y)], data: (params.weight as Tensor).data };
        const flat = e.dense({ units: channels(y), bias: layer.attributes.bias } as never);
        return sameBits(flat.forward(patches, { ...params, weight: matrix }), {
          shape: [units, channels(y)],
          data: y.data,
        });
      },
    ),

  '[conv-forward] [conv-true] third view, an image filter: one bright cell paints the filter, flipped; a shift filter shifts':
    (e) =>
      fc.property(
        casesOf(e.conv2d({ filters: 1, size: [3, 4], bias: false } as never), [1, 9, 9, 1]),
        ({ layer, x, params }) => {
          const w = params.weight as Tensor;
          const spot = build(x.shape, x, ([, i, j]) => (i === 4 && j === 5 ? 1 : 0));
          const painted = layer.forward(spot, params);
          const shift = build(w.shape, w, ([i, j]) => (i === 2 && j === 1 ? 1 : 0));
          const shifted = layer.forward(x, { weight: shift });
          return (
            sameBits(
              painted,
              build(painted.shape, x, ([, i, j]) => at(w, [4 - i, 5 - j, 0, 0], 0)),
            ) &&
            sameBits(
              shifted,
              build(shifted.shape, x, (place) =>
                at(
                  x,
                  inSpace(place, (p, i) => p + (i === 0 ? 2 : 1)),
                ),
              ),
            )
          );
        },
      ),

  '[conv-forward] [toeplitz-matrix] [conv-input-gradient] fourth view, shared weights: the matrix gives y, its transpose dx':
    (e) =>
      fc.property(
        calls(e, ['conv', 'depthwise'], whole).filter(({ x }) => x.shape[0] === 1),
        ({ layer, x, params, dy }) => {
          const bare = remake(e, layer, { bias: false });
          const weight = { weight: params.weight };
          const matrix = toeplitz(bare, x.shape, weight);
          const [y, pull] = bare.vjp(x, weight);
          return sameNumbers(times(matrix, x), y.data) && sameNumbers(times(matrix, dy, true), pull(dy).x.data);
        },
      ),

  '[conv-weight-gradient] [toeplitz-matrix] fourth view: the gradient of a weight is that of the dense layer, summed over its entries':
    (e) =>
      fc.property(
        calls(e, ['conv', 'depthwise'], whole).filter(
          ({ x, dy }) => x.shape[0] === 1 && x.data.length * dy.data.length < LARGE,
        ),
        fc.nat(),
        ({ layer, x, params, dy }, draw) => {
          const bare = remake(e, layer, { bias: false });
          const w = params.weight as Tensor;
          const dw = bare.vjp(x, { weight: w })[1](dy).params.weight as Tensor;
          const tied = draw % w.data.length;
          const one = { shape: w.shape, data: w.data.map((_, i) => (i === tied ? 1 : 0)) };
          const entries = toeplitz(bare, x.shape, { weight: one }).data;
          let sum = 0;
          const columns = x.data.length;
          for (let i = 0; i < entries.length; i++)
            sum += entries[i] * dy.data[Math.floor(i / columns)] * x.data[i % columns];
          return sum === dw.data[tied];
        },
      ),

  '[conv-forward] fifth view, any size: a net slid over a larger image gives the outputs of its crops, in bits': (e) =>
    fc.property(
      casesOf(slid(e), [1, 12, 12, 2], { numbers: awkwardFloats() }),
      fc.tuple(fc.nat(3), fc.nat(2)),
      ({ layer, x, params }, crop) => {
        const field = layer.field(x.shape);
        const shape = [1, ...field.map(({ size }) => size), channels(x)];
        const patch = build(shape, x, (place) =>
          at(
            x,
            inSpace(place, (cell, i) => cell + crop[i] * field[i].step),
          ),
        );
        const [y, z] = [layer.forward(x, params), layer.forward(patch, params)];
        return sameBits(
          z,
          build(z.shape, z, ([n, , , o]) => at(y, [n, ...crop, o])),
        );
      },
    ),
};
