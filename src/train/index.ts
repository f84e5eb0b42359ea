// toeplitz/train: training, and what belongs to it.

export { readIdx } from '../formats/idx.ts';
export { type Random, random } from '../random.ts';
export { augment } from './augment.ts';
export { type Augmentation, type Batch, type Batches, minibatches } from './batches.ts';
export { calibrate } from './calibrate.ts';
export type { Clip } from './clip.ts';
export { argmax, confusionMatrix } from './confusion.ts';
export { digits } from './digits.ts';
export { fit } from './fit.ts';
export type { Epoch, FitOptions, FitResult } from './fit-options.ts';
export { greyImages, resizeImages, type Scaling, stackImages, standardize } from './images.ts';
export { evaluate, evaluation, type Score, topError } from './metrics.ts';
export { adam, momentum, type Optimizer, sgd } from './optimizer.ts';
export type { Progress } from './progress.ts';
export { constant, cosine, type Schedule, stepDecay } from './schedule.ts';
export { splitExamples } from './split.ts';
export type { Best } from './validation.ts';
