// Pooling and its gradients on the kernels.

import { isLong } from '../reference/sums.ts';
import type { Data } from '../tensor.ts';
import { inputs, outputs, overlaps, type PoolGeometry, taps } from '../window.ts';
import { type Arena, wordsOf } from './arena.ts';
import { Pool, PoolAxis, PoolOperation } from './declared.ts';
import { densePlacement, type Placement } from './placement.ts';
import { runPlanned } from './scratch-arena.ts';

/** The tensors of one call, all of one type but the divisor; an operation reads or writes only those it is given. */
interface Tensors {
  readonly x?: Data;
  readonly y?: Data;
  readonly dy?: Data;
  readonly dx?: Data;
  readonly divisor?: Float64Array;
}

/** Spec pool-max. */
export function maxPool(g: PoolGeometry, x: Data, y: Data): void {
  pool('maxPool', g, PoolOperation.maximum, { x, y });
}

/** Spec pool-max-gradient. */
export function maxPoolGrad(g: PoolGeometry, x: Data, dy: Data, dx: Data): void {
  pool('maxPool', g, PoolOperation.maximumGradient, { x, dy, dx });
}

/** Spec pool-average. */
export function avgPool(g: PoolGeometry, x: Data, divisor: Float64Array, y: Data): void {
  pool('avgPool', g, PoolOperation.average, { x, y, divisor });
}

/** Spec pool-average-gradient. */
export function avgPoolGrad(g: PoolGeometry, dy: Data, divisor: Float64Array, dx: Data): void {
  pool('avgPool', g, PoolOperation.averageGradient, { dy, dx, divisor });
}

function pool(who: string, g: PoolGeometry, operation: number, { x, y, dy, dx, divisor }: Tensors): void {
  // The divisor depends on the geometry alone, of which every layer has its own.
  runPlanned(
    who,
    (arena) => {
      const { kernels } = arena;
      const small = (y ?? dy) as Data;
      const words = small instanceof Float32Array ? 1 : 2;
      const [I, P] = [inputs(g.axes) * g.channels * words, outputs(g.axes) * g.channels * words];
      const isLong = words === 1 && addsDoubles(g, dx !== undefined);
      const dxBytes = I * (isLong && dx ? 8 : 4);
      // All images at once where their tensors lie in the arena, or else one by one.
      const isHeld = !(isLong && dx) && [x, small, dx].every((data) => !data || arena.holds(data));
      const images = isHeld ? g.batch : 1;
      const addressOf = (data: Data | undefined, bytes: number): number =>
        data ? (isHeld ? data.byteOffset : arena.take(bytes)) : 0;
      const [inX, inY, inDx] = [addressOf(x, I * 4), addressOf(small, P * 4), addressOf(dx, dxBytes)];
      const placed = (address: number, side: 'input' | 'output'): Placement =>
        densePlacement(address, [g.axes[0][side], g.axes[1][side], g.axes[2][side]], g.channels * words);
      const placements = { x: placed(inX, 'input'), y: placed(inY, 'output'), dx: inDx };
      const plan = planOf(arena, g, operation, placements, divisor, words);
      const copyIn = (data: Data, at: number, words: number, n: number): void =>
        arena.floats(at, words).set(wordsOf(data).subarray(n * words, (n + 1) * words));
      return () => {
        for (let n = 0; n < g.batch; n += images) {
          if (x && !isHeld) copyIn(x, inX, I, n);
          if (dy && !isHeld) copyIn(dy, inY, P, n);
          arena.parallel(() => {
            if (dx) kernels.zero(inDx, images * dxBytes);
            kernels.pool(plan, 0, images * rowsOf(g));
          });
          if (y && !isHeld) wordsOf(y).set(arena.floats(inY, P), n * P);
          if (dx && !isHeld) wordsOf(dx).set(isLong ? arena.doubles(inDx, I) : arena.floats(inDx, I), n * I);
        }
      };
    },
    [g, operation, x, y, dy, dx],
  );
}

/**
 * Whether an operation on float32 adds in float64; dx is then float64 in the arena, rounded as it is copied out. A gradient
 * of windows that share no cell has sums of one term, the same in either type. Spec numerics-long.
 */
const addsDoubles = (g: PoolGeometry, isGradient: boolean): boolean => isLong(g) && (!isGradient || overlaps(g.axes));

/** A pooling between two placements. Spec pool-max, pool-average. */
export function preparePool(
  arena: Arena,
  g: PoolGeometry,
  x: Placement,
  y: Placement,
  divisor: Float64Array | undefined,
): (images: number) => void {
  const operation = divisor ? PoolOperation.average : PoolOperation.maximum;
  const plan = planOf(arena, g, operation, { x, y, dx: 0 }, divisor);
  return (images) => arena.kernels.pool(plan, 0, images * rowsOf(g));
}

/** Where x (and dx, which is laid out like it) and y (or dy) lie. */
interface Placements {
  readonly x: Placement;
  readonly y: Placement;
  readonly dx: number;
}

/** The address of the numbers of a pooling. */
function planOf(
  arena: Arena,
  g: PoolGeometry,
  operation: number,
  { x, y, dx }: Placements,
  divisor: Float64Array | undefined,
  words = 1,
): number {
  const K = taps(g.axes);
  const [planes, rows, columns] = g.axes.map((axis) => arena.struct(PoolAxis, axis));
  return arena.struct(Pool, {
    operation,
    doubles: words - 1,
    isLong: addsDoubles(g, dx !== 0) ? 1 : 0,
    channels: g.channels,
    x: x.address,
    y: y.address,
    dx,
    divisor: divisor ? arena.values(divisor) : 0,
    whole: arena.take(K * 4),
    clipped: arena.take(K * 4),
    list: 0,
    listEnd: 0,
    xPixel: x.pixel,
    xRow: x.row,
    xPlane: x.plane,
    xImage: x.image,
    yPixel: y.pixel,
    yRow: y.row,
    yPlane: y.plane,
    yImage: y.image,
    planes,
    rows,
    columns,
  });
}

/** The rows of positions of one image. */
const rowsOf = ({ axes: [planes, rows] }: PoolGeometry): number => planes.output * rows.output;
