// The networks that can be looked at: those of the lectures by name, with an input of any size, or a file.

import { SpecError } from '../../errors.ts';
import { chain, conv2d, maxPool2d } from '../../index.ts';
import type { Layer } from '../../layer/layer.ts';
import { contextModule, lenet5 } from '../../nets/index.ts';
import { type NamedNet, namedNets } from '../../nets/named.ts';
import type { ConvAttributes } from '../../ops/convolution.ts';
import type { Shape } from '../../tensor.ts';

const { lenet5: modern, ...others } = namedNets;

const conv = (attributes: Partial<ConvAttributes> = {}): Layer =>
  conv2d({ filters: 1, size: 3, bias: false, ...attributes });

const reaching = (dilation: number): Layer => conv({ dilation, padding: 'same' });

/** What the lectures ask of stacked layers: reach, weights and multiplications. */
const examples = {
  stacked: {
    title: 'Three 3×3',
    make: () => chain({ conv1: conv(), conv2: conv(), conv3: conv() }),
    input: [32, 32, 1],
  },
  pooled: {
    title: '3×3, pool 2, 3×3',
    make: () => chain({ conv1: conv(), pool1: maxPool2d({ size: 2 }), conv2: conv() }),
    input: [32, 32, 1],
  },
  dilated: {
    title: 'Three 3×3, dilation 1, 2, 4',
    make: () => chain({ dilation1: reaching(1), dilation2: reaching(2), dilation4: reaching(4) }),
    input: [32, 32, 1],
  },
  dense15: {
    title: 'One 15×15',
    make: () => chain({ conv1: conv({ size: 15, padding: 'same' }) }),
    input: [32, 32, 1],
  },
  wide: {
    title: '5×5 on 192 channels',
    make: () => chain({ conv5x5: conv({ filters: 32, size: 5, padding: 'same' }) }),
    input: [28, 28, 192],
  },
  narrowed: {
    title: '1×1 to 16 channels, then 5×5',
    make: () =>
      chain({ conv1x1: conv({ filters: 16, size: 1 }), conv5x5: conv({ filters: 32, size: 5, padding: 'same' }) }),
    input: [28, 28, 192],
  },
} as const satisfies Record<string, NamedNet>;

export const nets = {
  lenet5: modern,
  lenet1998: { title: 'LeNet-5 of 1998', make: () => lenet5({ variant: '1998' }), input: [32, 32, 1] },
  ...others,
  ...examples,
  context: { title: 'Context module', make: () => contextModule(), input: [64, 64, 21] },
} as const satisfies Record<string, NamedNet>;
export type NetName = keyof typeof nets;

export const titles: Readonly<Record<NetName, string>> = Object.fromEntries(
  Object.entries(nets).map(([name, { title }]) => [name, title]),
) as Record<NetName, string>;

export const isNet = (name: string): name is NetName => Object.hasOwn(nets, name);

/** Height × width of the images that a net was made for. */
export const usualSize = (name: string): string => (isNet(name) ? nets[name].input.slice(0, 2) : [224, 224]).join('×');

/** A net and the shape of its input. */
export interface Subject {
  readonly title: string;
  readonly net: Layer;
  readonly shape: Shape;
}

const MOST = 2048;

/** `224` or `224×320`: height and width; '' means those the net was made for. */
export function readSize(text: string, usual: readonly [number, number]): [number, number] | undefined {
  if (text.trim() === '') return [...usual];
  const parts = text
    .trim()
    .split(/\s*[×x,\s]\s*/)
    .map(Number);
  const fit = parts.length <= 2 && parts.every((part) => Number.isInteger(part) && part >= 1 && part <= MOST);
  return fit ? [parts[0], parts[1] ?? parts[0]] : undefined;
}

export const sizeProblem = (text: string, usual: readonly number[]): string =>
  `A size, or height × width, from 1 to ${MOST}, not “${text}”. Nothing means ${usual.join('×')}.`;

/** The net of a name on images of a size, or why that cannot be. */
export function subjectOf(name: NetName, size: string): Subject | string {
  const { title, make, input } = nets[name];
  const [height, width, channels] = input;
  const space = readSize(size, [height, width]);
  if (!space) return sizeProblem(size, [height, width]);
  const shape = [1, ...space, channels];
  const net = make();
  try {
    net.shape(shape);
    return { title, net, shape };
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    return `${title} does not take ${space.join('×')}: ${error.message}. It was made for ${height}×${width}.`;
  }
}
