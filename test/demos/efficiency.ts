// Sample efficiency (T6): a convolutional and a dense net of equally many parameters learn from few examples (lecture L2).

import { chain, dense, flatten, initialize, parameterCount, relu } from '../../src/index.ts';
import { lenet5 } from '../../src/nets/index.ts';
import { cosine, evaluate, fit, minibatches, momentum } from '../../src/train/index.ts';
import { type Digits, first, inOrder } from './data.ts';

const SHAPE = [1, 28, 28, 1];

/** LeNet-5 on 28×28 has 44,426 parameters; 56 hidden units make the dense net 44,530. */
const nets = {
  convolutional: lenet5(),
  dense: chain({ flatten: flatten(), fc1: dense({ units: 56 }), relu1: relu(), out: dense({ units: 10 }) }),
};

export const parameters = {
  convolutional: parameterCount(nets.convolutional, SHAPE),
  dense: parameterCount(nets.dense, SHAPE),
};

export interface Efficiency {
  readonly examples: number;
  /** Accuracy on the test digits. */
  readonly convolutional: number;
  readonly dense: number;
}

/** Both nets, trained for as many steps of 20 digits on the first `examples` digits. */
export async function sampleEfficiency(
  digits: Digits,
  sizes: readonly number[],
  steps: number,
  seed = 1,
): Promise<Efficiency[]> {
  const rows: Efficiency[] = [];
  for (const examples of sizes) {
    const batches = minibatches(first(digits.train, examples), { size: 20, seed });
    const epochs = Math.round(steps / batches.length);
    const accuracy = async (name: keyof typeof nets): Promise<number> => {
      const { params } = await fit(nets[name], initialize(nets[name], SHAPE, { seed }), batches, {
        optimizer: momentum({ rate: 0.02, decay: 1e-4 }),
        schedule: cosine({ steps: epochs * batches.length }),
        epochs,
      });
      return evaluate(nets[name], params, inOrder(digits.test)).accuracy;
    };
    rows.push({ examples, convolutional: await accuracy('convolutional'), dense: await accuracy('dense') });
  }
  return rows;
}
