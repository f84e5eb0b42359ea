// This library as engines: its two SIMD algorithms, and its reference loops on float32.

import type { Layer, Params } from '../layer/layer.ts';
import type { Call, Engine, GradientCall, Gradients } from '../oracle/engine.ts';
import { geometryOf, layerFor } from '../oracle/families/index.ts';
import * as conv from '../reference/convolution.ts';
import * as pool from '../reference/pool.ts';
import { allocate, type Tensor } from '../tensor.ts';

const paramsOf = ({ weight, bias }: Call): Params<Tensor> => ({ ...(weight && { weight }), ...(bias && { bias }) });

const names = ['conv2d', 'depthwiseConv2d', 'maxPool2d', 'avgPool2d'];

const forEach = <T>(op: T): Record<string, T> => Object.fromEntries(names.map((name) => [name, op]));

/** The SIMD kernels. */
function simd(algorithm: 'direct' | 'im2col'): Engine {
  const layer = ({ op, attributes }: Call): Layer =>
    layerFor(op, 'filters' in attributes || 'multiplier' in attributes ? { ...attributes, algorithm } : attributes);
  return {
    name: `SIMD, ${algorithm}`,
    ops: forEach((call) => layer(call).forward(call.x, paramsOf(call))),
    gradients: forEach((call) => {
      const gradient = layer(call).vjp(call.x, paramsOf(call))[1](call.dy);
      return { x: gradient.x, ...gradient.params } as Gradients;
    }),
  };
}

/** The loops that define the bits, on float32. */
const plain: Engine = { name: 'plain JavaScript', ops: forEach(forward), gradients: forEach(gradient) };

function forward(call: Call): Tensor {
  const layer = layerFor(call.op, call.attributes);
  const g = geometryOf(layer, call.x.shape);
  const rows = { ...g, channels: g.groups };
  const y = allocate(call.op, layer.shape(call.x.shape), 'float32');
  if (call.op === 'maxPool2d') pool.maxPool(rows, call.x.data, y.data);
  else if (call.op === 'avgPool2d')
    pool.avgPool(rows, call.x.data, pool.divisors(rows, call.attributes.countPadding as boolean), y.data);
  else conv.conv(g, call.x.data, call.weight!.data, call.bias?.data, y.data);
  return y;
}

function gradient(call: GradientCall): Gradients {
  const { op, x, weight, bias, dy } = call;
  const g = geometryOf(layerFor(op, call.attributes), x.shape);
  const rows = { ...g, channels: g.groups };
  const like = (tensor: Tensor): Tensor => allocate(op, tensor.shape, 'float32');
  const dx = like(x);
  if (op === 'maxPool2d') pool.maxPoolGrad(rows, x.data, dy.data, dx.data);
  else if (op === 'avgPool2d')
    pool.avgPoolGrad(rows, dy.data, pool.divisors(rows, call.attributes.countPadding as boolean), dx.data);
  if (!weight) return { x: dx };
  const [dw, db] = [like(weight), bias && like(bias)];
  conv.convInputGrad(g, dy.data, weight.data, dx.data);
  conv.convWeightGrad(g, x.data, dy.data, dw.data);
  if (db) conv.biasGrad(g.batch, dy.data, db.data);
  return { x: dx, weight: dw, ...(db && { bias: db }) };
}

export const ownEngines = (): readonly Engine[] => [simd('direct'), simd('im2col'), plain];
