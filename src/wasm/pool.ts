// Pooling and its gradients on the kernels, image by image.

import { inputs, outputs, type PoolGeometry, taps } from '../window.ts';
import { type Arena, withArena } from './engine.ts';

/** The operations of assembly/pool.ts. */
const [MAXIMUM, AVERAGE, MAXIMUM_GRADIENT, AVERAGE_GRADIENT] = [0, 1, 2, 3];

/** The tensors of one call; what an operation does not name it does not touch. */
interface Tensors {
  readonly x?: Float32Array;
  readonly y?: Float32Array;
  readonly dy?: Float32Array;
  readonly dx?: Float32Array;
  readonly divisor?: Float64Array;
}

/** Spec pool-max. */
export function maxPool(g: PoolGeometry, x: Float32Array, y: Float32Array): void {
  withArena('maxPool', (arena) => pool(arena, g, MAXIMUM, { x, y }));
}

/** Spec pool-max-gradient. */
export function maxPoolGrad(g: PoolGeometry, x: Float32Array, dy: Float32Array, dx: Float32Array): void {
  withArena('maxPool', (arena) => pool(arena, g, MAXIMUM_GRADIENT, { x, dy, dx }));
}

/** Spec pool-average. */
export function avgPool(g: PoolGeometry, x: Float32Array, divisor: Float64Array, y: Float32Array): void {
  withArena('avgPool', (arena) => pool(arena, g, AVERAGE, { x, y, divisor }));
}

/** Spec pool-average-gradient. */
export function avgPoolGrad(g: PoolGeometry, dy: Float32Array, divisor: Float64Array, dx: Float32Array): void {
  withArena('avgPool', (arena) => pool(arena, g, AVERAGE_GRADIENT, { dy, dx, divisor }));
}

function pool(arena: Arena, g: PoolGeometry, operation: number, { x, y, dy, dx, divisor }: Tensors): void {
  const { kernels } = arena;
  const [I, P, K] = [inputs(g.axes) * g.channels, outputs(g.axes) * g.channels, taps(g.axes)];
  const inX = x ? arena.take(I * 4) : 0;
  const inY = arena.take(P * 4);
  const inDx = dx ? arena.take(I * 4) : 0;
  const divisors = divisor ? arena.take(divisor.length * 4) : 0;
  const [whole, clipped] = [arena.take(K * 4), arena.take(K * 4)];
  const axes = g.axes.flatMap((axis) => [axis.input, axis.size, axis.stride, axis.dilation, axis.before, axis.output]);
  const plan = arena.words([operation, g.channels, inX, inY, inDx, divisors, whole, clipped, ...axes]);
  if (divisor) arena.floats(divisors, divisor.length).set(divisor);
  for (let n = 0; n < g.batch; n++) {
    if (x) arena.floats(inX, I).set(x.subarray(n * I, (n + 1) * I));
    if (dy) arena.floats(inY, P).set(dy.subarray(n * P, (n + 1) * P));
    if (dx) kernels.zero(inDx, I * 4);
    for (let plane = 0; plane < g.axes[0].output; plane++) {
      for (let row = 0; row < g.axes[1].output; row++) kernels.pool(plan, plane, row);
    }
    if (y) y.set(arena.floats(inY, P), n * P);
    if (dx) dx.set(arena.floats(inDx, I), n * I);
  }
}
