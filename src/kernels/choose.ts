// The only place that chooses an implementation: float32 runs the WebAssembly kernels where the host has SIMD,
// everything else the reference loops, with the same bits. Spec numerics-hosts.

import type { Algorithm } from '../layer/layer.ts';
import * as reference from '../reference/convolution.ts';
import * as referenceMath from '../reference/map.ts';
import * as referencePool from '../reference/pool.ts';
import { winograd as referenceWinograd, type WinogradTile, winogradTile } from '../reference/winograd.ts';
import type { Data } from '../tensor.ts';
import type { ConvGeometry, PoolGeometry } from '../window.ts';
import * as wasm from './convolution.ts';
import { runsKernels } from './host.ts';
import * as wasmMath from './math.ts';
import * as wasmPool from './pool.ts';
import { winograd } from './winograd.ts';

const isFast = (data: Data): data is Float32Array => data instanceof Float32Array && runsKernels();

/** y = x ∗ w + b. Spec conv-forward, winograd-window. */
export function conv(g: ConvGeometry, x: Data, w: Data, b: Data | undefined, y: Data, algorithm: Algorithm): void {
  const tile = algorithm === 'winograd' && x instanceof Float32Array && y.length > 0 ? winogradTile(g) : undefined;
  if (tile !== undefined) byWinograd(g, tile, x, w, b, y);
  else if (isFast(x)) wasm.conv(g, x, w as Float32Array, b as Float32Array | undefined, y as Float32Array, algorithm);
  else reference.conv(g, x, w, b, y);
}

function byWinograd(g: ConvGeometry, tile: WinogradTile, x: Data, w: Data, b: Data | undefined, y: Data): void {
  if (isFast(x)) winograd(g, tile, x, w as Float32Array, b as Float32Array | undefined, y as Float32Array);
  else referenceWinograd(g, tile, x, w, b, y);
}

/** The gradient of `conv` with respect to x. Spec conv-input-gradient. */
export function convInputGrad(g: ConvGeometry, dy: Data, w: Data, dx: Data, algorithm: Algorithm): void {
  if (isFast(dy)) wasm.convInputGrad(g, dy, w as Float32Array, dx as Float32Array, algorithm);
  else reference.convInputGrad(g, dy, w, dx);
}

/** The gradient of `conv` with respect to w. Spec conv-weight-gradient. */
export function convWeightGrad(g: ConvGeometry, x: Data, dy: Data, dw: Data, algorithm: Algorithm): void {
  if (isFast(dy)) wasm.convWeightGrad(g, x as Float32Array, dy, dw as Float32Array, algorithm);
  else reference.convWeightGrad(g, x, dy, dw);
}

/** db[o] = Σ dy[n,p,o], each image by itself, then the images. Spec conv-bias-gradient. */
export function biasGrad(batch: number, dy: Data, db: Data): void {
  if (isFast(dy)) wasm.biasGrad(batch, dy, db as Float32Array);
  else reference.biasGrad(batch, dy, db);
}

/** Spec pool-max. */
export function maxPool(g: PoolGeometry, x: Data, y: Data): void {
  if (isFast(x)) wasmPool.maxPool(g, x, y as Float32Array);
  else referencePool.maxPool(g, x, y);
}

/** Spec pool-max-gradient. */
export function maxPoolGrad(g: PoolGeometry, x: Data, dy: Data, dx: Data): void {
  if (isFast(dy)) wasmPool.maxPoolGrad(g, x as Float32Array, dy, dx as Float32Array);
  else referencePool.maxPoolGrad(g, x, dy, dx);
}

/** Spec pool-average. */
export function avgPool(g: PoolGeometry, x: Data, countPadding: boolean, y: Data): void {
  const divisor = referencePool.divisors(g, countPadding);
  if (isFast(x)) wasmPool.avgPool(g, x, divisor, y as Float32Array);
  else referencePool.avgPool(g, x, divisor, y);
}

/** Spec pool-average-gradient. */
export function avgPoolGrad(g: PoolGeometry, dy: Data, countPadding: boolean, dx: Data): void {
  const divisor = referencePool.divisors(g, countPadding);
  if (isFast(dy)) wasmPool.avgPoolGrad(g, dy, divisor, dx as Float32Array);
  else referencePool.avgPoolGrad(g, dy, divisor, dx);
}

/** y[i] = f(x[i]); y may be x. `exponent` is for 'pow' alone. Spec math-map. */
export function map(f: referenceMath.MathFunction, x: Data, y: Data, exponent = 1): void {
  if (isFast(x)) wasmMath.map(f, x, y as Float32Array, exponent);
  else referenceMath.map(f, x, y, exponent);
}

/** y = x < 0 ? 0 : x. Spec activation-relu. */
export function relu(x: Data, y: Data): void {
  if (isFast(x)) wasmMath.relu(x, y as Float32Array);
  else referenceMath.relu(x, y);
}

/** The gradient of `relu`. Spec activation-relu. */
export function reluGrad(x: Data, dy: Data, dx: Data): void {
  if (isFast(x)) wasmMath.reluGrad(x, dy as Float32Array, dx as Float32Array);
  else referenceMath.reluGrad(x, dy, dx);
}
