// A compiled net on a host without kernels: a program whose steps are computed when a layer adds them, in plain loops.

import * as kernels from '../kernels/choose.ts';
import { concatChannels, sumOf } from '../layer/channels.ts';
import type { Layer, Params, Program } from '../layer/layer.ts';
import type { ConvStep, LrnStep, NormStep, Value } from '../layer/step.ts';
import { lrnOf } from '../ops/lrn.ts';
import { allocate, type Shape, type Tensor } from '../tensor.ts';
import type { PoolGeometry } from '../window.ts';
import type { Arithmetic } from './recorder.ts';

/** The values that it gives to layers are tensors, so that every `Value` here is one. Spec compile-arithmetic. */
export class Loops implements Program {
  readonly #arithmetic: Arithmetic;

  constructor(arithmetic: Arithmetic) {
    this.#arithmetic = arithmetic;
  }

  layer(layer: Layer, x: Value, p: Params<Tensor>): Value {
    return layer.emit ? layer.emit(this, x, p) : this.call(layer, x, p);
  }

  call(layer: Layer, x: Value, p: Params<Tensor>): Value {
    return layer.forward(x as Tensor, p);
  }

  /** `undefined` where the layer's own function gives the bits. */
  conv(x: Value, shape: Shape, { geometry, weight, bias, algorithm }: ConvStep): Value | undefined {
    const run = kernels.winogradLoops(geometry, algorithm, this.#arithmetic);
    return run && filled(shape, (y) => run((x as Tensor).data, weight.data, bias?.data, y));
  }

  convTranspose(): undefined {}

  maxPool(x: Value, shape: Shape, g: PoolGeometry): Value {
    return filled(shape, (y) => kernels.maxPool(g, (x as Tensor).data, y));
  }

  avgPool(x: Value, shape: Shape, g: PoolGeometry, countPadding: boolean): Value {
    return filled(shape, (y) => kernels.avgPool(g, (x as Tensor).data, countPadding, y));
  }

  norm(x: Value, { mean, scale, shift }: NormStep): Value {
    const r = Math.fround;
    const value = (each: number, c: number): number => r(r(r(each - mean[c]) * scale[c]) + shift[c]);
    return filled(x.shape, (y) => {
      for (const [i, each] of (x as Tensor).data.entries()) y[i] = value(each, i % mean.length);
    });
  }

  relu(x: Value): Value {
    return filled(x.shape, (y) => kernels.relu((x as Tensor).data, y));
  }

  lrn(x: Value, step: LrnStep): Value {
    return lrnOf(x as Tensor, step);
  }

  /** The layer's own function runs. */
  pointwise(): undefined {}

  product(parts: readonly Value[], _shape: Shape, loops: (parts: readonly Tensor[]) => Tensor): Value {
    return loops(parts as readonly Tensor[]);
  }

  sum(parts: readonly Value[]): Value {
    return (parts as readonly Tensor[]).reduce(sumOf);
  }

  concat(parts: readonly Value[]): Value {
    return concatChannels(parts as readonly Tensor[]);
  }

  reshape(x: Value, shape: Shape): Value {
    return { shape, data: (x as Tensor).data } as Value;
  }
}

function filled(shape: Shape, fill: (y: Float32Array) => void): Tensor {
  const y = allocate('compile', shape, 'float32');
  fill(y.data as Float32Array);
  return y;
}
