// The goals and what was reached: each has a figure of the results, a goal and a floor.

import { bounds, group, mean, named, ratios, share } from './figures.mjs';

/** Layers whose time is above this many ms count for the share of the chain; shorter ones are mostly edges. */
const LONG = 1;

const versus = (work, cases, peer, goal, floor, { least, name } = {}) => ({
  ...{ work: `${work} / ${peer}`, goal, floor, unit: '×', least },
  figures: (results, how) => ratios(cases(results), peer, how, name),
  // Winograd does less arithmetic than the limit counts.
  bounds: (results) => (name ? [] : bounds(cases(results), peer)),
});

const chainShare = (work, cases, goal, floor, { least } = {}) => ({
  ...{ work: `${work} / chain`, goal, floor, unit: ' %', least },
  figures: (results, how) => cases(results).map((each) => 100 * share(each, how)),
});

const cost = (work, unit, goal, floor, price) => ({ work, goal, floor, unit, price });

const convolutions = (results) => group(results, 'conv');
const long = (results) => convolutions(results).filter((each) => each.flops / 1e6 / Math.max(...each.chain) > LONG);
const filterGradients = (results) => group(results, 'gradient').filter(({ name }) => name.startsWith('dw'));

export const goals = [
  versus('dense convolutions', convolutions, 'tfjs', 1.4, 1.3, { least: 1 }),
  versus('dense convolutions', convolutions, 'ort-web', 1.9, 1.7),
  chainShare(`dense convolutions above ${LONG} ms`, long, 95, undefined, { least: 85 }),
  versus('3×3 with Winograd', convolutions, 'tfjs', 3.2, 2.6, { name: 'winograd' }),
  versus('depthwise', (results) => group(results, 'depthwise'), 'tfjs', 2.2, 1.8, { least: 1 }),
  versus('pooling', (results) => group(results, 'pool'), 'tfjs', 2, 1.5, { least: 1 }),
  versus('dense, batch 1', (results) => group(results, 'dense'), 'tfjs', 1.1, 0.95),
  versus('ResNet-50', (results) => named(results, 'resnet50'), 'tfjs', 1.4, 1.25),
  versus('VGG-16', (results) => named(results, 'vgg16'), 'tfjs', 1.3, 1.2),
  versus('VGG-16 with Winograd', (results) => named(results, 'vgg16'), 'tfjs', 3.6, 3, { name: 'winograd' }),
  versus('VGG-16 with Winograd', (results) => named(results, 'vgg16'), 'ort-node', 0.75, undefined, {
    name: 'winograd',
  }),
  chainShare('filter gradients', filterGradients, 80, 60),
  chainShare('float64 convolutions', (results) => group(results, 'float64'), 72, 62),
  versus('LeNet-5 step, batch 32', (results) => group(results, 'step'), 'tfjs-cpu', 200, 90),
  cost('process start to first result', ' ms', 10, 20, ({ start }) => start.toeplitz - start.empty),
  cost('kernels, gzipped', ' KB', 12, undefined, ({ kernels }) => kernels / 1000),
  cost('core import, minified and gzipped', ' KB', 45, undefined, ({ minified }) => minified / 1000),
];

/** The figure of a goal and its verdict; undefined where its cases were not measured. */
export function outcome({ goal, floor, least, figures, bounds, price }, results) {
  if (price) {
    if (!results.import) return undefined;
    const value = price(results.import);
    return { value, verdict: verdict(-value, -goal, floor && -floor) };
  }
  const all = figures(results, 'median');
  if (all.length === 0) return undefined;
  const [value, lowest] = [mean(all), Math.min(...all)];
  const most = bounds?.(results) ?? [];
  return {
    ...{ value, lowest, best: mean(figures(results, 'best')), bound: most.length > 0 ? mean(most) : undefined },
    verdict: verdict(value, goal, floor, lowest < least),
  };
}

function verdict(value, goal, floor, isUneven) {
  if (isUneven) return 'a case below';
  if (value >= goal) return 'reached';
  return value >= floor ? 'floor' : 'below';
}
