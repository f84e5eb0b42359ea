// Checkpoints: everything that training needs to continue with the same bits, as one safetensors file.

import { SpecError } from '../errors.ts';
import { readSafetensors, writeSafetensors } from '../formats/safetensors.ts';
import { flatParams, mapParams } from '../layer/flat-params.ts';
import type { Params } from '../layer/layer.ts';
import { nestParams } from '../layer/nest-params.ts';
import { NUMERICS } from '../numerics.ts';
import { type Data, sameShape, type Tensor, typeOf } from '../tensor.ts';
import type { Optimizer } from './optimizer.ts';
import type { Best } from './validation.ts';

/** The state of training: the number of steps, the parameters, the optimizer's state for each trained one, and the best so far. */
export interface State {
  readonly step: number;
  readonly params: Params<Tensor>;
  readonly carried: Readonly<Record<string, Readonly<Record<string, Data>>>>;
  readonly best?: Best;
}

/** What stands behind `name/` for the parameters that were best; no optimizer carries an array of this name. */
const BEST = 'best';

/** Tensors `conv1.weight` and `conv1.weight/velocity`; step, optimizer and numerics in the metadata. Spec train-checkpoint. */
export function writeCheckpoint({ step, params, carried, best }: State, optimizer: Optimizer): Uint8Array {
  const flat = flatParams(params);
  const atBest = best && flatParams(best.params);
  const tensors = new Map(Object.entries(flat));
  for (const [name, { shape }] of Object.entries(flat))
    for (const [key, data] of Object.entries({ ...carried[name], ...(atBest && { [BEST]: atBest[name].data }) })) {
      const own = `${name}/${key}`;
      if (tensors.has(own))
        throw new SpecError('train-checkpoint', `checkpoint: no parameter may have the name of a state, got '${own}'`);
      tensors.set(own, { shape, data });
    }
  return writeSafetensors(Object.fromEntries(tensors), {
    step: String(step),
    optimizer: optimizer.name,
    numerics: String(NUMERICS),
    ...(best && { best: [best.epoch, best.loss, best.accuracy].join(' ') }),
  });
}

/** Reads a checkpoint of a net with parameters like these, some of which are trained. Spec train-checkpoint. */
export function readCheckpoint(
  bytes: Uint8Array,
  like: Params<Tensor>,
  optimizer: Optimizer,
  moves: (name: string) => boolean,
): State {
  const { tensors, metadata } = readSafetensors(bytes);
  const step = Number(metadata.step);
  if (!/^\d+$/.test(metadata.step ?? '') || !Number.isSafeInteger(step))
    throw new SpecError('train-checkpoint', `checkpoint: the metadata must have the step, got '${metadata.step}'`);
  if (metadata.numerics !== String(NUMERICS))
    throw new SpecError(
      'train-checkpoint',
      `checkpoint: only version ${NUMERICS} of the numerics can go on with the same bits, got version ${metadata.numerics ?? 1} (loadWeights reads its parameters, to train on from)`,
    );
  if (metadata.optimizer !== optimizer.name)
    throw new SpecError(
      'train-checkpoint',
      `checkpoint: the optimizer must be the one it was written with, '${metadata.optimizer}', got '${optimizer.name}'`,
    );
  const wanted = flatParams(like);
  const carried: Record<string, Record<string, Data>> = {};
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    const end = Object.hasOwn(wanted, name) ? name.length : name.lastIndexOf('/');
    const [parameter, key] = [name.slice(0, end), end < name.length ? name.slice(end + 1) : undefined];
    const place = Object.hasOwn(wanted, parameter) ? wanted[parameter] : undefined;
    if (!place || !sameShape(place.shape, shape) || typeOf(place.data) !== typeOf(data))
      throw new SpecError(
        'train-checkpoint',
        `checkpoint: '${name}' must be a ${place ? `${typeOf(place.data)} tensor of shape [${place.shape}]` : 'parameter of this net'}, got ${typeOf(data)} of shape [${shape}]`,
      );
    if (key !== undefined) {
      carried[parameter] ??= {};
      carried[parameter][key] = data;
    }
  }
  for (const name of Object.keys(wanted).filter(moves)) {
    carried[name] ??= {};
    const missing = optimizer.state.find((key) => !(key in carried[name]));
    if (missing !== undefined)
      throw new SpecError(
        'train-checkpoint',
        `checkpoint: what is trainable must be as it was: there must be '${name}/${missing}', got none`,
      );
  }
  const best = readBest(metadata.best, like, carried);
  return { step, params: nestParams(like, tensors), carried, ...(best && { best }) };
}

/** The best so far, taken out of what is carried. Spec train-checkpoint. */
function readBest(
  text: string | undefined,
  like: Params<Tensor>,
  carried: Record<string, Record<string, Data>>,
): Best | undefined {
  if (text === undefined) return undefined;
  const [epoch, loss, accuracy] = text.split(' ').map(Number);
  if (!Number.isSafeInteger(epoch) || epoch < 0 || loss === undefined || accuracy === undefined)
    throw new SpecError('train-checkpoint', `checkpoint: the best must be epoch, loss and accuracy, got '${text}'`);
  const params = mapParams(like, ({ shape }, name) => {
    const data = carried[name]?.[BEST];
    if (data === undefined)
      throw new SpecError('train-checkpoint', `checkpoint: there must be '${name}/${BEST}', got none`);
    delete carried[name][BEST];
    return { shape, data };
  });
  return { epoch, loss, accuracy, params };
}
