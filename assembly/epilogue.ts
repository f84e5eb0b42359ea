// The epilogue: what happens to a finished sum before it is stored.

import { storeLanes, storeSome } from './store';

/** In this order: + bias; (y − mean)·scale + shift; relu. An address of 0 leaves a part out; float64 has a bias alone. */
@unmanaged
export class Epilogue {
  bias: usize;
  mean: usize;
  scale: usize;
  shift: usize;
  relu: i32;
}

/** Four sums, finished; `channel` is the byte offset of the first one's channel in the arrays of the epilogue. */
@inline
export function finish(v: v128, epilogue: usize, channel: usize): v128 {
  if (!epilogue) return v;
  const e = changetype<Epilogue>(epilogue);
  if (e.bias) v = f32x4.add(v, v128.load(e.bias + channel));
  if (e.scale) v = norm(v, v128.load(e.mean + channel), v128.load(e.scale + channel), v128.load(e.shift + channel));
  if (e.relu) v = relu(v);
  return v;
}

/**
 * Finishes the same channels, a vector of T, of four positions and stores the first `lanes` of them, 1 ≤ lanes, at four addresses. Each
 * part of the epilogue is asked for once for all four, and so is `lanes`: a tile of 64 terms takes 4 % less time than
 * with a question for each vector (measured). The vectors are arguments because a function that is inlined keeps them in
 * registers.
 */
@inline
export function storeFinished<T>(a: v128, b: v128, c: v128, d: v128, epilogue: usize, channel: usize, lanes: i32, y0: usize, y1: usize, y2: usize, y3: usize): void {
  if (epilogue) {
    const e = changetype<Epilogue>(epilogue);
    if (e.bias) {
      const bias = v128.load(e.bias + channel);
      a = v128.add<T>(a, bias), b = v128.add<T>(b, bias), c = v128.add<T>(c, bias), d = v128.add<T>(d, bias);
    }
    if (sizeof<T>() == 4 && e.scale) {
      const mean = v128.load(e.mean + channel), scale = v128.load(e.scale + channel), shift = v128.load(e.shift + channel);
      a = norm(a, mean, scale, shift), b = norm(b, mean, scale, shift);
      c = norm(c, mean, scale, shift), d = norm(d, mean, scale, shift);
    }
    if (sizeof<T>() == 4 && e.relu) a = relu(a), b = relu(b), c = relu(c), d = relu(d);
  }
  if (lanes >= 16 / <i32>sizeof<T>()) {
    v128.store(y0, a), v128.store(y1, b), v128.store(y2, c), v128.store(y3, d);
    return;
  }
  storeSome<T>(y0, a, lanes), storeSome<T>(y1, b, lanes), storeSome<T>(y2, c, lanes), storeSome<T>(y3, d, lanes);
}

/** Finishes eight channels of one position and stores the first `lanes` of them; not inlined, for the size of the module. */
export function storeFinishedEight(y: usize, low: v128, high: v128, epilogue: usize, channel: usize, lanes: i32): void {
  storeLanes<f32>(y, finish(low, epilogue, channel), finish(high, epilogue, channel + 16), lanes);
}

/** The same for two positions and four channels. */
@inline
export function storeFinishedPair(a: v128, b: v128, epilogue: usize, channel: usize, y0: usize, y1: usize): void {
  if (epilogue) {
    const e = changetype<Epilogue>(epilogue);
    if (e.bias) {
      const bias = v128.load(e.bias + channel);
      a = f32x4.add(a, bias), b = f32x4.add(b, bias);
    }
    if (e.scale) {
      const mean = v128.load(e.mean + channel), scale = v128.load(e.scale + channel), shift = v128.load(e.shift + channel);
      a = norm(a, mean, scale, shift), b = norm(b, mean, scale, shift);
    }
    if (e.relu) a = relu(a), b = relu(b);
  }
  v128.store(y0, a), v128.store(y1, b);
}

@inline
function norm(v: v128, mean: v128, scale: v128, shift: v128): v128 {
  return f32x4.add(f32x4.mul(f32x4.sub(v, mean), scale), shift);
}

/** pmax(v, 0) = v < 0 ? 0 : v, which keeps NaN and −0. Spec activation-relu. */
@inline
function relu(v: v128): v128 {
  return f32x4.pmax(v, f32x4.splat(0));
}
