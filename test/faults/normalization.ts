// Faults of norms and softmax in released engines, each in one line on top of ours. `seen` is a thread that reports it.

import type { Tensor } from '../../src/index.ts';
import { at, build, channels } from '../properties/places.ts';
import { altered, type Call, under } from './altered.ts';
import type { Fault } from './fault.ts';

const lrn = (what: (call: Call) => Tensor) => altered('lrn', { forward: what });
const number = ({ layer }: Call, name: string): number => layer.attributes[name] as number;

/** Channels in four lanes; the rest take the numbers from the start. */
const fromTheStart = (t: Tensor): Tensor => {
  const first = t.data.length - (t.data.length % 4);
  return build(t.shape, t, ([c]) => at(t, [t.data.length > 4 && c >= first ? c - first : c]));
};

/** The window of an image that runs over pixels, as if channels came before them. */
function overPixels({ layer, x }: Call): Tensor {
  const [N, C] = [x.shape[0], channels(x)];
  const P = x.data.length / N / C;
  const images = { shape: [N, P, C], data: x.data };
  const turned = build(images.shape, x, ([n, p, c]) => x.data[n * P * C + c * P + p]);
  const y = layer.forward(turned, {});
  const back = build(images.shape, x, ([n, p, c]) => {
    const i = p * C + c;
    return at(y, [n, i % P, Math.floor(i / P)]);
  });
  return { ...back, shape: x.shape };
}

/** e^x over its sum, in float32, no maximum taken away. */
function bareSoftmax({ layer, x, right }: Call): Tensor {
  if (layer.attributes.axis !== -1) return right;
  const C = channels(x);
  const e = build(x.shape, x, (place) => Math.exp(at(x, place)));
  return build(x.shape, x, (place) => {
    let sum = 0;
    for (let c = 0; c < C; c++) sum = Math.fround(sum + at(e, [...place.slice(0, -1), c]));
    return at(e, place) / sum;
  });
}

/** All axes from the given one on, as one row. */
function flattened({ layer, x }: Call): Tensor {
  const axis = (number({ layer } as Call, 'axis') + x.shape.length) % x.shape.length;
  const rows = x.shape.slice(0, axis).reduce((product, n) => product * n, 1);
  const flat = { shape: [rows, x.data.length / rows], data: x.data };
  return { shape: x.shape, data: layer.with({ attributes: { axis: 1 } }).forward(flat, {}).data };
}

const window = '[lrn-forward] [lrn-size] y is x over';

// biome-ignore format: a fault is one line over ours
export const normalizationFaults: readonly Fault[] = [
  {
    id: 'A35', class: 'norm-formula', seen: 'MarcBS/keras#4', what: 'alpha is taken for the other of sum and mean', caughtBy: window,
    engine: lrn((call) => under(call, { alpha: number(call, 'alpha') / number(call, 'size') })),
  },
  {
    id: 'A36', class: 'norm-formula', seen: 'alibaba/MNN#192', what: 'the size of the window is taken for its radius', caughtBy: window,
    engine: lrn((call) => under(call, { size: 2 * number(call, 'size') + 1 })),
  },
  {
    id: 'A37', class: 'layout', seen: 'ROCm/MIOpen#2341', what: 'the window runs over pixels', caughtBy: window,
    engine: lrn(overPixels),
  },
  {
    id: 'A51', class: 'norm-formula', seen: 'apache/mxnet#11281', what: 'an even window leans downward', caughtBy: window,
    engine: lrn(({ layer, x }) => {
      const mirror = (t: Tensor): Tensor => build(t.shape, t, (place) => at(t, place.with(-1, channels(t) - 1 - place.at(-1)!)));
      return mirror(layer.forward(mirror(x), {}));
    }),
  },
  {
    id: 'A38', class: 'norm-formula', seen: 'Tencent/ncnn#311', what: 'epsilon is added outside the root', caughtBy: '[norm-frozen] [norm-epsilon]',
    engine: altered('frozenNorm', { forward: (call) => {
      const variance = call.params.variance as Tensor;
      const epsilon = number(call, 'epsilon');
      const outside = build(variance.shape, variance, (c) => (Math.sqrt(at(variance, c)) + epsilon) ** 2 - epsilon);
      return call.layer.forward(call.x, { ...call.params, variance: outside });
    } }),
  },
  {
    id: 'A39', class: 'channel-tail', seen: 'ROCm/rocm-libraries#9030', what: 'the last channels take the numbers of the first', caughtBy: '[norm-frozen] [norm-epsilon]',
    engine: altered('frozenNorm', { forward: ({ layer, x, params }) => layer.forward(x, Object.fromEntries(Object.entries(params).map(([name, t]) => [name, fromTheStart(t as Tensor)]))) }),
  },
  {
    id: 'A40', class: 'softmax', seen: 'dotnet/machinelearning#3648', what: 'no maximum is taken away: large logits overflow', caughtBy: '[softmax-forward] adding one number',
    engine: altered('softmax', { forward: bareSoftmax }),
  },
  {
    id: 'A41', class: 'softmax', seen: 'webonnx/wonnx#82', what: 'all axes from the given one on are one row', caughtBy: '[softmax-forward] [softmax-axis]',
    engine: altered('softmax', { forward: flattened }),
  },
  {
    id: 'A53', class: 'softmax', seen: 'VeriSilicon/TIM-VX#266', what: 'always along the last axis', caughtBy: '[softmax-forward] [softmax-axis]',
    engine: altered('softmax', { forward: (call) => under(call, { axis: -1 }) }),
  },
];
