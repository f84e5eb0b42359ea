// This library as engines: its two SIMD algorithms, and its reference loops on float32.

import type { Layer, Params } from '../layer/layer.ts';
import type { Call, Engine, GradientCall, Gradients } from '../oracle/engine.ts';
import { geometryOf, layerFor } from '../oracle/families/index.ts';
import * as conv from '../reference/convolution.ts';
import * as pool from '../reference/pool.ts';
import { allocate, type Data, type Tensor } from '../tensor.ts';
import type { ConvGeometry, PoolGeometry } from '../window.ts';

const paramsOf = ({ weight, bias }: Call): Params<Tensor> => ({ ...(weight && { weight }), ...(bias && { bias }) });

/** The loops of an operator; each fills its last argument. */
interface Loops {
  forward(g: ConvGeometry, call: Call, y: Data): void;
  inputGrad(g: ConvGeometry, call: GradientCall, dx: Data): void;
}

const convolution: Loops = {
  forward: (g, { x, weight, bias }, y) => conv.conv(g, x.data, weight!.data, bias?.data, y),
  inputGrad: (g, { weight, dy }, dx) => conv.convInputGrad(g, dy.data, weight!.data, dx),
};

/** A pool has a group per channel. */
const poolOf = (g: ConvGeometry): PoolGeometry => ({ ...g, channels: g.groups });

const maximum: Loops = {
  forward: (g, { x }, y) => pool.maxPool(poolOf(g), x.data, y),
  inputGrad: (g, { x, dy }, dx) => pool.maxPoolGrad(poolOf(g), x.data, dy.data, dx),
};

const divisorsOf = (g: ConvGeometry, { attributes }: Call): Float64Array =>
  pool.divisors(poolOf(g), attributes.countPadding as boolean);

const average: Loops = {
  forward: (g, call, y) => pool.avgPool(poolOf(g), call.x.data, divisorsOf(g, call), y),
  inputGrad: (g, call, dx) => pool.avgPoolGrad(poolOf(g), call.dy.data, divisorsOf(g, call), dx),
};

const operators = { conv2d: convolution, depthwiseConv2d: convolution, maxPool2d: maximum, avgPool2d: average };

const forEach = <T>(make: (loops: Loops) => T): Record<string, T> =>
  Object.fromEntries(Object.entries(operators).map(([op, loops]) => [op, make(loops)]));

/** The SIMD kernels. */
function simd(algorithm: 'direct' | 'im2col'): Engine {
  const layer = ({ op, attributes }: Call): Layer => {
    const made = layerFor(op, attributes);
    return 'algorithm' in made.attributes ? made.with({ attributes: { algorithm } }) : made;
  };
  return {
    name: `SIMD, ${algorithm}`,
    ops: forEach(() => (call: Call) => layer(call).forward(call.x, paramsOf(call))),
    gradients: forEach(() => (call: GradientCall) => {
      const gradient = layer(call).vjp(call.x, paramsOf(call))[1](call.dy);
      return { x: gradient.x, ...gradient.params } as Gradients;
    }),
  };
}

/** The loops that define the bits, on float32. */
const plain: Engine = { name: 'plain JavaScript', ops: forEach(forward), gradients: forEach(gradient) };

function forward(loops: Loops): (call: Call) => Tensor {
  return (call) => {
    const layer = layerFor(call.op, call.attributes);
    const y = allocate(call.op, layer.shape(call.x.shape), 'float32');
    loops.forward(geometryOf(layer, call.x.shape), call, y.data);
    return y;
  };
}

function gradient(loops: Loops): (call: GradientCall) => Gradients {
  return (call) => {
    const { op, x, weight, bias, dy } = call;
    const g = geometryOf(layerFor(op, call.attributes), x.shape);
    const like = (tensor: Tensor): Tensor => allocate(op, tensor.shape, 'float32');
    const dx = like(x);
    loops.inputGrad(g, call, dx.data);
    if (!weight) return { x: dx };
    const [dw, db] = [like(weight), bias && like(bias)];
    conv.convWeightGrad(g, x.data, dy.data, dw.data);
    if (db) conv.biasGrad(g.batch, dy.data, db.data);
    return { x: dx, weight: dw, ...(db && { bias: db }) };
  };
}

export const ownEngines = (): readonly Engine[] => [simd('direct'), simd('im2col'), plain];
