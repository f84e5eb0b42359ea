// The goals, and what was reached: each a figure of the results, a goal and a floor.

import { group, mean, named, ratios, share } from './figures.mjs';

/** Layers whose time is above this many ms count for the share of the chain; shorter ones are mostly edges. */
const LONG = 1;

const versus = (work, cases, peer, name, goal, floor, least) => ({
  ...{ work: `${work} / ${peer}`, goal, floor, unit: '×' },
  figure: (results, how, other = peer) => mean(ratios(cases(results), other, name, how)),
  inPlace: peer === 'tfjs' ? 'tfjs in place' : undefined,
  each: least && ((results, how) => Math.min(...ratios(cases(results), peer, name, how))),
  least,
});

const chainShare = (work, cases, goal, floor, least) => {
  const shares = (results, how) => cases(results).map((each) => 100 * share(each, 'toeplitz', how));
  return {
    ...{ work: `${work} / chain`, goal, floor, unit: '%', least },
    figure: (results, how) => mean(shares(results, how)),
    each: least && ((results, how) => Math.min(...shares(results, how))),
  };
};

const cost = (work, unit, goal, floor, figure) => ({ work, goal, floor, unit, figure, isCost: true });

const convolutions = (results) => group(results, 'conv');
const long = (results) => convolutions(results).filter((each) => each.flops / 1e6 / Math.max(...each.chain) > LONG);
const filterGradients = (results) => group(results, 'gradient').filter(({ name }) => name.startsWith('dw'));

export const goals = [
  versus('dense convolutions', convolutions, 'tfjs', 'toeplitz', 1.4, 1.3, 1),
  versus('dense convolutions', convolutions, 'ort-web', 'toeplitz', 1.9, 1.7),
  chainShare(`dense convolutions above ${LONG} ms`, long, 95, undefined, 85),
  versus('3×3 with Winograd', convolutions, 'tfjs', 'winograd', 3.2, 2.6),
  versus('depthwise', (results) => group(results, 'depthwise'), 'tfjs', 'toeplitz', 2.2, 1.8, 1),
  versus('pooling', (results) => group(results, 'pool'), 'tfjs', 'toeplitz', 2, 1.5, 1),
  versus('dense, batch 1', (results) => group(results, 'dense'), 'tfjs', 'toeplitz', 1.1, 0.95),
  versus('ResNet-50', (results) => named(results, 'resnet50'), 'tfjs', 'toeplitz', 1.4, 1.25),
  versus('VGG-16', (results) => named(results, 'vgg16'), 'tfjs', 'toeplitz', 1.3, 1.2),
  versus('VGG-16 with Winograd', (results) => named(results, 'vgg16'), 'tfjs', 'winograd', 3.6, 3),
  versus('VGG-16 with Winograd', (results) => named(results, 'vgg16'), 'ort-node', 'winograd', 0.75),
  chainShare('filter gradients', filterGradients, 80, 60),
  versus('LeNet-5 step, batch 32', (results) => group(results, 'step'), 'tfjs-cpu', 'toeplitz', 200, 90),
  cost('process start to first result', ' ms', 10, 20, ({ start }) => start.toeplitz - start.empty),
  cost('kernels, gzipped', ' KB', 12, undefined, ({ kernels }) => kernels / 1000),
  cost('core import, gzipped', ' KB', 45, undefined, ({ core }) => core / 1000),
];

/** Figures of a goal and its verdict; undefined where its cases were not measured. */
export function outcome(goal, results) {
  const { figure, isCost, inPlace, each, least, floor } = goal;
  if (isCost) {
    if (!results.import) return undefined;
    const value = figure(results.import);
    return { value, verdict: verdict(-value, -goal.goal, floor && -floor) };
  }
  const value = figure(results, 'median');
  if (!Number.isFinite(value)) return undefined;
  const lowest = each?.(results, 'median');
  return {
    value,
    best: figure(results, 'best'),
    inPlace: inPlace && figure(results, 'median', inPlace),
    lowest,
    verdict: lowest < least ? 'below' : verdict(value, goal.goal, floor),
  };
}

const verdict = (value, goal, floor) => (value >= goal ? 'reached' : value >= floor ? 'floor' : 'below');
