// One step of training: a loss, a gradient for every parameter, and an update.

import { SpecError } from '../errors.ts';
import type { StepMemory } from '../kernels/step-memory.ts';
import { isMade } from '../layer/check-layer.ts';
import { checkedVjp } from '../layer/checked-vjp.ts';
import { flatParams } from '../layer/flat-params.ts';
import type { Layer } from '../layer/layer.ts';
import { allocateFrom, checkTensor, type Tensor, tensor } from '../tensor.ts';
import type { Batch } from './batches.ts';
import type { State } from './checkpoint.ts';
import { type Clip, clipped } from './clip.ts';
import { countWrong } from './metrics.ts';
import { givenTo, type Optimizer } from './optimizer.ts';

/** How a step moves the parameters. */
export interface Rules {
  readonly optimizer: Optimizer;
  readonly clip: Clip;
  readonly moves: (name: string) => boolean;
  readonly rate: number;
  readonly inMemory: StepMemory;
}

/** A layer made by hand may keep its tensors: they are arrays of their own. */
const atOnce: StepMemory = (step) => step();

/** A copy of x in the memory of the step, where kernels read it without copies of their own. */
function copied(x: Tensor): Tensor {
  checkTensor('fit', 'x', x);
  return x.data instanceof Float32Array ? allocateFrom('fit', x.shape, x.data) : x;
}

/** One step: updates the parameters of `state` in place unless the loss is not finite. */
export function step(
  net: Layer,
  state: State,
  batch: Batch,
  loss: Layer,
  { optimizer, clip, moves, rate, inMemory }: Rules,
): { value: number; count: ReturnType<typeof countWrong> } {
  const { value, count, pulled } = (isMade(net) && isMade(loss) ? inMemory : atOnce)(() => {
    const [output, pull] = checkedVjp('fit', net, copied(batch.x), state.params);
    const [{ data }, pullLoss] = loss.vjp(output, {});
    const one = tensor([1], [1], output.data instanceof Float32Array ? 'float32' : 'float64');
    const pulled = Number.isFinite(data[0]) ? pull(pullLoss(one).x, false).params : undefined;
    return { value: data[0], count: countWrong(loss, output, 1), pulled };
  });
  if (pulled) {
    const given = flatParams(pulled);
    const moving = Object.entries(flatParams(state.params)).filter(([name]) => moves(name));
    const missing = moving.find(([name]) => given[name] === undefined);
    if (missing) throw new SpecError('layer-rules', `fit: the net must give a gradient for '${missing[0]}', got none`);
    const gradients = clipped(new Map(moving.map(([name]) => [name, given[name].data])), clip);
    for (const [name, { data }] of moving)
      optimizer.update(data, givenTo(optimizer, gradients.get(name)!), state.carried[name], rate, state.step);
  }
  return { value, count };
}
