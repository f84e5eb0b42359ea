// Pooling and its gradients on the kernels, image by image.

import { isLong } from '../reference/sums.ts';
import { inputs, outputs, overlaps, type PoolGeometry, taps } from '../window.ts';
import { type Arena, withArena } from './arena.ts';
import { densePlacement, type Placement } from './placement.ts';

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
  const [I, P] = [inputs(g.axes) * g.channels, outputs(g.axes) * g.channels];
  const inX = x ? arena.take(I * 4) : 0;
  const inY = arena.take(P * 4);
  const doubles = addsDoubles(g, dx !== undefined);
  const dxBytes = I * (doubles ? 8 : 4);
  const inDx = dx ? arena.take(dxBytes) : 0;
  const plan = arena.words(planOf(arena, g, operation, denseX(g, inX), denseY(g, inY), inDx, divisor));
  for (let n = 0; n < g.batch; n++) {
    if (x) arena.floats(inX, I).set(x.subarray(n * I, (n + 1) * I));
    if (dy) arena.floats(inY, P).set(dy.subarray(n * P, (n + 1) * P));
    if (dx) kernels.zero(inDx, dxBytes);
    runImage(arena, g, plan);
    if (y) y.set(arena.floats(inY, P), n * P);
    if (dx) dx.set(doubles ? arena.doubles(inDx, I) : arena.floats(inDx, I), n * I);
  }
}

/**
 * Whether an operation adds in float64; dx is then float64 in the arena, rounded as it is copied out. A gradient of windows
 * that share no cell has sums of one term, the same in either type. Spec numerics-long.
 */
const addsDoubles = (g: PoolGeometry, isGradient: boolean): boolean => isLong(g) && (!isGradient || overlaps(g.axes));

const denseX = (g: PoolGeometry, address: number): Placement =>
  densePlacement(address, [g.axes[0].input, g.axes[1].input, g.axes[2].input], g.channels);

const denseY = (g: PoolGeometry, address: number): Placement =>
  densePlacement(address, [g.axes[0].output, g.axes[1].output, g.axes[2].output], g.channels);

/** A pooling between two placements: every image has a plan of its own. Spec pool-max, pool-average. */
export function preparePool(
  arena: Arena,
  g: PoolGeometry,
  x: Placement,
  y: Placement,
  divisor: Float64Array | undefined,
): () => void {
  const operation = divisor ? AVERAGE : MAXIMUM;
  const first = planOf(arena, g, operation, x, y, 0, divisor);
  const plans = Array.from({ length: g.batch }, (_, n) => {
    const [kind, doubles, channels, inX, inY, ...rest] = first;
    return arena.words([kind, doubles, channels, inX + n * x.image, inY + n * y.image, ...rest]);
  });
  return () => {
    for (const plan of plans) runImage(arena, g, plan);
  };
}

/** The words of the plan of one image, as assembly/pool.ts reads them. */
function planOf(
  arena: Arena,
  g: PoolGeometry,
  operation: number,
  x: Placement,
  y: Placement,
  dx: number,
  divisor: Float64Array | undefined,
): number[] {
  const K = taps(g.axes);
  const divisors = divisor ? arena.values(divisor) : 0;
  const lists = [arena.take(K * 4), arena.take(K * 4)];
  const steps = [x.pixel, x.row, x.plane, y.pixel, y.row, y.plane];
  const axes = g.axes.flatMap((axis) => [axis.input, axis.size, axis.stride, axis.dilation, axis.before, axis.output]);
  const doubles = addsDoubles(g, dx !== 0) ? 1 : 0;
  return [operation, doubles, g.channels, x.address, y.address, dx, divisors, ...lists, ...steps, ...axes];
}

function runImage({ kernels }: Arena, g: PoolGeometry, plan: number): void {
  for (let plane = 0; plane < g.axes[0].output; plane++) {
    for (let row = 0; row < g.axes[1].output; row++) kernels.pool(plan, plane, row);
  }
}
