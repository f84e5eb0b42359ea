// How much memory the activations of a net take, counted without running it. A tensor is needed until its last reader
// has run.
//
//   forward    the most needed at once         a ─ b ─ c ─ d:   max(a + b, b + c, c + d)
//   training   everything the gradient reads    a + b + c + d

import type { Layer } from '../layer/layer.ts';
import { type Shape, sizeOf } from '../tensor.ts';

/** Bytes of float32 activations for the whole batch, without parameters and scratch. Spec inspect-memory. */
export interface Memory {
  /** The most that is needed at once if only the output is wanted. */
  readonly forward: number;
  /** What `vjp` keeps for the gradient: x, the output of every operator, and every sum and concatenation. */
  readonly training: number;
}

/** Spec inspect-memory. */
export const memoryOf = (layer: Layer, x: Shape): Memory => ({
  forward: peak(layer, x, false),
  training: bytes(x) + made(layer, x),
});

/** In float32. */
const bytes = (shape: Shape): number => 4 * sizeOf(shape);

/** Bytes of all tensors a layer makes. A chain itself makes none: its output is that of its last child. */
function made(layer: Layer, x: Shape): number {
  const parts = partsOf(layer, x);
  if (parts.length === 0) return bytes(layer.shape(x));
  const inner = total(parts.map(([child, shape]) => made(child, shape)));
  return isChain(layer) ? inner : inner + bytes(layer.shape(x));
}

/** The most bytes that are needed while a layer runs, including x and the output; `keep` if x is needed after it. */
function peak(layer: Layer, x: Shape, keep: boolean): number {
  const parts = partsOf(layer, x);
  if (parts.length === 0) return bytes(x) + bytes(layer.shape(x));
  const kept = keep ? bytes(x) : 0;
  if (isChain(layer))
    return Math.max(
      ...parts.map(([child, shape], i) => (i === 0 ? peak(child, x, keep) : kept + peak(child, shape, false))),
    );
  const outputs = parts.map(([child]) => bytes(child.shape(x)));
  const running = parts.map(([child], i) => total(outputs.slice(0, i)) + peak(child, x, keep || i < parts.length - 1));
  return Math.max(...running, kept + total(outputs) + bytes(layer.shape(x)));
}

/** The children with the shape of their input; none for an operator. */
function partsOf(layer: Layer, x: Shape): (readonly [Layer, Shape])[] {
  const reaching = layer.inputs?.(x);
  return reaching ? Object.entries(layer.children).map(([name, child]) => [child, reaching[name].shape] as const) : [];
}

const isChain = (layer: Layer): boolean => layer.arrangement === 'sequence';
const total = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0);
