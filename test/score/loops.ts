// Every windowed operator on plain lists of products, through which a mistake can be sent: the change of a product's place, of
// its factor, or of the bias.

import type { Layer, Tensor } from '../../src/index.ts';
import { layerFor } from '../../src/oracle/families/index.ts';
import type { Call, Engine, GradientCall, Gradients } from '../../src/oracle/index.ts';
import type { Axis } from '../../src/window.ts';
import { keeping, type Mistake, places, products, type Setting } from './products.ts';

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

const divisorsKept = keeping<ArrayLike<number>>();

/** The right divisor of each output of an average; where no cell is under the window, the cells of the padded input. */
const divisorsOf = (layer: Layer, x: Tensor): ArrayLike<number> =>
  divisorsKept(JSON.stringify([layer.attributes, x.shape]), () => divisorsAt(layer, x));

function divisorsAt(layer: Layer, x: Tensor): ArrayLike<number> {
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
