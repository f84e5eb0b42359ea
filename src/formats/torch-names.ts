// The names of the parameters of the nets in toeplitz/nets in the files of torchvision.

import { show, wrongType } from '../errors.ts';
import { checkLayer } from '../layer/check-layer.ts';
import type { Layer } from '../layer/layer.ts';

type Names = (name: string) => string;

const CLAUSE = 'format-torch';

/** The parameters that have another name in torch: running statistics, and the slope of prelu. */
const named: Readonly<Record<string, string>> = { mean: 'running_mean', variance: 'running_var', slope: 'weight' };

const plain: Names = (name) => {
  const path = checkedName(name).split('.');
  const own = path[path.length - 1];
  return [...path.slice(0, -1), Object.hasOwn(named, own) ? named[own] : own].join('.');
};

function checkedName(name: unknown): string {
  if (typeof name !== 'string')
    throw wrongType(CLAUSE, `torchNames: the name of a parameter must be a string, got ${show(name)}`);
  return name;
}

/** stage1.block1.sum.body.norm2.weight → layer1.0.bn2.weight; the projection is `downsample`. */
const resnet: Names = (name) =>
  plain(name)
    .replace(/^stage(\d+)\.block(\d+)\./, (_, stage, block) => `layer${stage}.${Number(block) - 1}.`)
    .replace('.sum.skip.conv.', '.downsample.0.')
    .replace('.sum.skip.norm.', '.downsample.1.')
    .replace('.sum.body.', '.')
    .replace(/(^|\.)norm(\d)\./, '$1bn$2.');

/** The parts before the flatten are `features.` and their number; the dense layers `classifier.` and `places`. */
function numbered(net: Layer, places: Readonly<Record<string, number>>): Names {
  checkLayer('torchNames', net, 'net');
  const parts = Object.keys(net.children);
  return (name) => {
    const [part, ...rest] = plain(name).split('.');
    const place = !Object.hasOwn(places, part) ? `features.${parts.indexOf(part)}` : `classifier.${places[part]}`;
    return [place, ...rest].join('.');
  };
}

/**
 * For the option `names` of `loadWeights`, with `layout: 'torch'`: from the names of a net here to those of torchvision.
 * `plain` is for nets whose layers are named as in the file. Spec format-torch.
 *
 * @example
 * torchNames.resnet('stage1.block2.sum.body.norm1.mean') // 'layer1.1.bn1.running_mean'
 */
export const torchNames = {
  plain,
  resnet,
  /** Of the variant 'one-tower'. */
  alexnet: (net: Layer): Names => numbered(net, { fc6: 1, fc7: 4, fc8: 6 }),
  vgg: (net: Layer): Names => numbered(net, { fc6: 0, fc7: 3, fc8: 6 }),
} as const;
