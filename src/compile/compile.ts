// `compile` makes a net with one shape and one set of parameters into a function with memory of its own.

import { known, oneOf } from '../attributes.ts';
import { SpecError, wrongType } from '../errors.ts';
import { runsKernels } from '../kernels/host.ts';
import { ownArena } from '../kernels/scratch-arena.ts';
import { checkLayer } from '../layer/check-layer.ts';
import type { Layer, Params } from '../layer/layer.ts';
import { allocateFrom, checkShape, checkTensor, type Shape, sameShape, sizeOf, type Tensor } from '../tensor.ts';
import type { Activation } from './activation.ts';
import { assemble, type Net } from './assemble.ts';
import { Loops } from './loops.ts';
import { type Arithmetic, copied, Recorder } from './recorder.ts';

export interface CompileOptions {
  /** `'winograd'` filters 3×3 windows of stride 1 by Winograd's transforms where that pays, with their error bound. */
  readonly arithmetic?: 'exact' | 'winograd';
}

/**
 * Makes a function `x => y` of a net with fixed shape and parameters: `y = layer.forward(x, params)`, the same bits, from
 * one WebAssembly instance that holds packed weights and all activations. x is a float32 tensor of `shape`, or with fewer
 * images; y is a new tensor. The memory goes when the function goes. Parameters are read once, here. Spec compile-bits, compile-memory.
 *
 * @throws {SpecError} compile-memory when the host refuses the memory, and what the layer's own rules throw for the shape
 * and the parameters; the function throws compile-input for an x of another shape or type.
 * @example
 * const net = chain([conv2d({ filters: 1, size: 2, bias: false }), relu()]);
 * const run = compile(net, [1, 2, 2, 1], { 0: { weight: tensor([2, 2, 1, 1], [1, 1, 1, -1]) } });
 * run(tensor([1, 2, 2, 1], [1, 2, 3, 4])).data // [2]
 */
export function compile(
  layer: Layer,
  shape: Shape,
  params: Params<Tensor>,
  options: CompileOptions = {},
): (x: Tensor) => Tensor {
  options = known('compile', options, ['arithmetic'], 'options');
  const plan = planned(layer, shape, params, options);
  if (!runsKernels()) return onLoops(new Loops(plan.arithmetic), layer, plan.shape, copied(params));
  const net = assemble(ownArena('compile'), plan.program, plan.input, plan.result);
  return (x) => {
    const { batch, shape } = called(plan, net, x);
    net.x.set(x.data);
    net.run(batch);
    return allocateFrom('compile', shape, net.y.subarray(0, sizeOf(shape)));
  };
}

/** A net whose arguments are checked, and its program. */
export interface Plan {
  readonly layer: Layer;
  readonly arithmetic: Arithmetic;
  readonly shape: Shape;
  readonly outputShape: Shape;
  readonly program: Recorder;
  readonly input: Activation;
  readonly result: Activation;
}

/** Checks the arguments of `compile` and records the program. */
export function planned(layer: Layer, shape: Shape, params: Params<Tensor>, options: CompileOptions): Plan {
  checkLayer('compile', layer);
  checkShape('compile', shape);
  const choices = ['exact', 'winograd'] as const;
  const arithmetic = oneOf('compile-arithmetic', 'compile', 'arithmetic', options.arithmetic ?? 'exact', choices);
  const inputShape = Object.freeze([...shape]);
  const promised = layer.shape(inputShape);
  checkShape('compile', promised); // a layer made by hand may give anything
  const outputShape = Object.freeze([...promised]);
  const program = new Recorder(arithmetic);
  const [input, x] = program.input(inputShape);
  const result = program.layer(layer, x, params) as Activation;
  return { layer, arithmetic, shape: inputShape, outputShape, program, input, result };
}

/** The batch of a call, and the shape of its result. */
export function called({ layer, shape, outputShape }: Plan, net: Net, x: Tensor) {
  const batch = checkInput(x, shape, net.hasBatch ? 1 : shape[0]);
  return { batch, shape: batch === shape[0] ? outputShape : Object.freeze([...layer.shape(x.shape)]) };
}

/** Spec kernel-simd, kernel-host. */
const onLoops =
  (program: Loops, layer: Layer, shape: Shape, params: Params<Tensor>) =>
  (x: Tensor): Tensor => {
    checkInput(x, shape, 1);
    const y = program.layer(layer, x, params) as Tensor;
    return y.data === x.data ? allocateFrom('compile', y.shape, x.data as Float32Array) : y; // of a net that computes nothing
  };

/** The batch of x, at least `least`. Spec compile-input. */
function checkInput(x: Tensor, shape: Shape, least: number): number {
  checkTensor('compile', 'x', x);
  if (!(x.data instanceof Float32Array)) throw wrongType('compile-input', 'compile: x must be float32, got float64');
  const batch = x.shape[0];
  if (!(batch >= least && batch <= shape[0]) || !sameShape(x.shape.slice(1), shape.slice(1)))
    throw new SpecError(
      'compile-input',
      `compile: x must have the shape [${shape}] it was compiled for, or a smaller batch, got [${x.shape}]`,
    );
  return batch;
}
