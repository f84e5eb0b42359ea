// A plain net compared with its residual counterpart: 20 layers each, equal except for the sums (lecture L3; He et al.
// 2015, section 4.2).

import { initialize } from '../../src/index.ts';
import { resnet } from '../../src/nets/index.ts';
import { type Batch, cosine, fit, minibatches, momentum } from '../../src/train/index.ts';

export interface Curve {
  readonly net: 'plain' | 'residual';
  /** Mean loss of each epoch. */
  readonly losses: readonly number[];
}

/** The loss of both nets, epoch by epoch: the same seed, batches, rate and schedule. */
export async function plainAgainstResidual(data: Batch, epochs: number, seed = 1): Promise<Curve[]> {
  const curves: Curve[] = [];
  for (const net of ['plain', 'residual'] as const) {
    const layer = resnet(20, { plain: net === 'plain' });
    const batches = minibatches(data, { size: 32, seed });
    const { history } = await fit(layer, initialize(layer, [1, ...data.x.shape.slice(1)], { seed }), batches, {
      optimizer: momentum({ rate: 0.1, decay: 1e-4 }),
      schedule: cosine({ steps: epochs * batches.length }),
      epochs,
    });
    curves.push({ net, losses: history.map(({ loss }) => loss) });
  }
  return curves;
}
