// The gradient of a bias: the sums over all positions, in float64, each image by itself.

import { imageSums } from './column-sums.ts';
import { withArena } from './scratch-arena.ts';
import { forBlocks, staged, stagedImages } from './staged.ts';

/** db[o] = Σ dy[n,p,o]. Spec conv-bias-gradient. */
export function biasGrad(batch: number, dy: Float32Array, db: Float32Array): void {
  withArena(
    'bias',
    (arena) => {
      const columns = db.length;
      const rows = dy.length / batch / columns;
      const images = stagedImages(arena, batch, [dy]);
      const source = staged(arena, dy, batch, images);
      const sums = imageSums(arena, images, columns, rows);
      forBlocks(batch, images, (first, end) => sums.add(source.load(first, end), end - first));
      db.set(sums.total);
    },
    [batch, db.length, dy],
  );
}
