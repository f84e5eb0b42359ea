// An engine with a mistake that several released engines had: under `same` it takes half the kernel as the padding
// before, for every stride and image size. With stride 1 and odd kernels, which is what most tests use, it is right.

import type { Call, Engine } from '../oracle/engine.ts';
import type { Tensor } from '../tensor.ts';

/** The output size and the padding before, on one axis. */
function axis(call: Call, i: number): [output: number, before: number] {
  const { size, stride, padding, dilation } = call.attributes as Record<string, number[]> & {
    padding: number[][] | string;
  };
  const n = call.x.shape[1 + i];
  const reach = (size[i] - 1) * dilation[i] + 1;
  if (padding === 'valid') return [Math.floor((n - reach) / stride[i]) + 1, 0];
  if (typeof padding === 'string') return [Math.ceil(n / stride[i]), Math.floor(reach / 2)]; // the mistake
  const [before, after] = padding[i] as number[];
  return [Math.floor((n + before + after - reach) / stride[i]) + 1, before];
}

function conv2d(call: Call): Tensor {
  const { x, bias } = call;
  const w = call.weight!;
  const { filters, size, stride, dilation, groups } = call.attributes as { filters: number; groups: number } & Record<
    string,
    number[]
  >;
  const [N, H, W, C] = x.shape;
  const [[P, top], [Q, left]] = [axis(call, 0), axis(call, 1)];
  const data = new Float32Array(N * P * Q * filters);
  const channels = C / groups;
  for (let i = 0; i < data.length; i++) {
    const [o, q, p, n] = [
      i % filters,
      Math.floor(i / filters) % Q,
      Math.floor(i / filters / Q) % P,
      Math.floor(i / filters / Q / P),
    ];
    let sum = bias ? bias.data[o] : 0;
    for (let a = 0; a < size[0]; a++) {
      for (let b = 0; b < size[1]; b++) {
        const [h, v] = [p * stride[0] + a * dilation[0] - top, q * stride[1] + b * dilation[1] - left];
        if (h < 0 || h >= H || v < 0 || v >= W) continue;
        const pixel = ((n * H + h) * W + v) * C + Math.floor(o / (filters / groups)) * channels;
        const tap = (a * size[1] + b) * channels;
        for (let c = 0; c < channels; c++) sum += x.data[pixel + c] * w.data[(tap + c) * filters + o];
      }
    }
    data[i] = sum;
  }
  return { shape: [N, P, Q, filters], data };
}

const engine: Engine = { name: 'an engine with a mistake', ops: { conv2d } };
export default engine;
