// ConvNetJS: one stride and one padding for all axes and sides, one image at a time; with its own gradients.

import convnetjs from 'convnetjs';
import { skip } from '../../dist/oracle/index.js';

const one = (numbers, what) => (numbers.every((n) => n === numbers[0]) ? numbers[0] : skip(`one ${what} for all`));

/** A Vol is [height, width, channels] row-major, as an image of NHWC is. */
function volOf({ shape: [, height, width, channels], data }, n = 0) {
  const vol = new convnetjs.Vol(width, height, channels, 0);
  const size = height * width * channels;
  for (let i = 0; i < size; i++) vol.w[i] = data[n * size + i];
  return vol;
}

const layers = {
  conv2d({ filters, size, stride, padding }, { shape: [, height, width, channels] }, { weight, bias }) {
    const layer = new convnetjs.ConvLayer({
      in_sx: width,
      in_sy: height,
      in_depth: channels,
      sx: size[1],
      sy: size[0],
      filters,
      stride: one(stride, 'stride'),
      pad: one(padding.flat(), 'padding'),
      bias_pref: 0,
    });
    const taps = size[0] * size[1] * channels;
    for (const [o, filter] of layer.filters.entries())
      for (let i = 0; i < taps; i++) filter.w[i] = weight.data[i * filters + o];
    for (let o = 0; o < filters; o++) layer.biases.w[o] = bias ? bias.data[o] : 0;
    return layer;
  },
  maxPool2d: ({ size, stride, padding }, { shape: [, height, width, channels] }) =>
    new convnetjs.PoolLayer({
      in_sx: width,
      in_sy: height,
      in_depth: channels,
      sx: size[1],
      sy: size[0],
      stride: one(stride, 'stride'),
      pad: one(padding.flat(), 'padding'),
    }),
};

const float = (array) => Float32Array.from(array);

const forward = (op) => (call) => {
  const { attributes, x } = call;
  const layer = layers[op](attributes, x, call);
  const outs = Array.from({ length: x.shape[0] }, (_, n) => float(layer.forward(volOf(x, n), false).w));
  const data = new Float32Array(outs.flatMap((each) => [...each]));
  return { shape: [x.shape[0], layer.out_sy, layer.out_sx, layer.out_depth], data };
};

const gradient = (op) => (call) => {
  const { attributes, x, weight, bias, dy } = call;
  const layer = layers[op](attributes, x, call);
  const dx = [];
  for (let n = 0; n < x.shape[0]; n++) {
    const vol = volOf(x, n);
    const y = layer.forward(vol, true);
    const size = y.w.length;
    for (let i = 0; i < size; i++) y.dw[i] = dy.data[n * size + i];
    layer.backward();
    dx.push(...vol.dw);
  }
  const result = { x: { shape: x.shape, data: float(dx) } };
  if (!weight) return result;
  const dw = new Float32Array(weight.data.length);
  for (const [o, filter] of layer.filters.entries())
    for (let i = 0; i < filter.dw.length; i++) dw[i * layer.filters.length + o] = filter.dw[i];
  return {
    ...result,
    weight: { shape: weight.shape, data: dw },
    ...(bias && { bias: { shape: bias.shape, data: float(layer.biases.dw) } }),
  };
};

const forAll = (f) => Object.fromEntries(Object.keys(layers).map((op) => [op, f(op)]));

export default {
  name: 'ConvNetJS',
  version: '0.3.0',
  same: 'numbers',
  requires: ['dilation = 1', 'groups = 1', 'ceil = false'],
  ops: forAll(forward),
  gradients: forAll(gradient),
};
