// Q7: invariants of maxima and means.

import fc from 'fast-check';
import type { Layer, Tensor } from '../../src/index.ts';
import { tensor } from '../../src/index.ts';
import { awkwardFloats, difference, sameBits, tensors, wholeNumbers } from '../../src/testing/index.ts';
import { calls, type Properties, remake, windowOf } from './engine.ts';
import { at, build, channels, inSpace, type Place } from './places.ts';

/** The values under one window, those in padding as `undefined` left out; `counted` is how many cells are not overhang. */
function valuesUnder(layer: Layer, x: Tensor, unit: Place): { inside: number[]; counted: number } {
  const { size, stride, dilation } = windowOf(layer);
  const field = layer.field(x.shape);
  const pads = windowOf(layer).pads;
  let cells: { place: Place; counted: boolean }[] = [{ place: [unit[0]], counted: true }];
  size.forEach((taps, i) => {
    const n = x.shape[i + 1];
    const after = pads?.[i][1] ?? Number.POSITIVE_INFINITY;
    cells = cells.flatMap(({ place, counted }) =>
      Array.from({ length: taps }, (_, k) => {
        const cell = field[i].start + unit[i + 1] * stride[i] + k * dilation[i];
        return { place: [...place, cell], counted: counted && cell < n + after };
      }),
    );
  });
  const c = unit[unit.length - 1];
  const isInside = ({ place }: { place: Place }): boolean => place.every((cell, i) => cell >= 0 && cell < x.shape[i]);
  return {
    inside: cells.filter(isInside).map(({ place }) => at(x, [...place, c])),
    counted: cells.filter(({ counted }) => counted).length,
  };
}

const greatest = (values: readonly number[]): number =>
  values.some(Number.isNaN)
    ? Number.NaN
    : values.reduce((best, value) => (value > best ? value : best), values[0] ?? -Infinity);

/** An increasing function, which keeps the order of values. */
const increasing = [(v: number) => 2 * v + 1, (v: number) => v * v * v, (v: number) => (v > 0 ? v : v / 4)];

const mapped = (t: Tensor, f: (value: number) => number): Tensor => build(t.shape, t, (place) => f(at(t, place)));

/** Nearest neighbour: every cell of each axis that many times. */
const repeated = (x: Tensor, times: readonly number[]): Tensor =>
  build([x.shape[0], ...times.map((t, i) => x.shape[i + 1] * t), channels(x)], x, (place) =>
    at(
      x,
      inSpace(place, (cell, i) => Math.floor(cell / times[i])),
    ),
  );

const image = tensors([2, 9, 8, 3]);
const window = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }));

export const pooling: Properties = {
  '[pool-max] y is the first greatest cell of its window; a NaN in it gives NaN, no cell −∞': (e) =>
    fc.property(calls(e, ['max'], { numbers: awkwardFloats() }), ({ layer, x, params }) => {
      const y = layer.forward(x, params);
      const odd = difference(
        y,
        build(y.shape, y, (unit) => greatest(valuesUnder(layer, x, unit).inside)),
      );
      return odd === undefined;
    }),

  '[pool-average] [pool-divisor] y is the sum of its window over the cells inside x, or counted with padding': (e) =>
    fc.property(calls(e, ['average']), ({ layer, x, params }) => {
      const { countPadding } = layer.attributes;
      const y = layer.forward(x, params);
      const mean = (unit: Place): number => {
        const { inside, counted } = valuesUnder(layer, x, unit);
        return inside.reduce((sum, value) => sum + value, 0) / (countPadding ? counted : inside.length);
      };
      return sameBits(y, build(y.shape, y, mean));
    }),

  '[pool-max] maxima commute with increasing maps': (e) =>
    fc.property(calls(e, ['max']), fc.constantFrom(...increasing), ({ layer, x, params }, f) =>
      sameBits(
        layer.forward(mapped(x, f), params),
        mapped(layer.forward(x, params), (v) => (v === -Infinity ? v : f(v))),
      ),
    ),

  '[pool-max] at stride 1, the maximum over f of the maximum over g is the maximum over f + g − 1': (e) =>
    fc.property(image, window, window, (x, f, g) => {
      const over = (size: readonly number[]): Layer => e.maxPool2d({ size, stride: 1 } as never);
      const twice = over(f).forward(over(g).forward(x, {}), {});
      return sameBits(twice, over(f.map((size, i) => size + g[i] - 1)).forward(x, {}));
    }),

  '[pool-max] a cell that stands twice in a window counts once': (e) =>
    fc.property(image, window, window, (x, size, stride) => {
      const y = e.maxPool2d({ size, stride } as never).forward(x, {});
      const double = { size: size.map((n) => 2 * n), stride: stride.map((n) => 2 * n) };
      return sameBits(y, e.maxPool2d(double as never).forward(repeated(x, [2, 2]), {}));
    }),

  '[pool-max] [pool-average] pooling f by f after repeating every cell f by f is the identity': (e) =>
    fc.property(image, window, (x, size) =>
      [e.maxPool2d, e.avgPool2d].every((pool) => sameBits(x, pool({ size } as never).forward(repeated(x, size), {}))),
    ),

  '[pool-average] a mean keeps constants': (e) =>
    fc.property(calls(e, ['average']), fc.integer({ min: -9, max: 9 }), ({ layer, x }, constant) => {
      const y = remake(e, layer, { countPadding: false }).forward(
        mapped(x, () => constant),
        {},
      );
      return y.data.every((value) => value === constant || Number.isNaN(value));
    }),

  '[pool-average] a mean of 4,096 ones is 1': (e) =>
    fc.property(fc.constantFrom<[number, number]>([64, 64], [32, 128]), (size) => {
      const ones = tensor([1, ...size, 1], new Float32Array(4096).fill(1));
      return e.avgPool2d({ size } as never).forward(ones, {}).data[0] === 1;
    }),

  '[pool-max] a cell that moves within its window changes nothing': (e) =>
    fc.property(window, fc.nat(), fc.nat(), fc.nat(), wholeNumbers(9), (size, p, a, b, value) => {
      const [h, w] = size;
      const shape = [1, 3 * h, 2 * w, 1];
      const pixel = (draw: number): Place => [0, (p % 3) * h + (draw % h), (p % 2) * w + (Math.floor(draw / h) % w), 0];
      const y = (place: Place): Tensor => {
        const x = tensor(shape);
        x.data[place[1] * 2 * w + place[2]] = Math.abs(value);
        return e.maxPool2d({ size } as never).forward(x, {});
      };
      return sameBits(y(pixel(a)), y(pixel(b)));
    }),
};
