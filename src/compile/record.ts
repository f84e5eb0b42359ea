// The program of a compiled net as its layers append to it: steps over slots.

import { type Contraction, isCovered, overhanging, prepare } from '../kernels/contraction.ts';
import { backward, forward } from '../kernels/convolution-contractions.ts';
import { stagedBytes } from '../kernels/panels.ts';
import { winogradPays, winogradWeighted } from '../kernels/winograd.ts';
import type { ConvStep, Layer, LrnStep, NormStep, Params, Program, Value } from '../layer/layer.ts';
import { winogradTile } from '../reference/winograd.ts';
import type { Shape, Tensor } from '../tensor.ts';
import type { PoolGeometry } from '../window.ts';
import { lrnStep, sumStep } from './cell-steps.ts';
import { isMarginless, marginsOf, Slot } from './slot.ts';
import { callStep, poolStep, type Step, type Weighted, weightedStep } from './steps.ts';

export type Arithmetic = 'exact' | 'winograd';

/** Slots are the only values there are, so that a `Value` here is always a slot. */
export class Recorder implements Program {
  readonly steps: Step[] = [];
  readonly #arithmetic: Arithmetic;

  constructor(arithmetic: Arithmetic) {
    this.#arithmetic = arithmetic;
  }

  #append(step: Step): Slot {
    this.steps.push(step);
    return step.y;
  }

  layer(layer: Layer, x: Value, p: Params<Tensor>): Value {
    return layer.emit ? layer.emit(this, x, p) : this.call(layer, x, p);
  }

  call(layer: Layer, x: Value, p: Params<Tensor>): Value {
    const y = new Slot(layer.shape(x.shape), true);
    const result = this.#append(callStep(layer, this.dense(x as Slot), copied(p), y));
    return this.#copy(result, new Slot(y.shape));
  }

  conv(x: Value, shape: Shape, step: ConvStep): Value | undefined {
    const g = step.geometry;
    const m = winogradTile(g);
    const isAsked = step.algorithm === 'winograd';
    if (!m || !(isAsked || (this.#arithmetic === 'winograd' && winogradPays(g, m)))) {
      return this.#contraction(x as Slot, shape, forward(g, step.algorithm), step);
    }
    return this.#weighted(x as Slot, shape, winogradWeighted(g, m), step);
  }

  convTranspose(x: Value, shape: Shape, step: ConvStep): Value | undefined {
    const c = backward(step.geometry, step.algorithm);
    return isCovered(c) ? this.#contraction(x as Slot, shape, c, step) : undefined;
  }

  /** Spec numerics-padding. */
  #contraction(x: Slot, shape: Shape, c: Contraction, step: ConvStep): Value | undefined {
    const isPadded = !isMarginless(marginsOf(overhanging(c), x.size));
    if (isPadded && !isAllFinite(step.weight.data as Float32Array)) return undefined;
    const kernel: Weighted = {
      pieces: overhanging(c),
      staged: stagedBytes(c),
      prepare: (arena, w, source, target, finish) => prepare(arena, c, w, source, target, finish),
    };
    return this.#weighted(x, shape, kernel, step);
  }

  #weighted(x: Slot, shape: Shape, kernel: Weighted, { weight, bias }: ConvStep): Value {
    x.needs(marginsOf(kernel.pieces, x.size));
    const finish = { bias: bias?.data as Float32Array | undefined };
    return this.#append(weightedStep(x, new Slot(shape), kernel, weight.data as Float32Array, finish));
  }

  maxPool(x: Value, shape: Shape, geometry: PoolGeometry): Value {
    return this.#append(poolStep(x as Slot, new Slot(shape), geometry, undefined));
  }

  avgPool(x: Value, shape: Shape, geometry: PoolGeometry, countPadding: boolean): Value {
    return this.#append(poolStep(x as Slot, new Slot(shape), geometry, countPadding));
  }

  norm(x: Value, norm: NormStep): Value {
    return this.#append(sumStep([x as Slot], new Slot(x.shape), { norm }));
  }

  relu(x: Value): Value {
    return this.#append(sumStep([x as Slot], new Slot(x.shape), { relu: true }));
  }

  lrn(x: Value, step: LrnStep): Value {
    return this.#append(lrnStep(x as Slot, new Slot(x.shape), step));
  }

  sum(parts: readonly Value[]): Value {
    if (parts.length === 1) return parts[0];
    return this.#append(sumStep(parts as readonly Slot[], new Slot(parts[0].shape), {}));
  }

  concat(parts: readonly Value[], shape: Shape): Value {
    const y = new Slot(shape);
    let channel = 0;
    for (const part of parts as readonly Slot[]) {
      const place = new Slot(part.shape);
      place.moveInto(y, channel);
      this.#copy(part, place);
      channel += part.channels;
    }
    return y;
  }

  /** Two slots without gaps always find a place together, so that this copy is never made: nothing melts into it. */
  reshape(x: Value, shape: Shape): Value {
    const step = sumStep([this.dense(x as Slot)], new Slot(shape, true), {});
    return this.#append({ ...step, finish: undefined });
  }

  /** x without gaps, as JavaScript reads and writes it. */
  dense(x: Slot): Slot {
    return x.dense ? x : this.#copy(x, new Slot(x.shape, true));
  }

  /** The slot that is copied in, and the value that the first layer reads. */
  input(shape: Shape): readonly [Slot, Slot] {
    const x = new Slot(shape, true);
    return [x, this.#copy(x, new Slot(shape))];
  }

  #copy(x: Slot, y: Slot): Slot {
    return this.#append(sumStep([x], y, {}));
  }
}

/** Parameters as they are now: what happens to the caller's arrays afterwards changes no compiled net. */
export function copied(p: Params<Tensor>): Params<Tensor> {
  const copy = (value: Tensor | Params<Tensor>): Tensor | Params<Tensor> =>
    ArrayBuffer.isView(value?.data)
      ? { shape: (value as Tensor).shape, data: (value as Tensor).data.slice() }
      : copied(value as Params<Tensor>);
  return Object.fromEntries(Object.entries(p ?? {}).map(([name, value]) => [name, copy(value)]));
}

function isAllFinite(values: Float32Array): boolean {
  for (let i = 0; i < values.length; i++) if (values[i] - values[i] !== 0) return false;
  return true;
}
