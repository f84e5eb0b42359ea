// The gradient of a bias: the sums over all positions, in float64, each image by itself.

import { withArena } from './arena.ts';
import { STAGED_BYTES } from './blocks.ts';

/** db[o] = Σ dy[n,p,o]. Spec conv-bias-gradient. */
export function biasGrad(batch: number, dy: Float32Array, db: Float32Array): void {
  const image = dy.length / batch;
  const columns = db.length;
  withArena('bias', (arena) => {
    const images = Math.max(1, Math.min(batch, Math.floor(STAGED_BYTES / (image * 4))));
    const [stage, sums] = [arena.take(images * image * 4), arena.take(Math.ceil(columns / 8) * 64)];
    const total = new Float64Array(columns);
    for (let first = 0; first < batch; first += images) {
      const count = Math.min(images, batch - first);
      arena.floats(stage, count * image).set(dy.subarray(first * image, (first + count) * image));
      const each = arena.doubles(sums, columns);
      for (let n = 0; n < count; n++) {
        arena.kernels.sumRows(stage + n * image * 4, image / columns, columns, sums);
        for (let o = 0; o < columns; o++) total[o] += each[o];
      }
    }
    db.set(total);
  });
}
