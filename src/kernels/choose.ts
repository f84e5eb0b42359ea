// The only place that chooses an implementation: float32, and convolutions and pooling of float64, run the WebAssembly
// kernels where the host has SIMD, everything else the reference loops, with the same bits. Spec numerics-hosts.
//
// The loops also run where a tensor is empty, and where padding takes no part in a sum, as in all but Winograd's, but a
// kernel would multiply ∞ or NaN by the zeros that stand for it: 0·∞ is NaN. Spec numerics-padding.

import type { Algorithm } from '../layer/step.ts';
import { random as generator, generatorState } from '../random.ts';
import * as reference from '../reference/convolution.ts';
import * as referenceMath from '../reference/map.ts';
import type { Normalization, NormSums, Statistics } from '../reference/normalization.ts';
import * as referenceNorm from '../reference/normalization.ts';
import * as referencePool from '../reference/pool.ts';
import { winograd as referenceWinograd, winogradTile } from '../reference/winograd.ts';
import type { Data } from '../tensor.ts';
import type { ConvGeometry, PoolGeometry } from '../window.ts';
import * as bias from './bias-gradient.ts';
import { callKernel } from './call-kernel.ts';
import { backward, forward } from './contraction.ts';
import { depthwiseKernel } from './depthwise.ts';
import { hasMultiplier, repeated, withoutMultiplier } from './depthwise-multiplier.ts';
import { depthwiseWeightGrad } from './depthwise-weight-gradient.ts';
import * as elementwise from './elementwise.ts';
import { runsKernels } from './host.ts';
import * as norm from './norm.ts';
import * as random from './normals.ts';
import { panelKernel } from './panel-kernel.ts';
import { marginsOf } from './phases.ts';
import { isMarginless } from './placement.ts';
import * as pool from './pool.ts';
import * as weightGradient from './weight-gradient.ts';
import type { WeightedKernel } from './weighted-kernel.ts';
import { winogradKernel, winogradPays } from './winograd.ts';

const isFast = (data: Data): data is Float32Array => data instanceof Float32Array && runsKernels();

/** Depthwise convolutions have kernels of their own; im2col runs them as groups of one channel. */
const isDepthwise = (g: ConvGeometry, algorithm: Algorithm): boolean =>
  g.groups > 1 && g.channels === 1 && g.filters === 1 && algorithm !== 'im2col';

/** The tile of Winograd's filtering where it is asked for, for this layer or for the net where it pays. */
function tileOf(g: ConvGeometry, algorithm: Algorithm, arithmetic: 'exact' | 'winograd') {
  const tile = winogradTile(g);
  const isAsked = algorithm === 'winograd' || (arithmetic === 'winograd' && tile && winogradPays(g, tile));
  return isAsked ? tile : undefined;
}

function forwardKernel(g: ConvGeometry, algorithm: Algorithm, arithmetic: 'exact' | 'winograd'): WeightedKernel {
  const tile = tileOf(g, algorithm, arithmetic);
  if (tile) return winogradKernel(g, tile);
  return isDepthwise(g, algorithm) ? depthwiseKernel(forward(g)) : panelKernel(forward(g), algorithm === 'im2col');
}

const backwardKernel = (g: ConvGeometry, algorithm: Algorithm): WeightedKernel =>
  isDepthwise(g, algorithm) ? depthwiseKernel(backward(g)) : panelKernel(backward(g), algorithm === 'im2col');

/** The kernel of a convolution in a compiled net; undefined where the layer's own function runs. */
export function compiledConv(
  g: ConvGeometry,
  algorithm: Algorithm,
  arithmetic: 'exact' | 'winograd',
  w: Float32Array,
): WeightedKernel | undefined {
  return whereExact(forwardKernel(g, algorithm, arithmetic), w);
}

/** The kernel of a transposed convolution in a compiled net; undefined where the layer's own function runs. */
export function compiledConvTranspose(
  g: ConvGeometry,
  algorithm: Algorithm,
  w: Float32Array,
): WeightedKernel | undefined {
  const kernel = backwardKernel(g, algorithm);
  return kernel.isCovered ? whereExact(kernel, w) : undefined;
}

/** What a compiled net runs for a convolution on a host without kernels; undefined where the layer's own function gives the bits. */
export function winogradLoops(g: ConvGeometry, algorithm: Algorithm, arithmetic: 'exact' | 'winograd') {
  const tile = tileOf(g, algorithm, arithmetic);
  return tile && ((x: Data, w: Data, b: Data | undefined, y: Data): void => referenceWinograd(g, tile, x, w, b, y));
}

function whereExact(kernel: WeightedKernel, w: Float32Array): WeightedKernel | undefined {
  const meetsZeros = kernel.skipsPadding && !isMarginless(marginsOf(kernel.phases, kernel.source.size));
  return meetsZeros && !w.every(Number.isFinite) ? undefined : kernel;
}

/** The kernels of float64: im2col, also where it is not asked for, is worth nothing more, and depthwise has none. */
const doubles = (data: Data): boolean => data instanceof Float64Array && runsKernels();

/** y = x ∗ w + b. Spec conv-forward, winograd-window. */
export function conv(g: ConvGeometry, x: Data, w: Data, b: Data | undefined, y: Data, algorithm: Algorithm): void {
  if (runsKernels() && x.length > 0 && w.length > 0 && y.length > 0) {
    const isSingle = x instanceof Float32Array;
    const isRepeated = isSingle && hasMultiplier(g) && algorithm !== 'im2col';
    const wide = isRepeated ? withoutMultiplier(g) : g;
    const values = isRepeated ? repeated(x, g.filters) : x;
    const kernelOf = (): WeightedKernel =>
      isSingle ? forwardKernel(wide, algorithm, 'exact') : panelKernel(forward(g, 2), false);
    if (callKernel(kernelOf, { g, x: values, w, b, y }, [algorithm])) return;
  }
  const tile = x instanceof Float32Array && y.length > 0 ? tileOf(g, algorithm, 'exact') : undefined;
  if (tile) referenceWinograd(g, tile, x, w, b, y);
  else reference.conv(g, x, w, b, y);
}

/** The gradient of `conv` with respect to x. Spec conv-input-gradient. */
export function convInputGrad(g: ConvGeometry, dy: Data, w: Data, dx: Data, algorithm: Algorithm): void {
  const kernelOf = (): WeightedKernel =>
    dy instanceof Float32Array ? backwardKernel(g, algorithm) : panelKernel(backward(g, 2), false);
  // 1 tells this call from that of `conv`, whose x and y may lie where dy and dx do.
  const isRun = runsKernels() && dx.length > 0 && w.length > 0;
  if (!isRun || !callKernel(kernelOf, { g, x: dy, w, y: dx }, [algorithm, 1])) reference.convInputGrad(g, dy, w, dx);
}

/** The gradient of `conv` with respect to w. Spec conv-weight-gradient. */
export function convWeightGrad(g: ConvGeometry, x: Data, dy: Data, dw: Data, algorithm: Algorithm): void {
  const isEmpty = x.length === 0 || dw.length === 0;
  if (isFast(dy) && !isEmpty) {
    const isRepeated = hasMultiplier(g) && algorithm !== 'im2col';
    const wide = isRepeated ? withoutMultiplier(g) : g;
    const values = isRepeated ? repeated(x as Float32Array, g.filters) : (x as Float32Array);
    if (isDepthwise(wide, algorithm)) {
      depthwiseWeightGrad(wide, values, dy, dw as Float32Array);
      return;
    }
    if (weightGradient.convWeightGrad(wide, { x: values, dy, dw }, algorithm === 'im2col')) return;
  }
  // A group of one filter and one channel costs a call of a kernel more than its few products.
  const isOne = g.filters === 1 && g.channels === 1;
  if (doubles(dy) && !isEmpty && !isOne && weightGradient.convWeightGrad(g, { x, dy, dw }, false)) return;
  reference.convWeightGrad(g, x, dy, dw);
}

/** db[o] = Σ dy[n,p,o], each image by itself, then the images. Spec conv-bias-gradient. */
export function biasGrad(batch: number, dy: Data, db: Data): void {
  if (isFast(dy) && dy.length > 0) bias.biasGrad(batch, dy, db as Float32Array);
  else reference.biasGrad(batch, dy, db);
}

/** Spec pool-max. */
export function maxPool(g: PoolGeometry, x: Data, y: Data): void {
  if (runsKernels()) pool.maxPool(g, x, y);
  else referencePool.maxPool(g, x, y);
}

/** Spec pool-max-gradient. */
export function maxPoolGrad(g: PoolGeometry, x: Data, dy: Data, dx: Data): void {
  if (runsKernels()) pool.maxPoolGrad(g, x, dy, dx);
  else referencePool.maxPoolGrad(g, x, dy, dx);
}

/** Spec pool-average. */
export function avgPool(g: PoolGeometry, x: Data, countPadding: boolean, y: Data): void {
  const divisor = referencePool.divisors(g, countPadding);
  if (runsKernels()) pool.avgPool(g, x, divisor, y);
  else referencePool.avgPool(g, x, divisor, y);
}

/** Spec pool-average-gradient. */
export function avgPoolGrad(g: PoolGeometry, dy: Data, countPadding: boolean, dx: Data): void {
  const divisor = referencePool.divisors(g, countPadding);
  if (runsKernels()) pool.avgPoolGrad(g, dy, divisor, dx);
  else referencePool.avgPoolGrad(g, dy, divisor, dx);
}

/** y[i] = f(x[i]); y may be x. `exponent` is for 'pow' alone. Spec math-map. */
export function map(f: referenceMath.MathFunction, x: Data, y: Data, exponent = 1): void {
  if (isFast(x)) elementwise.map(f, x, y as Float32Array, exponent);
  else referenceMath.map(f, x, y, exponent);
}

/** y = x < 0 ? 0 : x. Spec activation-relu. */
export function relu(x: Data, y: Data): void {
  if (isFast(x)) elementwise.relu(x, y as Float32Array);
  else referenceMath.relu(x, y);
}

/** The gradient of `relu`. Spec activation-relu. */
export function reluGrad(x: Data, dy: Data, dx: Data): void {
  if (isFast(x)) elementwise.reluGrad(x, dy as Float32Array, dx as Float32Array);
  else referenceMath.reluGrad(x, dy, dx);
}

/** values[i] = factor · normal(), from the generator of a seed. Spec random-normal. */
export function normals(seed: number, factor: number, values: Data): void {
  if (isFast(values)) random.normals(generatorState(seed), factor, values);
  else {
    const { normal } = generator(seed);
    for (let i = 0; i < values.length; i++) values[i] = factor * normal();
  }
}

/** y = a + b. Spec sum-rules. */
export function add(a: Data, b: Data, y: Data): void {
  if (isFast(a)) elementwise.add(a, b as Float32Array, y as Float32Array);
  else referenceMath.add(a, b, y);
}

/** Spec norm-statistics. */
export const batchStatistics = (batch: number, C: number, x: Data): Statistics =>
  isFast(x) ? norm.batchStatistics(batch, C, x) : referenceNorm.batchStatistics(batch, C, x);

/** y = (x − mean)·scale + bias. Spec norm-frozen. */
export function normalize(batch: number, x: Data, by: Normalization, bias: Data, y: Data): void {
  if (isFast(x)) norm.normalize(batch, x, by, bias, y as Float32Array);
  else referenceNorm.normalize(x, by, bias, y);
}

/** The gradients of weight and bias. Spec norm-frozen-gradient. */
export const normParamGrads = (batch: number, x: Data, by: Normalization, dy: Data): NormSums =>
  isFast(x) && dy instanceof Float32Array
    ? norm.normParamGrads(batch, x, by, dy)
    : referenceNorm.normParamGrads(batch, x, by, dy);

/** The gradient of `batchNorm` with respect to x. Spec norm-batch-gradient. */
export function batchNormInputGrad(
  batch: number,
  x: Data,
  by: Normalization,
  sums: NormSums,
  dy: Data,
  dx: Data,
): void {
  if (isFast(x)) norm.batchNormInputGrad(batch, x, by, sums, dy as Float32Array, dx as Float32Array);
  else referenceNorm.batchNormInputGrad(x, by, sums, dy, dx);
}
