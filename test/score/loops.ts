// Every product of every windowed operator as one plain loop, through which a mistake can be sent: the change of a product's
// place, of its factor, or of the bias. Written a second time, on purpose: the oracle's own lists of products are not used.

import type { Layer, Tensor } from '../../src/index.ts';
import { layerFor } from '../../src/oracle/families/index.ts';
import type { Call, Engine, GradientCall, Gradients } from '../../src/oracle/index.ts';

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

export interface Axis {
  readonly input: number;
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly after: number;
  readonly output: number;
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
function* places(sizes: readonly number[]): Generator<number[]> {
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

const isPool = (op: string): boolean => /Pool/.test(op);
const isTransposed = (op: string): boolean => /Transpose/.test(op);

interface Read {
  readonly layer: Layer;
  readonly s: Setting;
}

function read({ op, attributes, x, bias }: Call): Read {
  const layer = layerFor(op, attributes);
  const y = layer.shape(x.shape);
  const rank = x.shape.length - 2;
  const [size, stride, dilation] = ['size', 'stride', 'dilation'].map((name) => (attributes[name] as number[]) ?? []);
  const groups =
    isPool(op) || /depthwise/.test(op) ? x.shape.at(-1)! : ((attributes.groups as number | undefined) ?? 1);
  const wide = isTransposed(op) ? y : x.shape; // whose cells the windows cover
  const narrow = isTransposed(op) ? x.shape : y;
  const axes = Array.from({ length: rank }, (_, i) => {
    const [input, output] = [wide[i + 1], narrow[i + 1]];
    const axis = { input, output, size: size[i], stride: stride[i], dilation: dilation[i] };
    const [before, after] = paddingOf(attributes.padding, i, axis, isTransposed(op));
    return { input, output, size: size[i], stride: stride[i], dilation: dilation[i], before, after };
  });
  const s = {
    op,
    axes,
    batch: x.shape[0],
    groups,
    channels: wide.at(-1)! / groups,
    filters: narrow.at(-1)! / groups,
    bias: bias !== undefined,
    padding: attributes.padding,
  };
  return { layer, s };
}

function paddingOf(
  padding: unknown,
  i: number,
  a: Omit<Axis, 'before' | 'after'>,
  isMirrored: boolean,
): readonly [number, number] {
  if (padding === undefined || padding === 'valid') return [0, 0];
  if (Array.isArray(padding)) return padding[i];
  const output = isMirrored ? a.output : Math.ceil(a.input / a.stride);
  const total = Math.max(0, (output - 1) * a.stride + (a.size - 1) * a.dilation + 1 - a.input);
  const before = padding === 'same-upper' ? total >> 1 : total - (total >> 1);
  return [before, total - before];
}

/** Visits every product as its elements of the wide tensor, the weight and the narrow tensor; none where a tensor ends. */
function products(
  s: Setting,
  mistake: Mistake | undefined,
  visit: (wide: number, w: number, narrow: number, factor: number) => void,
): void {
  const { axes, batch, groups, channels, filters } = s;
  const [I, P, K] = [axes.map((a) => a.input), axes.map((a) => a.output), axes.map((a) => a.size)];
  const isWrong = mistake?.product !== undefined && mistake.isMade(s);
  const [positions, taps] = [[...places(P)], [...places(K)]];
  /** The numbers of the step, taken again for every product: an engine is asked millions of them. */
  const own = { p: axes.map(() => 0), k: axes.map(() => 0), cell: axes.map(() => 0) };
  const step = { ...own } as Step;
  const upTo = (at: number, n: number): boolean => at >= 0 && at < n;
  const take = (n: number, p: readonly number[], g: number, o: number, k: readonly number[], c: number): void => {
    for (let i = 0; i < axes.length; i++) {
      [own.p[i], own.k[i]] = [p[i], k[i]];
      own.cell[i] = p[i] * axes[i].stride + k[i] * axes[i].dilation - axes[i].before;
    }
    [step.p, step.k, step.cell] = [own.p, own.k, own.cell];
    step.n = step.nx = step.ny = n;
    step.gx = step.gw = step.gy = g;
    step.cx = step.cw = c;
    step.ow = step.oy = o;
    step.factor = 1;
    if (isWrong && mistake.product!(step, s) === false) return;
    if (!isIn(I, step.cell) || !isIn(P, step.p) || !isIn(K, step.k)) return;
    if (!upTo(step.nx, batch) || !upTo(step.gx, groups) || !upTo(step.cx, channels)) return;
    if (!upTo(step.gw, groups) || !upTo(step.cw, channels) || !upTo(step.ow, filters)) return;
    if (!upTo(step.ny, batch) || !upTo(step.gy, groups) || !upTo(step.oy, filters)) return;
    const wide = (flat(I, step.cell, step.nx) * groups + step.gx) * channels + step.cx;
    const w = ((flat(K, step.k, 0) * channels + step.cw) * groups + step.gw) * filters + step.ow;
    const narrow = (flat(P, step.p, step.ny) * groups + step.gy) * filters + step.oy;
    visit(wide, w, narrow, step.factor);
  };
  for (let n = 0; n < batch; n++)
    for (const p of positions)
      for (let g = 0; g < groups; g++)
        for (let o = 0; o < filters; o++)
          for (const k of taps) for (let c = 0; c < channels; c++) take(n, p, g, o, k, c);
}

/** The right divisor of each output of an average; where no cell is under the window, the cells of the padded input. */
function divisorsOf(layer: Layer, x: Tensor): ArrayLike<number> {
  const rank = x.shape.length - 2;
  const ones = { shape: x.shape, data: new Float64Array(x.data.length).fill(1) };
  const mean = layer.forward(ones, {}).data;
  const count = new Float64Array(mean.length);
  const size = layer.attributes.size as number[];
  const call = { op: layer.name, attributes: layer.attributes, x } as Call;
  if (size.length !== rank) return count.map((n, i) => n / mean[i]);
  const { s } = read(call);
  products(s, undefined, (_, __, narrow) => count[narrow]++);
  const padded = [...places([s.batch, ...s.axes.map((a) => a.output)])].map(([, ...p]) =>
    s.axes.reduce((all, a, i) => {
      const cells = Array.from({ length: a.size }, (_, k) => p[i] * a.stride + k * a.dilation - a.before);
      return all * cells.filter((cell) => cell >= -a.before && cell < a.input + a.after).length;
    }, 1),
  );
  const channels = x.shape.at(-1)!;
  return count.map((n, i) =>
    n === 0 && layer.attributes.countPadding === true ? padded[Math.floor(i / channels)] : n / mean[i],
  );
}

/** An engine with one mistake. */
export function engineWith(op: string, mistake: Mistake): Engine {
  const of = (part: string): Mistake | undefined => (mistake.parts.includes(part) ? mistake : undefined);
  const forward = (call: Call): Tensor => {
    const { layer, s } = read(call);
    const { x, weight, bias } = call;
    const shape = layer.shape(x.shape);
    const sums = new Float64Array(shape.reduce((a, b) => a * b, 1));
    const isMax = /max/.test(op);
    if (isMax) sums.fill(-Infinity);
    products(s, of('y'), (wide, w, narrow, factor) => {
      const [from, to] = isTransposed(op) ? [narrow, wide] : [wide, narrow];
      if (isMax) {
        const value = factor * x.data[from];
        if (value > sums[to] || value !== value) sums[to] = sums[to] !== sums[to] ? sums[to] : value;
      } else sums[to] += factor * x.data[from] * (weight ? weight.data[w] : 1);
    });
    if (/avg/.test(op)) {
      const divisor = divisorsOf(layer, x);
      for (let i = 0; i < sums.length; i++) sums[i] /= divisor[i];
    }
    if (bias) {
      const O = bias.data.length;
      const wrong = of('y')?.bias && mistake.isMade(s) ? mistake.bias : undefined;
      for (let i = 0; i < sums.length; i++) {
        const [at, factor] = wrong ? wrong(i % O, s) : [i % O, 1];
        sums[i] += factor * (bias.data[at] ?? 0);
      }
    }
    return { shape, data: Float32Array.from(sums) };
  };
  const gradient = (call: GradientCall): Gradients => {
    const { layer, s } = read(call);
    const { x, weight, bias, dy } = call;
    if (/max/.test(op)) return maximumGradient(call, s, of('x'));
    const [dx, dw] = [new Float64Array(x.data.length), new Float64Array(weight?.data.length ?? 0)];
    const divisor = /avg/.test(op) ? divisorsOf(layer, x) : undefined;
    products(s, of('x'), (wide, w, narrow, factor) => {
      const [from, to] = isTransposed(op) ? [narrow, wide] : [wide, narrow];
      dx[from] += factor * (dy.data[to] / (divisor?.[to] ?? 1)) * (weight ? weight.data[w] : 1);
    });
    if (weight)
      products(s, of('weight'), (wide, w, narrow, factor) => {
        const [from, to] = isTransposed(op) ? [narrow, wide] : [wide, narrow];
        dw[w] += factor * x.data[from] * dy.data[to];
      });
    const like = (tensor: Tensor, data: Float64Array): Tensor => ({
      shape: tensor.shape,
      data: Float32Array.from(data),
    });
    const db = bias && new Float64Array(bias.data.length);
    if (db) {
      const wrong = of('bias')?.bias && mistake.isMade(s) ? mistake.bias : undefined;
      for (let i = 0; i < dy.data.length; i++) {
        const [at, factor] = wrong ? wrong(i % db.length, s) : [i % db.length, 1];
        if (at >= 0 && at < db.length) db[at] += factor * dy.data[i];
      }
    }
    return { x: like(x, dx), ...(weight && { weight: like(weight, dw) }), ...(db && { bias: like(bias!, db) }) };
  };
  return { name: op, traits: { padding: 'skipped' }, ops: { [op]: forward }, gradients: { [op]: gradient } };
}

function maximumGradient({ x, dy }: GradientCall, s: Setting, mistake: Mistake | undefined): Gradients {
  const [best, dx] = [new Int32Array(dy.data.length).fill(-1), new Float64Array(x.data.length)];
  const factors = new Float64Array(dy.data.length).fill(1);
  products(s, mistake, (wide, _, narrow, factor) => {
    if (best[narrow] >= 0 && !(x.data[wide] > x.data[best[narrow]])) return;
    best[narrow] = wide;
    factors[narrow] = factor;
  });
  for (let i = 0; i < best.length; i++) if (best[i] >= 0) dx[best[i]] += factors[i] * dy.data[i];
  return { x: { shape: x.shape, data: Float32Array.from(dx) } };
}
