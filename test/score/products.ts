// Every product of a windowed operator, one by one in plain loops, through which a mistake can be sent. Written a second time, on
// purpose: the oracle's own lists of products are not used.

import type { Axis } from '../../src/window.ts';

/** Where one product stands; numbers are changed in place. */
export interface Step {
  n: number;
  /** Output position, tap and cell, one number per axis. */
  p: number[];
  k: number[];
  cell: number[];
  /** Channel of the group, filter of the group, group: of x, of the weight and of the output each on its own. */
  cx: number;
  cw: number;
  ow: number;
  oy: number;
  gx: number;
  gw: number;
  gy: number;
  nx: number;
  ny: number;
  factor: number;
}

/** What a mistake may ask about the call. */
export interface Setting {
  readonly op: string;
  readonly axes: readonly Axis[];
  readonly batch: number;
  readonly groups: number;
  readonly channels: number;
  readonly filters: number;
  readonly bias: boolean;
  readonly padding: unknown;
}

export interface Mistake {
  readonly text: string;
  /** The parts that it is made in: y, x, weight, bias. */
  readonly parts: readonly string[];
  isMade(s: Setting): boolean;
  /** Changes a product; false leaves it out. */
  product?(step: Step, s: Setting): unknown;
  /** The bias of a channel instead: its index and its factor. */
  bias?(o: number, s: Setting): readonly [index: number, factor: number];
}

/** All places of a box, row-major. */
export function* places(sizes: readonly number[]): Generator<number[]> {
  const place = sizes.map(() => 0);
  const count = sizes.reduce((a, b) => a * b, 1);
  for (let i = 0; i < count; i++) {
    yield [...place];
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      if (++place[axis] < sizes[axis]) break;
      place[axis] = 0;
    }
  }
}

const volume = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

/** The index of a place in the image of a number. */
function flat(sizes: readonly number[], place: readonly number[], image: number): number {
  let index = image;
  for (let i = 0; i < place.length; i++) index = index * sizes[i] + place[i];
  return index;
}

function isIn(sizes: readonly number[], place: readonly number[]): boolean {
  for (let i = 0; i < place.length; i++)
    if (!(Number.isInteger(place[i]) && place[i] >= 0 && place[i] < sizes[i])) return false;
  return true;
}

/** Every product as its elements of the wide tensor, the weight and the narrow tensor, three numbers each, and its factor. */
interface Products {
  readonly elements: Int32Array;
  readonly factors: Float64Array;
}

/** How many results are kept: an engine is asked about the same geometry again and again. */
const KEPT = 6;

/** Keeps the results for the last few keys. */
export function keeping<V>(): (key: string, make: () => V) => V {
  const known = new Map<string, V>();
  return (key, make) => {
    const value = known.get(key) ?? make();
    known.set(key, value);
    if (known.size > KEPT) known.delete(known.keys().next().value!);
    return value;
  };
}

/** The products of a call; without those beyond the end of a tensor. */
function listed(s: Setting, product: Mistake['product']): Products {
  const { axes, batch, groups, channels, filters } = s;
  const [I, P, K] = [axes.map((a) => a.input), axes.map((a) => a.output), axes.map((a) => a.size)];
  const most = batch * volume(P) * groups * filters * volume(K) * channels;
  const [elements, factors] = [new Int32Array(3 * most), new Float64Array(most)];
  let count = 0;
  const upTo = (at: number, n: number): boolean => at >= 0 && at < n;
  const take = (n: number, p: readonly number[], g: number, o: number, k: readonly number[], c: number): void => {
    const cell = axes.map((a, i) => p[i] * a.stride + k[i] * a.dilation - a.before);
    const own = { n, p: [...p], k: [...k], cell, cx: c, cw: c, ow: o, oy: o, gx: g, gw: g, gy: g, nx: n, ny: n };
    const step: Step = { ...own, factor: 1 };
    if (product?.(step, s) === false) return;
    if (!isIn(I, step.cell) || !isIn(P, step.p) || !isIn(K, step.k)) return;
    if (!upTo(step.nx, batch) || !upTo(step.gx, groups) || !upTo(step.cx, channels)) return;
    if (!upTo(step.gw, groups) || !upTo(step.cw, channels) || !upTo(step.ow, filters)) return;
    if (!upTo(step.ny, batch) || !upTo(step.gy, groups) || !upTo(step.oy, filters)) return;
    const wide = (flat(I, step.cell, step.nx) * groups + step.gx) * channels + step.cx;
    const w = ((flat(K, step.k, 0) * channels + step.cw) * groups + step.gw) * filters + step.ow;
    const narrow = (flat(P, step.p, step.ny) * groups + step.gy) * filters + step.oy;
    elements.set([wide, w, narrow], 3 * count);
    factors[count++] = step.factor;
  };
  for (let n = 0; n < batch; n++)
    for (const p of places(P))
      for (let g = 0; g < groups; g++)
        for (let o = 0; o < filters; o++)
          for (const k of places(K)) for (let c = 0; c < channels; c++) take(n, p, g, o, k, c);
  return { elements: elements.subarray(0, 3 * count), factors: factors.subarray(0, count) };
}

/** Of the right products, and of those of each mistake. */
const right = keeping<Products>();
const wrong = new WeakMap<Mistake, typeof right>();

const keptFor = (mistake: Mistake): typeof right => {
  const known = wrong.get(mistake) ?? keeping<Products>();
  wrong.set(mistake, known);
  return known;
};

/** Visits every product of a call in the order of the loops. */
export function products(
  s: Setting,
  mistake: Mistake | undefined,
  visit: (wide: number, w: number, narrow: number, factor: number) => void,
): void {
  const isWrong = mistake?.product !== undefined && mistake.isMade(s);
  const own = isWrong ? keptFor(mistake) : right;
  const { elements, factors } = own(JSON.stringify(s), () => listed(s, isWrong ? mistake.product : undefined));
  for (let i = 0; i < factors.length; i++) visit(elements[3 * i], elements[3 * i + 1], elements[3 * i + 2], factors[i]);
}
