// The table of networks, counted without running them.

import { describe, type Layer } from '../../src/index.ts';
import {
  alexnet,
  densenet,
  googlenet,
  inceptionV3,
  lenet5,
  mobilenet,
  mobilenetV2,
  resnet,
  squeezenet,
  unet,
  vgg,
} from '../../src/nets/index.ts';

const photo = [1, 224, 224, 3];

const nets: readonly (readonly [call: string, net: Layer, shape: readonly number[]])[] = [
  ['lenet5()', lenet5(), [1, 32, 32, 1]],
  ['alexnet()', alexnet(), [1, 227, 227, 3]],
  ["alexnet({ variant: 'one-tower' })", alexnet({ variant: 'one-tower' }), photo],
  ['vgg(16)', vgg(16), photo],
  ['vgg(19)', vgg(19), photo],
  ['googlenet()', googlenet(), photo],
  ['resnet(18)', resnet(18), photo],
  ['resnet(50)', resnet(50), photo],
  ['squeezenet()', squeezenet(), photo],
  ['mobilenet()', mobilenet(), photo],
  ['mobilenetV2()', mobilenetV2(), photo],
  ['densenet(121)', densenet(121), photo],
  ['inceptionV3()', inceptionV3(), [1, 299, 299, 3]],
  ['unet()', unet(), [1, 572, 572, 1]],
  ["resnet(50, { variant: 'v1.5' })", resnet(50, { variant: 'v1.5' }), photo],
  ['resnet(152)', resnet(152), photo],
];

const grouped = (value: number): string => value.toLocaleString('en-US');

export function netTable(): string {
  const lines = nets.map(([call, net, shape]) => {
    const { rows, parameters, cost } = describe(net, shape);
    const widest = rows.reduce((most, { field }) => Math.max(most, ...field.map((axis) => axis.size)), 0);
    return `| \`${call}\` | ${shape.slice(1).join('×')} | ${grouped(parameters)} | ${grouped(cost)} | ${widest} |`;
  });
  return ['| net | input | parameters | multiply-adds | widest field |', '|---|---|---|---|---|', ...lines].join('\n');
}
