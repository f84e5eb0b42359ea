// The steps of a compiled net, which run one after the other. A step is made ready once, and runs at every call.

import type { Arena } from '../kernels/arena.ts';
import type { Finish } from '../kernels/epilogue.ts';
import type { Placement } from '../kernels/placement.ts';
import { preparePool } from '../kernels/pool.ts';
import type { StagedWeights, WeightedKernel } from '../kernels/weighted-kernel.ts';
import type { Layer, Params } from '../layer/layer.ts';
import { checkLike } from '../layer/operands.ts';
import { divisors } from '../reference/pool.ts';
import { sizeOf, type Tensor } from '../tensor.ts';
import type { PoolGeometry } from '../window.ts';
import type { Activation } from './activation.ts';

export type PlacementOf = (activation: Activation) => Placement;

/** Runs a step for a batch that may be smaller than the one that was planned: `images` of each activation. */
export type RunStep = (images: (activation: Activation) => number) => void;

export interface Step {
  readonly reads: readonly Activation[];
  y: Activation;
  /** What is done to the results before they are stored; undefined for a step that can do nothing more. */
  finish: Finish | undefined;
  /** A sum of one part or more; with one part and nothing to finish it is a copy. A product and a function of one number are like it. */
  readonly isSum: boolean;
  /** Whether it is a product or a function of one number: no copy, and no part of the step before it. */
  readonly isFunction?: boolean;
  /** Whether it calls a layer's own function. */
  readonly isCall?: boolean;
  /** The most bytes of weights that it asks to have staged. */
  readonly staged: number;
  /** Takes its memory and gives the function that runs it. What is written only once waits until the arena is ready. */
  prepare(arena: Arena, at: PlacementOf, step: Step, stage: () => number): RunStep;
}

/** What is alike in all steps that can do nothing more and have no weights. */
export const closed = { finish: undefined, isSum: false, staged: 0 } as const;

export const isCopy = ({ isSum, isFunction, reads, finish }: Step): boolean =>
  isSum && !isFunction && reads.length === 1 && !finish?.norm && !finish?.bias && !finish?.relu;

/** A convolution or a transposed one. */
export function weightedStep(
  x: Activation,
  y: Activation,
  kernel: WeightedKernel,
  w: Float32Array,
  finish: Finish,
): Step {
  let unpacked: Float32Array | undefined = w;
  return {
    reads: [x],
    y,
    finish,
    isSum: false,
    staged: kernel.stagedBytes,
    prepare(arena, at, step, stage) {
      const weights: StagedWeights = (first, count) => {
        if (unpacked) arena.floats(stage(), count).set(unpacked.subarray(first, first + count));
        return stage();
      };
      const operands = { weights, source: at(x), target: at(step.y), finish: step.finish ?? {} };
      const run = kernel.prepare(arena, operands);
      // Otherwise the compiled net would keep the caller's weights in memory beside its own.
      arena.whenReady(() => {
        unpacked = undefined;
      });
      return (images) => run(images(x));
    },
  };
}

/** Spec pool-max, pool-average; with `countPadding` undefined it is a maximum. */
export function poolStep(x: Activation, y: Activation, g: PoolGeometry, countPadding: boolean | undefined): Step {
  const divisor = countPadding === undefined ? undefined : divisors(g, countPadding);
  return {
    reads: [x],
    y,
    ...closed,
    prepare(arena, at) {
      const run = preparePool(arena, g, at(x), at(y), divisor);
      return (images) => run(images(x));
    },
  };
}

/** A call of a layer's `forward`; x and y are dense. Spec compile-bits. */
export function callStep(layer: Layer, x: Activation, p: Params<Tensor>, y: Activation): Step {
  return {
    reads: [x],
    y,
    ...closed,
    isCall: true,
    prepare(arena, at) {
      let [from, to]: Float32Array[] = [];
      arena.whenReady(() => {
        from = arena.floats(at(x).address, sizeOf(x.shape));
        to = arena.floats(at(y).address, sizeOf(y.shape));
      });
      const image = sizeOf(x.shape) / x.batch;
      return (images) => {
        const isWhole = images(x) === x.batch;
        const shape = isWhole ? x.shape : [images(x), ...x.shape.slice(1)];
        const result = layer.forward({ shape, data: from.slice(0, images(x) * image) }, p);
        checkLike(layer.name, 'y', result, isWhole ? y.shape : layer.shape(shape), to, 'layer-rules');
        to.set(result.data);
      };
    },
  };
}
