// Records the program of a compiled net: its layers append steps to it.

import { show, wrongType } from '../errors.ts';
import { compiledConv, compiledConvTranspose } from '../kernels/choose.ts';
import { marginsOf } from '../kernels/phases.ts';
import type { WeightedKernel } from '../kernels/weighted-kernel.ts';
import type { Layer, Params, Program } from '../layer/layer.ts';
import type { ConvStep, LrnStep, NormStep, PointwiseStep, Value } from '../layer/step.ts';
import type { Shape, Tensor } from '../tensor.ts';
import type { PoolGeometry } from '../window.ts';
import { Activation } from './activation.ts';
import { lrnStep, sumStep } from './pixelwise-steps.ts';
import { callStep, poolStep, type Step, weightedStep } from './steps.ts';

export type Arithmetic = 'exact' | 'winograd';

/** The only values that it gives to layers are activations, so that every `Value` here is one. */
export class Recorder implements Program {
  readonly steps: Step[] = [];
  readonly #arithmetic: Arithmetic;

  constructor(arithmetic: Arithmetic) {
    this.#arithmetic = arithmetic;
  }

  /** For the steps of layers outside of the core as well. */
  append(step: Step): Activation {
    this.steps.push(step);
    return step.y;
  }

  layer(layer: Layer, x: Value, p: Params<Tensor>): Value {
    const y = layer.emit ? layer.emit(this, x, p) : this.call(layer, x, p);
    if (y instanceof Activation) return y;
    throw wrongType('compile-bits', `compile: emit of ${layer.name} must give a value of the program, got ${show(y)}`);
  }

  call(layer: Layer, x: Value, p: Params<Tensor>): Value {
    const y = new Activation(layer.shape(x.shape), true);
    const result = this.append(callStep(layer, this.dense(x as Activation), copied(p), y));
    return this.#copy(result, new Activation(y.shape));
  }

  conv(x: Value, shape: Shape, step: ConvStep): Value | undefined {
    const weight = step.weight.data as Float32Array;
    return this.#weighted(x, shape, compiledConv(step.geometry, step.algorithm, this.#arithmetic, weight), step);
  }

  convTranspose(x: Value, shape: Shape, step: ConvStep): Value | undefined {
    const weight = step.weight.data as Float32Array;
    return this.#weighted(x, shape, compiledConvTranspose(step.geometry, step.algorithm, weight), step);
  }

  #weighted(value: Value, shape: Shape, kernel: WeightedKernel | undefined, step: ConvStep): Value | undefined {
    if (!kernel) return undefined;
    const x = value as Activation;
    x.needs(marginsOf(kernel.phases, x.size));
    const finish = { bias: step.bias?.data as Float32Array | undefined };
    return this.append(weightedStep(x, new Activation(shape), kernel, step.weight.data as Float32Array, finish));
  }

  maxPool(x: Value, shape: Shape, geometry: PoolGeometry): Value {
    return this.append(poolStep(x as Activation, new Activation(shape), geometry, undefined));
  }

  avgPool(x: Value, shape: Shape, geometry: PoolGeometry, countPadding: boolean): Value {
    return this.append(poolStep(x as Activation, new Activation(shape), geometry, countPadding));
  }

  norm(x: Value, norm: NormStep): Value {
    return this.append(sumStep([x as Activation], new Activation(x.shape), { norm }));
  }

  relu(x: Value): Value {
    return this.append(sumStep([x as Activation], new Activation(x.shape), { relu: true }));
  }

  lrn(x: Value, step: LrnStep): Value {
    return this.append(lrnStep(x as Activation, new Activation(x.shape), step));
  }

  pointwise(x: Value, step: PointwiseStep): Value {
    return this.append(sumStep([x as Activation], new Activation(x.shape), {}, step));
  }

  product(parts: readonly Value[], shape: Shape): Value | undefined {
    if (parts.length === 1) return parts[0];
    const y = new Activation(shape);
    const fits = (part: Activation): boolean => part.size.every((cells, i) => cells === y.size[i] || cells === 1);
    if (!(parts as readonly Activation[]).every(fits)) return undefined;
    return this.append(sumStep(parts as readonly Activation[], y, {}, { operation: 'product' }));
  }

  /** Of one part it is a copy, which is seldom made. */
  sum(parts: readonly Value[]): Value {
    return this.append(sumStep(parts as readonly Activation[], new Activation(parts[0].shape), {}));
  }

  concat(parts: readonly Value[], shape: Shape): Value {
    const y = new Activation(shape);
    let channel = 0;
    for (const part of parts as readonly Activation[]) {
      const place = new Activation(part.shape);
      place.moveInto(y, channel);
      this.#copy(part, place);
      channel += part.channels;
    }
    return y;
  }

  /**
   * A copy that never runs, because two activations without gaps can always share their memory. So nothing may become a
   * part of it: it has no epilogue.
   */
  reshape(x: Value, shape: Shape): Value {
    const step = sumStep([this.dense(x as Activation)], new Activation(shape, true), {});
    return this.append({ ...step, finish: undefined });
  }

  /** x without gaps, as JavaScript reads and writes it. */
  dense(x: Activation): Activation {
    return x.dense ? x : this.#copy(x, new Activation(x.shape, true));
  }

  /** The activation that is copied in, and the value that the first layer reads. */
  input(shape: Shape): readonly [Activation, Activation] {
    const x = new Activation(shape, true);
    return [x, this.#copy(x, new Activation(shape))];
  }

  #copy(x: Activation, y: Activation): Activation {
    return this.append(sumStep([x], y, {}));
  }
}

/** A copy of the parameters, so that later changes of the caller's arrays do not change a compiled net. */
export function copied(p: Params<Tensor>): Params<Tensor> {
  const copy = (value: Tensor | Params<Tensor>): Tensor | Params<Tensor> =>
    ArrayBuffer.isView(value?.data)
      ? { shape: (value as Tensor).shape, data: (value as Tensor).data.slice() }
      : copied(value as Params<Tensor>);
  return Object.fromEntries(Object.entries(p ?? {}).map(([name, value]) => [name, copy(value)]));
}
