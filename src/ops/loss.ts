// Losses: layers with one output element. Targets and labels are attributes, so that a loss stays a function of x.
//
//   squaredError         L = Σ (x − target)² / batch
//   crossEntropy         L = mean over the labels of   log(1 + r) + m − x[label],  m = max x,  r = Σ exp(x − m) without m's own 1
//   binaryCrossEntropy   L = mean over the targets of  log(1 + exp −|x|) + |x|·w,  w = x > 0 ? 1 − t : t

import { finiteNumber, known } from '../attributes.ts';
import * as kernels from '../kernels/choose.ts';
import type { Layer } from '../layer/layer.ts';
import { log } from '../reference/math.ts';
import { longSum } from '../reference/sums.ts';
import { type Round, roundingOf } from '../rounding.ts';
import type { Data, Shape, Tensor } from '../tensor.ts';
import { loss } from './loss-layer.ts';
import { belowMaximum, type Rows } from './rows.ts';
import {
  checkClassWeights,
  checkLabels,
  checkTarget,
  IGNORED,
  type Labels,
  readClassWeights,
  readIgnored,
  readLabels,
  readProbabilities,
  readTarget,
} from './targets.ts';

/**
 * Squared error: `L = Σ (x − target)² / batch`, without the factor ½: summed over the outputs, averaged over the batch.
 * x and target have one shape, the result has shape `[1]`. Spec loss-squared.
 *
 * @throws {SpecError} loss-target when the target has another shape than x.
 * @example
 * squaredError({ target: tensor([2, 2], [1, 2, 3, 4]) }).forward(tensor([2, 2], [1, 4, 3, 7]), {}).data // [6.5]
 */
export function squaredError(attributes: { readonly target: Tensor }): Layer {
  const name = 'squaredError';
  attributes = known(name, attributes, ['target']);
  const target = readTarget(name, 'target', attributes.target);
  return loss(name, { target }, squaredError, {
    check: (x) => checkTarget(name, 'target', target, x),
    value(x, shape) {
      const round = roundingOf(x);
      const square = (i: number): number => {
        const d = round(x[i] - round(target.data[i]));
        return round(d * d);
      };
      return longSum(shape[0], x.length / shape[0], square) / shape[0];
    },
    gradient(x, shape, dy, dx) {
      const round = roundingOf(x);
      const factor = round(round(2 * dy) / shape[0]);
      for (let i = 0; i < dx.length; i++) dx[i] = round(x[i] - round(target.data[i])) * factor;
    },
  });
}

/**
 * Softmax cross-entropy of logits: the mean over all labels, also over space, of `log Σ exp(x) − x[label]`.
 * x `[batch, ...space, classes]`, one label from 0 to classes − 1 for each row of logits, the result `[1]`. Labels are an
 * array, a typed array or a tensor of whole numbers in row-major order. A label equal to `ignore` (255 in many masks, −100
 * in torch) takes no part; `classWeights` weighs the losses by the class of the label, and their mean likewise;
 * `smoothing` gives that share of every label to all classes alike. Spec loss-cross-entropy.
 *
 * @throws {SpecError} loss-labels when a label is not a whole number, has no class, or their number is not that of the rows;
 * loss-ignore, loss-class-weights, loss-smoothing.
 * @example
 * crossEntropy({ labels: [0, 1] }).forward(tensor([2, 2], [0, 0, 0, 0], 'float64'), {}).data // [0.6931471805599453]
 * crossEntropy({ labels: [255, 1], ignore: 255 }).forward(tensor([2, 2], [9, 7, 0, 0], 'float64'), {}).data // [0.6931471805599453]
 */
export function crossEntropy(attributes: {
  readonly labels: Labels;
  readonly ignore?: number | undefined;
  readonly classWeights?: ArrayLike<number> | undefined;
  readonly smoothing?: number;
}): Layer {
  const name = 'crossEntropy';
  attributes = known(name, attributes, ['labels', 'ignore', 'classWeights', 'smoothing']);
  const ignore = readIgnored(name, attributes.ignore);
  const given = readLabels(name, attributes.labels, ignore);
  const labels = given.map((label) => (label === ignore ? IGNORED : label));
  const classWeights = readClassWeights(name, attributes.classWeights);
  const smoothing = attributes.smoothing ?? 0;
  finiteNumber('loss-smoothing', name, 'smoothing', smoothing, 'a number in [0, 1)', (s) => s >= 0 && s < 1);
  const rowsOf = (shape: Shape): Rows => ({ length: shape[shape.length - 1], step: 1 });
  const complete = { labels: given, ignore, classWeights, smoothing };
  return loss(name, complete, crossEntropy, {
    roles: { labels },
    check(x) {
      checkLabels(name, labels, x);
      checkClassWeights(name, classWeights, x);
    },
    value(x, shape) {
      const round = roundingOf(x);
      const rows = rowsOf(shape);
      const { below, rest } = logitsOf(rows, x);
      const massesOf = massesBy(smoothing, classWeights, rows.length, round);
      const lossOfRow = (row: number): number => {
        const label = labels[row];
        if (label === IGNORED) return 0;
        const first = row * rows.length;
        const logSum = round(log1p(rest(row)));
        const term = (c: number, m: number): number => (m === 0 ? 0 : round(m * round(logSum - below[first + c])));
        const { masses } = massesOf(label);
        if (smoothing === 0) return term(label, masses[label]);
        return round(masses.reduce((sum, m, c) => sum + term(c, m), 0));
      };
      const weight = weightOf(labels, classWeights, round);
      return weight === 0 ? 0 : longSum(shape[0], labels.length / shape[0], lossOfRow) / weight;
    },
    gradient(x, shape, dy, dx) {
      const round = roundingOf(x);
      const rows = rowsOf(shape);
      const weight = weightOf(labels, classWeights, round);
      const share = shareOf(x, dy, weight);
      const massesOf = massesBy(smoothing, classWeights, rows.length, round);
      const { e, below, rest } = logitsOf(rows, x);
      labels.forEach((label, row) => {
        const first = row * rows.length;
        if (label === IGNORED || weight === 0) {
          dx.fill(0, first, first + rows.length);
          return;
        }
        let s = 0;
        for (let i = first; i < first + rows.length; i++) s += e[i];
        for (let i = first; i < first + rows.length; i++) dx[i] = e[i] / s;
        const { masses, sum } = massesOf(label);
        const at = first + label;
        if (smoothing === 0) dx[at] = at === maximumOf(rows, below, first) ? 0 - rest(row) / s : dx[at] - 1;
        for (let c = 0; c < rows.length; c++) {
          const g = round(sum * dx[first + c]);
          dx[first + c] = (smoothing === 0 ? g : round(g - masses[c])) * share;
        }
      });
    },
  });
}

interface Masses {
  /** For each class its weight times its share of the label, rounded. */
  readonly masses: readonly number[];
  readonly sum: number;
}

/** The masses of each label that occurs, made once. Spec loss-class-weights, loss-smoothing. */
function massesBy(smoothing: number, weights: readonly number[] | undefined, classes: number, round: Round) {
  const made: Masses[] = [];
  return (label: number): Masses => {
    if (made[label]) return made[label];
    const masses = Array.from({ length: classes }, (_, c) =>
      round((weights?.[c] ?? 1) * ((c === label ? 1 - smoothing : 0) + smoothing / classes)),
    );
    made[label] = { masses, sum: round(masses.reduce((sum, m) => sum + m, 0)) };
    return made[label];
  };
}

/** What the sum of the losses is divided by: the weights of all labels that count. Spec loss-class-weights. */
const weightOf = (labels: readonly number[], weights: readonly number[] | undefined, round: Round): number =>
  labels.reduce((sum, label) => sum + (label === IGNORED ? 0 : round(weights?.[label] ?? 1)), 0);

/** Each logit less the first maximum of its row, the exponentials of that, and their sum without the maximum's own 1. */
function logitsOf(rows: Rows, x: Data) {
  const [below, e] = [x.slice(), x.slice()];
  belowMaximum(rows, x, below);
  kernels.map('exp', below, e);
  const rest = (row: number): number => {
    const first = row * rows.length;
    const maximum = maximumOf(rows, below, first);
    let sum = 0;
    for (let i = first; i < first + rows.length; i++) if (i !== maximum) sum += e[i];
    return sum;
  };
  return { below, e, rest };
}

/** The place of the first maximum of a row: the first 0 of `below`; the end of the row where NaN fills it. */
function maximumOf(rows: Rows, below: Data, first: number): number {
  let i = first;
  while (i < first + rows.length && below[i] !== 0) i++;
  return i;
}

/** log(1 + r) in float64 for a finite r ≥ 0: the logarithm of the rounded sum, and what the rounding left out. */
function log1p(r: number): number {
  const u = 1 + r;
  return log(u) + (r - (u - 1)) / u;
}

/**
 * Binary cross-entropy of logits: the mean over all targets of `−t·log σ(x) − (1 − t)·log(1 − σ(x))`, σ the sigmoid, computed as
 * `log(1 + exp(−|x|)) + |x|·(x > 0 ? 1 − t : t)`, where a weight of 0 gives 0 even for an infinite logit. x and targets
 * have one shape, the result has shape `[1]`. Spec loss-binary.
 *
 * @throws {SpecError} loss-target when the targets have another shape than x; loss-probability for one outside [0, 1].
 * @example
 * binaryCrossEntropy({ targets: tensor([1, 2], [0, 1]) }).forward(tensor([1, 2], [0, 0], 'float64'), {}).data // [0.6931471805599453]
 */
export function binaryCrossEntropy(attributes: { readonly targets: Tensor }): Layer {
  const name = 'binaryCrossEntropy';
  attributes = known(name, attributes, ['targets']);
  const targets = readProbabilities(name, attributes.targets);
  return loss(name, { targets }, binaryCrossEntropy, {
    check: (x) => checkTarget(name, 'targets', targets, x),
    value(x, shape) {
      const round = roundingOf(x);
      const small = x.map((each) => -Math.abs(each));
      kernels.map('softplus', small, small);
      const lossOfTarget = (i: number): number => {
        const w = wrongSide(x[i], round(targets.data[i]), round);
        return round(small[i] + (w === 0 ? 0 : round(Math.abs(x[i]) * w)));
      };
      return longSum(shape[0], x.length / shape[0], lossOfTarget) / x.length;
    },
    gradient(x, _shape, dy, dx) {
      const round = roundingOf(x);
      const share = shareOf(x, dy, x.length);
      const s = x.map((each) => -Math.abs(each));
      kernels.map('sigmoid', s, s);
      for (let i = 0; i < dx.length; i++) {
        const w = wrongSide(x[i], round(targets.data[i]), round);
        dx[i] = round(x[i] > 0 ? w - s[i] : s[i] - w) * share;
      }
    },
  });
}

/** The target's weight on the side that the logit x speaks against. */
const wrongSide = (x: number, t: number, round: (value: number) => number): number => (x > 0 ? round(1 - t) : t);

/** dy for each of the losses that were averaged. Spec numerics-counts. */
const shareOf = (x: Data, dy: number, count: number): number => roundingOf(x)(dy / count);
