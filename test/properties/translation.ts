// Q1, Q3: a layer with shared weights treats every position alike.

import fc from 'fast-check';
import type { Layer, Shape, Tensor } from '../../src/index.ts';
import { awkwardFloats, difference } from '../../src/testing/index.ts';
import { calls, type Properties, windowed, windowOf } from './engine.ts';
import { at, build, enlarged, inSpace, type Place } from './places.ts';

const offsets = fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2));

/** Whether the field of the unit at a place lies inside the input. */
function isInterior(layer: Layer, x: Shape, place: Place): boolean {
  return layer.field(x).every(({ size, step, start }, i) => {
    const first = start + place[i + 1] * step;
    return first >= 0 && first + size <= x[i + 1];
  });
}

export const translation: Properties = {
  '[conv-forward] [pool-max] [pool-average] a shift of x by stride·t shifts y by t, in bits, inside both inputs': (e) =>
    fc.property(calls(e, windowed, { numbers: awkwardFloats() }), offsets, ({ layer, x, params }, t) => {
      const { stride, reach } = windowOf(layer);
      const wide = enlarged(
        x,
        stride.map((s, i) => s * t[i] + reach[i]),
      );
      const shape = wide.shape.map((n, i) => (i === 0 || i > stride.length ? n : n - stride[i - 1] * t[i - 1]));
      const shifted = build(shape, wide, (place) =>
        at(
          wide,
          inSpace(place, (cell, i) => cell + stride[i] * t[i]),
        ),
      );
      const [y, z] = [layer.forward(wide, params), layer.forward(shifted, params)];
      const here = build(z.shape, z, (place) => (isInterior(layer, shape, place) ? at(z, place) : 0));
      const there = build(z.shape, z, (place) =>
        isInterior(layer, shape, place)
          ? at(
              y,
              inSpace(place, (p, i) => p + t[i]),
            )
          : 0,
      );
      return difference(here, there) === undefined;
    }),

  '[conv-forward] [pool-max] [pool-average] the same local region gives the same output, in bits': (e) =>
    fc.property(calls(e, windowed, { numbers: awkwardFloats() }), fc.nat(), fc.nat(), ({ layer, x, params }, a, b) => {
      const wide = enlarged(
        x,
        windowOf(layer).reach.map((cells) => cells + 3),
      );
      const y = layer.forward(wide, params);
      const units = placesOf(y).filter((place) => isInterior(layer, wide.shape, place));
      const [p, q] = [units[a % units.length], units[b % units.length]];
      const field = layer.field(wide.shape);
      const copied = build(wide.shape, wide, (place) => {
        const inside = field.every(({ size, step, start }, i) => {
          const first = start + q[i + 1] * step;
          return place[i + 1] >= first && place[i + 1] < first + size;
        });
        if (!inside || place[0] !== q[0]) return at(wide, place);
        return at(wide, [p[0], ...inSpace(place, (cell, i) => cell + (p[i + 1] - q[i + 1]) * field[i].step).slice(1)]);
      });
      const z = layer.forward(copied, params);
      return range(y.shape[y.shape.length - 1]).every((o) =>
        Object.is(at(z, [...q.slice(0, -1), o]), at(y, [...p.slice(0, -1), o])),
      );
    }),
};

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** The place of every unit, at its channel 0. */
function placesOf(y: Tensor): Place[] {
  return y.shape
    .slice(0, -1)
    .reduce<Place[]>((places, n) => places.flatMap((place) => range(n).map((i) => [...place, i])), [[]])
    .map((place) => [...place, 0]);
}
