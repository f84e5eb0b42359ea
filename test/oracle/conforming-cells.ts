// Conforming engines for operators that choose and mix cells, written a second time from spec/bounds.md: see conforming.ts.

import type { Call } from '../../src/oracle/index.ts';
import { type Arithmetic, numbers, type Op, type Pull, range, stored } from './conforming.ts';

const f = Math.fround;

interface Upsample {
  readonly scale: number | readonly number[];
  readonly mode: string;
  readonly coordinates: string;
  readonly rounding: string;
}

/** The place of a cell in float32, however it is computed. */
function placeOf(o: Arithmetic, { coordinates }: Upsample, p: number, scale: number, n: number, m: number): number {
  const over = (a: number): number =>
    o.oneOf(
      () => f(a / f(scale)),
      () => f(a * f(1 / f(scale))),
    );
  if (coordinates === 'align-corners') {
    if (m === 1) return 0;
    return o.oneOf(
      () => f(f(p * (n - 1)) / (m - 1)),
      () => f(p * f((n - 1) / (m - 1))),
    );
  }
  if (coordinates === 'asymmetric') return over(p);
  if (coordinates === 'half-pixel-start') return over(p + 0.5);
  return coordinates === 'half-pixel-or-first' && m === 1 ? 0 : f(over(p + 0.5) - 0.5);
}

const nearest: Readonly<Record<string, (place: number) => number>> = {
  'prefer-floor': (place) => Math.ceil(f(place - 0.5)),
  'prefer-ceil': (place) => Math.floor(f(place + 0.5)),
  floor: Math.floor,
  ceil: Math.ceil,
};

interface Mix {
  readonly low: number;
  readonly high: number;
  readonly share: number;
}

/** For every cell of each axis of y the two cells of x. */
function mixes(o: Arithmetic, { x, attributes }: Call): Mix[][] {
  const a = attributes as unknown as Upsample;
  return x.shape.slice(1, -1).map((n, k) => {
    const scale = typeof a.scale === 'number' ? a.scale : a.scale[k];
    const m = Math.floor(n * scale);
    const within = (cell: number): number => Math.min(n - 1, Math.max(0, cell));
    const isCut = o.oneOf(
      () => true,
      () => false,
    );
    return range(m).map((p) => {
      const place = placeOf(o, a, p, scale, n, m);
      const at = isCut && a.mode === 'linear' ? within(place) : place;
      if (a.mode === 'nearest') {
        const cell = within(nearest[a.rounding](at));
        return { low: cell, high: cell, share: 0 };
      }
      const low = Math.floor(at);
      return { low: within(low), high: within(low + 1), share: f(at - low) };
    });
  });
}

const shapeOf = (axes: readonly Mix[][], { shape }: Call['x']): number[] => [
  shape[0],
  ...axes.map(({ length }) => length),
  shape.at(-1)!,
];

/** The mixes of each axis for pixel p of y. */
const mixAt = (axes: readonly Mix[][], p: number): Mix[] =>
  axes.map((axis, k) => {
    const step = axes.slice(k + 1).reduce((all, { length }) => all * length, 1);
    return axis[Math.floor(p / step) % axis.length];
  });

/** Every corner: its pixel in x, and the shares that it is made of. */
function corners(space: readonly number[], mix: readonly Mix[]): { pixel: number; shares: number[] }[] {
  return mix.reduce(
    (all, { low, high, share }, k) =>
      all.flatMap(({ pixel, shares }) => [
        { pixel: pixel * space[k] + low, shares: [...shares, f(1 - share)] },
        { pixel: pixel * space[k] + high, shares: [...shares, share] },
      ]),
    [{ pixel: 0, shares: [] as number[] }],
  );
}

const productOf = (o: Arithmetic, list: readonly number[]): number => list.reduce((a, b) => o.mul(a, b), 1);

export const upsampleForward: Op = (o, call) => {
  const axes = mixes(o, call);
  const { x } = call;
  const space = x.shape.slice(1, -1);
  const C = x.shape.at(-1)!;
  const [I, P] = [space, axes.map(({ length }) => length)].map((list) => list.reduce((a, b) => a * b, 1));
  const isNearest = call.attributes.mode === 'nearest';
  const shape = shapeOf(axes, x);
  const y = range(x.shape[0] * P * C).map((i) => {
    const mix = mixAt(axes, Math.floor(i / C) % P);
    const at = (pixel: number): number => x.data[(Math.floor(i / C / P) * I + pixel) * C + (i % C)];
    const list = corners(space, mix);
    if (isNearest) return at(list[0].pixel);
    const flat = (): number => o.sum(list.map(({ pixel, shares }) => o.mul(at(pixel), productOf(o, shares))));
    const nested = (k: number, pixel: number): number => {
      if (k === mix.length) return at(pixel);
      const { low, high, share } = mix[k];
      const [a, b] = [nested(k + 1, pixel * space[k] + low), nested(k + 1, pixel * space[k] + high)];
      return o.oneOf(
        () => o.fma(b, share, o.mul(a, f(1 - share))),
        () => o.fma(share, o.add(b, -a), a),
      );
    };
    return o.oneOf(flat, () => nested(0, 0));
  });
  return stored(shape, y);
};

export const upsampleGradient: Pull = (o, call) => {
  const axes = mixes(o, call);
  const { x, dy } = call;
  const space = x.shape.slice(1, -1);
  const C = x.shape.at(-1)!;
  const [I, P] = [space, axes.map(({ length }) => length)].map((list) => list.reduce((a, b) => a * b, 1));
  const isNearest = call.attributes.mode === 'nearest';
  const terms: number[][] = numbers(x).map(() => []);
  for (const i of range(dy.data.length)) {
    const list = corners(space, mixAt(axes, Math.floor(i / C) % P));
    for (const { pixel, shares } of isNearest ? list.slice(0, 1) : list)
      terms[(Math.floor(i / C / P) * I + pixel) * C + (i % C)].push(
        isNearest ? dy.data[i] : o.mul(dy.data[i], productOf(o, shares)),
      );
  }
  return {
    x: stored(
      x.shape,
      terms.map((list) => o.sum(list)),
    ),
  };
};
