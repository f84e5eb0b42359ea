// Mistakes of gradients: the scatter, the scale, the turned kernel.

import { convInputGrad } from '../reference/convolution.ts';
import { type Data, typeOf } from '../tensor.ts';
import { cellsUnder, outputs, taps } from '../window.ts';
import { shapeOf } from './cases.ts';
import type { Fault } from './faults.ts';
import { axesOf, channelsOut, type Prediction, reachOf, rearranged, type Setting } from './setting.ts';

type Parts = Partial<Record<'x' | 'weight' | 'bias', Prediction>>;

/** The right gradients, from the layer itself. */
export function right(s: Setting): Parts {
  const double = (data: Data): Float64Array =>
    typeOf(data) === 'float64' ? (data as Float64Array) : Float64Array.from(data);
  const x = shapeOf(s.case);
  const shapes = s.layer.params(x) as Record<string, readonly number[]>;
  const operands: Record<string, Float64Array> = { weight: s.w, ...(s.b && { bias: s.b }) };
  const params = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, { shape, data: operands[name] }]),
  );
  const gradient = s.layer.vjp({ shape: x, data: s.x }, params)[1]({ shape: s.layer.shape(x), data: s.dy! });
  const parts = { x: gradient.x, ...(gradient.params as Record<string, { shape: readonly number[]; data: Data }>) };
  return Object.fromEntries(
    Object.entries(parts).map(([name, { shape, data }]) => [name, { shape, data: double(data) }]),
  );
}

const scaled =
  (part: 'weight' | 'bias', factor: (s: Setting) => number): Fault['gradient'] =>
  (s) => {
    const all = right(s);
    const each = all[part];
    return each && { ...all, [part]: { ...each, data: each.data.map((v) => v * factor(s)) } };
  };

/** dx of a setting by the plain loop. */
function inputGradient(s: Setting): Prediction {
  const dx = new Float64Array(s.x.length);
  convInputGrad(s.g, s.dy!, s.w, dx);
  return { shape: shapeOf(s.case), data: dx };
}

/** Scatters dy to the maximum of each window by `store`. */
function maxScatter(s: Setting, store: (dx: Float64Array, at: readonly number[], dy: number) => void): Prediction {
  const cells = new Int32Array(taps(s.g.axes));
  const [P, C] = [outputs(s.g.axes), channelsOut(s)];
  const image = s.x.length / s.g.batch;
  const dx = new Float64Array(s.x.length);
  for (let i = 0; i < s.dy!.length; i++) {
    cellsUnder(s.g.axes, Math.floor(i / C) % P, cells);
    const places = [...cells]
      .filter((cell) => cell >= 0)
      .map((cell) => Math.floor(i / (P * C)) * image + cell * C + (i % C));
    const most = Math.max(...places.map((at) => s.x[at]));
    store(
      dx,
      places.filter((at) => s.x[at] === most),
      s.dy![i],
    );
  }
  return { shape: shapeOf(s.case), data: dx };
}

/** dx without the cells past the last window. */
function cropped(s: Setting, dx: Prediction): Prediction {
  const reached = axesOf(s).map((axis) =>
    Math.max(0, Math.min(axis.input, (axis.output - 1) * axis.stride + reachOf(axis) - axis.before - axis.after)),
  );
  const C = dx.shape[dx.shape.length - 1];
  const data = dx.data.filter((_, i) => {
    let pixel = Math.floor(i / C);
    return axesOf(s).reduceRight((inside, axis, a) => {
      const at = pixel % axis.input;
      pixel = Math.floor(pixel / axis.input);
      return inside && at < reached[a];
    }, true);
  });
  return { shape: [dx.shape[0], ...reached, C], data };
}

export const gradientFaults: readonly Fault[] = [
  {
    name: 'the gradient of an average were divided by the size of the window, the output by the cells inside',
    families: ['avg'],
    gradient: (s) => ({ x: inputGradient({ ...s, dy: s.dy!.map((dy) => dy / taps(s.g.axes)) }) }),
  },
  {
    name: 'the gradient of an average were not divided',
    families: ['avg'],
    gradient: (s) => ({ x: inputGradient(s) }),
  },
  {
    name: 'the gradient of a maximum were stored, not added, where windows overlap',
    families: ['max'],
    gradient: (s) => ({
      x: maxScatter(s, (dx, [at], dy) => {
        dx[at] = dy;
      }),
    }),
  },
  {
    name: 'the kernel were not turned in the gradient of x',
    families: ['conv', 'depthwise'],
    gradient: (s) => {
      const K = taps(s.g.axes);
      const turned = rearranged(s, (k, c, o) => ((K - 1 - k) * s.g.channels + c) * channelsOut(s) + o);
      return { ...right(s), x: inputGradient(turned) };
    },
  },
  {
    name: 'the size of x were inferred from the output: cells that no window reached have no gradient',
    families: ['conv', 'depthwise'],
    gradient: (s) => ({ x: cropped(s, inputGradient(s)) }),
  },
  {
    name: 'rows and columns of windows beyond the shorter side were left out',
    families: ['max', 'avg'],
    gradient: (s) => {
      if (s.rank !== 2) return undefined;
      const [P, Q] = s.g.axes.slice(1).map((axis) => axis.output);
      const C = channelsOut(s);
      const seen = (i: number): boolean => Math.floor(i / C / Q) % P < Q && Math.floor(i / C) % Q < P;
      return right({ ...s, dy: s.dy!.map((dy, i) => (seen(i) ? dy : 0)) });
    },
  },
  {
    name: 'the gradient of the weight were averaged over the images',
    gradient: scaled('weight', (s) => 1 / s.g.batch),
  },
  {
    name: 'the gradient of the weight were averaged over images and pixels',
    gradient: scaled('weight', (s) => 1 / s.g.batch / outputs(s.g.axes)),
  },
  { name: 'the gradient of the bias were averaged over the images', gradient: scaled('bias', (s) => 1 / s.g.batch) },
  {
    name: 'the gradient of the bias were summed as if channels came first',
    gradient: (s) => {
      const all = right(s);
      if (!all.bias) return undefined;
      const [P, O] = [outputs(s.g.axes), channelsOut(s)];
      const data = all.bias.data.map(() => 0);
      s.dy!.forEach((dy, i) => {
        data[Math.floor(i / P) % O] += dy;
      });
      return { ...all, bias: { shape: all.bias.shape, data } };
    },
  },
];
