// The reference loops as an engine: the text of this bundle is what the mutator changes.

import type { Layer, Tensor } from '../../src/index.ts';
import type { Call, Engine, GradientCall, Gradients } from '../../src/oracle/index.ts';
import * as conv from '../../src/reference/convolution.ts';
import * as pool from '../../src/reference/pool.ts';
import { type ConvGeometry, type PoolGeometry, threeAxes, type Window, windowAxes } from '../../src/window.ts';

/** What the engine needs to know of a layer, which is not mutated. */
export type LayerOf = (op: string, attributes: Call['attributes']) => Layer;

const like = ({ shape, data }: Tensor): Tensor => ({ shape, data: new Float32Array(data.length) });

/** The engine of one operator. */
export function engineOf(op: string, layerOf: LayerOf): Engine {
  const isPool = /Pool/.test(op);
  const isTransposed = /Transpose/.test(op);
  const geometry = ({ attributes, x }: Call): ConvGeometry => {
    const layer = layerOf(op, attributes);
    const own = layer.geometry?.(x.shape) as ConvGeometry;
    if (isTransposed || op === 'dense') return own;
    const axes = threeAxes(
      windowAxes(op, { ...(attributes as unknown as Window), ceil: attributes.ceil === true }, x.shape.slice(1, -1)),
    );
    return { ...own, axes };
  };
  const poolGeometry = (call: Call): PoolGeometry => ({ ...geometry(call), channels: call.x.shape.at(-1)! });
  const divisors = (call: Call): Float64Array =>
    pool.divisors(poolGeometry(call), call.attributes.countPadding as boolean);
  const forward = (call: Call): Tensor => {
    const { x, weight, bias, attributes } = call;
    const shape = layerOf(op, attributes).shape(x.shape);
    const y = { shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) };
    if (/max/.test(op)) pool.maxPool(poolGeometry(call), x.data, y.data);
    else if (isPool) pool.avgPool(poolGeometry(call), x.data, divisors(call), y.data);
    else if (!isTransposed) conv.conv(geometry(call), x.data, weight!.data, bias?.data, y.data);
    else {
      conv.convInputGrad(geometry(call), x.data, weight!.data, y.data);
      if (bias) for (let i = 0; i < y.data.length; i++) y.data[i] += bias.data[i % bias.data.length];
    }
    return y;
  };
  const gradient = (call: GradientCall): Gradients => {
    const { x, weight, bias, dy } = call;
    const dx = like(x);
    if (isPool) {
      if (/max/.test(op)) pool.maxPoolGrad(poolGeometry(call), x.data, dy.data, dx.data);
      else pool.avgPoolGrad(poolGeometry(call), dy.data, divisors(call), dx.data);
      return { x: dx };
    }
    const g = geometry(call);
    const [dw, db] = [like(weight!), bias && like(bias)];
    if (isTransposed) {
      conv.conv(g, dy.data, weight!.data, undefined, dx.data);
      conv.convWeightGrad(g, dy.data, x.data, dw.data);
    } else {
      conv.convInputGrad(g, dy.data, weight!.data, dx.data);
      conv.convWeightGrad(g, x.data, dy.data, dw.data);
    }
    if (db) conv.biasGrad(x.shape[0], dy.data, db.data);
    return { x: dx, weight: dw, ...(db && { bias: db }) };
  };
  return { name: op, traits: { padding: 'skipped' }, ops: { [op]: forward }, gradients: { [op]: gradient } };
}
