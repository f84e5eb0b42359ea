// Pooling and its gradients on the kernels, image by image.

import { isLong } from '../reference/sums.ts';
import type { Data } from '../tensor.ts';
import { inputs, outputs, overlaps, type PoolGeometry, taps } from '../window.ts';
import { type Arena, type Fields, wordsOf } from './arena.ts';
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
      const dxBytes = I * (isLong ? 8 : 4);
      const isHeld = (data: Data | undefined): boolean => data !== undefined && arena.holds(data);
      const addressOf = (data: Data | undefined, bytes: number): number =>
        data === undefined ? 0 : arena.holds(data) ? data.byteOffset : arena.take(bytes);
      const [inX, inY] = [addressOf(x, I * 4), addressOf(small, P * 4)];
      const inDx = dx && isLong ? arena.take(dxBytes) : addressOf(dx, dxBytes);
      const stepX = isHeld(x) ? I * 4 : 0;
      const stepY = isHeld(small) ? P * 4 : 0;
      const stepDx = isHeld(dx) && !isLong ? I * 4 : 0;
      const placements = { x: denseX(g, words, inX), y: denseY(g, words, inY), dx: inDx };
      const first = { ...planOf(arena, g, operation, placements, divisor), doubles: words - 1 };
      const plan = arena.room(Pool);
      const copyIn = (data: Data, at: number, words: number, n: number): void =>
        arena.floats(at, words).set(wordsOf(data).subarray(n * words, (n + 1) * words));
      return () => {
        for (let n = 0; n < g.batch; n++) {
          if (x && !stepX) copyIn(x, inX, I, n);
          if (dy && !stepY) copyIn(dy, inY, P, n);
          if (dx) kernels.zero(inDx + n * stepDx, dxBytes);
          arena.write(plan, Pool, { ...first, x: inX + n * stepX, y: inY + n * stepY, dx: inDx + n * stepDx });
          runImage(arena, g, plan);
          if (y && !stepY) wordsOf(y).set(arena.floats(inY, P), n * P);
          if (dx && !stepDx) wordsOf(dx).set(isLong ? arena.doubles(inDx, I) : arena.floats(inDx, I), n * I);
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

const denseX = (g: PoolGeometry, words: number, address: number): Placement =>
  densePlacement(address, [g.axes[0].input, g.axes[1].input, g.axes[2].input], g.channels * words);

const denseY = (g: PoolGeometry, words: number, address: number): Placement =>
  densePlacement(address, [g.axes[0].output, g.axes[1].output, g.axes[2].output], g.channels * words);

/** A pooling between two placements: every image has a plan of its own. Spec pool-max, pool-average. */
export function preparePool(
  arena: Arena,
  g: PoolGeometry,
  x: Placement,
  y: Placement,
  divisor: Float64Array | undefined,
): (images: number) => void {
  const first = planOf(arena, g, divisor ? PoolOperation.average : PoolOperation.maximum, { x, y, dx: 0 }, divisor);
  const plans = Array.from({ length: g.batch }, (_, n) =>
    arena.struct(Pool, { ...first, x: x.address + n * x.image, y: y.address + n * y.image }),
  );
  return (images) => {
    for (let n = 0; n < images; n++) runImage(arena, g, plans[n]);
  };
}

/** Where x (and dx, which is laid out like it) and y (or dy) lie. */
interface Placements {
  readonly x: Placement;
  readonly y: Placement;
  readonly dx: number;
}

/** The plan of the first image, of float32. */
function planOf(
  arena: Arena,
  g: PoolGeometry,
  operation: number,
  { x, y, dx }: Placements,
  divisor: Float64Array | undefined,
): Fields<(typeof Pool.fields)[number]> {
  const K = taps(g.axes);
  const [planes, rows, columns] = g.axes.map(({ input, size, stride, dilation, before, output }) =>
    arena.struct(PoolAxis, { input, size, stride, dilation, before, output }),
  );
  return {
    operation,
    doubles: 0,
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
    yPixel: y.pixel,
    yRow: y.row,
    yPlane: y.plane,
    planes,
    rows,
    columns,
  };
}

function runImage({ kernels }: Arena, g: PoolGeometry, plan: number): void {
  for (let plane = 0; plane < g.axes[0].output; plane++) {
    for (let row = 0; row < g.axes[1].output; row++) kernels.pool(plan, plane, row);
  }
}
